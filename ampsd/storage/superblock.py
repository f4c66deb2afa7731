"""Two slots that hold the durable watermark, written in turn; the valid one of the higher generation counts.

The watermark is what tells a torn tail (may be cut) from damage in acknowledged data (must stop). A slot fits in one
sector, so a crash leaves the old or the new one. It is written after each sync, so that a killed process leaves the
exact watermark, and synced itself only at start, at stop and every 16 MiB: an older watermark is safe, only less sharp.
The floor is where the log begins after journal files were removed: both slots have it, synced, before a file goes.
"""

import struct
import zlib

from ampsd.storage.segment import ForeignError

MAGIC = b"AMPSDSUP"
VERSION = 4
SLOT_SIZE = 4096
FILE_SIZE = 2 * SLOT_SIZE
_SLOT = struct.Struct("<8sHHIQQ32s")
_CRC = struct.Struct("<I")
_FLOOR = struct.Struct("<Q")
_FLOOR_AT = _SLOT.size + _CRC.size
"""Behind the CRC of what older versions know, so that they find the slot intact, and its version too new."""
_END = _FLOOR_AT + _FLOOR.size
_WITH_FLOOR = 4


class Superblock:
    """What the slots say: everything below `watermark` is durable; `is_clean` means nothing was written after it.

    The log begins at `floor`: journal files wholly below it were removed.
    """

    __slots__ = ("floor", "generation", "is_clean", "journal_id", "watermark")

    def __init__(self, generation: int, watermark: int, is_clean: bool, journal_id: bytes, floor: int = 0) -> None:
        self.generation = generation
        self.watermark = watermark
        self.is_clean = is_clean
        self.journal_id = journal_id
        self.floor = floor

    def next(self, watermark: int, is_clean: bool = False, floor: int | None = None) -> "Superblock":
        """The successor to write; its floor is the same where none is given."""
        kept = self.floor if floor is None else floor
        return Superblock(self.generation + 1, watermark, is_clean, self.journal_id, kept)

    @property
    def offset(self) -> int:
        """Where in the file this generation goes."""
        return (self.generation & 1) * SLOT_SIZE

    def encode(self) -> bytes:
        """Bytes of the slot."""
        head = _SLOT.pack(
            MAGIC, VERSION, int(self.is_clean), 0, self.generation, self.watermark, self.journal_id.ljust(32, b"\0")
        )
        known = head + _CRC.pack(zlib.crc32(head)) + _FLOOR.pack(self.floor)
        return known + _CRC.pack(zlib.crc32(known))


def path_of(directory: str, instance_name: str) -> str:
    """Where the superblock of an instance lives."""
    return f"{directory}/{instance_name}.superblock"


def _decode(slot: bytes) -> Superblock | None:
    if len(slot) < _SLOT.size + _CRC.size or not slot.startswith(MAGIC):
        return None
    (crc,) = _CRC.unpack_from(slot, _SLOT.size)
    if crc != zlib.crc32(slot[: _SLOT.size]):
        return None
    _, version, is_clean, _, generation, watermark, journal_id = _SLOT.unpack_from(slot)
    if not 1 <= version <= VERSION:
        raise ForeignError(f"the superblock has format version {version}; this program reads versions up to {VERSION}")
    floor = 0
    if version >= _WITH_FLOOR:
        if len(slot) < _END + _CRC.size or _CRC.unpack_from(slot, _END)[0] != zlib.crc32(slot[:_END]):
            return None
        (floor,) = _FLOOR.unpack_from(slot, _FLOOR_AT)
    return Superblock(generation, watermark, bool(is_clean), journal_id.rstrip(b"\0"), floor)


def decode(data: bytes) -> Superblock | None:
    """The newest valid slot of the file's bytes, None when neither is intact.

    Raises ValueError with a sentence when a slot was written by another version, whatever the other slot says: the
    journal may hold what this version cannot read.
    """
    slots = [_decode(data[:SLOT_SIZE]), _decode(data[SLOT_SIZE:FILE_SIZE])]
    valid = [slot for slot in slots if slot is not None]
    return max(valid, key=lambda slot: slot.generation) if valid else None
