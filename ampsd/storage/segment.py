"""One journal file: a header page, then frames. Positions of the log map to offsets by the segment's base.

The file may be plain or compressed, in the journal directory or in that of the archive; offsets are those of the plain
file.
"""

import struct
import zlib

from ampsd.ports import Disk
from ampsd.storage.compressed import Blocks

MAGIC = b"AMPSDJNL"
VERSION = 4
"""Later versions have records that earlier ones do not know; what both have is the same."""
HEADER_SIZE = 4096
_HEADER = struct.Struct("<8sHHIQQQ32s")
_CRC = struct.Struct("<I")


_PLAIN, COMPRESSED = ".journal", ".journal.gz"


class Segment:
    """A journal file: frames from position `base` on, the first with index `first_index`, chained to `chain`.

    `blocks` is there when the file is compressed. `newest_ns` is the wall time of the newest record in it, as far as
    records have times.
    """

    __slots__ = ("base", "blocks", "chain", "first_index", "newest_ns", "number", "path", "size")

    def __init__(self, path: str, number: int, base: int, first_index: int, chain: int, size: int) -> None:
        self.path = path
        self.number = number
        self.base = base
        self.first_index = first_index
        self.chain = chain
        self.size = size
        self.blocks: Blocks | None = None
        self.newest_ns = 0

    @property
    def directory(self) -> str:
        """Where the file is."""
        return self.path.rpartition("/")[0]

    def pread(self, disk: Disk, offset: int, length: int) -> bytes:
        """Up to `length` bytes of the file. Raises OSError, and JournalDamageError for a compressed one."""
        if self.blocks is None:
            return disk.pread(self.path, offset, length)
        return self.blocks.pread(disk, self.path, offset, length)

    def offset_of(self, position: int) -> int:
        """Offset in the file of a position of the log."""
        return HEADER_SIZE + position - self.base

    def has_room(self, position: int, length: int) -> bool:
        """Whether `length` bytes at `position` end inside the file's reserved size."""
        return self.offset_of(position) + length <= self.size


def path_of(directory: str, instance_name: str, number: int, is_compressed: bool = False) -> str:
    """Where segment `number` lives; the instance name is the prefix, as in AMPS."""
    return f"{directory}/{instance_name}.{number:010d}{COMPRESSED if is_compressed else _PLAIN}"


def is_compressed(name: str) -> bool:
    """Whether the file of a segment is compressed, by its name."""
    return name.endswith(COMPRESSED)


def number_of(name: str, instance_name: str) -> int | None:
    """Number of a segment by its file name; None when the file is not a segment of this instance."""
    prefix = instance_name + "."
    suffix = COMPRESSED if is_compressed(name) else _PLAIN
    if not (name.startswith(prefix) and name.endswith(suffix)):
        return None
    digits = name[len(prefix) : -len(suffix)]
    return int(digits) if len(digits) == 10 and digits.isascii() and digits.isdigit() else None


def encode_header(segment: Segment, journal_id: bytes) -> bytes:
    """The header page."""
    head = _HEADER.pack(
        MAGIC, VERSION, 0, segment.chain, segment.number, segment.base, segment.first_index, journal_id.ljust(32, b"\0")
    )
    return (head + _CRC.pack(zlib.crc32(head))).ljust(HEADER_SIZE, b"\0")


class ForeignError(ValueError):
    """A file is whole, but written by a newer version, or for another instance or transaction log."""


def decode_header(page: bytes, path: str, size: int, journal_id: bytes) -> Segment:
    """The segment a header page describes. Raises ValueError with a sentence when it is not intact or not ours."""
    if len(page) < HEADER_SIZE or not page.startswith(MAGIC):
        raise ValueError("the file does not begin with a journal header")
    (crc,) = _CRC.unpack_from(page, _HEADER.size)
    if crc != zlib.crc32(page[: _HEADER.size]) or page[_HEADER.size + _CRC.size : HEADER_SIZE].strip(b"\0"):
        raise ValueError("the journal header is damaged")
    _, version, _, chain, number, base, first_index, owner = _HEADER.unpack_from(page)
    if not 1 <= version <= VERSION:
        raise ForeignError(f"the journal has format version {version}; this program reads versions up to {VERSION}")
    if owner.rstrip(b"\0") != journal_id:
        raise ForeignError("the journal belongs to another instance or another transaction log")
    return Segment(path, number, base, first_index, chain, size)
