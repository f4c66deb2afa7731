"""Folding the log into an instance before its first input: each record goes to the noun that it concerns."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ampsd.engine.action_runs import ActionRuns
from ampsd.engine.archiver import Archiver
from ampsd.engine.entries import Run, Source
from ampsd.engine.environments import Environments
from ampsd.engine.message_events import MessageEvents
from ampsd.engine.operators import Operators
from ampsd.engine.publishers import Publishers
from ampsd.engine.queue import Queue
from ampsd.engine.restoring import Restoring
from ampsd.engine.routes import Route, Routes
from ampsd.engine.story import ACTION
from ampsd.engine.strangers import Strangers
from ampsd.engine.turn import Turn
from ampsd.expressions.environment import NOWHERE
from ampsd.message_types.message_type import BodyError, Fields
from ampsd.storage import records
from ampsd.storage.log import Log
from ampsd.storage.tellings import decode_audit


class Replay:
    """One reading of the log, from its beginning to its end."""

    def __init__(
        self,
        queues: Sequence[Queue],
        routes: dict[bytes, Routes],
        publishers: Publishers,
        moment: Turn,
        environments: Environments,
        events: MessageEvents,
        operators: Operators,
        action_runs: ActionRuns,
        archiver: Archiver,
        log: Log,
    ) -> None:
        self._archiver = archiver
        self._action_runs = action_runs
        self._restoring = {queue.key: Restoring(queue) for queue in queues}
        self._routes = routes
        self._publishers = publishers
        self._turn = moment
        self._environments = environments
        self._events = events
        self._operators = operators
        self._strangers = Strangers(log)

    def fold(self, position: int, length: int, record: records.Record) -> None:
        """One record, in order."""
        if isinstance(record, records.Publish):
            publisher = self._publishers.by_id(record.publisher)
            publisher.last = max(publisher.last, record.sequence)
            self._strangers.came(position, record.publisher, record.sequence)
            routes = self._routes.get(record.message_type)
            if routes is not None:
                self._fold_message(routes.find(record.topic), position, length, publisher.number, record)
        elif isinstance(record, records.Telling):
            self._fold_telling(position, record)
        elif isinstance(record, records.QueueChange | records.RemovalAhead | records.Mark):
            restoring = self._restoring.get(record.queue)
            if restoring is not None:
                restoring.fold(record)
            elif isinstance(record, records.Mark) and record.mark == records.NUMBERED:
                self._events.number_from(record.value)
            elif record.queue.startswith(ACTION) and not isinstance(record, records.RemovalAhead):
                self._action_runs.restore(record)
            else:
                self._strangers.fold(record)
        else:
            publisher = self._publishers.by_id(record.publisher)
            publisher.last = max(publisher.last, record.sequence)

    def finish(self) -> None:
        """The end of the log: what was leased is lost."""
        for restoring in self._restoring.values():
            restoring.finish()
        self._strangers.finish()

    def carried(self) -> Iterator[bytes]:
        """Records that say where queues begin, and all that is known of those that are not configured now."""
        for restoring in self._restoring.values():
            mark = restoring.begin_mark()
            if mark is not None:
                yield mark
        yield from self._strangers.records()

    def _fold_telling(self, position: int, record: records.Telling) -> None:
        events = self._events.restore(position, record)
        if events is None:
            audit = decode_audit(record.data)
            self._events.audited(position, audit.wall_ns)
            self._operators.restore(audit)
            return
        if events.queue in self._restoring:
            self._restoring[events.queue].events(events)
        elif events.queue.startswith(ACTION):
            self._action_runs.restore_events(events)
        self._archiver.restore(events)

    def _fold_message(self, route: Route, position: int, length: int, publisher: int, record: records.Publish) -> None:
        fields: Fields | None = None
        if route.needs_body:
            with suppress(BodyError):  # logged before the queue had a Filter; what cannot be read matches none
                fields = route.read(record.data)
        environment = NOWHERE
        if route.needs_environment:
            environment = self._environments.of_publish(record.topic, record.data, record.correlation_id)
            environment.now_ns = record.timestamp_ns
        age_ns = max(0, self._turn.wall_ns - record.timestamp_ns)
        source = Source(record.topic, record.publisher, b"", length - len(record.data))
        run = Run((position,), (length,), publisher, (record.sequence,), source)
        for queue in route.queues:
            verdict = queue.admission.judge(fields, environment)
            if verdict is not None:
                self._restoring[queue.key].message(run, record, age_ns, verdict)
