"""Frames read back: in order through the chain, and, behind a bad one, any that proves it was durable."""

import re

from ampsd import limits
from ampsd.ports import Disk
from ampsd.storage import frame
from ampsd.storage.frame import Frame
from ampsd.storage.segment import Segment

_CHUNK = limits.MIB
_TAIL_BYTES_MAX = 64 * limits.MIB
_QUIET_BYTES = 16 * limits.MIB
"""Zeros that end the search of a tail. No acknowledged frame beyond a power cut's watermark is larger than this: a
larger one has the superblock synced with it."""

_CHECKED_BYTES_MAX = 1024 * limits.MIB
"""Bytes checked in search of a proof, about a second: a torn message may be made to look like proof everywhere."""

_INDEX_LOW_BYTES = 3
"""Indexes in one tail differ in these bytes, and by a carry in the next: it has fewer than 2**24 frames."""


class Reader:
    """Reads frames of one segment in order, through a buffer, checking each against the chain."""

    def __init__(self, disk: Disk, file: Segment, key: int) -> None:
        self._disk = disk
        self._file = file
        self._key = key
        self._buffer = b""
        self._buffer_start = file.base
        self.position = file.base
        self.index = file.first_index
        self.chain = file.chain

    def next(self) -> Frame | None:
        """The frame at `position`, or None when no valid frame of this chain is there."""
        read = frame.decode(self._buffer, self.position - self._buffer_start, self.position, self._key)
        if read is None:
            self._load()
            read = frame.decode(self._buffer, 0, self.position, self._key)
        if read is None or read.index != self.index or read.previous_crc != self.chain:
            return None
        self.position = read.end
        self.index += 1
        self.chain = read.crc
        return read

    def _load(self) -> None:
        """Have the frame at `position` in the buffer, whole if the file can hold it."""
        offset = self._file.offset_of(self.position)
        self._buffer = self._file.pread(self._disk, offset, _CHUNK)
        self._buffer_start = self.position
        size = frame.size_at(self._buffer, 0)
        if len(self._buffer) < size <= self._file.size - offset:
            self._buffer = self._file.pread(self._disk, offset, size)


class Rest:
    """The bytes after the last valid frame of a segment: zeros, a torn write, or damage."""

    __slots__ = ("_bytes", "_index", "_key", "_position", "size")

    def __init__(self, disk: Disk, file: Segment, reader: Reader, key: int) -> None:
        self._position = reader.position
        self._index = reader.index
        self._key = key
        self._bytes = _until_quiet(disk, file, file.offset_of(reader.position))
        self.size = len(self._bytes)

    def proof(self) -> Frame | None:
        """An intact frame which says that the log was durable beyond where the rest begins; None without one."""
        high = self._index >> 8 * _INDEX_LOW_BYTES
        highs = [re.escape(one.to_bytes(8 - _INDEX_LOW_BYTES, "little")) for one in (high, high + 1)]
        skipped = frame.INDEX_AT + _INDEX_LOW_BYTES - len(frame.MAGIC)
        # One scan in C, whatever a torn message is made of: only what has a likely index is looked at.
        likely = re.compile(b"%b(?=.{%d}(?:%b))" % (frame.MAGIC, skipped, b"|".join(highs)), re.DOTALL)
        checked = 0
        for match in likely.finditer(self._bytes):
            at = match.start()
            size = frame.size_at(self._bytes, at)
            watermark = frame.watermark_at(self._bytes, at)
            if at + size > self.size or not self._position < watermark <= self._position + at:
                continue
            found = frame.decode(self._bytes, at, self._position + at, self._key)
            checked += size
            if found is not None or checked > _CHECKED_BYTES_MAX:
                return found
        return None


def _until_quiet(disk: Disk, file: Segment, offset: int) -> bytes:
    """What follows `offset` without the zeros at the end, up to a bound."""
    kept = bytearray()
    quiet = 0
    while quiet < _QUIET_BYTES and len(kept) + quiet < _TAIL_BYTES_MAX:
        chunk = file.pread(disk, offset + len(kept) + quiet, _CHUNK)
        if not chunk:
            break
        used = chunk.rstrip(b"\0")
        if used:
            kept += bytes(quiet) + used
            quiet = 0
        quiet += len(chunk) - len(used)
    return bytes(kept)
