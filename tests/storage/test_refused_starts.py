"""Files missing, foreign, renamed, of another version, or with a batch out of place: each is refused by name."""

import pytest
from journal_setup import (
    DIRECTORY,
    JOURNAL_ID,
    NAME,
    SEGMENT_SIZE,
    SUPERBLOCK,
    Life,
    batch_of,
    closed,
    lived,
    path,
    refused,
)

from ampsd.ports import Create, Pwrite, Rename, Unlink
from ampsd.simulator.disk import SimDisk
from ampsd.storage import frame, segment, superblock
from ampsd.storage.log import ForeignJournalError, JournalDamageError
from ampsd.storage.recovery import recover
from ampsd.storage.segment import Segment
from ampsd.storage.superblock import Superblock


def names(disk: SimDisk) -> list[str]:
    return [name for name in disk.names(DIRECTORY) if name.endswith(".journal")]


# ---- frames out of place


def same_size() -> Life:
    """Five batches whose frames have the same size."""
    return lived(100, 100, 100, 100, 100)


def test_a_batch_found_in_the_place_of_another_is_refused() -> None:
    """An intact frame of this very journal, but written to the wrong place."""
    life = same_size()
    size = life.journal.durable // 5
    for number, other in ((1, 0), (1, 3), (4, 0)):
        disk = life.disk.snapshot()
        stolen = disk.pread(path(0), segment.HEADER_SIZE + other * size, size)
        disk.perform([Pwrite(path(0), segment.HEADER_SIZE + number * size, stolen)])
        error = refused(disk)
        assert (error.file, error.offset) == (path(0), segment.HEADER_SIZE + number * size)


@pytest.mark.parametrize(("index_off", "chain_off"), [(1, 0), (0, 1)], ids=["index", "chain"])
def test_an_intact_batch_that_is_not_the_next_is_refused(index_off: int, chain_off: int) -> None:
    """From another history of this journal, as in a file copied back from before a cut."""
    life = same_size()
    size = life.journal.durable // 5
    data = life.disk.pread(path(0), segment.HEADER_SIZE + 2 * size, size)
    read = frame.decode(data, 0, 0, frame.key_of(JOURNAL_ID))
    assert read is not None
    other, _ = frame.encode(
        read.payload, read.index + index_off, read.previous_crc ^ chain_off, read.watermark, frame.key_of(JOURNAL_ID)
    )
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + 2 * size, other)])
    error = refused(life.disk)
    assert (error.file, error.offset) == (path(0), segment.HEADER_SIZE + 2 * size)


def test_batches_of_several_megabytes_are_read_back() -> None:
    """Larger than what is read at a time."""
    life = Life(SimDisk(), 4 << 20)
    life.write(batch_of(0), batch_of(1, size=3_000_000), batch_of(2), batch_of(3, 2, size=2_500_000), batch_of(4))
    again = Life(life.disk)
    assert again.batches == life.batches
    assert Life(life.disk).batches == life.batches


@pytest.mark.parametrize("claim", [2**32 - 1, 100_000, 4096])
def test_a_size_that_does_not_fit_the_file_is_damage(claim: int) -> None:
    life = same_size()
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + 8, claim.to_bytes(4, "little"))])
    error = refused(life.disk)
    assert (error.file, error.offset) == (path(0), segment.HEADER_SIZE)


# ---- files missing, foreign, of another version


def test_a_missing_superblock_is_refused() -> None:
    life = closed(100)
    life.disk.perform([Unlink(SUPERBLOCK)])
    error = refused(life.disk)
    assert (error.file, error.offset) == (SUPERBLOCK, 0)
    assert "the superblock is missing" in error.what


def test_a_superblock_damaged_in_both_slots_is_refused() -> None:
    life = closed(100)
    for slot in (0, superblock.SLOT_SIZE):
        life.disk.flip(SUPERBLOCK, slot + 20, 1)
    error = refused(life.disk)
    assert error.file == SUPERBLOCK
    assert "neither slot" in error.what


def test_all_segments_missing_is_refused() -> None:
    life = closed(100)
    life.disk.perform([Unlink(path(0))])
    error = refused(life.disk)
    assert error.file == SUPERBLOCK
    assert "there is no journal file" in error.what


@pytest.mark.parametrize(
    ("missing", "named", "what"),
    [
        (0, 1, "files before it are missing"),
        (1, 0, "files before /j/A.0000000002.journal are missing"),
        (2, 1, "files after this one are missing"),
    ],
)
@pytest.mark.parametrize("is_clean", [True, False])
def test_a_missing_segment_is_refused(missing: int, named: int, what: str, is_clean: bool) -> None:
    life = lived(3000, 3000, 3000)
    if is_clean:
        life.journal.close()
    assert names(life.disk) == [f"A.{number:010d}.journal" for number in range(3)]
    life.disk.perform([Unlink(path(missing))])
    error = refused(life.disk)
    assert error.file == path(named)
    assert what in error.what


