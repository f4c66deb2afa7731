"""One batch of records as bytes: a frame. FORMAT.md draws it.

A frame is whole or absent: its CRC covers everything after the magic and the CRC itself. Each frame names its place
in the chain (index, CRC of the frame before) and how much of the log was durable when it was made, which is
what lets recovery tell a torn tail from damage. The CRC begins with a key of the journal, which clients do not know:
no message can look like a frame.
"""

import struct
import zlib

MAGIC = b"AMPF"
_HEADER = struct.Struct("<4sIIIQQ")
_COVERED = struct.Struct("<IIQQ")
_COVERED_AT = 8
HEADER_SIZE = _HEADER.size
INDEX_AT = 16
"""Offset of the index in the header; the search for a frame in a torn tail goes by it."""


class Frame:
    """A valid frame read back: its place, its payload, and what it says about the log before it."""

    __slots__ = ("crc", "index", "payload", "position", "previous_crc", "size", "watermark")

    def __init__(self, position: int, crc: int, previous_crc: int, index: int, watermark: int, payload: bytes) -> None:
        self.position = position
        self.crc = crc
        self.previous_crc = previous_crc
        self.index = index
        self.watermark = watermark
        self.payload = payload
        self.size = HEADER_SIZE + len(payload)

    @property
    def end(self) -> int:
        """Position after the frame."""
        return self.position + self.size


def key_of(journal_id: bytes) -> int:
    """Where the CRCs of this journal's frames begin."""
    return zlib.crc32(journal_id)


def encode(payload: bytes, index: int, previous_crc: int, watermark: int, key: int) -> tuple[bytes, int]:
    """The frame's bytes and its CRC, which the next frame repeats."""
    size = len(payload)
    crc = zlib.crc32(payload, zlib.crc32(_COVERED.pack(size, previous_crc, index, watermark), key))
    return _HEADER.pack(MAGIC, crc, size, previous_crc, index, watermark) + payload, crc


def read_back(data: bytes, position: int) -> Frame:
    """The frame that `encode` made of bytes that never were on a disk: nothing is checked."""
    _, crc, _, previous_crc, index, watermark = _HEADER.unpack_from(data)
    return Frame(position, crc, previous_crc, index, watermark, data[HEADER_SIZE:])


def size_at(data: bytes, start: int) -> int:
    """Size of the frame whose header is at `start`, as it claims; -1 when these bytes do not begin a frame."""
    if len(data) - start < HEADER_SIZE or not data.startswith(MAGIC, start):
        return -1
    claimed: int = _HEADER.unpack_from(data, start)[2]
    return HEADER_SIZE + claimed


def watermark_at(data: bytes, start: int) -> int:
    """Watermark the header at `start` claims; -1 when the data ends inside it."""
    if len(data) - start < HEADER_SIZE:
        return -1
    claimed: int = _HEADER.unpack_from(data, start)[5]
    return claimed


def decode(data: bytes, start: int, position: int, key: int) -> Frame | None:
    """The frame at `start` of `data`, `position` of the log; None unless every byte is right."""
    if len(data) - start < HEADER_SIZE or not data.startswith(MAGIC, start):
        return None
    _, crc, size, previous_crc, index, watermark = _HEADER.unpack_from(data, start)
    payload_at = start + HEADER_SIZE
    payload = data[payload_at : payload_at + size]
    if len(payload) != size:
        return None
    if crc != zlib.crc32(payload, zlib.crc32(data[start + _COVERED_AT : payload_at], key)):
        return None
    return Frame(position, crc, previous_crc, index, watermark, payload)
