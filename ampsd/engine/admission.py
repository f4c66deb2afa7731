"""What a queue asks of a message when it is published: does it enter, and how does it stand there.

User Guide, Message Queues: Filter, Priority, BarrierExpression; ampsd:StartAfter. Asked once, on entry, and again when
the queue is rebuilt after a restart.
"""

from ampsd.definitions.queues import QueueDefinition
from ampsd.engine.entries import LOWEST
from ampsd.engine.priority import priority_of
from ampsd.expressions.compile import Expression, Filter, compile_expression, compile_filter
from ampsd.expressions.environment import Environment
from ampsd.expressions.values import read_number
from ampsd.message_types.message_type import Fields, Value
from ampsd.units import timestamp_ns


class Verdict:
    """How a message enters: its priority, whether it is a barrier, and from which wall time on it is delivered."""

    __slots__ = ("is_barrier", "priority", "start_ns")

    def __init__(self, priority: int, is_barrier: bool, start_ns: int) -> None:
        self.priority = priority
        self.is_barrier = is_barrier
        self.start_ns = start_ns


PLAIN = Verdict(LOWEST, False, 0)
"""Enters like every other."""


class Admission:
    """The expressions of one queue. `reads_body` tells whether it has any; `identifiers` are the fields they read."""

    def __init__(self, definition: QueueDefinition) -> None:
        self._filter: Filter | None = compile_filter(definition.filter) if definition.filter else None
        self._barrier: Filter | None = (
            compile_filter(definition.barrier_expression) if definition.barrier_expression else None
        )
        self._priority: Expression | None = compile_expression(definition.priority) if definition.priority else None
        self._start: Expression | None = compile_expression(definition.start_after) if definition.start_after else None
        every = [one for one in (self._filter, self._barrier, self._priority, self._start) if one is not None]
        self.reads_body = bool(every)
        self.asks_environment = any(one.asks_environment for one in every)
        self.identifiers = tuple(dict.fromkeys(path for one in every for path in one.identifiers))

    def judge(self, fields: Fields | None, environment: Environment) -> Verdict | None:
        """How the message enters, None when it does not. `fields` is None for a body that nobody reads or can read."""
        if not self.reads_body:
            return PLAIN
        if fields is None:
            return None if self._filter is not None else PLAIN
        if self._filter is not None and not self._filter.matches(fields, environment):
            return None
        return Verdict(
            LOWEST if self._priority is None else priority_of(self._priority.value(fields, environment)),
            self._barrier is not None and self._barrier.matches(fields, environment),
            0 if self._start is None else _moment_ns(self._start.value(fields, environment)),
        )


def _moment_ns(value: Value) -> int:
    """Nanoseconds since 1970 of a UNIX time in seconds or of an ISO 8601 text; 0 where it is neither."""
    if isinstance(value, bytes):
        number = read_number(value)
        if number is None:
            try:
                return max(0, timestamp_ns(value.decode("ascii", "replace")))
            except ValueError:
                return 0
        value = number
    if value is None or value != value or not 0 < value < 2**33:
        return 0
    return int(value * 1_000_000_000)
