"""Every bound in one table, each with its reason. Parsers take theirs as an argument."""

KIB = 1024
MIB = 1024 * KIB

FRAME_SIZE_MAX = 200 * MIB
"""Largest client frame in bytes. AMPS documents about 200 MB for one message."""

HEADER_SIZE_MAX = 1 * MIB
"""Largest frame header in bytes: an ack naming 10,000 bookmarks needs about 420 KB."""

FRAME_BEFORE_LOGON_MAX = 1 * MIB
"""Largest frame accepted before logon: an unknown peer may not make us buffer 200 MB."""

LOGON_TIMEOUT_NS = 10_000_000_000
"""A connection that has not logged on by then is closed."""

TOPIC_LENGTH_MAX = 4096
"""Longest topic name in bytes; names are kept in the route table and in every journal record."""

ROUTES_MAX = 65_536
"""Topics whose routes are remembered. Beyond it the table is cleared and rebuilt on demand."""

SUBSCRIPTIONS_PER_CLIENT_MAX = 100_000
"""Subscriptions one connection may hold."""

BACKLOG_MAX = 1_000_000
"""Largest max_backlog honoured; a lease costs memory."""

FIRING_DEPTH_MAX = 32
"""How deep an action's publish may set off further actions before the chain is cut as a loop."""

FIRING_STEPS_MAX = 1000
"""Steps all firings set off by one event may take together, before they are cut as a loop."""

FIRING_TRACE_MAX = 1000
"""Firings whose steps, outcomes and variables are remembered."""

TRACE_VALUE_MAX = 256
"""Bytes of a variable's value that a trace keeps: with ten variables a thousand firings take 3 MB at most."""

FIRINGS_WAITING_MAX = 10_000
"""Runs of actions that may wait: for something outside, such as a command, for a retry, or for their turn."""

RETRIES_PER_TURN = 100
"""Retries of actions that one turn makes: each may publish, and a turn should take milliseconds."""

RUN_VARIABLES_MAX = 48 * KIB
"""Bytes of variables, the message left out, with which a run that waits is kept in the log; with more it is not."""

COUNTERS_MAX = 10_000
"""Counters of actions: their names may come from messages, and they stay until the instance ends."""

COUNTER_NAME_MAX = 256
"""Longest name of such a counter in bytes."""

FIRINGS_WAITING_BYTES = 64 * MIB
"""Bytes that the variables of such firings may hold together."""

PROGRAM_TIMEOUT_NS = 30 * 1_000_000_000
"""How long a command of an action may take, where its ampsd:Timeout does not say."""

STATISTICS_KEPT_MAX = 200_000
"""Samples of statistics that are kept in memory, where no file is configured: about 20 MB."""

STOP_ACTIONS_NS = 30 * 1_000_000_000
"""How long a shutdown waits for what its actions have sent out."""

TEMPLATE_OUTPUT_MAX = 8 * MIB
"""Largest rendered action option in bytes, on top of the message data it carries."""

SCHEDULE_INTERVAL_MIN_NS = 100_000_000
"""Shortest interval of a schedule: an action that is due every microsecond keeps a core busy, and all else waits."""

EXPIRATIONS_PER_TURN_MAX = 1000
"""Messages expired in one turn, so that a turn's batch stays small; the rest follow in the next turn."""

VALUES_KNOWN_MAX = 10_000
"""Values of a field for which is remembered whose filters they pass."""

GROUP_COMMIT_NS = 1_000_000
"""While records keep coming, the log is synced about once in this time: a sync costs 100 us of CPU. FlushInterval may
make it shorter."""

GROUP_BYTES_MAX = 1 * MIB
"""So much is written without waiting for the time."""

REMOVALS_AHEAD_MAX = 10_000
"""Acknowledgments kept of messages that a crash took and their publisher has not sent again, for each queue."""

BATCH_SIZE_MAX = 4 * MIB
"""A turn's batch is sealed and a new one begun between two inputs once it is this large."""

NETWORK_BUFFER_BYTES = 256 * KIB
"""Bytes the network takes for a client that does not read, before they wait where limits count them."""

