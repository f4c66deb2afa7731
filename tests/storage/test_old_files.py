"""Files of the journal that were archived, compressed or removed: what is read, what is cleared up, what is refused."""

import itertools
from random import Random

import pytest
from journal_setup import DIRECTORY, JOURNAL_ID, NAME, SUPERBLOCK, Folded, Life, batch_of, crashed, path

from ampsd.ports import Create, Fdatasync, FsyncDir, Pwrite, Rename, Truncate, Unlink
from ampsd.simulator.disk import SimDisk
from ampsd.storage import placement, segment, superblock
from ampsd.storage.compressed import Blocks
from ampsd.storage.journal import Journal
from ampsd.storage.log import ForeignJournalError, JournalDamageError, MessageGoneError
from ampsd.storage.recovery import Recovered, journal_id_of, recover
from ampsd.storage.segment import Segment
from ampsd.storage.upkeep import Archiving, Compressing

ARCHIVE = "/a"
BATCHES = 8


def lived() -> Life:
    """Four files, closed."""
    life = Life(SimDisk())
    for number in range(BATCHES):
        life.write(batch_of(number, size=1500))
    assert len(life.journal.files) == 4
    return life


def worked(disk: SimDisk, work: Archiving | Compressing, keeps_original: bool = False) -> None:
    for verb in work.verbs():
        disk.perform([verb])
    if not keeps_original:
        disk.perform(placement.removal([work.source]))


def closed_file(life: Life, number: int) -> tuple[segment.Segment, int]:
    return next(one for one in life.journal.closed_files() if one[0].number == number)


def opened(disk: SimDisk, archive_directory: str | None = ARCHIVE) -> tuple[Recovered, Folded]:
    folded = Folded()
    return recover(disk, DIRECTORY, NAME, 8192, JOURNAL_ID, folded, archive_directory), folded


def names(disk: SimDisk) -> list[str]:
    return [f"{place}/{name}" for place in (DIRECTORY, ARCHIVE) for name in disk.names(place) if "journal" in name]


def floored(life: Life, number: int) -> int:
    """Let the log begin with the file of that number, durably."""
    floor = next(one.base for one in life.journal.files if one.number == number)
    life.journal.drop_before(floor)
    life.journal.flush()
    while life.step():
        pass
    assert life.journal.floor == floor
    return floor


# ---- reading


@pytest.mark.parametrize("numbers", [(0,), (1,), (0, 1, 2)])
@pytest.mark.parametrize("ways", [("archive",), ("compress",), ("compress", "archive"), ("archive", "compress")])
def test_the_log_is_the_same_wherever_its_files_are(numbers: tuple[int, ...], ways: tuple[str, ...]) -> None:
    life = lived()
    for number, way in itertools.product(numbers, ways):
        file, end = closed_file(life, number)
        work = Archiving(file, end, ARCHIVE) if way == "archive" else Compressing(file, end)
        worked(life.disk, work)
        life.journal.move(file, work.target, work.blocks)
        assert segment.is_compressed(file.path) is (file.blocks is not None)
    for position, record in life.positions.items():
        assert life.journal.read(position, len(record)) == record
    life.journal.close()
    for _ in range(2):
        found, folded = opened(life.disk)
        assert folded.entries == list(life.positions.items())
        journal = Journal(life.disk, found.tail)
        for position, record in Random(3).sample(list(life.positions.items()), BATCHES):
            assert journal.read(position, len(record)) == record
            assert journal.bookmark_at(position)[1] == 1


def test_unused_room_is_not_copied() -> None:
    life = lived()
    file, end = closed_file(life, 1)
    worked(life.disk, Archiving(file, end, ARCHIVE), keeps_original=True)
    worked(life.disk, Compressing(file, end), keeps_original=True)
    used = file.offset_of(end)
    assert used < life.disk.size(path(1))
    assert life.disk.size(f"{ARCHIVE}/{path(1).rpartition('/')[2]}") == used
    assert Blocks().size(life.disk, f"{path(1)}.gz") == used


def test_a_file_is_closed_only_when_the_next_one_is_durably_there() -> None:
    life = lived()
    life.add(batch_of(90, size=6000))
    life.journal.flush()
    seen = []
    while life.disk.is_busy:
        seen.append([file.number for file, _ in life.journal.closed_files()])
        life.step()
    assert seen == [[0, 1, 2]] * len(seen)
    assert [file.number for file, _ in life.journal.closed_files()] == [0, 1, 2, 3]


