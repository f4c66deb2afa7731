"""Two slots in turn: the newest intact one counts, and a torn write leaves the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.storage import superblock
from ampsd.storage.superblock import FILE_SIZE, SLOT_SIZE, Superblock

u64 = st.integers(0, 2**64 - 2)


def file_of(*blocks: Superblock) -> bytearray:
    data = bytearray(FILE_SIZE)
    for block in blocks:
        slot = block.encode()
        data[block.offset : block.offset + len(slot)] = slot
    return data


OLDER = Superblock(6, 1000, True, b"id")
NEWER = OLDER.next(2000)


def test_successors_take_turns_in_the_slots() -> None:
    assert (OLDER.offset, NEWER.offset, NEWER.next(3000).offset) == (0, SLOT_SIZE, 0)
    assert (NEWER.generation, NEWER.watermark, NEWER.is_clean, NEWER.journal_id) == (7, 2000, False, b"id")
    assert NEWER.next(3000, is_clean=True).is_clean


def test_a_slot_fits_in_a_sector() -> None:
    assert len(NEWER.encode()) <= 512


@given(u64, u64, st.booleans(), st.binary(max_size=31).map(lambda one: one + b"x"))
def test_a_slot_comes_back(generation: int, watermark: int, is_clean: bool, journal_id: bytes) -> None:
    read = superblock.decode(bytes(file_of(Superblock(generation, watermark, is_clean, journal_id))))
    assert read is not None
    assert (read.generation, read.watermark, read.is_clean, read.journal_id) == (
        generation,
        watermark,
        is_clean,
        journal_id,
    )


@given(u64, u64)
def test_the_floor_comes_back_and_stays_until_it_is_moved(watermark: int, floor: int) -> None:
    block = Superblock(6, watermark, False, b"id", floor)
    for one in (block, block.next(watermark), OLDER.next(watermark, floor=floor)):
        read = superblock.decode(bytes(file_of(one)))
        assert read is not None
        assert read.floor == floor


def test_a_slot_of_an_older_version_has_its_floor_at_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superblock, "VERSION", 3)
    slot = OLDER.encode()[:68]
    monkeypatch.undo()
    read = superblock.decode(slot.ljust(FILE_SIZE, b"\0"))
    assert read is not None
    assert (read.watermark, read.floor) == (1000, 0)


def test_the_newest_slot_counts() -> None:
    for blocks in ([OLDER, NEWER], [NEWER, NEWER.next(3000)]):
        read = superblock.decode(bytes(file_of(*blocks)))
        assert read is not None
        assert read.watermark == blocks[-1].watermark


@pytest.mark.parametrize("mask", [0x01, 0x10, 0xFF])
def test_any_flipped_byte_of_a_slot_leaves_the_other(mask: int) -> None:
    size = len(NEWER.encode())
    for damaged, kept in ((NEWER, OLDER), (OLDER, NEWER)):
        for offset in range(damaged.offset, damaged.offset + size):
            data = file_of(OLDER, NEWER)
            data[offset] ^= mask
            read = superblock.decode(bytes(data))
            assert read is not None
            assert read.generation == kept.generation, offset


def test_with_both_slots_damaged_there_is_no_superblock() -> None:
    data = file_of(OLDER, NEWER)
    data[20] ^= 1
    data[SLOT_SIZE + 20] ^= 1
    assert superblock.decode(bytes(data)) is None


@given(st.binary(max_size=100))
def test_bytes_that_are_no_superblock_are_none(data: bytes) -> None:
    assert superblock.decode(data) is None
    assert superblock.decode(superblock.MAGIC + data) is None
    assert superblock.decode(bytes(SLOT_SIZE) + data) is None


def test_a_newer_version_is_refused_even_in_the_older_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superblock, "VERSION", 99)
    newer = OLDER.encode()
    monkeypatch.undo()
    data = file_of(OLDER, NEWER)
    data[: len(newer)] = newer
    with pytest.raises(ValueError, match="has format version 99; this program reads versions up to 4"):
        superblock.decode(bytes(data))


def test_it_lives_beside_the_segments() -> None:
    assert superblock.path_of("/j", "A") == "/j/A.superblock"