READ_PAUSE_BYTES = 8 * MIB
"""Bytes that wait for a client beyond which none of its commands are read: a peer that only sends cannot make the
server keep its answers."""

MESSAGE_DISK_DEFAULT = 1_000_000_000
"""MessageDiskLimit in bytes where none is set, unless MessageMemoryLimit is more."""

OFFLINE_CHUNK = 256 * KIB
"""Bytes written to and read from the files of a slow client at once."""

OFFLINE_FILE_BYTES = 16 * MIB
"""Size at which the next file is begun; a file goes when all of it is read."""

OFFLINE_BEHIND_MAX = 32 * MIB
"""Bytes above MessageMemoryLimit that may wait for a disk that is slower than what comes in."""

BODY_CACHE_BYTES_MAX = 8 * MIB
"""Recent bodies kept to be delivered without reading the journal, what each costs beside its bytes included."""

JOURNAL_BEHIND_MAX = 16 * MIB
"""Bytes logged but not yet durable beyond which no more commands are read: a disk that is slower than the network
must slow the publishers down, not fill the memory."""

JSON_DEPTH_MAX = 128
"""Deepest nesting of a JSON body that is read. Deeper bodies are refused before any parser sees them."""

JSON_NAMES_PICKED_MAX = 32
"""Outermost names of a JSON body that are picked out one by one; where filters need more, bodies are read whole."""

BODY_VALUES_MAX = 1_000_000
"""Most values of a body that is read: one of three bytes takes a hundred as an object."""

BODY_DEPTH_MAX = 64
"""Deepest nesting of a body of another message type that is read (User Guide, Message Types, for XML)."""

PROTO_FILES_MAX = 1000
"""Files that a description of protobuf messages may import, directly or not."""

REGEX_MATCH_LIMIT = 10_000
"""PCRE2 match steps before a pattern counts as not matching."""

REGEX_LONG_MATCH_LIMIT = 50_000
"""The same for texts above REGEX_SHORT_SUBJECT_MAX, which need a step per byte already."""

REGEX_SHORT_SUBJECT_MAX = 2 * KIB
"""Up to this size in bytes REGEX_MATCH_LIMIT applies; nearly every topic and field is shorter."""

REGEX_UNPAID_SUBJECT_MAX = 1 * KIB
"""Longest text in bytes that a pattern is tried on whose steps may each scan all of it."""

REGEX_SUBJECT_MAX = 16 * KIB
"""Longest text in bytes that a pattern with repetitions, alternatives or groups is tried on: a step may scan it all."""

REGEX_WORK_MAX = 1 << 20
"""Pattern length times text length up to which a simple pattern is tried; about 4 ms at worst."""

REGEX_HEAP_MAX = 4 * MIB
"""Memory in bytes one search may use: 2,000 groups times 10,000 steps would copy 320 MB."""

REGEX_LENGTH_MAX = 4096
"""Longest regular expression in bytes."""

EXPRESSION_LENGTH_MAX = 65_536
"""Longest filter text in bytes."""

EXPRESSION_TOKENS_MAX = 500
"""Most words of an expression; a list of values counts as one. To read that many takes about 5 ms."""

EXPRESSION_PATH_MAX = 1024
"""Longest path in characters: what is known of a path is kept for the next filter."""

EXPRESSION_STEPS_MAX = 128
"""Most steps of a path, as deep as a JSON body may be."""

EXPRESSION_DEPTH_MAX = 100
"""Deepest nesting of a filter expression."""

EXPRESSION_TEXT_MAX = 256 * KIB
"""Longest text in bytes that a function of an expression makes; a longer one is NULL."""

EXPRESSION_CALLS_MAX = 100
"""Most functions in one expression: each may look at a whole text. Costly ones count several times."""

EXPRESSION_CHECKED_MAX = 32 * KIB
"""Longest text in bytes that CRC32 and CRC64 look at; of a longer one they are NULL."""