# ---- what is cleared up


def test_of_two_copies_the_one_that_was_there_before_is_kept() -> None:
    life = lived()
    for number, way in ((0, "archive"), (1, "compress")):
        file, end = closed_file(life, number)
        work = Archiving(file, end, ARCHIVE) if way == "archive" else Compressing(file, end)
        worked(life.disk, work, keeps_original=True)
    life.journal.close()
    assert len(names(life.disk)) == 6
    _, folded = opened(life.disk)
    assert folded.entries == list(life.positions.items())
    assert names(life.disk) == [path(number) for number in range(4)]


@pytest.mark.parametrize("way", ["archive", "compress"])
@pytest.mark.parametrize("damage", ["zeros", "empty", "renamed"])
def test_a_damaged_second_copy_is_set_aside_and_stops_nothing(way: str, damage: str) -> None:
    life = lived()
    file, end = closed_file(life, 1)
    work = Archiving(file, end, ARCHIVE) if way == "archive" else Compressing(file, end)
    worked(life.disk, work, keeps_original=True)
    life.journal.close()
    if damage == "zeros":
        life.disk.perform([Pwrite(work.target, 0, bytes(100)), Fdatasync(work.target)])
    elif damage == "empty":
        life.disk.perform([Truncate(work.target, 0)])
    else:
        other = work.target.replace("0000000001", "0000000002")
        life.disk.perform([Rename(work.target, other)])
        work.target = other
    for expected in ([(work.target, f"{work.target}.damaged")], []):
        found, folded = opened(life.disk)
        assert folded.entries == list(life.positions.items())
        assert found.set_aside == expected
        assert names(life.disk) == sorted(
            [*(path(number) for number in range(4)), f"{work.target}.damaged"],
            key=lambda one: (one.startswith(ARCHIVE), one),
        )
        Journal(life.disk, found.tail).close()


def test_a_damaged_file_with_a_damaged_copy_is_refused_and_nothing_is_changed() -> None:
    life = lived()
    file, end = closed_file(life, 1)
    worked(life.disk, work := Archiving(file, end, ARCHIVE), keeps_original=True)
    life.journal.close()
    for one in (work.target, path(1)):
        life.disk.perform([Pwrite(one, 0, bytes(100)), Fdatasync(one)])
    before = names(life.disk)
    with pytest.raises(JournalDamageError):
        opened(life.disk)
    assert names(life.disk) == before


def test_a_second_copy_that_is_of_another_journal_is_not_touched() -> None:
    life = lived()
    other = Life(life.disk.snapshot())
    file, end = closed_file(life, 1)
    worked(life.disk, work := Archiving(file, end, ARCHIVE), keeps_original=True)
    life.journal.close()
    foreign = segment.encode_header(other.recovered.tail.segments[1], b"another")
    life.disk.perform([Pwrite(work.target, 0, foreign), Fdatasync(work.target)])
    before = names(life.disk)
    with pytest.raises(ForeignJournalError):
        opened(life.disk)
    assert names(life.disk) == before


def test_what_was_being_made_is_removed() -> None:
    life = lived()
    life.journal.close()
    new = [f"{path(1)}.gz.new", f"{ARCHIVE}/A.0000000000.journal.new", f"{path(4)}.new"]
    for one in new:
        life.disk.perform([Create(one, 10), FsyncDir(DIRECTORY)])
    other = [f"{DIRECTORY}/B.0000000001.journal.new", f"{DIRECTORY}/A.txt.new"]
    for one in other:
        life.disk.perform([Create(one, 10), FsyncDir(DIRECTORY)])
    opened(life.disk)
    kept = life.disk.names(DIRECTORY) + life.disk.names(ARCHIVE)
    assert not [one for one in new if one.rpartition("/")[2] in kept]
    assert all(one.rpartition("/")[2] in kept for one in other), "what is not ours is not ours to remove"


