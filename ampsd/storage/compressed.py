"""A compressed journal file: gzip members, each of one block of the file, so that a position is read by one of them.

`zcat` gives the journal file again. Each member's extra field holds the member's size, as BGZF's does, and the CRC of
its deflated bytes, so no damage gets as far as the inflater. Every block but the last has BLOCK_SIZE bytes; nothing
ever inflates to more. FORMAT.md draws it.
"""

import struct
import zlib
from array import array
from collections.abc import Iterator

from ampsd.ports import Disk
from ampsd.storage.faults import JournalDamageError

BLOCK_SIZE = 64 * 1024
"""Bytes of the journal file in one member. A message is read by inflating this much, in about 0.3 ms."""
_LEVEL = 6
_BEGINNING = bytes((0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255, 12, 0)) + b"AJ\x08\x00"
"""gzip, deflate, an extra field; no time, no system; the extra field's size, our subfield's name and its size."""
_EXTRA = struct.Struct("<II")
_TRAILER = struct.Struct("<II")
HEADER_SIZE = len(_BEGINNING) + _EXTRA.size
_MEMBER_SIZE_MAX = HEADER_SIZE + BLOCK_SIZE + 1024 + _TRAILER.size
"""What cannot be compressed is stored in pieces, with a few bytes for each."""


def encode_block(plain: bytes) -> bytes:
    """The gzip member of a block."""
    deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = deflating.compress(plain) + deflating.flush()
    size = HEADER_SIZE + len(deflated) + _TRAILER.size
    extra = _EXTRA.pack(size, zlib.crc32(deflated))
    return b"".join((_BEGINNING, extra, deflated, _TRAILER.pack(zlib.crc32(plain), len(plain))))


def member_size(header: bytes) -> int:
    """Size of the member that begins with these bytes. Raises ValueError when they begin none of ours."""
    if len(header) < HEADER_SIZE or not header.startswith(_BEGINNING):
        raise ValueError("no block of a compressed journal file begins there")
    size: int = _EXTRA.unpack_from(header, len(_BEGINNING))[0]
    if not HEADER_SIZE + _TRAILER.size < size <= _MEMBER_SIZE_MAX:
        raise ValueError("a block of the compressed journal file has a size that cannot be")
    return size


def decode_block(member: bytes) -> bytes:
    """The block of a whole member. Raises ValueError unless every byte is right."""
    size = member_size(member)
    _, crc = _EXTRA.unpack_from(member, len(_BEGINNING))
    deflated = member[HEADER_SIZE : size - _TRAILER.size]
    if len(member) != size or zlib.crc32(deflated) != crc:
        raise ValueError("a block of the compressed journal file is not intact")
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = inflating.decompress(deflated, BLOCK_SIZE + 1)
    except zlib.error as error:
        raise ValueError(f"a block of the compressed journal file cannot be inflated: {error}") from error
    if not 0 < len(plain) <= BLOCK_SIZE or not inflating.eof or inflating.unused_data:
        raise ValueError("a block of the compressed journal file has another size than it may have")
    if _TRAILER.unpack_from(member, size - _TRAILER.size) != (zlib.crc32(plain), len(plain)):
        raise ValueError("a block of the compressed journal file is not what was compressed")
    return plain


class Blocks:
    """Reads a compressed file by offsets in the plain one. `starts` is where each member begins, and the end.

    The index is made at the first read, unless the one who compressed the file hands it over.
    """

    __slots__ = ("_block", "_number", "_size", "_starts")

    def __init__(self, starts: "array[int] | None" = None, size: int = 0) -> None:
        self._starts = starts
        self._size = size
        self._number = -1
        self._block = b""

    def size(self, disk: Disk, path: str) -> int:
        """Size of the plain file. Raises JournalDamageError and OSError."""
        self._index(disk, path)
        return self._size

    def pread(self, disk: Disk, path: str, offset: int, length: int) -> bytes:
        """Up to `length` bytes of the plain file. Raises JournalDamageError and OSError."""
        self._index(disk, path)
        end = min(offset + length, self._size)
        pieces: list[bytes] = []
        while offset < end:
            number, start = divmod(offset, BLOCK_SIZE)
            piece = self._load(disk, path, number)[start : start + end - offset]
            pieces.append(piece)
            offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def release(self) -> None:
        """Keep no block in memory; another file is read now."""
        self._number, self._block = -1, b""

    def _load(self, disk: Disk, path: str, number: int) -> bytes:
        """A block; the last one is kept, since what is read next is mostly near."""
        if number != self._number:
            starts = self._starts
            assert starts is not None
            start = starts[number]
            try:
                block = decode_block(disk.pread(path, start, starts[number + 1] - start))
            except ValueError as error:
                raise JournalDamageError(path, start, str(error)) from error
            if len(block) != min(BLOCK_SIZE, self._size - number * BLOCK_SIZE):
                raise JournalDamageError(path, start, "a block of the compressed journal file has another size")
            self._number, self._block = number, block
        return self._block

    def _index(self, disk: Disk, path: str) -> None:
        if self._starts is None:
            starts = array("Q", (0, *ends_of(disk, path)))
            if len(starts) == 1:
                raise JournalDamageError(path, 0, "the compressed journal file is empty")
            trailer = disk.pread(path, starts[-1] - _TRAILER.size, _TRAILER.size)
            last = _TRAILER.unpack(trailer)[1]
            if not 0 < last <= BLOCK_SIZE:
                raise JournalDamageError(path, starts[-2], "a block of the compressed journal file has another size")
            self._size = (len(starts) - 2) * BLOCK_SIZE + last
            self._starts = starts


def ends_of(disk: Disk, path: str) -> Iterator[int]:
    """Where each member ends, by their headers alone. Raises JournalDamageError and OSError."""
    end = disk.size(path)
    at = 0
    while at < end:
        try:
            size = member_size(disk.pread(path, at, HEADER_SIZE))
        except ValueError as error:
            raise JournalDamageError(path, at, str(error)) from error
        if at + size > end:
            raise JournalDamageError(path, at, "the compressed journal file ends inside a block")
        at += size
        yield at
