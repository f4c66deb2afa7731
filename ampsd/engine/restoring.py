"""The same queue again, from the log: what each record of a queue means when it is read back.

A start reads all of it at once; for a queue that a reload adds it is read beside everything else, and the end of the
reading is prepared in pieces.
"""

from array import array
from itertools import islice

from ampsd.definitions.queues import CREATION, EPOCH, NOW
from ampsd.engine import lifecycle
from ampsd.engine.admission import Verdict
from ampsd.engine.endings import ENDING_BITS
from ampsd.engine.entries import AVAILABLE, NEVER, ON_HOLD, WAITING, Run
from ampsd.engine.exceeded import Ended
from ampsd.engine.lifecycle import State
from ampsd.engine.queue import Queue
from ampsd.engine.untold import Untold
from ampsd.storage import records
from ampsd.storage.tellings import Events
from ampsd.units import timestamp_ns
from ampsd.wire import amps

_ENDINGS = {bits >> 4: state for state, bits in ENDING_BITS.items()}
_RECEIVED = lifecycle.STATUSES.index(lifecycle.RECEIVED)
_STARTED = lifecycle.STATUSES.index(lifecycle.STARTED)
_CLOSING = tuple(map(lifecycle.STATUSES.index, lifecycle.CLOSING))
_RESTART = b"restart"
_CAME_BACK = tuple(map(lifecycle.STATUSES.index, (lifecycle.RETRYING, lifecycle.REDELIVERING)))


