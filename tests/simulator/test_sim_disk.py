"""The fake disk forgets what a real one may forget, and nothing else: every crash test rests on it."""

import errno
from random import Random

import pytest

from ampsd.ports import Create, Fdatasync, FsyncDir, Pwrite, Rename, Truncate, Unlink, Verb
from ampsd.simulator.disk import SECTOR, SimDisk

A, B = "/d/a", "/d/b"
SEEDS = range(200)


def disk_with(*verbs: Verb, size: int = 4 * SECTOR) -> SimDisk:
    """A disk with one durable file of ones, and then some verbs."""
    disk = SimDisk()
    disk.perform([Create(A, size), Pwrite(A, 0, b"\1" * size), Fdatasync(A), FsyncDir("/d"), *verbs])
    return disk


def after_crash(disk: SimDisk, seed: int) -> SimDisk:
    copy = disk.snapshot()
    copy.crash(Random(seed))
    return copy


def contents(disk: SimDisk, path: str = A) -> set[bytes]:
    """What a power cut may leave in a file, over many draws."""
    return {after_crash(disk, seed).pread(path, 0, 1 << 20) for seed in SEEDS}


def names(disk: SimDisk) -> set[tuple[str, ...]]:
    return {tuple(after_crash(disk, seed).names("/d")) for seed in SEEDS}


def test_what_was_synced_survives() -> None:
    disk = disk_with(Pwrite(A, 10, b"new"), Fdatasync(A))
    assert contents(disk) == {disk.pread(A, 0, 1 << 20)}


def test_what_was_not_synced_is_kept_or_lost_by_sectors() -> None:
    found = contents(disk_with(Pwrite(A, 100, b"\2" * (2 * SECTOR))))
    tops = {
        tuple(data[at] for at in (99, 100, SECTOR, 2 * SECTOR, 2 * SECTOR + 99, 2 * SECTOR + 100)) for data in found
    }
    assert tops == {(1, first, middle, last, last, 1) for first in (1, 2) for middle in (1, 2) for last in (1, 2)}


def test_unsynced_writes_may_reach_the_platter_out_of_order() -> None:
    found = contents(disk_with(Pwrite(A, 0, b"\2"), Pwrite(A, SECTOR, b"\3")))
    assert {(data[0], data[SECTOR]) for data in found} == {(1, 1), (2, 1), (1, 3), (2, 3)}


def test_a_killed_process_loses_nothing_it_wrote_but_what_it_had_only_submitted() -> None:
    disk = disk_with(Pwrite(A, 0, b"new"))
    disk.submit(1, [Pwrite(A, 0, b"NEW")])
    disk.kill()
    assert not disk.is_busy
    assert disk.pread(A, 0, 3) == b"new"


def test_a_name_is_kept_or_lost_until_its_directory_is_synced() -> None:
    assert names(disk_with(Create(B, 1))) == {("a",), ("a", "b")}
    assert names(disk_with(Create(B, 1), FsyncDir("/d"))) == {("a", "b")}
    assert names(disk_with(Rename(A, B), FsyncDir("/d"))) == {("b",)}
    assert names(disk_with(Unlink(A))) == {("a",), ()}
    assert names(disk_with(Unlink(A), FsyncDir("/d"))) == {()}


def test_a_name_may_be_durable_before_its_bytes_are() -> None:
    disk = disk_with(Create(B, 8), Pwrite(B, 0, b"contents"), FsyncDir("/d"))
    assert contents(disk, B) == {b"contents", bytes(8)}


def test_a_failed_write_leaves_half_of_its_bytes() -> None:
    disk = disk_with()
    disk.fault = lambda verb: OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OSError, match="No space"):
        disk.perform([Pwrite(A, 0, b"abcdef")])
    assert disk.pread(A, 0, 6) == b"abc\1\1\1"


def test_a_failed_sync_is_forgotten_by_the_platter_and_hidden_by_the_page_cache() -> None:
    """The next sync succeeds and makes nothing of it durable: whoever tries again is deceived."""
    disk = disk_with(Pwrite(A, 0, b"lost"))
    disk.fault = lambda verb: OSError(errno.EIO, "Input/output error")
    with pytest.raises(OSError, match="Input/output error"):
        disk.perform([Fdatasync(A)])
    disk.fault = lambda verb: None
    disk.perform([Pwrite(A, 4, b"kept"), Fdatasync(A)])
    assert disk.pread(A, 0, 8) == b"lostkept"
    assert {data[:8] for data in contents(disk)} == {b"\1\1\1\1kept"}


def test_a_snapshot_lives_apart() -> None:
    disk = disk_with(Create(B, 4))
    copy = disk.snapshot()
    copy.perform([Pwrite(A, 0, b"copy"), Truncate(B, 0), Rename(B, "/d/c")])
    copy.flip(A, 8, 0xFF)
    assert disk.pread(A, 0, 9) == b"\1" * 9
    assert disk.size(B) == 4
    assert disk.names("/d") == ["a", "b"]


def test_bit_rot_survives_everything() -> None:
    disk = disk_with()
    disk.flip(A, 7, 0x81)
    assert {data[7] for data in contents(disk)} == {0x80}
    assert disk.pread(A, 7, 1) == b"\x80"


def test_names_of_each_directory_are_kept_or_lost_on_their_own() -> None:
    disk = disk_with(Create("/d/c", 0), Create("/e/c", 0))
    places = lambda disk: ("c" in disk.names("/d"), "c" in disk.names("/e"))  # noqa: E731 - said once
    assert {places(after_crash(disk, seed)) for seed in SEEDS} == {(a, b) for a in (True, False) for b in (True, False)}
    disk.perform([FsyncDir("/e")])
    assert {places(after_crash(disk, seed)) for seed in SEEDS} == {(True, True), (False, True)}