@pytest.mark.parametrize("is_closed", [True, False])
def test_files_before_the_floor_are_removed_the_oldest_first(is_closed: bool) -> None:
    life = lived()
    floor = floored(life, 2)
    if is_closed:
        life.journal.close()
    removed: list[str] = []

    def see(verb: object) -> None:
        if isinstance(verb, Unlink):
            removed.append(verb.path)

    life.disk.fault = see
    found, folded = opened(life.disk)
    assert removed == [path(0), path(1)]
    assert found.tail.segments[0].base == found.tail.superblock.floor == floor
    assert folded.entries == [one for one in life.positions.items() if one[0] >= floor]
    again, refolded = opened(life.disk)
    assert refolded.entries == folded.entries
    assert again.tail.superblock.floor == floor


def test_a_floor_that_only_the_page_cache_has_is_synced_before_files_go() -> None:
    life = lived()
    life.journal.drop_before(life.journal.files[2].base)
    life.journal.flush()
    life.disk.step()  # the superblock is written and not synced
    life.disk.kill()
    for stop in range(1, 8):
        disk = life.disk.snapshot()
        done = itertools.count(1)
        disk.fault = lambda verb, done=done, stop=stop: OSError(5, "") if next(done) > stop else None
        with pytest.raises(OSError, match="Errno 5"):
            opened(disk)
        disk.fault = lambda verb: None
        for seed in range(6):
            opened(crashed(disk, Random(seed)))


# ---- what is gone


def test_what_is_before_the_floor_is_gone_and_no_damage() -> None:
    life = lived()
    floor = floored(life, 2)
    for position, record in life.positions.items():
        if position < floor:
            with pytest.raises(MessageGoneError, match="journal file was removed"):
                life.journal.read(position, len(record))
            with pytest.raises(MessageGoneError):
                life.journal.bookmark_at(position)
        else:
            assert life.journal.read(position, len(record)) == record


def test_the_floor_is_in_both_slots_before_it_counts() -> None:
    life = lived()
    floor = floored(life, 1)
    block = life.disk.pread(SUPERBLOCK, 0, superblock.FILE_SIZE)
    for start in (0, superblock.SLOT_SIZE):
        (kept,) = [superblock.decode(block[start : start + superblock.SLOT_SIZE].ljust(superblock.FILE_SIZE, b"\0"))]
        assert kept is not None
        assert kept.floor == floor
    disk = crashed(life.disk, Random(1))
    disk.flip(SUPERBLOCK, 20, 1)
    assert opened(disk)[0].tail.superblock.floor == floor


def test_the_floor_moves_with_the_next_batch_too() -> None:
    life = lived()
    life.journal.drop_before(life.journal.files[1].base)
    life.write(batch_of(99))
    assert life.journal.floor == life.journal.files[0].base > 0
    assert life.journal.is_idle


@pytest.mark.parametrize("floor", [1, 10**9])
def test_the_log_begins_only_where_a_file_does(floor: int) -> None:
    with pytest.raises(AssertionError, match="cannot begin"):
        lived().journal.drop_before(floor)


# ---- what is refused


def test_a_file_that_is_missing_from_the_archive_is_damage() -> None:
    life = lived()
    worked(life.disk, Archiving(*closed_file(life, 0), ARCHIVE))
    life.journal.close()
    with pytest.raises(JournalDamageError, match="JournalArchiveDirectory"):
        opened(life.disk.snapshot(), archive_directory=None)
    worked(life.disk, Archiving(*closed_file(life, 1), ARCHIVE))
    life.disk.perform([Unlink(f"{ARCHIVE}/A.0000000001.journal")])
    with pytest.raises(JournalDamageError, match="JournalArchiveDirectory"):
        opened(life.disk)


def test_when_all_files_from_the_floor_on_are_missing_it_is_damage() -> None:
    life = lived()
    floored(life, 3)
    life.journal.close()
    life.disk.perform([Unlink(path(3)), FsyncDir(DIRECTORY)])
    with pytest.raises(JournalDamageError, match="from there on are missing"):
        opened(life.disk)


