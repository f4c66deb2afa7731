"""One batch of records as bytes: a frame. FORMAT.md draws it.

A frame is whole or absent: its CRC covers everything after the magic and the CRC itself. Each frame names its place
in the chain (index, CRC of the frame before) and how much of the log was durable when it was made, which is
what lets recovery tell a torn tail from damage.
"""

import struct
import zlib

MAGIC = b"AMPF"
_HEADER = struct.Struct("<4sIIIQQ")
_COVERED = struct.Struct("<IIQQ")
HEADER_SIZE = _HEADER.size


class Frame:
    """A valid frame read back: its place, its payload, and what it says about the log before it."""

    __slots__ = ("crc", "index", "payload", "position", "size", "watermark")

    def __init__(self, position: int, index: int, crc: int, watermark: int, payload: bytes) -> None:
        self.position = position
        self.index = index
        self.crc = crc
        self.watermark = watermark
        self.payload = payload
        self.size = HEADER_SIZE + len(payload)

    @property
    def end(self) -> int:
        """Position after the frame."""
        return self.position + self.size


def encode(payload: bytes, index: int, previous_crc: int, watermark: int) -> tuple[bytes, int]:
    """The frame's bytes and its CRC, which the next frame repeats."""
    size = len(payload)
    crc = zlib.crc32(payload, zlib.crc32(_COVERED.pack(size, previous_crc, index, watermark)))
    return _HEADER.pack(MAGIC, crc, size, previous_crc, index, watermark) + payload, crc


def payload_size(header: bytes, size_max: int) -> int:
    """Payload size a header claims, or -1 when these bytes do not begin a frame."""
    if len(header) < HEADER_SIZE or not header.startswith(MAGIC):
        return -1
    size: int = _HEADER.unpack_from(header)[2]
    return size if size <= size_max else -1


def decode(data: bytes, position: int) -> tuple[Frame, int] | None:
    """The frame in `data` and the CRC it expects of its predecessor; None unless every byte is right."""
    if len(data) < HEADER_SIZE or not data.startswith(MAGIC):
        return None
    _, crc, size, previous_crc, index, watermark = _HEADER.unpack_from(data)
    payload = data[HEADER_SIZE : HEADER_SIZE + size]
    if len(payload) != size:
        return None
    if crc != zlib.crc32(payload, zlib.crc32(_COVERED.pack(size, previous_crc, index, watermark))):
        return None
    return Frame(position, index, crc, watermark, payload), previous_crc
