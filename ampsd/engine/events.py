"""What happened inside the instance: the only things an `On` module can watch.

Each event fills variables of the action context (User Guide, Automating AMPS With Actions). Values are
bytes: message data is data, whatever its encoding.
"""

from collections.abc import Mapping
from typing import ClassVar

from ampsd.expressions.environment import NOWHERE, Environment
from ampsd.message_types.message_type import Fields
from ampsd.storage.records import REDRIVE, Origin


class Event:
    """Something that happened. `depth` counts how many firings led to it; 0 means none did."""

    __slots__ = ("depth", "parent")
    variables: ClassVar[tuple[str, ...]] = ()
    """Names of the context variables that every event of this class provides."""

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self.parent: Parent | None = None
        """The message that it happened to, where that is in the log."""

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {}


class InstanceStarted(Event):
    """Start-up is complete: clients can log on."""

    __slots__ = ()


class InstanceStopping(Event):
    """Shutting down begins: clients are still connected."""

    __slots__ = ()


class ScheduleDue(Event):
    """The time of a schedule has come. `schedule` is the very On that asked for it."""

    __slots__ = ("schedule",)

    def __init__(self, schedule: object) -> None:
        super().__init__()
        self.schedule = schedule


class SignalReceived(Event):
    """The process received a signal, such as SIGUSR1."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class AdminRequested(Event):
    """Somebody asked for the path of an action on the admin interface; its parameters are the variables.

    Names that begin with AMPS_ are the instance's own: such parameters are no variables.
    """

    __slots__ = ("parameters", "path")

    def __init__(self, path: str, parameters: Mapping[str, bytes]) -> None:
        super().__init__()
        self.path = path
        self.parameters = parameters

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {name: value for name, value in self.parameters.items() if not name.startswith("AMPS_")}


class MinidumpWritten(Event):
    """The instance wrote a minidump."""

    __slots__ = ("path",)
    variables = ("AMPS_MINIDUMP_PATH",)

    def __init__(self, path: bytes, depth: int = 0) -> None:
        super().__init__(depth)
        self.path = path

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {"AMPS_MINIDUMP_PATH": self.path}


class CustomEvent(Event):
    """An action raised an event of its own. It passes on its variables."""

    __slots__ = ("name", "passed_on")

    def __init__(self, name: str, passed_on: Mapping[str, bytes], depth: int) -> None:
        super().__init__(depth)
        self.name = name
        self.passed_on = passed_on

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return self.passed_on


class _OfClient(Event):
    __slots__ = ("client_name", "connection_name")
    variables: ClassVar[tuple[str, ...]] = ("AMPS_CLIENT_NAME", "AMPS_CONNECTION_NAME")

    def __init__(self, client_name: str, connection_name: str, depth: int = 0) -> None:
        super().__init__(depth)
        self.client_name = client_name
        self.connection_name = connection_name

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {
            "AMPS_CLIENT_NAME": self.client_name.encode("utf-8", "surrogateescape"),
            "AMPS_CONNECTION_NAME": self.connection_name.encode("utf-8", "surrogateescape"),
        }


class ClientOffline(_OfClient):
    """A client does not read fast enough: what it is sent is kept on disk from now on."""

    __slots__ = ()


class ClientOnline(_OfClient):
    """A client has read what was kept on disk for it."""

    __slots__ = ()


class ClientConnected(_OfClient):
    """A peer connected; it has not logged on, so its name is that of the connection."""

    __slots__ = ()


class _OfKnownClient(_OfClient):
    __slots__ = ("identity",)
    variables = (*_OfClient.variables, "AMPS_AUTHENTICATION_ID")

    def __init__(self, client_name: str, connection_name: str, identity: bytes) -> None:
        super().__init__(client_name, connection_name)
        self.identity = identity

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {**super().context(), "AMPS_AUTHENTICATION_ID": self.identity}


class ClientLoggedOn(_OfKnownClient):
    """A client logged on."""

    __slots__ = ()


class ClientDisconnected(_OfKnownClient):
    """A client is gone; one that never logged on has the name of its connection."""

    __slots__ = ()


class _OfSubscription(Event):
    __slots__ = ("client_name", "filter", "message_type", "options", "topic")
    variables = ("AMPS_TOPIC", "AMPS_CLIENT_NAME", "AMPS_OPTIONS", "AMPS_FILTER")

    def __init__(self, topic: str, message_type: str, client_name: str, options: bytes, content: bytes) -> None:
        super().__init__()
        self.topic = topic
        self.message_type = message_type
        self.client_name = client_name
        self.options = options
        self.filter = content

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {
            "AMPS_TOPIC": self.topic.encode("utf-8", "surrogateescape"),
            "AMPS_CLIENT_NAME": self.client_name.encode("utf-8", "surrogateescape"),
            "AMPS_OPTIONS": self.options,
            "AMPS_FILTER": self.filter,
        }


class Subscribed(_OfSubscription):
    """A client entered a subscription."""

    __slots__ = ()


class Unsubscribed(_OfSubscription):
    """A subscription ended, by a command or with its connection."""

    __slots__ = ()


class MessagePublished(Event):
    """A message was published to a topic (not during recovery).

    `fields` are those of the body where somebody filters; None where it cannot be read.
    """

    __slots__ = ("bookmark", "client_name", "data", "environment", "fields", "message_type", "timestamp", "topic")
    variables = (
        "AMPS_TOPIC",
        "AMPS_DATA",
        "AMPS_DATA_LENGTH",
        "AMPS_BOOKMARK",
        "AMPS_TIMESTAMP",
        "AMPS_CLIENT_NAME",
    )

    def __init__(
        self,
        topic: str,
        message_type: str,
        data: bytes,
        bookmark: bytes,
        timestamp: bytes,
        client_name: str,
        depth: int = 0,
        fields: Fields | None = None,
        environment: Environment = NOWHERE,
    ) -> None:
        super().__init__(depth)
        self.topic = topic
        self.message_type = message_type
        self.data = data
        self.bookmark = bookmark
        self.timestamp = timestamp
        self.client_name = client_name
        self.fields = fields
        self.environment = environment

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {
            "AMPS_TOPIC": self.topic.encode("utf-8", "surrogateescape"),
            "AMPS_DATA": self.data,
            "AMPS_DATA_LENGTH": b"%d" % len(self.data),
            "AMPS_BOOKMARK": self.bookmark,
            "AMPS_TIMESTAMP": self.timestamp,
            "AMPS_CLIENT_NAME": self.client_name.encode("utf-8", "surrogateescape"),
        }


REASON_ORDER = ("time_limit", "forced_expire", "max_cancels", "max_deliveries")
"""Every value AMPS_REASON is made of, in the order in which several are joined by commas."""


class Parent:
    """A message that another is made of: its queue (empty for none), its place in the log, its bookmark."""

    __slots__ = ("length", "origin", "position", "publisher", "queue", "sequence")

    def __init__(
        self, queue: bytes, position: int, length: int, publisher: int, sequence: int, origin: Origin | None
    ) -> None:
        self.queue = queue
        self.position = position
        self.length = length
        self.publisher = publisher
        self.sequence = sequence
        self.origin = origin

    def origin_of_child(self, cause: int) -> Origin:
        """What is logged with a message that is made of this one."""
        own = self.origin
        return Origin(
            cause,
            self.position,
            self.length,
            self.publisher,
            self.sequence,
            1 if own is None else own.depth + 1,
            (0 if own is None else own.redrives) + (cause == REDRIVE),
        )


class _OfMessage(Event):
    __slots__ = ("correlation_id", "data", "message_type", "topic")
    variables: ClassVar[tuple[str, ...]] = ("AMPS_TOPIC", "AMPS_DATA", "AMPS_DATA_LENGTH", "AMPS_CORRELATION_ID")

    def __init__(
        self, topic: str, message_type: str, data: bytes, correlation_id: bytes | None = None, depth: int = 0
    ) -> None:
        super().__init__(depth)
        self.topic = topic
        self.message_type = message_type
        self.data = data
        self.correlation_id = correlation_id

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        values = {
            "AMPS_TOPIC": self.topic.encode("utf-8", "surrogateescape"),
            "AMPS_DATA": self.data,
            "AMPS_DATA_LENGTH": b"%d" % len(self.data),
        }
        if self.correlation_id is not None:
            values["AMPS_CORRELATION_ID"] = self.correlation_id
        return values


class MessageExpired(_OfMessage):
    """A message left a queue without being acknowledged. `reasons` holds words of REASON_ORDER, in that order."""

    __slots__ = ("reasons",)
    variables = (*_OfMessage.variables, "AMPS_REASON")

    def __init__(
        self,
        topic: str,
        message_type: str,
        data: bytes,
        reasons: tuple[str, ...],
        correlation_id: bytes | None = None,
        depth: int = 0,
    ) -> None:
        super().__init__(topic, message_type, data, correlation_id, depth)
        self.reasons = reasons

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {**super().context(), "AMPS_REASON": ",".join(self.reasons).encode()}


class MessageDeleted(_OfMessage):
    """A message of a queue was acknowledged: it is worked, and gone."""

    __slots__ = ()


class MessageDelivered(_OfMessage):
    """A message was sent to a client: of a topic, or of a queue. One event for each client."""

    __slots__ = ("bookmark", "client_name")
    variables = (*_OfMessage.variables, "AMPS_BOOKMARK", "AMPS_CLIENT_NAME")

    def __init__(
        self,
        topic: str,
        message_type: str,
        data: bytes,
        bookmark: bytes,
        client_name: str,
        correlation_id: bytes | None = None,
        depth: int = 0,
    ) -> None:
        super().__init__(topic, message_type, data, correlation_id, depth)
        self.bookmark = bookmark
        self.client_name = client_name

    def context(self) -> Mapping[str, bytes]:
        """Values of the context variables."""
        return {
            **super().context(),
            "AMPS_BOOKMARK": self.bookmark,
            "AMPS_CLIENT_NAME": self.client_name.encode("utf-8", "surrogateescape"),
        }
