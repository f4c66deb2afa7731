"""The typed Command a client sends, and the words of the protocol: ack types, statuses, reasons.

Every word that goes out on the wire appears here once (Command Reference, Protocol Reference).
"""

RECEIVED = 1
PROCESSED = 2
COMPLETED = 4
PERSISTED = 8
STATS = 16

ACK_TYPES = {
    b"received": RECEIVED,
    b"processed": PROCESSED,
    b"completed": COMPLETED,
    b"persisted": PERSISTED,
    b"stats": STATS,
    b"parsed": 0,
}
"""Ack types a command may ask for. `parsed` is accepted and never produced, as in current AMPS."""

AUTH_FAILURE = "auth failure"
BAD_FILTER = "bad filter"
BAD_REGEX_TOPIC = "bad regex topic"
DUPLICATE_LOGON = "duplicate logon attempt"
INVALID_MESSAGE_TYPE = "invalid message type"
INVALID_OPTIONS = "invalid options"
INVALID_SUB_ID = "invalid subid"
INVALID_TOPIC = "invalid topic"
LOGON_REQUIRED = "logon required"
NO_CLIENT_NAME = "no client name"
NO_FILTER_OR_BOOKMARK = "no filter or bookmark"
NO_TOPIC = "no topic"
NOT_SUPPORTED = "not supported"
PARSE_ERROR = "parse error"
ONE_SELECTOR = "sow_delete command only supports one of: filter, sow_keys, bookmark, or data"
SUB_ID_IN_USE = "subid in use"
# Failure reasons. Clients choose the exception by the first letter and the length, so the spelling is the protocol.

CONNECTION_CLOSED = "connection closed"
ENTITLEMENT_RESET = "entitlement reset"
HEARTBEAT = "heartbeat"
LOGON_TIMEOUT = "logon timeout"
NAME_IN_USE = "name in use"
PROTOCOL_ERROR = "protocol error"
SLOW_CLIENT = "slow client"
STOPPING = "instance stopping"
TRANSPORT_DISABLED = "transport disabled"
TRANSPORT_CHANGED = "transport changed"
UNKNOWN_COMMAND = "unknown command"
# Why a connection was closed: for the log; there is no such message on the wire.


class Command:
    """One command as it arrived. Text fields are raw bytes; absent and empty are both None."""

    __slots__ = (
        "acks",
        "batch_size",
        "body",
        "bookmark",
        "client_name",
        "command_id",
        "correlation_id",
        "expiration",
        "filter",
        "message_type",
        "name",
        "options",
        "order_by",
        "password",
        "query_id",
        "sequence",
        "sow_key",
        "sow_keys",
        "sub_id",
        "top_n",
        "topic",
        "user_id",
        "version",
    )

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.acks = 0
        self.body = b""
        self.sequence: int | None = None
        self.expiration: int | None = None
        self.batch_size: bytes | None = None
        self.bookmark: bytes | None = None
        self.client_name: bytes | None = None
        self.command_id: bytes | None = None
        self.correlation_id: bytes | None = None
        self.filter: bytes | None = None
        self.message_type: bytes | None = None
        self.options: bytes | None = None
        self.order_by: bytes | None = None
        self.password: bytes | None = None
        self.query_id: bytes | None = None
        self.sow_key: bytes | None = None
        self.sow_keys: bytes | None = None
        self.sub_id: bytes | None = None
        self.top_n: bytes | None = None
        self.topic: bytes | None = None
        self.user_id: bytes | None = None
        self.version: bytes | None = None


class PublishRun:
    """Publishes of the common shape to one topic, one after the other, as one thing: a Command for each costs 0.9 us.

    `sequences` is empty where the publishes carry no numbers; then no persisted ack can be asked for either.
    """

    __slots__ = ("bodies", "sequences", "topic", "wants_persisted")

    def __init__(self, topic: bytes, wants_persisted: bool) -> None:
        self.topic = topic
        self.wants_persisted = wants_persisted
        self.bodies: list[bytes] = []
        self.sequences: list[int] = []
