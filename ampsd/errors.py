"""The CC-NNNN catalogue: every record this program can log, with its level, text, cause and remedy.

User Guide, Logging: two characters of category, four digits. Ids that AMPS documents keep their meaning; the rest are
ours.
"""

from dataclasses import dataclass

LEVELS = ("developer", "trace", "stats", "info", "warning", "error", "critical", "emergency")
"""From the least to the most severe."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: `text` has the {names} of the values a report gives; `cause` and `remedy` are for `ampsd err`."""

    level: str
    text: str
    cause: str
    remedy: str

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"{self.level!r} is not a level")


_NOTHING = "Nothing to do."

CATALOGUE: dict[str, Entry] = {
    "00-0001": Entry(
        "info",
        "ampsd {version} (AMPS {amps_version}) starting instance {name} with {path}.",
        "The configuration is good and the instance is being built.",
        _NOTHING,
    ),
    "00-0015": Entry(
        "info",
        "AMPS initialization completed ({seconds} seconds).",
        "Recovery is complete and clients can log on.",
        _NOTHING,
    ),
    "00-0020": Entry(
        "info",
        "the configuration was taken over, asked by {actor}: {summary}. Digest {digest}.",
        "A reload: what changed stands before it, a record for each. Connections stay but for transports that changed.",
        _NOTHING,
    ),
    "00-0021": Entry(
        "error",
        "the configuration was not taken over, asked by {actor}: {summary}. The one before goes on.",
        "A reload was refused as a whole; why follows.",
        "Correct the files; where they are watched, saving them is enough, otherwise `ampsd reload`.",
    ),
    "00-0022": Entry("error", "not taken over: {reason}", "Why a reload was refused.", "What it says."),
    "00-0023": Entry("info", "to be taken over: {change}", "The plan of a reload, before anything is done.", _NOTHING),
    "00-0024": Entry(
        "warning",
        "waits for a restart: {change}",
        "The files say so, but this cannot be changed while the instance runs; everything else is taken over.",
        "Restart the instance when that is convenient.",
    ),
    "00-0025": Entry(
        "error",
        "changes to the files of the configuration may go unnoticed from now on: {error}",
        "No thread could be started to watch them, or one has ended by a fault in this program or the library it uses.",
        "Reload by `ampsd reload` or SIGHUP; report what looks like a fault.",
    ),
    "01-0001": Entry(
        "warning",
        "log target {target} cannot be written: {error}. Its records are counted and dropped until it can.",
        "The disk is full, the file or directory is not writable, or the system's logger is not running.",
        "Correct what the error names; the target is tried again every second. Other targets go on.",
    ),
    "01-0002": Entry(
        "warning",
        "log target {target} is written again; up to {count} records are missing from it.",
        "What stopped the target is over.",
        _NOTHING,
    ),
    "01-0003": Entry(
        "warning",
        "the next log file {file} cannot be opened: {error}. Logging goes on in the present one.",
        "The directory is not writable, or the process has no file descriptors left.",
        "Correct what the error names; it is tried again after another RotationThreshold, by the next rotation, or each"
        " second where the file was moved away.",
    ),
    "01-0004": Entry(
        "warning",
        "the files of the configuration are looked at every {seconds} s, because the system does not tell of changes: "
        "{error}.",
        "All inotify watches or instances of this user, or all file descriptors of the process, are in use.",
        "Nothing: changes are only noticed later. To be told of them, raise fs.inotify.max_user_watches or "
        "fs.inotify.max_user_instances, and start again.",
    ),
    "04-0001": Entry(
        "warning",
        "publish of client {client} to topic {topic} refused, its refusal number {number}: {reason}.",
        "The message could not be processed; the client got a failure ack. Of many, ever fewer are logged.",
        "Parse error: the queue's Filter must read the body, and the body is not of the topic's message type.",
    ),
    "05-0001": Entry(
        "warning",
        "statistics cannot be written to {file}: {error}. Samples are missing until they can.",
        "The disk is full, or the file is not a database of statistics or not writable.",
        "Correct what the error names; every Interval it is tried again.",
    ),
    "05-0002": Entry(
        "warning",
        "statistics cannot be kept in {file}: {error}. None are kept.",
        "The file of Admin/FileName cannot be opened, or is no database of statistics.",
        "Correct what the error names, and start again.",
    ),
    "07-0001": Entry("trace", "connection from {address} on transport {transport}.", "A peer connected.", _NOTHING),
    "07-0003": Entry(
        "info",
        "client {client} at {address} disconnected: {reason}.",
        "The connection ended; its subscriptions are gone and its leases are back in their queues.",
        "Heartbeat or slow client: look at the client and the network between.",
    ),
    "07-0004": Entry(
        "warning",
        "client name {client} is logging on again; its older connection at {address} is closed.",
        "With a transaction log a client name may be connected once; the newer connection wins.",
        "Give each client a name of its own, unless this was a reconnect.",
    ),
    "07-0005": Entry(
        "error",
        "client {client} at {address} sent what cannot be read: {fault}.",
        "The bytes are no frame of the transport's protocol; the connection is closed.",
        "Check that the client uses tcp and the amps protocol on this port.",
    ),
    "07-0006": Entry(
        "error",
        "client {client} sent the unknown command {command}; the connection is closed.",
        "The command is not one of AMPS 5.3.",
        "Check the client's version.",
    ),
    "11-0001": Entry("info", "transport {transport} listening on {address}.", "A listener was opened.", _NOTHING),
    "11-0002": Entry(
        "critical",
        "transport {transport} cannot listen on {address}: {error}.",
        "Another process has the address, or it is not an address of this machine.",
        "Stop the other process or change the Transport's InetAddr.",
    ),
    "11-0003": Entry(
        "info",
        "transport {transport} does not listen any more.",
        "An action has disabled it, or a reload has removed or moved it.",
        _NOTHING,
    ),
    "11-0004": Entry(
        "warning",
        "a socket named {name}, handed over by the service manager, fits no transport and is closed: {address}.",
        "Its FileDescriptorName is no Transport's Name and its address no Transport's InetAddr, or it takes no TCP"
        " connections.",
        "Write the Transport's Name into FileDescriptorName of the socket unit, or remove the unit.",
    ),
    "12-0010": Entry(
        "info",
        "client {client} at {address} logged on (version {version}, message type {message_type}).",
        "A logon command was accepted.",
        _NOTHING,
    ),
    "14-0001": Entry("trace", "client {client} subscribed to {topic}.", "A subscription was entered.", _NOTHING),
    "14-0002": Entry(
        "info",
        "client {client} cannot subscribe to {topic!r}: {reason}.",
        "A subscribe command was refused. For a filter that is no expression, the reason gives the place in its text.",
        "Correct the command in the program; the client gets the reason without the place, as from AMPS.",
    ),
    "25-0001": Entry(
        "warning",
        "{what} is switched {state}.",
        "An action has done it; SIGUSR1 switches both off and SIGUSR2 on, unless the configuration says otherwise.",
        "Switch it on again when what it was needed for is done.",
    ),
    "25-0002": Entry(
        "info",
        "{what} is reset; {clients} connections are affected.",
        "An action has done it. Clients whose entitlement is reset are disconnected.",
        _NOTHING,
    ),
    "29-0103": Entry("info", "{message}", "An amps-action-do-echo-message step ran.", _NOTHING),
    "29-0104": Entry(
        "info", "action {action}: amps-action-do-nothing was called.", "A step that does nothing ran.", _NOTHING
    ),
    "29-0105": Entry(
        "error",
        "action {action}: step {step} ({module}) failed: {reason}. The rest of the action is not run.",
        "A step could not do its work.",
        "Correct what the reason names; other actions are not affected.",
    ),
    "29-0106": Entry(
        "warning",
        "action {action}: step {step} ({module}) failed: {reason}. It is tried again in {wait}.",
        "A step could not do its work, and the action has an ampsd:Retry.",
        "Nothing, if it succeeds later; otherwise correct what the reason names.",
    ),
    "29-0107": Entry(
        "warning",
        "{action}: amps-action-do-vacuum-statistics is deprecated and does nothing.",
        "AMPS accepts the step and does nothing either.",
        "Remove the step.",
    ),
    "29-0108": Entry(
        "info",
        "{action}: the command wrote {output}",
        "A command of an amps-action-do-execute-system step has ended well, and wrote this.",
        _NOTHING,
    ),
    "29-0109": Entry(
        "trace", "schedule {name} ({every}) is due.", "The time of an amps-action-on-schedule has come.", _NOTHING
    ),
    "29-0110": Entry(
        "error",
        "a chain of actions was cut after {steps} steps at depth {depth}: {actions}.",
        "Actions set each other off without end: a publish loop.",
        "Break the loop: no action may publish, through others, to a topic that sets it off.",
    ),
    "29-0111": Entry(
        "warning",
        "{signal} is no signal that a process can take; its action is never set off.",
        "The Signal of an amps-action-on-signal is SIGKILL, SIGSTOP, or none of this system.",
        "Name another signal.",
    ),
    "29-0112": Entry(
        "warning",
        "shutting down goes on although actions have not ended within {seconds} s.",
        "A step waits for something outside, such as a command, for longer than a shutdown waits.",
        "Give the step a shorter ampsd:Timeout.",
    ),
    "29-0113": Entry(
        "error",
        "a run of {action} that waited cannot go on, because its message cannot be read: {error}.",
        "The journal is damaged where the message is.",
        "Look for what damaged the file; the run is over.",
    ),
    "29-0114": Entry(
        "warning",
        "runs of {action} that waited do not go on: there is no such action any more, or it is made of something else.",
        "The configuration was changed while a failed step waited for its next attempt.",
        "They stay in the log: with the action as it was, they go on after the next start.",
    ),
    "2C-0000": Entry(
        "info",
        "transaction log in {directory} opened: {segments} journal files, {records} records, {seconds} seconds.",
        "Recovery read the whole log and rebuilt queues and publisher sequences.",
        _NOTHING,
    ),
    "2C-0001": Entry(
        "warning",
        "{bytes} bytes at the end of {file}, from offset {offset}, were being written at the last stop; they are cut.",
        "The process or the machine died during a write. Nothing in these bytes was ever acknowledged.",
        _NOTHING,
    ),
    "2C-0002": Entry(
        "emergency",
        "{file} is damaged at offset {offset}: {what}.",
        "Bytes that were acknowledged as durable are not what was written.",
        "Check the disk, restore the file from a copy, and start again; do not edit the journal.",
    ),
    "2C-0003": Entry(
        "emergency",
        "the transaction log cannot be opened: {file}: {error}.",
        "The directory or a file in it cannot be created, read or written.",
        "Check that JournalDirectory exists or can be created, is writable, and has JournalSize of free space.",
    ),
    "2C-0004": Entry(
        "emergency",
        "writing or syncing {file} failed: {error}. Nothing more is acknowledged; the instance stops.",
        "The disk is full or failing. After a failed sync the operating system may have dropped what was written.",
        "Repair or free the disk and start again; publishers send again what was not acknowledged.",
    ),
    "2C-0005": Entry(
        "emergency",
        "the journal directory {directory} is in use by another process.",
        "Two instances on one journal, or of one name with one archive, would overwrite each other's files.",
        "Stop the other instance, or give this one a JournalDirectory and a JournalArchiveDirectory of its own.",
    ),
    "2C-0006": Entry(
        "emergency",
        "{file} is not a journal file that this instance can use: {what}.",
        "It was written by a newer version of ampsd, or belongs to another instance or another transaction log.",
        "Start the version of ampsd that wrote it, or give this instance a JournalDirectory of its own.",
    ),
    "2C-0007": Entry(
        "warning",
        "JournalArchiveDirectory is the journal directory {directory}; journal files are not archived.",
        "Both names lead to one directory, perhaps by a link or a mount. Everything else goes on.",
        "Name another directory as JournalArchiveDirectory, best on another device.",
    ),
    "2C-0008": Entry(
        "warning",
        "{file}, a second copy of a journal file, is damaged; it is {aside} now.",
        "The journal file itself was read and is whole, so nothing is lost; but something wrote over its copy.",
        "Check the disk of the copy; remove the file.",
    ),
    "2C-0011": Entry(
        "info",
        "journal file {file} was {done}; it is {target} now.",
        "An action asked for it. The file is still part of the transaction log.",
        _NOTHING,
    ),
    "2C-0012": Entry(
        "error",
        "journal file {file} cannot be {done}: {error}. It stays as it is.",
        "The disk or the archive directory is full, missing, not writable or failing, or a file there has the name.",
        "Correct what the error names; it is tried again when an action asks again.",
    ),
    "2C-0013": Entry(
        "info",
        "{files} journal files were removed, the last of them {last}.",
        "An action asked for it, and nothing needed them any more.",
        _NOTHING,
    ),
    "2C-0014": Entry(
        "info",
        "journal file {file} waits to be removed: {reason}.",
        "An action asked for it, but the file is still needed. It goes when it is not, unless a restart comes first.",
        "Nothing, or see to what the reason names.",
    ),
    "31-0011": Entry(
        "info",
        "a message expired from queue {queue}: {reasons}.",
        "The message left the queue without being acknowledged.",
        "max_cancels or max_deliveries: look at the dead letter, if an action makes one.",
    ),
    "31-0012": Entry(
        "info",
        "the lease of message {bookmark} in queue {queue} ended; the message is offered again.",
        "Its holder did not acknowledge it within LeasePeriod.",
        "Where this is frequent, raise LeasePeriod or lower the consumer's backlog.",
    ),
    "31-0013": Entry(
        "warning",
        "message {bookmark} of queue {queue} is stuck: it was leased long ago and nobody has acknowledged it.",
        "A consumer holds the message longer than ampsd:StuckAfter, or than 30 minutes where that is not set.",
        "Look at the consumer. Only LeasePeriod or ampsd:StuckAfter give the message to another.",
    ),
    "31-0014": Entry(
        "warning",
        "message events in {file} cannot be used: {reason}. That file is now {aside}; the log fills a new one.",
        "The file was damaged, or the journal beside it was replaced.",
        "Remove the old file when nobody needs it any more.",
    ),
    "31-0015": Entry(
        "error",
        "message events can no longer be written to {file}: {error}. Messages are not affected.",
        "The disk is full or failing, or the file was damaged.",
        "Mend that and restart: what is missing is read from the log.",
    ),
    "31-0016": Entry(
        "warning",
        "the archive of messages cannot be written: {error}. It is tried again in {seconds} s.",
        "The directory is missing, full or on a disk that fails.",
        "Mend that; nothing waits for it but the archive, and no message is left out.",
    ),
    "70-0004": Entry(
        "error",
        "client[{client}] is not consuming messages, disconnecting slow client",
        "What waits for it is more than MessageDiskLimit or its share of it, or is older than ClientMessageAgeLimit.",
        "Find out why it does not read. If it must be allowed to fall behind, raise the limits of its transport.",
    ),
    "70-0011": Entry(
        "warning",
        "client[{client}] slow consumption detected, offline messages.",
        "What waits for it in memory is more than MessageMemoryLimit or its share; it is kept on disk from now on.",
        "Nothing, if it catches up. Otherwise let it ask for less, or make it faster.",
    ),
    "70-0012": Entry(
        "info",
        "client[{client}] has read what was kept on disk for it.",
        "A client that was slow has caught up.",
        _NOTHING,
    ),
    "70-0013": Entry(
        "error",
        "what client[{client}] has not read cannot be kept on disk: {error}",
        "A file in MessageDiskPath cannot be made, written or read. The client is disconnected.",
        "See to the space and the permissions of MessageDiskPath.",
    ),
    "FF-0001": Entry("info", "shutdown began.", "A signal asked for it.", _NOTHING),
    "FF-0002": Entry("info", "shutdown complete.", "Everything is closed.", _NOTHING),
    "FF-0003": Entry(
        "emergency",
        "a fault of this program stopped it: {trace}",
        "An assumption of the code does not hold.",
        "Report it with this record; nothing that was acknowledged is lost.",
    ),
    "FF-0004": Entry(
        "critical",
        "a fault of this program, which goes on: {trace}",
        "An assumption of the code does not hold; what was being tried has touched nothing.",
        "Report it with this record.",
    ),
}


def describe(code: str) -> Entry:
    """The row of a code. Raises KeyError when there is none."""
    return CATALOGUE[code]
