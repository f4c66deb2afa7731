"""The archiver copies queued messages to an archive, one after the other: a machine of its own that no queue waits for.

It takes messages in the order of the log, so where it stands is one position, and that is a fold over its own events:
there is no other record of it. A message that cannot be archived is passed over; an archive that cannot be reached is
asked again, for the same message, after a wait that grows.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from ampsd import limits
from ampsd.definitions.message_archive import MessageArchiveDefinition
from ampsd.engine import lifecycle
from ampsd.engine.entries import NEVER
from ampsd.engine.message_events import MessageEvents
from ampsd.engine.queue import Queue
from ampsd.engine.story import ARCHIVER
from ampsd.engine.turn import Turn
from ampsd.ports import Archive, ArchiveObject, Report
from ampsd.storage.log import JournalDamageError, Log
from ampsd.storage.records import message_of
from ampsd.storage.tellings import Arrival, Events

_FINAL = tuple(map(lifecycle.STATUSES.index, (lifecycle.ARCHIVED, lifecycle.ARCHIVING_SKIPPING)))
_BEGUN = lifecycle.STATUSES.index(lifecycle.ARCHIVING)
Ending = tuple[str, bytes]
"""Status and reason."""


class _Item:
    """A message on its way. `ending` is set where the archive need not be asked; `session` is 0 while it waits."""

    __slots__ = ("body", "ending", "length", "position", "publisher", "sequence", "session")

    def __init__(self, position: int, length: int, publisher: int, sequence: int, session: int) -> None:
        self.position = position
        self.length = length
        self.publisher = publisher
        self.sequence = sequence
        self.session = session
        self.body = b""
        self.ending: Ending | None = None


class Archiver:
    """Takes what arrives in queues; without an archive, nothing."""

    def __init__(
        self,
        log: Log,
        events: MessageEvents,
        moment: Turn,
        archive: Archive | None,
        queues: Iterable[Queue],
        settings: MessageArchiveDefinition | None,
        report: Report,
    ) -> None:
        self._log = log
        self._events = events
        self._turn = moment
        self._archive = archive
        self.adopt(queues)
        self._size_max = 0 if settings is None else settings.max_message_size
        self._report = report
        self._expected: dict[bytes, list[Arrival]] = {}
        """What came into queues that are being added."""
        self._waiting: deque[Arrival] = deque()
        self._taken = self._taken_bytes = 0
        """How much of the first arrival is in a batch, or was."""
        self._newest = -1
        self._done = -1
        """What the log says is archived, up to this position; it is of use until the log is folded."""
        self._open: dict[int, int] = {}
        self._batch: list[_Item] = []
        self._is_asked = False
        self._failures = 0
        self._retry_ns = 0
        self.next_ns = NEVER
        """When the archive may be asked again; NEVER while nothing waits for time."""
        if archive is not None:
            events.arrived = self.arrived

    def adopt(self, queues: Iterable[Queue]) -> None:
        """These are the queues whose messages are archived, as far as they ask for it."""
        self._queues = frozenset(one.key for one in queues if one.definition.is_archived and one.tells)

    @property
    def is_idle(self) -> bool:
        """Whether everything that arrived is archived or passed over."""
        return not self._waiting and not self._batch

    def arrived(self, queue: bytes, arrival: Arrival) -> None:
        """Messages entered a queue. What entered another one before is known already: positions only grow."""
        last = arrival.last_position
        if queue in self._queues and last > self._newest:
            self._newest = last
            if last > self._done:
                self._waiting.append(arrival)
        elif queue in self._expected and last > self._newest:
            self._expected[queue].append(arrival)

    def expect(self, queue: Queue) -> None:
        """A queue is being added: its messages are archived as soon as it is there. Of those whose arrival the log
        tells already, `arrived` is to be told while it is read."""
        if self._archive is not None and queue.definition.is_archived and queue.tells:
            self._expected[queue.key] = []

    def include(self, queue: Queue) -> None:
        """It is there now. What is not newer than all that came into other queues is passed over, as at a start."""
        arrivals = self._expected.pop(queue.key, None)
        if arrivals is not None:
            self._queues |= {queue.key}
            for arrival in arrivals:
                self.arrived(queue.key, arrival)

    def expect_no_more(self, queue: Queue) -> None:
        """It was not added."""
        self._expected.pop(queue.key, None)

    def begin(self, floor: int) -> None:
        """The log begins there: whatever was before is archived, and so are late arrivals that speak of it."""
        self._done = max(self._done, floor - 1)
        while self._waiting and self._waiting[0].last_position <= self._done:
            self._waiting.popleft()

    @property
    def lowest_position(self) -> int:
        """The lowest position of a message that is not archived yet; NEVER when there is none."""
        if self._batch:
            return self._batch[0].position
        return self._waiting[0].position + self._taken_bytes if self._waiting else NEVER

    def restore(self, events: Events) -> None:
        """Fold events of the log."""
        if self._archive is None:
            return
        if events.arrival is not None:
            self.arrived(events.queue, events.arrival)
        elif events.queue == ARCHIVER:
            if events.status == _BEGUN:
                self._open.update(zip(events.positions, range(events.first, events.first + events.number), strict=True))
                return
            for position in events.positions:
                self._open.pop(position, None)
            if events.status in _FINAL:
                self._done = max(self._done, *events.positions)
                while self._waiting and self._waiting[0].last_position <= self._done:
                    self._waiting.popleft()

    def settle(self) -> None:
        """Ask the archive for what is durable and not archived yet."""
        if self._archive is None or self._is_asked or self._turn.now_ns < self._retry_ns:
            return
        self.next_ns = NEVER
        while True:
            if not self._batch:
                self._fill()
            if not self._batch:
                return
            self._begin()
            objects = [
                ArchiveObject(one.publisher, one.sequence, one.body) for one in self._batch if one.ending is None
            ]
            if objects:
                self._is_asked = True
                self._archive.submit(objects)
                return
            self._end([], None)

    def completed(self, refusals: Sequence[str | None], failure: str | None) -> None:
        """The archive has answered for the first objects: stored, or why it never will be; then it failed, or not."""
        self._is_asked = False
        self._end(refusals, failure)

    def _fill(self) -> None:
        """The next messages that are durable, as many as may be in memory at once."""
        size = 0
        while self._waiting and len(self._batch) < limits.ARCHIVE_BATCH and size < limits.ARCHIVE_BATCH_BYTES:
            arrival = self._waiting[0]
            at = self._taken
            position = arrival.position + self._taken_bytes
            if position >= self._log.durable:
                return
            length = arrival.lengths[at]
            if position > self._done:
                session = self._open.pop(position, 0)
                self._batch.append(_Item(position, length, arrival.publisher, arrival.sequence + at, session))
                size += length
            self._taken = at + 1
            self._taken_bytes += length
            if self._taken == len(arrival.lengths):
                self._waiting.popleft()
                self._taken = self._taken_bytes = 0

    def _begin(self) -> None:
        """Open a session for each, and read the bodies."""
        fresh = [one for one in self._batch if not one.session]
        if fresh:
            first = self._events.tell(lifecycle.ARCHIVING, ARCHIVER, [one.position for one in fresh])
            for session, one in enumerate(fresh, first):
                one.session = session
        for one in self._batch:
            try:
                one.body, _, _ = message_of(self._log.read(one.position, one.length))
            except JournalDamageError as error:
                one.ending = lifecycle.ARCHIVING_SKIPPING, f"unreadable: {error.what}".encode()
                continue
            if not one.body:
                one.ending = lifecycle.ARCHIVED, b"no data"
            elif self._size_max and len(one.body) > self._size_max:
                one.ending = lifecycle.ARCHIVING_SKIPPING, b"larger than ampsd:MaxMessageSize"

    def _end(self, refusals: Sequence[str | None], failure: str | None) -> None:
        answers = iter(refusals)
        rest: list[_Item] = []
        for one in self._batch:
            one.body = b""
            if not rest and one.ending is None:
                try:
                    refusal = next(answers)
                except StopIteration:
                    rest.append(one)
                    continue
                self._failures = 0
                one.ending = (
                    (lifecycle.ARCHIVED, b"")
                    if refusal is None
                    else (lifecycle.ARCHIVING_SKIPPING, refusal.encode()[: limits.REASON_LENGTH_MAX])
                )
            if rest:
                one.ending = None
                rest.append(one)
                continue
            assert one.ending is not None
            status, reason = one.ending
            self._tell(status, reason, [one])
        self._batch = rest
        if rest:
            self._retry(failure or "no answer")

    def _retry(self, failure: str) -> None:
        """The same messages again, later."""
        self._failures += 1
        wait_ns = min(limits.ARCHIVE_WAIT_NS * self._failures, limits.ARCHIVE_WAIT_MAX_NS)
        self.next_ns = self._retry_ns = self._turn.now_ns + wait_ns
        self._report("31-0016", error=failure, seconds=wait_ns // 1_000_000_000)
        self._tell(lifecycle.ARCHIVING_RETRYING, failure.encode()[: limits.REASON_LENGTH_MAX], self._batch)
        for one in self._batch:
            one.session = 0

    def _tell(self, status: str, reason: bytes, items: Sequence[_Item]) -> None:
        positions, sessions = [one.position for one in items], [one.session for one in items]
        self._events.tell(status, ARCHIVER, positions, reason=reason, sessions=sessions)
