"""The log read while it grows: every record once and in order, wherever it is; damage is named, nothing is skipped."""

from collections.abc import Callable
from itertools import islice
from random import Random

import pytest
from journal_setup import Life, batch_of, closed, lived, path, publish
from journal_setup import encoded as encoded_record

from ampsd.ports import Pwrite, Truncate, Unlink
from ampsd.simulator.disk import SimDisk
from ampsd.storage import records
from ampsd.storage.following import PIECE, Following
from ampsd.storage.log import JournalDamageError, Unlogged
from ampsd.storage.upkeep import Archiving, Compressing

ARCHIVE = "/old"


class Reading:
    """What somebody who follows a log has been given."""

    def __init__(self, life: Life) -> None:
        self.following: Following = life.journal.follow()
        self.found: list[tuple[int, bytes]] = []
        self.pieces = 0

    def read(self, most: int | None = None) -> "Reading":
        """Up to so many records, to the end where nothing is said."""
        for one in islice(self.following.records(), most):
            if one is None:
                self.pieces += 1
                continue
            position, length, record = one
            data = encoded_record(record)
            assert len(data) == length
            self.found.append((position, data))
            assert self.following.position == position + length
        return self


def written(life: Life) -> list[tuple[int, bytes]]:
    """Everything that was added to a journal, in order."""
    return sorted(life.positions.items())


def add_open(life: Life, number: int, place: int) -> None:
    """Add a record to the open batch."""
    record = publish(number, place, 99)
    life.positions[life.journal.add(record)] = record


@pytest.mark.parametrize("seed", range(40))
def test_everything_comes_once_and_in_order_however_the_log_grows(seed: int) -> None:
    rng = Random(seed)
    life = Life(SimDisk())
    reading = Reading(life)
    place = 0
    for number in range(1, 120):
        draw = rng.random()
        if draw < 0.3:
            life.journal.seal()
            life.add(batch_of(number, rng.randint(1, 5), rng.choice((20, 300, 3000))))
        elif draw < 0.5:
            add_open(life, number, place)
            place += 1
        elif draw < 0.6:
            life.journal.seal()
        elif draw < 0.7:
            life.journal.flush()
        elif draw < 0.8:
            life.step()
        elif draw < 0.9:
            reading.read(rng.randint(1, 6))
        else:
            reading.read()
            assert reading.found == written(life)
    assert reading.read().found == written(life)
    life.journal.seal()
    life.sync()
    assert len(life.recovered.tail.segments) > 2
    assert Reading(life).read().found == reading.read().found == written(life)


def test_a_record_of_the_open_batch_does_not_come_again_when_the_batch_is_sealed_and_durable() -> None:
    life = lived(20)
    reading = Reading(life).read()
    for place in range(3):
        add_open(life, 7, place)
        reading.read()
    add_open(life, 7, 3)
    life.journal.seal()
    reading.read(1)
    add_open(life, 7, 4)
    assert reading.read().found == written(life)
    life.journal.seal()
    life.sync()
    add_open(life, 7, 5)
    assert reading.read().found == written(life)


def test_a_batch_that_is_sealed_again_after_it_was_left_half_read_goes_on_where_it_was_left() -> None:
    life = lived()
    life.add(batch_of(1, 10))
    reading = Reading(life).read(4)
    life.sync()
    reading.read(3)
    life.write(batch_of(2, 10))
    assert reading.read().found == written(life)


@pytest.mark.parametrize("is_durable", [False, True])
def test_a_large_batch_is_read_piece_by_piece(is_durable: bool) -> None:
    life = lived(20)
    life.add(batch_of(1, 3, 3 * PIECE))
    if is_durable:
        life.sync()
    life.write(batch_of(2)) if is_durable else life.add(batch_of(2))
    reading = Reading(life).read()
    assert reading.found == written(life)
    assert reading.pieces == (9 if is_durable else 0), "what is in memory need not be read"


class Preads(SimDisk):
    """A disk that says how much was read at once."""

    most = 0

    def pread(self, path: str, offset: int, length: int) -> bytes:
        self.most = max(self.most, length)
        return super().pread(path, offset, length)


def test_no_more_than_a_piece_is_read_at_once() -> None:
    disk = Preads()
    life = Life(disk, segment_size=1 << 20)
    for number in range(30):
        life.write(batch_of(number, 20, 1000))
    life.write(batch_of(30, 4, PIECE))
    disk.most = 0
    assert Reading(life).read().found == written(life)
    assert disk.most == PIECE


def worked_on(life: Life, number: int, make: Callable[..., Archiving | Compressing], *places: str) -> None:
    """Archive or compress a closed file, as the upkeep does."""
    file, end = life.journal.closed_files()[number]
    work = make(file, end, *places)
    for verb in work.verbs():
        life.disk.perform([verb])
    life.journal.move(file, work.target, work.blocks)
    life.disk.perform([Unlink(work.source)])


