"""Starting again: after a clean end, after a torn write, with files missing, foreign or of another version."""

import contextlib
import errno
from random import Random

import pytest
from journal_setup import (
    DIRECTORY,
    JOURNAL_ID,
    NAME,
    SEGMENT_SIZE,
    SUPERBLOCK,
    Folded,
    Life,
    batch_of,
    crashed,
    path,
    publish,
)

from ampsd.ports import Create, Fdatasync, FsyncDir, Pwrite, Rename, Truncate, Unlink, Verb
from ampsd.simulator.disk import SimDisk
from ampsd.storage import frame, records, segment, superblock
from ampsd.storage.log import JournalDamageError
from ampsd.storage.recovery import recover
from ampsd.storage.segment import Segment
from ampsd.storage.superblock import Superblock

LOSES_ALL = 7
"""A seed whose power cut keeps nothing that was not synced."""


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


def names(disk: SimDisk) -> list[str]:
    return [name for name in disk.names(DIRECTORY) if name.endswith(".journal")]


def refused(disk: SimDisk) -> JournalDamageError:
    """The error with which a start is refused."""
    with pytest.raises(JournalDamageError) as caught:
        Life(disk)
    assert caught.value.file in str(caught.value)
    return caught.value


def tear(life: Life, batch: int, size: int = 3000) -> None:
    """Leave the first sector of a batch that was being written, without the rest."""
    disk = life.disk
    assert isinstance(disk, SimDisk)
    (position,) = life.add(batch_of(batch, size=size))
    life.journal.flush()
    disk.step()
    file, offset = life.place(position)
    disk.kill()
    blank = disk.pread(file, offset + 400, size)
    disk.perform([Pwrite(file, offset + 400, bytes(len(blank)))])
    life.batches.pop()


# ---- a start from nothing


def test_a_new_journal_is_durable_before_it_is_used() -> None:
    disk = SimDisk()
    Life(disk)
    for seed in range(20):
        assert disk.names(DIRECTORY) == crashed(disk, Random(seed)).names(DIRECTORY)
    assert disk.names(DIRECTORY) == ["A.0000000000.journal", "A.superblock"]
    assert disk.size(path(0)) == SEGMENT_SIZE


def test_a_journal_keeps_the_id_it_was_born_with() -> None:
    life = closed(10)
    found = recover(life.disk, DIRECTORY, NAME, SEGMENT_SIZE, b"somebody else", Folded())
    assert found.tail.superblock.journal_id == JOURNAL_ID
    assert found.records == 1


def test_two_instances_share_a_directory_without_meeting() -> None:
    disk = SimDisk()
    Life(disk).write(batch_of(1))
    other = Folded()
    recover(disk, DIRECTORY, "A.B", SEGMENT_SIZE, b"other", other)
    assert other.entries == []
    assert len(Life(disk).batches) == 1


# ---- a clean end


def test_after_a_clean_end_the_same_segment_goes_on() -> None:
    life = closed(100, 200)
    again = Life(life.disk)
    assert names(life.disk) == ["A.0000000000.journal"]
    assert again.batches == life.batches
    assert (again.recovered.records, again.recovered.cut_bytes) == (2, 0)
    again.write(batch_of(2))
    again.journal.close()
    assert Life(life.disk).batches == again.batches
    assert names(life.disk) == ["A.0000000000.journal"]


def test_a_clean_end_counts_once() -> None:
    """The mark is gone, durably, before anything is added: or a crash would be taken for a clean end."""
    life = closed(100)
    Life(life.disk)
    disk = crashed(life.disk, Random(LOSES_ALL))
    block = superblock.decode(disk.pread(SUPERBLOCK, 0, superblock.FILE_SIZE))
    assert block is not None
    assert not block.is_clean


def test_many_clean_ends_need_one_file() -> None:
    disk = SimDisk()
    for number in range(10):
        life = Life(disk)
        assert len(life.batches) == number
        life.write(batch_of(number))
        life.journal.close()
    assert names(disk) == ["A.0000000000.journal"]


# ---- an unclean end


