"""What the storage tests share: small journals on the fake disk, batches that can be told apart, and a model.

Every publish names its batch, its place there and the batch's size, so that a batch that is not whole is seen. The
model is the list of sealed batches; what recovery folds must be a beginning of it, never shorter than what was durable.
"""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from ampsd.ports import Verb
from ampsd.simulator.disk import SimDisk
from ampsd.storage import records, segment
from ampsd.storage.journal import Journal
from ampsd.storage.log import JournalDamageError
from ampsd.storage.recovery import Recovered, recover

DIRECTORY = "/j"
NAME = "A"
JOURNAL_ID = b"0123456789abcdef0123456789abcdef"
SEGMENT_SIZE = 8 * 1024
SUPERBLOCK = "/j/A.superblock"

Batch = list[bytes]


def path(number: int) -> str:
    """Where the segment of that number lives."""
    return segment.path_of(DIRECTORY, NAME, number)


def publish(batch: int, place: int = 0, count: int = 1, size: int = 20) -> bytes:
    """A publish record that says where it belongs; its body differs from every other's."""
    body = b"%d.%d." % (batch, place)
    body = (body * (size // len(body) + 1))[:size]
    return records.encode_publish(b"json", b"Jobs", batch, place + 1, count, body)


def batch_of(number: int, count: int = 1, size: int = 20) -> Batch:
    """One batch of `count` publishes with bodies of `size` bytes."""
    return [publish(number, place, count, size) for place in range(count)]


class Folded:
    """What a recovery folded: positions and bytes of each record, checked to lie one behind the other."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, bytes]] = []
        self._end = 0

    def __call__(self, position: int, length: int, record: records.Record) -> None:
        assert position >= self._end, "a record lies inside the one before it"
        self._end = position + length
        data = encoded(record)
        assert len(data) == length
        self.entries.append((position, data))

    @property
    def batches(self) -> list[Batch]:
        """The records by batch. Fails when one is not whole."""
        batches: list[Batch] = []
        for _, data in self.entries:
            record = records.decode_publish(data)
            if record.sequence == 1:
                batches.append([])
            batches[-1].append(data)
            assert record.sequence == len(batches[-1])
        for batch in batches:
            assert len(batch) == records.decode_publish(batch[0]).timestamp_ns, "a batch is not whole"
        return batches


def encoded(record: records.Record) -> bytes:
    """The bytes a record was decoded from."""
    if isinstance(record, records.Publish):
        return records.encode_publish(
            record.message_type,
            record.topic,
            record.publisher,
            record.sequence,
            record.timestamp_ns,
            record.data,
            record.correlation_id,
            record.expiration_ns,
            record.origin,
        )
    if isinstance(record, records.QueueChange):
        return records.encode_queue_change(record.kind, record.queue, record.positions, record.reasons)
    if isinstance(record, records.RemovalAhead):
        return records.encode_removal_ahead(record.queue, record.publisher, record.sequence)
    if isinstance(record, records.Mark):
        return records.encode_mark(record.mark, record.queue, record.positions, record.value, record.text)
    if isinstance(record, records.Telling):
        return record.data
    return records.encode_sequence(record.publisher, record.sequence)


class Life:
    """One process with a journal: what recovery found, then what it adds. `durable` counts batches."""

    def __init__(self, disk: SimDisk, segment_size: int = SEGMENT_SIZE) -> None:
        self.disk = disk
        self.folded = Folded()
        self.recovered: Recovered = recover(disk, DIRECTORY, NAME, segment_size, JOURNAL_ID, self.folded)
        self.journal = Journal(disk, self.recovered.tail)
        self.batches = self.folded.batches
        self.durable = len(self.batches)
        self.positions = dict(self.folded.entries)
        self._ends: list[tuple[int, int]] = []

    def add(self, batch: Batch) -> list[int]:
        """Add and seal one batch; returns the positions."""
        positions = [self.journal.add(record) for record in batch]
        self.positions.update(zip(positions, batch, strict=True))
        self.journal.seal()
        self.batches.append(batch)
        self._ends.append((self.journal.end, len(self.batches)))
        return positions

    def place(self, position: int) -> tuple[str, int]:
        """File and offset of a position."""
        file = [one for one in self.recovered.tail.segments if one.base <= position][-1]
        return file.path, file.offset_of(position)

    def step(self) -> bool:
        """Run one verb of what is under way; whether anything was."""
        if not self.disk.is_busy:
            return False
        completion = self.disk.step()
        if completion is not None:
            self.journal.completed(*completion)
        for end, count in self._ends:
            if end <= self.journal.durable:
                self.durable = max(self.durable, count)
        return True

    def sync(self) -> None:
        """Make everything sealed durable."""
        while not self.journal.is_idle and self.journal.failure is None:
            self.journal.flush()
            while self.step():
                pass

    def write(self, *batches: Batch) -> None:
        """Add batches and make them durable together."""
        for batch in batches:
            self.add(batch)
        self.sync()


class State:
    """The disk at one moment, what had been sealed by then, and how many batches were promised to be durable."""

    def __init__(self, disk: SimDisk, batches: list[Batch], durable: int) -> None:
        self.disk = disk
        self.batches = batches
        self.durable = durable


def crashed(disk: SimDisk, rng: Random) -> SimDisk:
    """What a power cut at this moment leaves."""
    copy = disk.snapshot()
    copy.crash(rng)
    return copy


def before_each_verb(disk: SimDisk, seen: Callable[[], OSError | None]) -> None:
    """Have `seen` called before every verb the disk runs; the verb fails with what it returns."""

    def look(verb: Verb) -> OSError | None:
        return seen()

    disk.fault = look


def check_prefix(life: Life, state: State) -> None:
    """The promise: a beginning of what was sealed, in order, with everything that was durable."""
    found = life.batches
    assert found == state.batches[: len(found)], "what was recovered is not a beginning of what was written"
    assert len(found) >= state.durable, f"{state.durable - len(found)} durable batches are lost"


def lived(*sizes: int, segment_size: int = SEGMENT_SIZE) -> Life:
    """A life with one durable batch for each size, not closed."""
    life = Life(SimDisk(), segment_size)
    for number, size in enumerate(sizes):
        life.write(batch_of(number, size=size))
    return life


def closed(*sizes: int) -> Life:
    """The same, closed."""
    life = lived(*sizes)
    life.journal.close()
    return life


def refused(disk: SimDisk) -> JournalDamageError:
    """The error with which a start is refused."""
    with pytest.raises(JournalDamageError) as caught:
        Life(disk)
    assert caught.value.file in str(caught.value)
    return caught.value


class EveryChoice(Random):
    """A Random whose draws go through every combination: `while choices.next(): ...draws...`.

    `random()` is 0 or almost 1, which the disk takes for kept or lost, as `choice` gives it even odds.
    """

    def __init__(self) -> None:
        super().__init__(0)
        self._drawn: list[list[int]] = []
        self._at = 0
        self._begun = False

    def next(self) -> bool:
        """Go on to the next combination; False when all were seen."""
        self._at = 0
        if not self._begun:
            self._begun = True
            return True
        while self._drawn:
            choice = self._drawn[-1]
            choice[0] += 1
            if choice[0] < choice[1]:
                return True
            self._drawn.pop()
        return False

    def _draw(self, count: int) -> int:
        if self._at == len(self._drawn):
            self._drawn.append([0, count])
        choice = self._drawn[self._at]
        self._at += 1
        return choice[0]

    def random(self) -> float:
        return 0.999 if self._draw(2) else 0.0

    def randint(self, a: int, b: int) -> int:
        return a + self._draw(b - a + 1)

    def choice(self, seq):  # type: ignore[no-untyped-def]
        return 0.5 if 0.5 in seq else seq[0]


def each_crash(disk: SimDisk) -> Iterator[SimDisk]:
    """Every disk a power cut at this moment may leave, at the grain of sectors and names."""
    choices = EveryChoice()
    while choices.next():
        yield crashed(disk, choices)
