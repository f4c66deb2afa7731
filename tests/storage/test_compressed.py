"""Compressed journal files: any piece reads as in the plain file; whatever is flipped is seen; nothing blows up."""

import gzip
import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.ports import Create, Fdatasync, Pwrite
from ampsd.simulator.disk import SimDisk
from ampsd.storage import compressed
from ampsd.storage.compressed import BLOCK_SIZE, HEADER_SIZE, Blocks, decode_block, encode_block
from ampsd.storage.log import JournalDamageError

PATH = "/j/A.0000000000.journal.gz"


def disk_of(data: bytes) -> SimDisk:
    disk = SimDisk()
    disk.perform([Create(PATH, 0), Pwrite(PATH, 0, data), Fdatasync(PATH)])
    return disk


def compressed_file(plain: bytes) -> bytes:
    return b"".join(encode_block(plain[at : at + BLOCK_SIZE]) for at in range(0, len(plain), BLOCK_SIZE))


def mixed(size: int, seed: int = 1) -> bytes:
    """Bytes of which some compress and some do not."""
    rng = Random(seed)
    pieces = []
    while sum(map(len, pieces)) < size:
        pieces.append(rng.choice((rng.randbytes(rng.randint(1, 9000)), b"order" * rng.randint(1, 9000), bytes(5000))))
    return b"".join(pieces)[:size]


PLAIN = mixed(3 * BLOCK_SIZE + 1234)
DISK = disk_of(compressed_file(PLAIN))
reads = st.lists(st.tuples(st.integers(0, len(PLAIN) + 10), st.integers(0, 2 * BLOCK_SIZE + 10)), max_size=8)


@given(reads)
def test_every_piece_reads_as_in_the_plain_file(wanted: list[tuple[int, int]]) -> None:
    blocks = Blocks()
    for offset, length in wanted:
        assert blocks.pread(DISK, PATH, offset, length) == PLAIN[offset : offset + length]


@pytest.mark.parametrize("size", [1, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 2 * BLOCK_SIZE])
def test_files_that_end_at_any_place_of_a_block(size: int) -> None:
    plain = mixed(size, size)
    disk = disk_of(compressed_file(plain))
    assert Blocks().size(disk, PATH) == size
    assert Blocks().pread(disk, PATH, 0, size + 1) == plain
    assert Blocks().pread(disk, PATH, size - 1, 5) == plain[-1:]
    assert Blocks().pread(disk, PATH, size, 5) == b""


def test_gzip_reads_it() -> None:
    assert gzip.decompress(compressed_file(PLAIN)) == PLAIN


@given(st.binary(min_size=1, max_size=2000))
def test_a_block_comes_back(plain: bytes) -> None:
    member = encode_block(plain)
    assert compressed.member_size(member) == len(member)
    assert decode_block(member) == plain


def test_what_cannot_be_compressed_is_still_one_block() -> None:
    plain = Random(7).randbytes(BLOCK_SIZE)
    assert decode_block(encode_block(plain)) == plain


@pytest.mark.parametrize("mask", [0x01, 0x10, 0x80])
def test_every_flip_is_damage_and_never_other_bytes(mask: int) -> None:
    plain = b"what was written, " * 5000 + b"the end"
    data = compressed_file(plain)
    assert len(data) < 2000
    for offset in range(len(data)):
        flipped = bytearray(data)
        flipped[offset] ^= mask
        disk = disk_of(bytes(flipped))
        with pytest.raises(JournalDamageError) as caught:
            Blocks().pread(disk, PATH, 0, len(plain) + 1)
        assert caught.value.file == PATH


@given(st.integers(0, len(compressed_file(PLAIN)) - 1), st.integers(0, 7))
def test_a_flip_anywhere_in_a_large_file_is_damage(offset: int, bit: int) -> None:
    disk = DISK.snapshot()
    disk.flip(PATH, offset, 1 << bit)
    with pytest.raises(JournalDamageError):
        Blocks().pread(disk, PATH, 0, len(PLAIN))


@pytest.mark.parametrize("cut", [1, 8, 9, 500])
def test_a_file_that_ends_early_is_damage(cut: int) -> None:
    data = compressed_file(PLAIN)
    with pytest.raises(JournalDamageError, match="ends inside a block"):
        Blocks().size(disk_of(data[:-cut]), PATH)


def test_bytes_behind_the_last_block_are_damage() -> None:
    with pytest.raises(JournalDamageError, match="no block of a compressed journal file begins there"):
        Blocks().size(disk_of(compressed_file(PLAIN) + b"more"), PATH)


def test_an_empty_file_is_damage() -> None:
    with pytest.raises(JournalDamageError, match="is empty"):
        Blocks().size(disk_of(b""), PATH)


def forged(plain: bytes, claimed: int) -> bytes:
    """A member with right checks, whatever is in it."""
    deflating = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = deflating.compress(plain) + deflating.flush()
    start = encode_block(b"x")[: HEADER_SIZE - 8]
    extra = (HEADER_SIZE + len(deflated) + 8).to_bytes(4, "little") + zlib.crc32(deflated).to_bytes(4, "little")
    return start + extra + deflated + zlib.crc32(plain).to_bytes(4, "little") + claimed.to_bytes(4, "little")


def test_a_block_never_inflates_to_more_than_its_size() -> None:
    bomb = forged(bytes(40_000_000), BLOCK_SIZE)
    assert len(bomb) < BLOCK_SIZE
    with pytest.raises(ValueError, match="another size than it may have"):
        decode_block(bomb)


def test_a_short_block_in_the_middle_is_damage() -> None:
    disk = disk_of(forged(b"short", 5) + encode_block(b"the last"))
    with pytest.raises(JournalDamageError, match="has another size"):
        Blocks().pread(disk, PATH, 0, 10)


def test_a_block_that_says_another_size_is_damage() -> None:
    for claimed in (0, 4, 6, BLOCK_SIZE + 1):
        with pytest.raises((JournalDamageError, ValueError)):
            Blocks().pread(disk_of(forged(b"short", claimed)), PATH, 0, 10)


def test_a_member_that_claims_to_be_huge_is_refused_by_its_header() -> None:
    header = bytearray(encode_block(b"x")[:HEADER_SIZE])
    header[HEADER_SIZE - 8 : HEADER_SIZE - 4] = (2**32 - 1).to_bytes(4, "little")
    with pytest.raises(ValueError, match="a size that cannot be"):
        compressed.member_size(bytes(header))