def test_after_an_unclean_end_a_new_segment_begins_and_the_old_one_ends() -> None:
    life = lived(100, 200)
    again = Life(life.disk)
    assert names(life.disk) == ["A.0000000000.journal", "A.0000000001.journal"]
    assert life.disk.size(path(0)) == segment.HEADER_SIZE + life.journal.durable
    assert life.disk.size(path(1)) == SEGMENT_SIZE
    assert again.batches == life.batches


def test_an_old_segment_that_holds_nothing_is_removed() -> None:
    life = Life(SimDisk())
    for number in range(1, 6):
        again = Life(life.disk)
        assert names(life.disk) == [f"A.{number:010d}.journal"]
        assert again.batches == []


def test_what_the_page_cache_alone_may_hold_is_copied_forward() -> None:
    life = lived(100)
    durable = life.journal.durable
    life.add(batch_of(1, size=300))
    life.journal.flush()
    life.disk.step()
    life.disk.kill()
    again = Life(life.disk)
    assert again.batches == life.batches
    assert life.disk.size(path(0)) == segment.HEADER_SIZE + durable
    assert again.recovered.tail.segments[-1].base == durable
    # And now it is durable, whatever becomes of the page cache.
    for seed in range(20):
        assert Life(crashed(life.disk, Random(seed))).batches == life.batches


def test_unproven_batches_larger_than_a_segment_are_copied_too() -> None:
    life = lived(100)
    life.add(batch_of(1, count=4, size=5000))
    life.journal.flush()
    while len(names(life.disk)) == 1 or life.disk.pread(path(1), segment.HEADER_SIZE, 4) != frame.MAGIC:
        life.disk.step()
    life.disk.kill()
    again = Life(life.disk)
    assert again.batches == life.batches
    again.write(batch_of(2))
    assert Life(life.disk).batches == again.batches


def test_positions_do_not_change_when_batches_are_copied() -> None:
    life = lived(100, 100)
    positions = dict(life.positions)
    (position,) = life.add(batch_of(2))
    life.journal.flush()
    life.disk.step()
    life.disk.kill()
    again = Life(life.disk)
    assert again.positions == {**positions, position: publish(2)}
    assert again.journal.read(position, len(publish(2))) == publish(2)


@pytest.mark.parametrize("segment_size", [4096 + 64, 5000, 8192, 16384, 100_000])
def test_the_segment_size_may_change_between_starts(segment_size: int) -> None:
    life = lived(1000, 1000, 1000, 1000)
    again = Life(life.disk, segment_size)
    again.write(batch_of(4, size=2000), batch_of(5, size=100))
    assert Life(life.disk).batches == again.batches


def test_a_start_that_fails_can_be_made_again() -> None:
    """Every verb of a start fails once; what the next start finds is the same."""
    for kind in (Create, Pwrite, Fdatasync, Rename, FsyncDir, Unlink, Truncate):
        for after in range(4):
            life = lived(100, 3000, 2000)
            life.add(batch_of(3))
            life.journal.flush()
            life.disk.step()
            life.disk.kill()
            left = after

            def fault(verb: Verb, kind: type[Verb] = kind) -> OSError | None:
                nonlocal left
                if not isinstance(verb, kind):
                    return None
                left -= 1
                return OSError(errno.EIO, "Input/output error") if left < 0 else None

            life.disk.fault = fault
            with contextlib.suppress(OSError):
                Life(life.disk)
            life.disk.fault = lambda verb: None
            again = Life(life.disk)
            assert again.batches == life.batches
            assert Life(crashed(life.disk, Random(after))).batches == life.batches


# ---- a torn tail


def test_a_torn_tail_is_cut_and_reported() -> None:
    life = lived(100)
    durable = life.journal.durable
    tear(life, 1)
    again = Life(life.disk)
    assert again.batches == life.batches
    assert again.recovered.cut_path == path(0)
    assert again.recovered.cut_offset == segment.HEADER_SIZE + durable
    assert 300 < again.recovered.cut_bytes < 512
    assert life.disk.size(path(0)) == segment.HEADER_SIZE + durable


