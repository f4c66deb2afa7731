"""Queues that a reload adds are filled from the log while the instance works on.

A start folds the log at once; here each turn reads a slice, beside everything else, and leaves the rest to the next.
When a slice reaches the very end, what is not durable and the open batch included, nothing is missing: in that turn the
queues become those that a restart would have made, and from the next input on they are in the routes.

    each turn, when all else is settled and the batch is not sealed yet:
        if filling.advance():
            filling.finish()
            the swap: the queues are in the routes
            instance.settle()       what the queues hand out, or end, joins the batch

Only the new queues are folded: their messages, what is said of them, their events. Publishers, the numbers of events,
answers to operators, runs of actions and the archiver are the instance's own, and know it all.
"""

from collections.abc import Sequence

from ampsd import limits
from ampsd.definitions.queues import CREATION, NOW
from ampsd.engine.archiver import Archiver
from ampsd.engine.entries import NEVER
from ampsd.engine.intake import Intake
from ampsd.engine.journal_needs import Need
from ampsd.engine.queue import Queue
from ampsd.engine.replay import Replay
from ampsd.engine.restoring import Restoring
from ampsd.storage import records
from ampsd.storage.following import PIECE
from ampsd.storage.records import EVENTS
from ampsd.storage.tellings import decode_events, queue_of

_WEIGHT_OF_TAKING = 100
_WEIGHT_OF_POSITION = 32
"""What costs more than its bytes: a queue that looks at a message, and a message that something is said of."""


class Filling:
    """One reading of the log for queues that are in no route. Call `advance` each turn, then `finish`, or `abandon`.

    Until then no journal file goes that was there at its beginning.
    """

    def __init__(self, queues: Sequence[Queue], replay: Replay, archiver: Archiver, pins: list[Need]) -> None:
        """`queues` is not empty; `pins` are those of the journal files."""
        around = queues[0].around
        self._log = around.log
        self._turn = around.turn
        self._replay = replay
        self._archiver = archiver
        self._pins = pins
        self._restoring = {queue.key: Restoring(queue) for queue in queues}
        readers = [one for one in self._restoring.values() if not _begins_now(one.queue, replay)]
        self._intake = Intake(readers)
        self._following = self._log.follow() if readers else None
        begin = NEVER if self._following is None else self._following.begin
        self._need = Need("a queue that is being added is read from it", lambda: begin)
        pins.append(self._need)
        for queue in queues:
            archiver.expect(queue)
        self._seen_end = self._log.end
        self._looked = 0
        """How many messages queues looked at in this turn."""
        self._told = 0
        self._is_told = False
        """Whether the log tells of the queues now."""
        self._progress = 0.0
        self.is_over = False

    @property
    def progress(self) -> float:
        """How much is done, 0.0 to 1.0; it never goes back."""
        if self._following is None or self.is_over:
            return 1.0
        following = self._following
        untold = sum(one.untold for one in self._restoring.values())
        done = following.position - following.begin + self._told * _WEIGHT_OF_TAKING
        left = self._log.end - following.position + untold * _WEIGHT_OF_TAKING
        self._progress = max(self._progress, done / (done + left) if done + left > 0 else 1.0)
        return self._progress

    @property
    def next_ns(self) -> int:
        """When the next slice is due, in monotonic nanoseconds: at once, but in a turn of its own."""
        return NEVER if self.is_over else self._turn.now_ns

    def advance(self) -> bool:
        """Read a slice; returns whether nothing is missing, so that `finish` may follow, in this very turn.

        A slice is larger than twice what was logged since the last, so that the end is reached however much that is.
        Raises JournalDamageError: the reload is to be refused with `abandon`, and the instance goes on.
        """
        assert not self.is_over
        if self._following is None:
            return True
        end = self._log.end
        grown, self._seen_end = end - self._seen_end, end
        if not self._read(limits.FILLING_SLICE, 2 * grown):
            return False
        most = max(limits.FILLING_TOLD, 2 * self._looked)
        for one in self._restoring.values():
            one.tick()
        trimmed = [one.trim(most) for one in self._restoring.values()]
        if most in trimmed:
            return False
        if sum(one.untold for one in self._restoring.values()) <= most:
            return True
        self._tell(most)
        return False

    def finish(self) -> None:
        """The queues are what a restart would make of the log as it is now; where they begin is logged, and what is to
        be told of them.

        To be called in a turn in which `advance` has returned True. Raises JournalDamageError where the body of a
        message that ends cannot be read, as any turn may.
        """
        assert not self.is_over
        if self._following is not None:
            self._read(NEVER, NEVER)
        self._is_told = True
        for one in self._restoring.values():
            self._archiver.include(one.queue)
            one.finish()
        self._replay.adopt(self._restoring.values())
        self._end()
        for one in self._restoring.values():
            one.queue.tick()  # as in the first turn of a start: nothing is handed out whose life is over

    def abandon(self) -> None:
        """The queues are not added. Nothing remains, but that of a great many messages some may have been told to be
        received: events decide nothing, and they are not told of again."""
        for one in self._restoring.values():
            self._archiver.expect_no_more(one.queue)
            if self._is_told:
                self._replay.told(one.queue.key)
        self._end()

    def _end(self) -> None:
        self.is_over = True
        self._pins.remove(self._need)

    def _read(self, weight: int, least: int) -> bool:
        """Read until both so much work and so many bytes are done; returns whether the end was reached before."""
        assert self._following is not None
        weighed = read = self._looked = 0
        for one in self._following.records():
            if one is None:
                weighed += PIECE
            else:
                position, length, record = one
                read += length
                weighed += length + self._fold(position, length, record)
            if weighed >= weight and read >= least:
                return False
        return True

    def _fold(self, position: int, length: int, record: records.Record) -> int:
        """One record; returns what it weighs beside its bytes."""
        if isinstance(record, records.Publish):
            is_durable = position < self._log.durable
            looked = self._intake.message(position, length, record, keeps_body=not is_durable)
            self._looked += looked
            return _WEIGHT_OF_TAKING * looked
        if isinstance(record, records.Telling):
            return self._fold_telling(record)
        if isinstance(record, records.Sequence):
            return 0
        restoring = self._restoring.get(record.queue)
        if restoring is None:
            return 0
        restoring.fold(record)
        return 0 if isinstance(record, records.RemovalAhead) else _WEIGHT_OF_POSITION * len(record.positions)

    def _fold_telling(self, record: records.Telling) -> int:
        assert self._following is not None
        try:
            restoring = self._restoring.get(queue_of(record.data)) if record.kind == EVENTS else None
            if restoring is None:
                return 0
            events = decode_events(record.data)
        except records.DamagedRecordError as error:
            raise self._following.damage(str(error)) from error
        restoring.events(events)
        if events.arrival is not None:
            self._archiver.arrived(events.queue, events.arrival)
        return _WEIGHT_OF_POSITION * events.number

    def _tell(self, most: int) -> None:
        self._is_told = True
        for one in self._restoring.values():
            number = min(most, one.untold)
            one.tell(number)
            self._told += number
            most -= number


def _begins_now(queue: Queue, replay: Replay) -> bool:
    """Whether nothing that the log holds is for the queue: it begins at the end, and has no life before.

    The log was read to its end at the start, and since then only queues that are configured are told of. A queue that
    had a life and began at the end would be among them: it logged where.
    """
    return queue.definition.recovery_point in (NOW, CREATION) and not replay.knows(queue.key)
