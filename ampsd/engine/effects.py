"""What actions ask for: back inside (publish, note a status, raise an event) or outside (write a log line).

What takes time or can fail outside is an errand (`ampsd.ports`); everything here is done at once.
"""

from collections.abc import Mapping, Sequence

from ampsd.engine.lifecycle import own_status
from ampsd.expressions.compile import Expression, Filter
from ampsd.message_types.message_type import Value


class StepFailed(Exception):  # noqa: N818 - named for what happened, as every event is
    """A step could not do its work: the rest of its action is not run. `reason` is a sentence for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PublishMessage:
    """Publish as a client inside the instance: journalled, matched and queued like any other publish."""

    __slots__ = ("data", "message_type", "topic")

    def __init__(self, topic: str, message_type: str, data: bytes) -> None:
        self.topic = topic
        self.message_type = message_type
        self.data = data


class WriteLog:
    """Write the log record `code` of the catalogue, its text filled with `values`."""

    __slots__ = ("code", "values")

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values


class SetStatus:
    """Note a status of somebody's own for the message that set off the action; it moves nothing."""

    __slots__ = ("reason", "status")
    checked = staticmethod(own_status)
    """The text of a status. Raises ValueError when it cannot be one."""

    def __init__(self, status: str, reason: bytes) -> None:
        self.status = status
        self.reason = reason


class RaiseEvent:
    """Raise a custom event; actions that wait for it see `variables`."""

    __slots__ = ("name", "variables")

    def __init__(self, name: str, variables: Mapping[str, bytes]) -> None:
        self.name = name
        self.variables = variables


class ExtractValues:
    """Evaluate expressions over a message; without `data`, over none. `values` are there when it is done."""

    __slots__ = ("data", "expressions", "message_type", "values")

    def __init__(self, message_type: str, data: bytes | None, expressions: Sequence[Expression]) -> None:
        self.message_type = message_type
        self.data = data
        self.expressions = expressions
        self.values: Sequence[Value] = ()


class QueryQueue:
    """Find the first message of a queue that a client could query. `data` is None when there is none."""

    __slots__ = ("data", "filter", "message_type", "options", "order_by", "topic")

    def __init__(
        self, topic: str, message_type: str, content: Filter, order_by: bytes | None, options: bytes | None
    ) -> None:
        self.topic = topic
        self.message_type = message_type
        self.filter = content
        self.order_by = order_by
        self.options = options
        self.data: bytes | None = None


class IncrementCounter:
    """Add one to a counter of the instance, which begins at 0. `count` is there when it is done."""

    __slots__ = ("count", "key")

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.count = 0


class SwitchSecurity:
    """Switch authentication and entitlement on or off; what is None stays as it is."""

    __slots__ = ("authentication", "entitlement")

    def __init__(self, authentication: bool | None = None, entitlement: bool | None = None) -> None:
        self.authentication = authentication
        self.entitlement = entitlement


class ResetSecurity:
    """Forget what authentication or entitlement decided: for a transport and a user, or without them for all."""

    __slots__ = ("is_entitlement", "transport", "user")

    def __init__(self, is_entitlement: bool, transport: str | None, user: bytes | None) -> None:
        self.is_entitlement = is_entitlement
        self.transport = transport
        self.user = user


class CloseTransport:
    """End every connection of a transport, or of all."""

    __slots__ = ("transport",)

    def __init__(self, transport: str | None) -> None:
        self.transport = transport


class TreatJournals:
    """Mark journal files for archiving, compressing or removing that are older than an age."""

    __slots__ = ("age_ns", "verb")
    ARCHIVE, COMPRESS, REMOVE = "archive", "compress", "remove"

    def __init__(self, verb: str, age_ns: int) -> None:
        self.verb = verb
        self.age_ns = age_ns


class DescribeInstance:
    """What the engine has to say for a minidump. `sections` are there when it is done: file name -> content."""

    __slots__ = ("sections",)

    def __init__(self) -> None:
        self.sections: Mapping[str, bytes] = {}


class TellMinidump:
    """A minidump was written to `path`."""

    __slots__ = ("path",)

    def __init__(self, path: bytes) -> None:
        self.path = path


class Shutdown:
    """Shut the instance down in good order."""

    __slots__ = ()


Request = (
    PublishMessage
    | WriteLog
    | SetStatus
    | RaiseEvent
    | ExtractValues
    | QueryQueue
    | IncrementCounter
    | SwitchSecurity
    | ResetSecurity
    | CloseTransport
    | TreatJournals
    | DescribeInstance
    | TellMinidump
    | Shutdown
)
"""Done in the turn in which it is asked for. Whoever carries it out raises StepFailed when it cannot."""