def test_a_segment_of_another_journal_is_refused() -> None:
    life = closed(3000, 3000, 3000)
    page = segment.encode_header(life.recovered.tail.segments[1], b"another journal")
    life.disk.perform([Pwrite(path(1), 0, page)])
    error = refused(life.disk)
    assert (error.file, error.offset) == (path(1), 0)
    assert isinstance(error, ForeignJournalError)
    assert "belongs to another instance" in error.what


def test_frames_of_another_journal_are_refused() -> None:
    life = closed(3000, 3000)
    foreign, _ = frame.encode(b"".join(batch_of(0, size=3000)), 0, 0, 0, frame.key_of(b"another journal"))
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE, foreign)])
    error = refused(life.disk)
    assert (error.file, error.offset) == (path(0), segment.HEADER_SIZE)


def test_a_segment_of_a_newer_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    life = closed(3000, 3000)
    monkeypatch.setattr(segment, "VERSION", 99)
    page = segment.encode_header(life.recovered.tail.segments[1], JOURNAL_ID)
    monkeypatch.undo()
    life.disk.perform([Pwrite(path(1), 0, page)])
    error = refused(life.disk)
    assert error.file == path(1)
    assert isinstance(error, ForeignJournalError)
    assert "has format version 99; this program reads versions up to 4" in error.what


def test_a_superblock_of_a_newer_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    life = closed(3000)
    monkeypatch.setattr(superblock, "VERSION", 99)
    newer = Superblock(1_000_000, 0, False, JOURNAL_ID)
    slot = newer.encode()
    monkeypatch.undo()
    life.disk.perform([Pwrite(SUPERBLOCK, newer.offset, slot)])
    error = refused(life.disk)
    assert error.file == SUPERBLOCK
    assert isinstance(error, ForeignJournalError)
    assert "has format version 99; this program reads versions up to 4" in error.what


def test_a_record_of_a_newer_version_is_refused() -> None:
    life = lived(100)
    life.journal.add(b"\x09\x00\x00\x00\x63what")
    life.journal.seal()
    life.sync()
    with pytest.raises(JournalDamageError, match="record kind 99 is unknown") as caught:
        recover(life.disk, DIRECTORY, NAME, SEGMENT_SIZE, JOURNAL_ID, lambda *one: None)
    assert caught.value.file == path(0)


def rewritten(number: int, change: str) -> SimDisk:
    """Three segments, one of which has a header that is intact but says something else."""
    life = closed(3000, 3000, 3000)
    one = life.recovered.tail.segments[number]
    other = Segment(one.path, one.number, one.base, one.first_index, one.chain, one.size)
    setattr(other, change, getattr(one, change) + 1)
    life.disk.perform([Pwrite(one.path, 0, segment.encode_header(other, JOURNAL_ID))])
    return life.disk


@pytest.mark.parametrize("change", ["first_index", "chain"])
def test_a_segment_that_does_not_continue_the_one_before_is_refused(change: str) -> None:
    error = refused(rewritten(1, change))
    assert (error.file, error.offset) == (path(1), 0)
    assert "does not continue" in error.what


def test_a_segment_that_begins_too_late_is_refused() -> None:
    error = refused(rewritten(1, "base"))
    assert error.file == path(0)
    assert "in the middle of the log" in error.what


def test_segments_out_of_order_are_refused() -> None:
    life = closed(3000, 3000, 3000)
    one = life.recovered.tail.segments[2]
    earlier = Segment(one.path, one.number, 1, one.first_index, one.chain, one.size)
    life.disk.perform([Pwrite(one.path, 0, segment.encode_header(earlier, JOURNAL_ID))])
    error = refused(life.disk)
    assert error.file == path(2)
    assert "begins before" in error.what


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_renamed_segment_is_refused(number: int) -> None:
    life = closed(3000, 3000, 3000)
    life.disk.perform([Rename(path(number), path(7))])
    error = refused(life.disk)
    assert (error.file, error.offset) == (path(7), 0)
    assert f"was made as number {number}" in error.what


def test_files_that_are_no_segments_are_left_alone() -> None:
    life = lived(100)
    for name in ("A.0000000009.journal.new", "notes.txt", "A.lock", "A.000000000².journal"):
        life.disk.perform([Create(f"{DIRECTORY}/{name}", 10)])
    assert Life(life.disk).batches == life.batches
    assert {"notes.txt", "A.lock"} <= set(life.disk.names(DIRECTORY))
