"""Starting again: from nothing, after a clean end, after an unclean one, after a failed sync."""

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
    closed,
    crashed,
    lived,
    path,
    publish,
)

from ampsd.ports import Create, Fdatasync, FsyncDir, Pwrite, Rename, Truncate, Unlink, Verb
from ampsd.simulator.disk import SimDisk
from ampsd.storage import frame, segment, superblock
from ampsd.storage.recovery import recover


def names(disk: SimDisk) -> list[str]:
    return [name for name in disk.names(DIRECTORY) if name.endswith(".journal")]


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
    for seed in range(20):
        disk = crashed(life.disk, Random(seed))
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
    unproven = life.disk.pread(path(0), segment.HEADER_SIZE + durable, 1000)
    again = Life(life.disk)
    assert again.batches == life.batches
    assert life.disk.pread(path(1), segment.HEADER_SIZE, 1000) == unproven
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