def test_an_archive_of_another_journal_is_refused_and_left_alone() -> None:
    life = lived()
    worked(life.disk, Archiving(*closed_file(life, 0), ARCHIVE))
    worked(life.disk, Compressing(*closed_file(life, 1)))
    fresh = SimDisk()
    recover(fresh, DIRECTORY, NAME, 8192, b"another id", lambda *one: None)
    old = f"{ARCHIVE}/A.0000000000.journal"
    data = life.disk.pread(old, 0, 1 << 20)
    fresh.perform([Create(old, 0), Pwrite(old, 0, data), Fdatasync(old), FsyncDir(ARCHIVE)])
    with pytest.raises(JournalDamageError, match="belongs to another instance"):
        opened(fresh)
    assert fresh.pread(old, 0, 1 << 20) == data
    fresh.perform([Unlink(SUPERBLOCK), Unlink(path(0))])
    with pytest.raises(JournalDamageError, match="superblock is missing"):
        opened(fresh)
    assert fresh.pread(old, 0, 1 << 20) == data


@pytest.mark.parametrize("mask", [1, 0x80])
def test_every_flip_in_a_compressed_file_refuses_the_start(mask: int) -> None:
    life = lived()
    worked(life.disk, Compressing(*closed_file(life, 1)))
    life.journal.close()
    name = f"{path(1)}.gz"
    for offset in range(life.disk.size(name)):
        life.disk.flip(name, offset, mask)
        with pytest.raises(JournalDamageError) as caught:
            opened(life.disk)
        assert caught.value.file == name
        life.disk.flip(name, offset, mask)
    assert opened(life.disk)[1].entries == list(life.positions.items())


def test_nothing_is_appended_to_a_compressed_or_archived_file() -> None:
    """Only when the last file was lost, which held nothing yet."""
    for way in ("archive", "compress"):
        life = lived()
        last = life.journal.files[-1]
        work = (
            Archiving(last, life.journal.durable, ARCHIVE)
            if way == "archive"
            else Compressing(last, life.journal.durable)
        )
        worked(life.disk, work)
        life.journal.close()
        before = life.disk.pread(work.target, 0, 1 << 20)
        found, folded = opened(life.disk)
        assert folded.entries == list(life.positions.items())
        assert found.tail.segments[-1].number == 4
        assert life.disk.pread(work.target, 0, 1 << 20) == before
        assert opened(life.disk)[1].entries == folded.entries


def test_a_compressed_file_under_another_number_is_refused() -> None:
    life = lived()
    worked(life.disk, Compressing(*closed_file(life, 1)))
    life.journal.close()
    life.disk.perform([Rename(f"{path(1)}.gz", f"{path(7)}.gz")])
    with pytest.raises(JournalDamageError, match="made as number 1"):
        opened(life.disk)


def test_a_file_that_shrinks_while_it_is_worked_on_is_not_used() -> None:
    life = lived()
    for work in (Archiving(*closed_file(life, 1), ARCHIVE), Compressing(*closed_file(life, 1))):
        disk = life.disk.snapshot()
        disk.perform([Truncate(path(1), 5000)])
        with pytest.raises(OSError, match="shorter"):
            worked(disk, work)
        assert work.target not in names(disk)


def test_the_id_is_found_when_the_first_files_are_compressed() -> None:
    life = lived()
    worked(life.disk, Compressing(*closed_file(life, 0)))
    assert journal_id_of(life.disk, DIRECTORY, NAME) == JOURNAL_ID


def test_a_segment_knows_when_its_newest_record_was_written() -> None:
    life = lived()
    life.journal.close()
    found, _ = opened(life.disk)
    assert [one.newest_ns for one in found.tail.segments] == [1] * 4, "the records of these tests are from that time"


@pytest.mark.parametrize("floor", [0, 1])
def test_an_empty_file_at_the_floor_goes_with_those_before_it(floor: int) -> None:
    """A start that was cut off after it made the next file, and before it removed the empty one."""
    life = lived()
    last = life.journal.files[-1]
    empty = Segment(path(9), 9, last.base, last.first_index, last.chain, last.size)
    if not floor:
        life.journal.files[:0], life.journal._bases[:0] = [empty], [0]
        empty.base = 0
    else:
        life.journal.files[-1:-1], life.journal._bases[-1:-1] = [empty], [last.base]
    life.journal.drop_before(last.base if floor else 0)
    life.journal.flush()
    while life.disk.is_busy:
        life.step()
    assert empty not in life.journal.files
    assert [one.base for one in life.journal.files] == life.journal._bases
    assert life.journal.files[0].base == life.journal.floor
    for position, record in life.positions.items():
        if position >= life.journal.floor:
            assert life.journal.read(position, len(record)) == record