def test_after_a_cut_adding_goes_on_and_the_next_start_sees_nothing_of_it() -> None:
    life = lived(100)
    tear(life, 1)
    again = Life(life.disk)
    again.write(batch_of(2))
    third = Life(life.disk)
    assert third.batches == again.batches
    assert (third.recovered.cut_path, third.recovered.cut_offset, third.recovered.cut_bytes) == ("", 0, 0)


def torn_before_an_intact_one() -> tuple[Life, int]:
    """Two batches of one write: the first lost its middle, the second is whole. With the second's position."""
    life = lived(100)
    (first,) = life.add(batch_of(8, size=300))
    (second,) = life.add(batch_of(9, size=300))
    life.journal.flush()
    life.disk.step()
    file, offset = life.place(first)
    life.disk.kill()
    life.disk.perform([Pwrite(file, offset + 60, bytes(40))])
    del life.batches[-2:]
    return life, second


def test_a_batch_behind_a_torn_one_of_the_same_write_is_cut_with_it() -> None:
    life, second = torn_before_an_intact_one()
    again = Life(life.disk)
    assert again.batches == life.batches
    file, offset = life.place(second)
    assert again.recovered.cut_offset + again.recovered.cut_bytes == offset + len(publish(9, size=300))
    assert file == again.recovered.cut_path


def test_an_intact_batch_beyond_a_cut_never_comes_back() -> None:
    """The new batches end exactly where the stale one began: the worst case for a reader that goes by bytes."""
    life, second = torn_before_an_intact_one()
    again = Life(life.disk)
    gap = second - frame.HEADER_SIZE - again.journal.durable
    again.write([records.encode_publish(b"json", b"Jobs", 3, 1, 1, bytes(gap - 32 - 33 - 4 - 4 - 4))])
    assert again.journal.durable == second - frame.HEADER_SIZE
    for end in ("kill", "close"):
        if end == "close":
            again.journal.close()
        third = Life(life.disk.snapshot())
        assert third.batches == again.batches
        assert third.recovered.cut_bytes == 0


def test_a_new_segment_hides_a_stale_batch_even_before_the_old_one_is_cut() -> None:
    life, _ = torn_before_an_intact_one()

    def fault(verb: Verb) -> OSError | None:
        return OSError(errno.EIO, "Input/output error") if isinstance(verb, Truncate) else None

    life.disk.fault = fault
    with pytest.raises(OSError, match="Input/output error"):
        Life(life.disk)
    life.disk.fault = lambda verb: None
    again = Life(life.disk)
    assert again.batches == life.batches
    assert again.recovered.cut_bytes == 0


def test_zeros_behind_the_end_are_not_a_torn_tail() -> None:
    assert Life(lived(100).disk).recovered.cut_bytes == 0


# ---- a torn message that was made to look like the log


def forged(life: Life, key: int, watermark: int) -> bytes:
    """A body full of frames that claim a watermark beyond the end."""
    index = len(life.batches) + 1
    one, _ = frame.encode(b"x" * 40, index, 0, watermark, key)
    return one * 30


def test_a_message_cannot_pretend_to_be_proof_of_damage() -> None:
    """A client that does not know the journal's id cannot stop the next start with a torn message."""
    life = lived(100)
    body = forged(life, 0, life.journal.durable + 1)
    life.journal.add(records.encode_publish(b"json", b"Jobs", 5, 1, 1, body))
    life.journal.seal()
    life.journal.flush()
    life.disk.step()
    life.disk.kill()
    file, offset = life.place(life.journal.durable)
    life.disk.perform([Pwrite(file, offset + 20, bytes(40))])
    again = Life(life.disk)
    assert again.batches == life.batches
    assert again.recovered.cut_bytes > 1000


def test_frames_with_the_journals_own_key_are_proof() -> None:
    """The counterpart: the search does look everywhere, whatever the alignment."""
    for shift in range(8):
        life = lived(100)
        end = life.journal.durable
        body = forged(life, frame.key_of(JOURNAL_ID), end + 1)
        life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + end, b"torn" + bytes(shift) + body)])
        error = refused(life.disk)
        assert (error.file, error.offset) == (path(0), segment.HEADER_SIZE + end)
        assert "a later one proves that it was durable" in error.what