@pytest.mark.parametrize("read_before", [0, 1, 7, 30])
def test_files_may_be_compressed_and_moved_while_they_are_read(read_before: int) -> None:
    life = lived(*[2500] * 20)
    assert len(life.journal.closed_files()) > 4
    reading = Reading(life).read(read_before)
    for number in range(len(life.journal.closed_files())):
        worked_on(life, number, Compressing)
        reading.read(1)
        if number % 2:
            worked_on(life, number, Archiving, ARCHIVE)
            reading.read(1)
    assert reading.read().found == written(life)
    assert Reading(life).read().found == written(life)


def test_the_reading_begins_where_the_log_is_about_to_begin() -> None:
    life = lived(*[2500] * 20)
    floor = life.journal.files[3].base
    life.journal.drop_before(floor)
    assert life.journal.floor == 0
    reading = Reading(life)
    assert reading.following.begin == floor
    life.sync()
    life.journal.flush()
    while life.step():
        pass
    assert life.journal.floor == floor
    assert len(life.journal.files) == len(life.recovered.tail.segments)
    assert reading.read().found == [one for one in written(life) if one[0] >= floor]


def test_a_life_after_a_crash_is_followed_from_the_first_record() -> None:
    life = lived(*[1500] * 9)
    life.disk.crash(Random(3))
    again = Life(life.disk)
    again.write(batch_of(50), batch_of(51))
    assert Reading(again).read().found == written(again)
    assert len(written(again)) == 11


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_damage_is_named_with_its_file_and_what_is_before_it_came(seed: int, is_compressed: bool) -> None:
    rng = Random(seed)
    life = lived(*[600] * 40)
    count = len(life.journal.closed_files())
    if is_compressed:
        for number in range(count):
            worked_on(life, number, Compressing)
    number = rng.randrange(count)
    file, end = life.journal.closed_files()[number]
    size = life.disk.size(file.path) if is_compressed else file.offset_of(end)
    # The header of a plain file was looked at when the life began; of a compressed one so was where the blocks are.
    low = 18 if is_compressed else 4096
    life.disk.flip(file.path, rng.randrange(low, size), 1 << rng.randrange(8))
    reading = Reading(life)
    with pytest.raises(JournalDamageError) as caught:
        reading.read()
    assert caught.value.file == file.path
    assert reading.found == written(life)[: len(reading.found)]
    assert len(reading.found) < len(written(life))
    with pytest.raises(JournalDamageError):
        reading.read()


def test_a_file_that_is_gone_or_short_is_damage() -> None:
    life = lived(*[2500] * 12)
    file = life.journal.files[1]
    life.disk.perform([Unlink(file.path)])
    reading = Reading(life)
    with pytest.raises(JournalDamageError, match="No such file"):
        reading.read()
    other = lived(*[2500] * 12)
    file = other.journal.files[1]
    other.disk.perform([Truncate(file.path, 6000)])
    with pytest.raises(JournalDamageError) as caught:
        Reading(other).read()
    assert (caught.value.file, caught.value.offset) == (file.path, 4096)


def test_a_file_that_does_not_continue_the_one_before_is_damage() -> None:
    life = lived(*[2500] * 12)
    life.journal.files[2].chain ^= 1
    with pytest.raises(JournalDamageError, match="does not continue") as caught:
        Reading(life).read()
    assert caught.value.file == path(2)


def test_a_batch_of_another_place_is_damage_although_it_is_intact() -> None:
    life = lived(500, 500, 500)
    name = path(0)
    size = 32 + len(publish(0, size=500))
    first = life.disk.pread(name, 4096, size)
    life.disk.perform([Pwrite(name, 4096 + size, first)])
    reading = Reading(life)
    with pytest.raises(JournalDamageError) as caught:
        reading.read()
    assert caught.value.offset == 4096 + size
    assert len(reading.found) == 1


def test_a_record_that_makes_no_sense_is_damage() -> None:
    life = lived(20)
    life.journal.add(b"\x09\x00\x00\x00\xee1234")
    life.journal.seal()
    life.sync()
    reading = Reading(life)
    with pytest.raises(JournalDamageError, match="kind 238") as caught:
        reading.read()
    assert (caught.value.file, caught.value.offset) == (path(0), 4096 + 32 + len(publish(0)))


def test_an_empty_log_has_nothing_to_read_and_then_what_comes() -> None:
    life = Life(SimDisk())
    reading = Reading(life).read()
    assert reading.found == []
    life.add(batch_of(1))
    assert len(reading.read().found) == 1


def test_a_log_that_was_closed_is_read_in_the_next_life() -> None:
    life = Life(closed(20, 30, 40).disk)
    assert [len(records.decode_publish(data).data) for _, data in Reading(life).read().found] == [20, 30, 40]


def test_without_a_log_nothing_is_followed() -> None:
    with pytest.raises(AssertionError, match="no TransactionLog"):
        Unlogged().follow()