EXPRESSION_REPLACEMENTS_MAX = 100
"""Places that REGEXP_REPLACE replaces in one text; what stands behind them stays."""

EXPRESSION_PAIRS_MAX = 10_000
"""Pairs of elements that the comparisons of two arrays in one expression look at before they count as false."""

EXPRESSION_SEARCHES_MAX = 1000
"""Elements of an array that LIKE looks at: each may use up REGEX_MATCH_LIMIT."""

CONFIG_SIZE_MAX = 16 * MIB
"""Largest configuration file in bytes."""

CONFIG_DEPTH_MAX = 64
"""Deepest element nesting of a configuration."""

CONFIG_ELEMENTS_MAX = 50_000
"""Most elements in one configuration, includes counted: ten times those of the largest file ever seen."""

CONFIG_ERRORS_MAX = 500
"""Errors after which the rest of a configuration is not looked at: it needs its first fix, or is something else."""

CONFIG_ATTRIBUTES_MAX = 64
"""Most attributes on one element."""

CONFIG_INCLUDES_MAX = 1000
"""Most files one configuration may include: empty ones cost nothing that ConfigCycleDetectionThreshold would count."""

CONFIG_INCLUDE_DEPTH_MAX = 32
"""Deepest nesting of includes; a cycle over symbolic links has a new path each time round."""

CONFIG_QUIET_NS = 100_000_000
"""How long nothing may happen to the files of a configuration before they are compared: editors save in several steps,
within a few milliseconds."""

CONFIG_BURST_MAX_NS = 1_000_000_000
"""How long that may be put off: something that writes without a pause would do so for ever."""

CONFIG_CHECK_NS = 5_000_000_000
"""How often the files of a configuration are compared without an event, which network file systems do not give: to read
ten of them takes less than a millisecond."""

CONFIG_POLL_NS = 1_000_000_000
"""How often, where there are no events at all: a person who has saved a file waits for what it does."""

JOURNAL_SIZE_MIN = 10 * 1_000_000
"""Smallest JournalSize in bytes; smaller values are raised to it with a warning, as AMPS does."""

LOG_VALUE_LENGTH_MAX = 64 * KIB
"""Longest value in a log record, in characters: an echoed message may be 200 MB."""

LOG_WAITING_BYTES_MAX = 1 * MIB
"""Log bytes kept for a console whose reader does not keep up; beyond it records are dropped and counted."""

SYSLOG_MESSAGE_SIZE_MAX = 8 * KIB
"""Largest datagram sent to the system's logger; common loggers cut or refuse larger ones."""

LIFETIME_MAX_NS = 2**61
"""Longest Expiration or LeasePeriod in nanoseconds, 73 years: longer ones are as good as this and fit no clock."""

REFUSALS_LOGGED = 10
"""Refused publishes of a connection that are all logged; of later ones, those whose number is a power of two."""

EXCEEDED_KEPT_MAX = 100_000
"""Messages of a queue that ended without success and can be reset; of more the oldest cannot."""

OPERATOR_ITEMS_MAX = 1000
"""Messages one request of an operator may name: all of them are one batch of the log."""

OPERATOR_REQUESTS_KEPT = 1000
"""Requests of operators whose answers are given again when they come again."""

REPEATED_REQUEST_NS = 600_000_000_000
"""How long a request of an operator may come again, for want of an answer: so long its journal file is not removed."""

UPKEEP_LOOK_NS = 1_000_000_000
"""How long until is looked again whether journal files can be removed that something is still needed of."""

CARRIED_PER_TURN_MAX = 2000
"""Records that one turn carries to the end of the log before journal files are removed: about 2 ms."""

FILLING_SLICE = 64 * KIB
"""Bytes of the log that one turn reads for queues that a reload adds, unless more was logged meanwhile: 1 to 3 ms."""

FILLING_TOLD = 500
"""Messages that one turn tells to be in such a queue, unless more came meanwhile."""

ORIGIN_DEPTH_MAX = 32
"""Longest chain of messages that were made of one another; a message that would make it longer is not made."""

