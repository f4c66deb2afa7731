"""A connected client, from the first byte to the last."""

from typing import TYPE_CHECKING

from ampsd.wire.connection import Connection
from ampsd.wire.header_format import HeaderFormat

if TYPE_CHECKING:
    from ampsd.engine.owed import Owed
    from ampsd.engine.publishers import Publisher
    from ampsd.engine.routes import Routes
    from ampsd.engine.subscription import Subscription

ACK_CONFLATION_NS = 1_000_000_000
"""Persisted acks are conflated to about one a second unless the logon says otherwise (User Guide, Command
Acknowledgment)."""


class Client:
    """One connection and who is at the other end. `routes`, `publisher` and the like are set by the logon."""

    __slots__ = (
        "ack_due_ns",
        "ack_interval_ns",
        "address",
        "closing",
        "connected_ns",
        "connection",
        "correlation_id",
        "durable_sequence",
        "heard_ns",
        "heartbeat_due_ns",
        "heartbeat_ns",
        "identity",
        "is_ack_noted",
        "message_type",
        "name",
        "noted_sequence",
        "out",
        "owed",
        "publisher",
        "refusals",
        "routes",
        "sent_sequence",
        "subscriptions",
        "transport",
        "transport_message_type",
        "unsequenced",
        "user",
        "version",
        "wire",
    )

    def __init__(
        self,
        connection: int,
        transport: str,
        transport_message_type: bytes | None,
        address: str,
        now_ns: int,
        header_format: HeaderFormat | None = None,
    ) -> None:
        self.connection = connection
        self.transport = transport
        self.transport_message_type = transport_message_type
        self.address = address
        self.connected_ns = now_ns
        self.wire = Connection(header_format)
        self.out: list[bytes] = []
        self.owed: Owed | None = None
        """What waits for it when it does not keep up."""
        self.closing: str | None = None
        self.refusals = 0
        """Publishes of this connection that were refused."""
        self.name = b""
        self.user: bytes | None = None
        self.identity = b""
        """What authentication calls its user; the default module knows nobody (User Guide, Authentication)."""
        self.version: bytes | None = None
        self.message_type = b""
        self.correlation_id: bytes | None = None
        self.routes: Routes
        self.publisher: Publisher
        self.unsequenced: Publisher
        self.subscriptions: dict[bytes, Subscription] = {}
        self.ack_interval_ns = ACK_CONFLATION_NS
        self.ack_due_ns = 0
        self.is_ack_noted = False
        self.noted_sequence = 0
        self.durable_sequence = 0
        self.sent_sequence = 0
        self.heartbeat_ns = 0
        self.heartbeat_due_ns = 0
        self.heard_ns = now_ns

    @classmethod
    def inside(cls, name: bytes, message_type: bytes, now_ns: int) -> "Client":
        """A client inside the instance; it has no connection."""
        client = cls(0, "internal", message_type, "internal", now_ns)
        client.name = name
        client.message_type = message_type
        return client

    @property
    def connection_name(self) -> str:
        """The connection's name in actions."""
        return f"{self.transport}-{self.connection}"

    @property
    def name_for_actions(self) -> str:
        """The client's name; the connection's while it has none."""
        return self.name.decode("utf-8", "surrogateescape") or self.connection_name

    @property
    def label(self) -> str:
        """The client's name for log records; its address while it has none."""
        return self.name.decode("utf-8", "replace") or self.address