@pytest.mark.parametrize("watermark", [0, 1], ids=["what was known", "beyond its own place"])
def test_a_frame_that_claims_the_impossible_is_no_proof(watermark: int) -> None:
    life = lived(100)
    end = life.journal.durable
    claim = end if watermark == 0 else end + 10_000
    one, _ = frame.encode(b"x" * 40, len(life.batches) + 1, 0, claim, frame.key_of(JOURNAL_ID))
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + end, b"torn" + one)])
    assert Life(life.disk).recovered.cut_bytes == 4 + len(one)


def test_a_later_batch_proves_damage_although_the_superblock_is_behind() -> None:
    """After a power cut the superblock may be old; what was acknowledged is known all the same."""
    life = lived(100)
    before = life.disk.pread(SUPERBLOCK, 0, superblock.FILE_SIZE)
    starts = []
    for number in (1, 2, 3):
        starts.append(life.place(life.journal.durable)[1])
        life.write(batch_of(number))
    life.disk.perform([Pwrite(SUPERBLOCK, 0, before)])
    assert Life(life.disk.snapshot()).batches == life.batches
    for number, start in enumerate(starts):
        disk = life.disk.snapshot()
        disk.flip(path(0), start + 50, 1)
        if number < 2:
            error = refused(disk)
            assert (error.file, error.offset) == (path(0), start)
        else:
            # Nothing after the last batch says that it was durable: it cannot be told from a torn one, but it is told.
            assert Life(disk).recovered.cut_offset == start


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
    assert "belongs to another instance" in error.what


def test_frames_of_another_journal_are_refused() -> None:
    life = closed(3000, 3000)
    foreign, _ = frame.encode(b"".join(batch_of(0, size=3000)), 0, 0, 0, frame.key_of(b"another journal"))
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE, foreign)])
    error = refused(life.disk)
    assert (error.file, error.offset) == (path(0), segment.HEADER_SIZE)


def test_a_segment_of_a_newer_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    life = closed(3000, 3000)
    monkeypatch.setattr(segment, "VERSION", 2)
    page = segment.encode_header(life.recovered.tail.segments[1], JOURNAL_ID)
    monkeypatch.undo()
    life.disk.perform([Pwrite(path(1), 0, page)])
    error = refused(life.disk)
    assert error.file == path(1)
    assert "has format version 2; this program reads version 1" in error.what


def test_a_superblock_of_a_newer_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    life = closed(3000)
    monkeypatch.setattr(superblock, "VERSION", 2)
    newer = Superblock(1_000_000, 0, False, JOURNAL_ID)
    slot = newer.encode()
    monkeypatch.undo()
    life.disk.perform([Pwrite(SUPERBLOCK, newer.offset, slot)])
    error = refused(life.disk)
    assert error.file == SUPERBLOCK
    assert "has format version 2; this program reads version 1" in error.what


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


# ---- a failed sync


def test_after_a_failed_sync_only_what_was_durable_survives_a_power_cut() -> None:
    life = lived(100, 100)

    def fault(verb: Verb) -> OSError | None:
        return OSError(errno.EIO, "Input/output error") if isinstance(verb, Fdatasync) else None

    life.disk.fault = fault
    life.add(batch_of(2))
    life.sync()
    assert life.journal.failure is not None
    life.disk.fault = lambda verb: None
    for seed in range(30):
        assert Life(crashed(life.disk, Random(seed))).batches == life.batches[:2]


def test_what_a_failed_sync_left_in_the_page_cache_is_written_again_before_it_counts() -> None:
    life = lived(100, 100)

    def fault(verb: Verb) -> OSError | None:
        return OSError(errno.EIO, "Input/output error") if isinstance(verb, Fdatasync) else None

    life.disk.fault = fault
    life.add(batch_of(2))
    life.sync()
    life.disk.fault = lambda verb: None
    life.disk.kill()
    again = Life(life.disk)
    assert again.batches == life.batches
    again.write(batch_of(3))
    for seed in range(30):
        assert Life(crashed(life.disk, Random(seed))).batches == again.batches