class Restoring:
    """Folds the records of one queue; then `finish`."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self._entries = queue.entries
        self._turn = queue.around.turn
        self._untold = Untold(queue)
        self._open: dict[int, int] = {}
        self._counted: dict[int, None] = {}
        """Entries that were delivered since they entered, and not handed back: only their deliveries may be lost."""
        self._handed_back: dict[int, None] = {}
        """Entries that wait because somebody said so, not because their StartAfter has not come."""
        self._to_hold: dict[int, None] = {}
        """Entries that were leased when an operator wanted them to be put on hold."""
        self._begun = 0
        self._after_bookmark = 0
        self._recovery_point = EPOCH
        point = queue.definition.recovery_point
        self._bookmark = (0, 0)
        self._from_ns = 0
        if point not in (EPOCH, NOW, CREATION):
            if "|" in point:
                self._bookmark = amps.read_bookmark(point.encode())
            else:
                self._from_ns = timestamp_ns(point)

    def message(self, run: Run, record: records.Publish, age_ns: int, verdict: Verdict) -> None:
        """A message that the queue takes, if its RecoveryPoint lets it."""
        position = run.positions[0]
        if (record.publisher, record.sequence) == self._bookmark:
            self._after_bookmark = position + 1
        if record.timestamp_ns >= self._from_ns:
            self.queue.enqueue(run, record.expiration_ns, age_ns, verdict)
            if self.queue.tells:
                self._untold.add(position)

    def fold(self, record: records.QueueChange | records.RemovalAhead | records.Mark) -> None:
        """Something that concerns this queue."""
        if isinstance(record, records.QueueChange):
            self._change(record)
        elif isinstance(record, records.Mark):
            self._marked(record)
        else:
            self._removed_ahead(record)

    def _removed_ahead(self, record: records.RemovalAhead) -> None:
        """A message was acknowledged that has not come yet; or it has: while the queue was not configured, and the
        acknowledgment was said once more behind it."""
        publisher = self.queue.around.publishers.known(record.publisher)
        serial = -1 if publisher is None else self._entries.find_bookmark(publisher.number, record.sequence)
        if serial < 0:
            self.queue.ahead.add(record.publisher, record.sequence)
            return
        self.queue.ahead.keep_out(self._entries.position(serial))
        self._let_go(serial)

    def _change(self, change: records.QueueChange) -> None:
        queue = self.queue
        is_removal = change.kind == records.REMOVE
        for position in change.positions:
            if is_removal:
                queue.ahead.said(position)
            serial = self._entries.find_position(position)
            if serial < 0:
                continue
            if is_removal:
                if change.reasons:
                    self._remember(serial, change.reasons)
                self._let_go(serial)
            else:
                queue.counters.restore(change.kind, serial)
                self._counted[serial] = None

    def _remember(self, serial: int, reasons: int) -> None:
        state = _ENDINGS.get(reasons >> 4, State.DONE)
        if reasons < 16:  # written before endings were
            state = State.TERMINATED if reasons & 8 else State.EXPIRED if reasons == 1 else State.FAILED
        if state in lifecycle.EXCEEDED:
            block, slot = self._entries.where(serial)
            publisher = self.queue.around.publishers.table[block.publishers[slot]].id
            ended = Ended(block.lengths[slot], publisher, block.sequences[slot], state, self._entries.priority(serial))
            self.queue.exceeded.add(block.positions[slot], ended)

    def _marked(self, mark: records.Mark) -> None:
        queue = self.queue
        if mark.mark == records.PAUSE:
            queue.set_paused(mark.value)
        elif mark.mark == records.UNPAUSE:
            queue.paused_until_ns = None
        elif mark.mark == records.BEGIN:
            self._begun, self._recovery_point = mark.value, mark.text.decode()
        elif mark.mark == records.RESET:
            for position in mark.positions:
                self._reset(position, mark.value)
        else:
            for position in mark.positions:
                serial = self._entries.find_position(position)
                if serial >= 0:
                    self._mark_one(mark, serial)

    def _mark_one(self, mark: records.Mark, serial: int) -> None:
        queue = self.queue
        note = queue.notes.of(serial)
        state = self._entries.state(serial)
        if mark.mark == records.SKIP:
            queue.notes.skip(serial, mark.text)
        elif mark.mark == records.ACKNOWLEDGED:
            note.completed_by = mark.text
        elif mark.mark == records.SUSPEND_LATER:
            note.suspend_by = mark.text
            self._to_hold[serial] = None
        elif mark.mark == records.SUSPEND:
            note.suspend_by = None
            note.due_ns = 0
            note.label = State.SUSPENDED
            self._entries.move(serial, state, ON_HOLD)
        elif mark.mark == records.RESUME:
            note.label = State.AVAILABLE
            self._entries.move(serial, state, AVAILABLE)
        elif mark.mark in (records.DUE, records.HANDED_BACK):
            if mark.mark == records.HANDED_BACK:
                queue.counters.hand_back(serial)
                self._counted.pop(serial, None)
            note.label = State.RETRY_WAIT if mark.text else State.DELAYED
            note.attempts = int(mark.text or b"%d" % note.attempts)
            if not mark.text:
                self._handed_back[serial] = None
            if state == AVAILABLE:
                queue.rest(serial, AVAILABLE, mark.value)
            elif state == WAITING:
                queue.notes.wait(serial, self._turn.monotonic_of(mark.value))

    def _reset(self, position: int, attempts: int) -> None:
        ended = self.queue.exceeded.take(position)
        if ended is not None:
            self.queue.enter_again(position, ended, attempts)

    def events(self, events: Events) -> None:
        """Something was told of messages of the queue."""
        status = events.status
        if status == _RECEIVED:
            for position in events.every_position:
                self._untold.forget(position)
        elif status == _STARTED:
            for session, position in enumerate(events.every_position, events.first):
                self._open[position] = session
        elif status in _CLOSING:
            for position in events.every_position:
                self._open.pop(position, None)
            if status in _CAME_BACK:
                self._came_back(events)

    def _came_back(self, events: Events) -> None:
        for position in events.every_position:
            serial = self._entries.find_position(position)
            if serial >= 0:
                note = self.queue.notes.of(serial)
                if note.label is State.AVAILABLE:
                    note.label = State.RETRY_WAIT
                if self.queue.definition.backoff is None or events.reason == _RESTART:  # otherwise a mark says it
                    note.attempts += 1

    # ---- the end of the reading

    @property
    def untold(self) -> int:
        """Of how many messages `finish` would tell that they were received, as far as `tell` may do so before."""
        return 0 if self._may_begin_later() else len(self._untold)

    def trim(self, most: int) -> int:
        """Let go of up to `most` messages that `finish` would let go of; returns of how many.

        Everything that is said of them must have been read.
        """
        begin, done = self._begin(), 0
        for serial in islice(self._entries.serials(), most):
            if not self._drop(serial, begin):
                break
            done += 1
        return done

    def tick(self) -> None:
        """Time passes while the log is read: what waited until now is available, as if it was read now."""
        for serial in self.queue.notes.due(self._turn.now_ns):
            if self._entries.state(serial) == WAITING:
                self._entries.move(serial, WAITING, AVAILABLE)
            note = self.queue.notes.of(serial)
            if note.label is State.DELAYED and serial not in self._handed_back:
                note.label = State.AVAILABLE

    def tell(self, most: int) -> None:
        """Tell of up to `most` messages that they were received."""
        self._untold.tell(most)

    def finish(self) -> None:
        """Every lease of the life before is lost, which may have been the last allowed.

        Of what was kept for the reading nothing stays but where the queue begins. Raises JournalDamageError where the
        body of a message that ends cannot be read.
        """
        queue = self.queue
        queue.is_restoring = False
        queue.ahead.finish()
        self._drop_before()
        self.tick()
        self._untold.tell(len(self._untold))
        for serial in filter(self._counted.__contains__, queue.counters.used_up()):
            position = self._entries.position(serial)
            session = self._open.pop(position, 0)
            if queue.tells and not session:
                continue  # it came back before that: it was not yet over, because the limit was a higher one
            queue.endings.end(serial, State.TERMINATED, ("max_deliveries",), session=session)
        self._tell_lost()
        for serial in self._to_hold:
            note = queue.notes.find(serial)
            if note is not None and note.suspend_by is not None:
                queue.endings.hold(serial, self._entries.state(serial), note.suspend_by)
        for known in (self._counted, self._open, self._handed_back, self._to_hold):
            known.clear()
        queue.is_dirty = True

    def _begin(self) -> int:
        """Messages before this position are not in the queue, as things stand; NEVER for all that there are."""
        point = self.queue.definition.recovery_point
        if point in (NOW, CREATION):
            return self._begun if point == self._recovery_point else NEVER
        return self._after_bookmark

    def _may_begin_later(self) -> bool:
        """Whether the message that the RecoveryPoint names may still come: then those before it go."""
        publisher, sequence = self._bookmark
        known = self.queue.around.publishers.known(publisher)
        return sequence > (0 if known is None else known.last)

    def _drop_before(self) -> None:
        """Let go of what came before the RecoveryPoint, if the queue is new or the point was changed."""
        queue = self.queue
        point = queue.definition.recovery_point
        begin = self._begin()
        if begin == NEVER:
            begin = queue.around.log.end
        if point != self._recovery_point:
            queue.around.log.add(records.encode_mark(records.BEGIN, queue.key, array("Q"), begin, point.encode()))
        self._begun, self._recovery_point = begin, point
        for serial in self._entries.serials():
            if not self._drop(serial, begin):
                break

    def _drop(self, serial: int, begin: int) -> bool:
        """Let go of a message if it came before the queue begins; whether it did."""
        position = self._entries.position(serial)
        if position >= begin:
            return False
        self._let_go(serial)
        return True

    def _let_go(self, serial: int) -> None:
        self._untold.forget(self._entries.position(serial))
        self._counted.pop(serial, None)
        self.queue.forget((serial,))

    def begin_mark(self) -> bytes | None:
        """A record that says where the queue begins, as long as it says anything; to be asked for after `finish`."""
        if not self._begun and self._recovery_point == EPOCH:
            return None
        point = self._recovery_point.encode()
        return records.encode_mark(records.BEGIN, self.queue.key, array("Q"), self._begun, point)

    def _tell_lost(self) -> None:
        """The sessions that the end of the process cut off."""
        queue = self.queue
        if not queue.tells:
            return
        for position, session in self._open.items():
            serial = -1 if queue.is_at_most_once else self._entries.find_position(position)
            status = lifecycle.REDELIVERING if serial >= 0 else lifecycle.TERMINATED
            queue.tell(status, (position,), reason=_RESTART, sessions=(session,))
            if serial >= 0:
                note = queue.notes.of(serial)
                note.attempts += 1
                if note.label is State.AVAILABLE:
                    note.label = State.RETRY_WAIT
