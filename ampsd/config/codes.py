"""Every code a finding of this package may have, with its meaning. Codes are stable: none is ever used again.

AC001-AC099 reading the files, AC101-AC199 what the declarations say, AC201-AC299 how settings fit together,
AC301-AC399 what was filled in.
"""

UNREADABLE = "AC001"
TOO_LARGE = "AC002"
EMPTY = "AC003"
BINARY = "AC004"
ENCODING = "AC005"
MALFORMED = "AC006"
DOCTYPE = "AC007"
TOO_DEEP = "AC008"
TOO_MANY_ELEMENTS = "AC009"
TOO_MANY_ATTRIBUTES = "AC010"
UNDEFINED_VARIABLE = "AC011"
BAD_VARIABLE = "AC012"
INCLUDE_UNREADABLE = "AC013"
INCLUDE_CYCLE = "AC014"
EXPANDED_TOO_LARGE = "AC015"
RAW_VARIABLE = "AC016"
ROOT = "AC017"
INCLUDE_SHAPE = "AC018"

UNKNOWN_ELEMENT = "AC101"
MISSING = "AC102"
REPEATED = "AC103"
BAD_VALUE = "AC104"
STRAY_TEXT = "AC105"
STRAY_ELEMENT = "AC106"
UNKNOWN_ATTRIBUTE = "AC107"
NOT_RUNNING = "AC108"
NO_EFFECT = "AC109"
OLD_SPELLING = "AC110"
UNKNOWN_EXTENSION = "AC111"
FOREIGN_NAMESPACE = "AC112"
BAD_EXPRESSION = "AC113"
BAD_PATTERN = "AC114"
UNKNOWN_ACTION_MODULE = "AC115"
MISPLACED_ACTION_MODULE = "AC116"
SCHEMA = "AC117"

NOT_JOURNALLED = "AC201"
QUEUE_NOT_JOURNALLED = "AC202"
TARGET_MISSING = "AC203"
TARGET_ELSEWHERE = "AC204"
UNKNOWN_MESSAGE_TYPE = "AC205"
UNKNOWN_PROTOCOL = "AC206"
DUPLICATE_NAME = "AC207"
EXCLUSIVE = "AC208"
FAIRNESS = "AC209"
NO_TRANSPORT = "AC210"
PORT_TWICE = "AC211"
NOT_A_QUEUE = "AC212"
OPAQUE_FILTER = "AC213"
MODULE_NOT_LOADED = "AC214"
JOURNAL_SIZE_RAISED = "AC215"
OLDER_THAN_REQUIRED = "AC216"
OLDER_THAN_SUGGESTED = "AC217"
NO_LEVEL = "AC218"
OVERWRITTEN_LOG = "AC219"
AWKWARD_NAME = "AC220"
ARCHIVE_IS_JOURNAL = "AC221"
NOTHING_RECORDED = "AC222"
PATTERN_AS_NAME = "AC223"

FILLED_IN = "AC301"

MEANINGS = {
    UNREADABLE: "The file cannot be read.",
    TOO_LARGE: "The file is larger than a configuration may be.",
    EMPTY: "The file is empty.",
    BINARY: "The file is not text.",
    ENCODING: "The file's bytes do not fit its encoding, or the encoding is not supported.",
    MALFORMED: "The file is not well-formed XML.",
    DOCTYPE: "The file has a DOCTYPE; document types and entities are refused.",
    TOO_DEEP: "Elements are nested too deeply.",
    TOO_MANY_ELEMENTS: "The configuration has too many elements.",
    TOO_MANY_ATTRIBUTES: "An element has too many attributes.",
    UNDEFINED_VARIABLE: "A ${NAME} is not defined.",
    BAD_VARIABLE: "A ${...} is not a variable.",
    INCLUDE_UNREADABLE: "An included file cannot be read.",
    INCLUDE_CYCLE: "A file includes itself, directly or through others.",
    EXPANDED_TOO_LARGE: "The configuration with its includes is larger than its ConfigCycleDetectionThreshold.",
    RAW_VARIABLE: "A raw <<NAME>> stands in the text; XML wants it written differently.",
    ROOT: "The file does not hold exactly one AMPSConfig element.",
    INCLUDE_SHAPE: "An Include is not a path alone.",
    UNKNOWN_ELEMENT: "An element is not known at this place.",
    MISSING: "A required element is missing.",
    REPEATED: "An element that may stand once stands several times.",
    BAD_VALUE: "A value has the wrong type or is out of range.",
    STRAY_TEXT: "Text stands where only elements may.",
    STRAY_ELEMENT: "An element stands where only text may.",
    UNKNOWN_ATTRIBUTE: "An attribute is not known.",
    NOT_RUNNING: "AMPS documents it, but this version cannot do it.",
    NO_EFFECT: "The setting is read, but changes nothing in this version.",
    OLD_SPELLING: "An older spelling of an element is used.",
    UNKNOWN_EXTENSION: "An element of the ampsd namespace is not known.",
    FOREIGN_NAMESPACE: "An element is in a namespace that means nothing here.",
    BAD_EXPRESSION: "An expression does not parse.",
    BAD_PATTERN: "A regular expression does not compile.",
    UNKNOWN_ACTION_MODULE: "There is no action module of that name.",
    MISPLACED_ACTION_MODULE: "An action module stands in the wrong one of On, If and Do.",
    SCHEMA: "The schema does not allow it.",
    NOT_JOURNALLED: "The underlying topic of a queue is not in the TransactionLog.",
    QUEUE_NOT_JOURNALLED: "The topic of a queue is not in the TransactionLog; only its underlying topic is.",
    TARGET_MISSING: "The underlying topic of a queue is a regular expression, but there is no DefaultPublishTarget.",
    TARGET_ELSEWHERE: "The DefaultPublishTarget of a queue is not one of its underlying topics.",
    UNKNOWN_MESSAGE_TYPE: "There is no message type of that name.",
    UNKNOWN_PROTOCOL: "There is no protocol of that name.",
    DUPLICATE_NAME: "Two things of a kind have the same name.",
    EXCLUSIVE: "Two settings cannot be used together.",
    FAIRNESS: "An at-most-once queue has a FairnessModel other than round-robin.",
    NO_TRANSPORT: "No transport is configured, so no client can connect.",
    PORT_TWICE: "Two transports listen on the same address.",
    NOT_A_QUEUE: "An action waits for expirations of a topic that is no queue.",
    OPAQUE_FILTER: "A Filter is set for a message type whose bodies cannot be read yet.",
    MODULE_NOT_LOADED: "A module names a shared object; none is loaded.",
    JOURNAL_SIZE_RAISED: "JournalSize is below 10M and is raised to it.",
    OLDER_THAN_REQUIRED: "The instance is older than RequiredMinimumVersion.",
    OLDER_THAN_SUGGESTED: "The instance is older than SuggestedMinimumVersion.",
    NO_LEVEL: "A log target has neither Level, Levels nor IncludeErrors and logs nothing.",
    OVERWRITTEN_LOG: "A log file is rotated, but its name is always the same.",
    AWKWARD_NAME: "The instance's name has characters that make trouble in file names.",
    ARCHIVE_IS_JOURNAL: "JournalArchiveDirectory and JournalDirectory are the same.",
    NOTHING_RECORDED: "The TransactionLog records no topic.",
    PATTERN_AS_NAME: "The name of a queue has characters of regular expressions, but is taken literally.",
    FILLED_IN: "Something that a start needs was missing and was filled in.",
}