STUCK_AFTER_NS = 30 * 60 * 1_000_000_000
"""How long a message may be leased before it is reported as stuck, where nothing else is configured."""

EVENT_ROW_SPAN = 256 * KIB
"""How far apart in the log the messages of one row of events may be: to find one, so much of the log is looked up."""

EVENTS_BEHIND_MAX = 64 * MIB
"""Events in bytes that wait to be written before reading from clients pauses."""

RESET_ATTEMPTS_MAX = 100
"""Most attempts that a message may be reset to have had."""

REDRIVES_MAX = 3
"""How often a message is redriven where a request does not say."""

ORDER_BY_MAX = 10
"""Most fields a query is sorted by."""

FAMILY_MAX = 1000
"""Most messages that the story of one message takes in on either side of it."""

ADMIN_BODY_MAX = 1 * MIB

ACTOR_MAX = 200
"""Characters of the name that somebody who asks for a reload gives."""

AUDIT_REASONS_MAX = 20
"""How many reasons of a refused reload its audit keeps: whoever asked was told all."""

AUDIT_REASON_MAX = 1000
"""Characters of each."""
"""Largest body of a request to the admin interface in bytes: 1,000 bookmarks take 50 KB."""

ARCHIVE_BATCH = 32
"""Messages that the archive is given at once."""

ARCHIVE_BATCH_BYTES = 256 * KIB
"""Bytes after which a batch for the archive is full."""

ARCHIVE_WAIT_NS = 60_000_000_000
"""How long an archive is left alone that could not be reached, times the failures in a row."""

ARCHIVE_WAIT_MAX_NS = 300_000_000_000
"""And at most this long."""

REASON_LENGTH_MAX = 1024
"""Longest reason in characters that comes with a status of somebody's own."""

TESTS_SIZE_MAX = 4 * MIB
"""Largest file of tests in bytes: ten thousand cases fit, and whoever sends one in cannot fill the memory."""

TESTS_NODES_MAX = 500_000
"""Entries of one file of tests, keys among them."""

TESTS_DEPTH_MAX = 64
"""How deep a file of tests may be nested: messages are written into it, and few are half as deep."""

TEST_TURNS_MAX = 200_000
"""Turns that time may take in one case of a test, before it is called endless: four months of a schedule that is due
each minute fit, and take some twenty seconds."""

TEST_YEAR_MAX = 2500
"""The last year of a test: the log has nanoseconds since 1970 in 64 bits, to 2554, and what is due later must fit."""

PROGRAMS_RUNNING_MAX = 8
"""Programs of actions that run at once, what they leave running in their group included: each costs memory and CPU."""

PROGRAMS_WAITING_MAX = 1000
"""Programs of actions that wait for their turn; further ones fail, because they come faster than they end."""

PROGRAM_OUTPUT_MAX = 64 * KIB
"""Bytes kept of what a program writes; the rest is read and dropped, so that the program does not wait for us."""

FILE_ERRANDS_WAITING_MAX = 100
"""Compressions and removals of files that wait for the one before; further ones fail."""

FILES_TREATED_MAX = 100_000
"""Files one step compresses or removes at most: so many names are kept in memory. The rest are for the next time."""

MEASURE_TIMEOUT_NS = 5_000_000_000
"""How long a file system may take to say how full it is: a network file system may never answer."""

MEASUREMENTS_MAX = 16
"""File systems that are asked at once: each that never answers keeps a thread."""

MINIDUMPS_WAITING_MAX = 10
"""Minidumps that wait for the one before; further ones fail, and would say the same."""

MINIDUMP_FREE_MIN = 64 * MIB
"""Free bytes below which no minidump is written: a disk that is nearly full is for the journal."""

SERVICE_STATUS_MAX = 500
"""Characters of a status for the service manager: systemd reads no message of more than 4096 bytes."""

INHERITED_SOCKETS_MAX = 1000
"""Sockets taken over from the service manager: a number in the environment may be anybody's."""

TEST_TIMES_MAX = 100_000
"""How often one step of a test may be repeated: it takes seconds."""
