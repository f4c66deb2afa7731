"""Folding the log into an instance before its first input: each record goes to the noun that it concerns.

What is to be said again before journal files are removed stays known here, of the queues that there are and of those
that there were; so a queue that a reload adds or removes changes sides here too.
"""

from collections.abc import Iterable, Iterator, Sequence

from ampsd.engine.action_runs import ActionRuns
from ampsd.engine.archiver import Archiver
from ampsd.engine.intake import Intake
from ampsd.engine.message_events import MessageEvents
from ampsd.engine.operators import Operators
from ampsd.engine.publishers import Publishers
from ampsd.engine.queue import Queue
from ampsd.engine.restoring import Restoring
from ampsd.engine.story import ACTION, ARCHIVER
from ampsd.engine.strangers import Strangers
from ampsd.storage import records
from ampsd.storage.log import Log
from ampsd.storage.tellings import decode_audit


class Replay:
    """One reading of the log, from its beginning to its end."""

    def __init__(
        self,
        queues: Sequence[Queue],
        publishers: Publishers,
        events: MessageEvents,
        operators: Operators,
        action_runs: ActionRuns,
        archiver: Archiver,
        log: Log,
    ) -> None:
        self._archiver = archiver
        self._action_runs = action_runs
        self._restoring = {queue.key: Restoring(queue) for queue in queues}
        self._intake = Intake(self._restoring.values())
        self._publishers = publishers
        self._events = events
        self._operators = operators
        self._strangers = Strangers(log)
        self.reloads = 0
        """How often queues came or went since."""

    def fold(self, position: int, length: int, record: records.Record) -> None:
        """One record, in order."""
        if isinstance(record, records.Publish):
            publisher = self._publishers.by_id(record.publisher)
            publisher.last = max(publisher.last, record.sequence)
            self._strangers.came(position, record.publisher, record.sequence)
            self._intake.message(position, length, record)
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
        self._intake = Intake(())  # nothing is folded any more

    def carried(self) -> Iterator[bytes]:
        """Records that say where queues begin, and all that is known of those that are not configured now."""
        for restoring in self._restoring.values():
            mark = restoring.begin_mark()
            if mark is not None:
                yield mark
        yield from self._strangers.records()

    # ---- reload

    def knows(self, key: bytes) -> bool:
        """Whether the log may tell of a queue: it did at the start, or the queue was configured since."""
        return key in self._restoring or self._strangers.knows(key)

    def told(self, key: bytes) -> None:
        """Something was logged of a queue that is not configured."""
        self._strangers.told(key)

    def adopt(self, added: Iterable[Restoring]) -> None:
        """Queues that a reload has added: what was kept for them is theirs now."""
        self.reloads += 1
        for one in added:
            self._restoring[one.queue.key] = one
            self._strangers.let_go(one.queue.key)

    def release(self, queue: Queue) -> None:
        """A queue that a reload removes, as it is now: what concerns it as a whole is kept until it is back."""
        self.reloads += 1
        mark = self._restoring.pop(queue.key).begin_mark()
        self._strangers.take(queue, mark)

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
        elif events.queue != ARCHIVER:
            self._strangers.told(events.queue)
        self._archiver.restore(events)
