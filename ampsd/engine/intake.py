"""Which queues take a message of the log: asked when an instance starts, and when a queue is added while it runs.

The routes of publishes are not touched, and nothing is kept of topics but who takes them.
"""

from collections.abc import Iterable
from contextlib import suppress

from ampsd import limits
from ampsd.engine.entries import Body, Run, Source
from ampsd.engine.restoring import Restoring
from ampsd.expressions.environment import NOWHERE
from ampsd.message_types.message_type import BodyError, Fields, Reader
from ampsd.storage import records


class _Takers:
    """The queues that take the messages of one topic, and how a message is read for them."""

    __slots__ = ("asks_environment", "every", "read")

    def __init__(self, every: list[Restoring]) -> None:
        self.every = every
        admissions = [one.queue.admission for one in every]
        self.asks_environment = any(one.asks_environment for one in admissions)
        self.read: Reader | None = None
        if any(one.reads_body for one in admissions):
            paths = dict.fromkeys(path for one in admissions for path in one.identifiers)
            self.read = every[0].queue.type.reader(tuple(paths))


class Intake:
    """Gives messages of the log to those queues that take them."""

    def __init__(self, restoring: Iterable[Restoring]) -> None:
        self._by_type: dict[bytes, list[Restoring]] = {}
        for one in restoring:
            self._by_type.setdefault(one.queue.message_type, []).append(one)
        self._known: dict[tuple[bytes, bytes], _Takers] = {}

    def message(self, position: int, length: int, record: records.Publish, keeps_body: bool = False) -> int:
        """One message; returns how many queues looked at it. `keeps_body` where the log cannot be read there yet."""
        if record.message_type not in self._by_type:
            return 0
        takers = self._known.get((record.message_type, record.topic)) or self._find(record.message_type, record.topic)
        if not takers.every:
            return 0
        around = takers.every[0].queue.around
        fields: Fields | None = None
        if takers.read is not None:
            with suppress(BodyError):  # logged before the queue had a Filter; what cannot be read matches none
                fields = takers.read(record.data)
        environment = NOWHERE
        if takers.asks_environment:
            environment = around.environments.of_publish(record.topic, record.data, record.correlation_id)
            environment.now_ns = record.timestamp_ns
        age_ns = max(0, around.turn.wall_ns - record.timestamp_ns)
        publisher = around.publishers.by_id(record.publisher).number
        source = Source(record.topic, record.publisher, b"", length - len(record.data))
        bodies = (_body_of(record),) if keeps_body else ()
        run = Run((position,), (length,), publisher, (record.sequence,), source, bodies)
        for one in takers.every:
            verdict = one.queue.admission.judge(fields, environment)
            if verdict is not None:
                one.message(run, record, age_ns, verdict)
        return len(takers.every)

    def _find(self, message_type: bytes, topic: bytes) -> _Takers:
        if len(self._known) >= limits.ROUTES_MAX:
            self._known.clear()
        takers = _Takers([one for one in self._by_type[message_type] if one.queue.takes(topic)])
        self._known[message_type, topic] = takers
        return takers


def _body_of(record: records.Publish) -> Body:
    if record.correlation_id is None and record.origin is None:
        return record.data
    return record.data, record.correlation_id, record.origin
