"""From what a crash left on disk to a journal that goes on: validate, fold, copy the unproven tail forward.

The rules (FORMAT.md):
- A bad frame below the durable watermark, or followed by a frame that names a watermark beyond it, is damage: the
  start is refused with file and offset. Only a bad frame above both is a torn tail, and is left behind.
- Frames above the watermark are valid but unproven: the page cache may hold what the disk does not. After anything but
  a clean stop they are written to a new segment and synced before they count.
- A segment's range ends where the next one's base begins, so nothing old is ever cut before the new is durable.
"""

from collections.abc import Callable
from itertools import pairwise

from ampsd import limits
from ampsd.ports import Create, Disk, Fdatasync, FsyncDir, Pwrite, Truncate, Unlink, Verb
from ampsd.storage import frame, records, segment, superblock
from ampsd.storage.frame import Frame
from ampsd.storage.journal import Tail, creation_verbs
from ampsd.storage.log import JournalDamageError
from ampsd.storage.segment import Segment
from ampsd.storage.superblock import Superblock

_CHUNK = limits.MIB
_QUIET_BYTES = limits.MIB
_TAIL_BYTES_MAX = 64 * limits.MIB

Fold = Callable[[int, int, records.Record], None]
"""Called with position, length and value of each record, in log order."""


class Recovered:
    """The tail to go on from, and what recovery saw on its way."""

    __slots__ = ("cut_bytes", "cut_offset", "cut_path", "records", "tail")

    def __init__(self, tail: Tail) -> None:
        self.tail = tail
        self.records = 0
        self.cut_bytes = 0
        self.cut_path = ""
        self.cut_offset = 0


class Reader:
    """Reads frames of one segment in order, through a buffer, checking each against the chain."""

    def __init__(self, disk: Disk, file: Segment, position: int, index: int, chain: int) -> None:
        self._disk = disk
        self._file = file
        self._buffer = b""
        self._buffer_start = position
        self.position = position
        self.index = index
        self.chain = chain

    def next(self) -> Frame | None:
        """The frame at `position`, or None when no valid frame of this chain is there."""
        size = frame.payload_size(self._bytes(frame.HEADER_SIZE), limits.FRAME_SIZE_MAX + 4 * limits.BATCH_SIZE_MAX)
        if size < 0:
            return None
        found = frame.decode(self._bytes(frame.HEADER_SIZE + size), self.position)
        if found is None:
            return None
        read, previous_crc = found
        if read.index != self.index or previous_crc != self.chain:
            return None
        self.position = read.end
        self.index += 1
        self.chain = read.crc
        return read

    def _bytes(self, length: int) -> bytes:
        start = self.position - self._buffer_start
        if start + length > len(self._buffer):
            offset = self._file.offset_of(self.position)
            self._buffer = self._disk.pread(self._file.path, offset, max(length, _CHUNK))
            self._buffer_start = self.position
            start = 0
        return self._buffer[start : start + length]


def recover(
    disk: Disk, directory: str, instance_name: str, segment_size: int, journal_id: bytes, fold: Fold
) -> Recovered:
    """Open the journal in `directory`, creating it when there is none; `fold` sees every record.

    `journal_id` names a new journal; an existing one keeps its own. Raises JournalDamageError and OSError.
    """
    disk.make_directory(directory)
    names = disk.names(directory)
    numbers = sorted(n for n in (segment.number_of(name, instance_name) for name in names) if n is not None)
    block = _read_superblock(disk, directory, instance_name, bool(numbers))
    if block is None or not numbers:
        return Recovered(_create(disk, directory, instance_name, segment_size, block, journal_id))
    files = [_open_segment(disk, segment.path_of(directory, instance_name, n), block.journal_id) for n in numbers]
    _check_order(files)
    tail = Tail(directory, instance_name, segment_size, files, 0, files[0].first_index, files[0].chain, block)
    recovered = Recovered(tail)
    unproven = _scan(disk, recovered, fold)
    if block.is_clean and not recovered.cut_bytes and tail.position == block.watermark:
        _mark_in_use(disk, tail)
    else:
        _copy_forward(disk, tail, unproven)
    return recovered


def _read_superblock(disk: Disk, directory: str, instance_name: str, has_segments: bool) -> Superblock | None:
    path = superblock.path_of(directory, instance_name)
    if path.rpartition("/")[2] not in disk.names(directory):
        if has_segments:
            raise JournalDamageError(path, 0, "the superblock is missing although journal files exist")
        return None
    block = superblock.decode(disk.pread(path, 0, superblock.FILE_SIZE))
    if block is None and has_segments:
        raise JournalDamageError(path, 0, "neither slot of the superblock is intact")
    return block


def _open_segment(disk: Disk, path: str, journal_id: bytes) -> Segment:
    try:
        return segment.decode_header(disk.pread(path, 0, segment.HEADER_SIZE), path, disk.size(path), journal_id)
    except ValueError as error:
        raise JournalDamageError(path, 0, str(error)) from error


def _check_order(files: list[Segment]) -> None:
    for before, after in pairwise(files):
        if after.base < before.base:
            raise JournalDamageError(after.path, 0, f"the journal file begins before {before.path} does")


def _create(
    disk: Disk, directory: str, instance_name: str, segment_size: int, block: Superblock | None, journal_id: bytes
) -> Tail:
    """A new journal: the superblock first, so that a segment without one is always damage."""
    if block is None:
        block = Superblock(2, 0, False, journal_id)
        path = superblock.path_of(directory, instance_name)
        older = Superblock(1, 0, False, journal_id)
        disk.perform(
            [
                Create(path, superblock.FILE_SIZE),
                Pwrite(path, older.offset, older.encode()),
                Pwrite(path, block.offset, block.encode()),
                Fdatasync(path),
                FsyncDir(directory),
            ]
        )
    first = Segment(segment.path_of(directory, instance_name, 0), 0, 0, 0, 0, segment_size)
    disk.perform(creation_verbs(directory, first, block.journal_id, b""))
    return Tail(directory, instance_name, segment_size, [first], 0, 0, 0, block)


def _scan(disk: Disk, recovered: Recovered, fold: Fold) -> list[tuple[Frame, int]]:
    """Fold every valid frame; returns those above the watermark, each with the chain value before it."""
    tail = recovered.tail
    unproven: list[tuple[Frame, int]] = []
    watermark = tail.superblock.watermark
    for number, file in enumerate(tail.segments):
        is_last = number + 1 == len(tail.segments)
        end = None if is_last else tail.segments[number + 1].base
        reader = Reader(disk, file, file.base, file.first_index, file.chain)
        if number and (file.first_index, file.chain) != (tail.index, tail.chain):
            raise JournalDamageError(file.path, 0, "the journal file does not continue the one before it")
        while end is None or reader.position < end:
            chain = reader.chain
            read = reader.next()
            if read is None:
                break
            _fold_frame(file, read, fold, recovered)
            if read.end > watermark:
                unproven.append((read, chain))
        _check_end(disk, file, reader, end, watermark, recovered)
        tail.position, tail.index, tail.chain = reader.position, reader.index, reader.chain
    return unproven


def _fold_frame(file: Segment, read: Frame, fold: Fold, recovered: Recovered) -> None:
    base = read.position + frame.HEADER_SIZE
    try:
        for offset, record in records.split(read.payload):
            fold(base + offset, len(record), records.decode(record))
            recovered.records += 1
    except records.DamagedRecordError as error:
        raise JournalDamageError(file.path, file.offset_of(read.position), str(error)) from error


def _check_end(
    disk: Disk, file: Segment, reader: Reader, end: int | None, watermark: int, recovered: Recovered
) -> None:
    """Decide what the first position without a valid frame means."""
    position = reader.position
    offset = file.offset_of(position)
    if end is not None:
        if position != end:
            raise JournalDamageError(file.path, offset, "a batch in the middle of the log is not intact")
        return
    if position < watermark:
        raise JournalDamageError(file.path, offset, f"a batch below the durable position {watermark} is not intact")
    later, quiet_from = _evidence_after(disk, file, offset)
    if later > position:
        raise JournalDamageError(
            file.path, offset, f"a batch is not intact, and a later one proves it was durable ({later})"
        )
    if quiet_from > offset:
        recovered.cut_path = file.path
        recovered.cut_offset = offset
        recovered.cut_bytes = quiet_from - offset


def _evidence_after(disk: Disk, file: Segment, offset: int) -> tuple[int, int]:
    """Highest watermark named by an intact frame after `offset`, and where the bytes after `offset` become zeros."""
    rest, quiet_from = _bytes_until_quiet(disk, file, offset)
    highest = 0
    at = rest.find(frame.MAGIC)
    while at >= 0:
        size = frame.payload_size(rest[at : at + frame.HEADER_SIZE], len(rest))
        found = frame.decode(rest[at : at + frame.HEADER_SIZE + size], 0) if size >= 0 else None
        if found is not None:
            highest = max(highest, found[0].watermark)
        at = rest.find(frame.MAGIC, at + 1)
    return highest, quiet_from


def _bytes_until_quiet(disk: Disk, file: Segment, offset: int) -> tuple[bytes, int]:
    """What follows `offset`, up to a megabyte of zeros, the end of the file, or the bound; and where zeros begin."""
    chunks: list[bytes] = []
    at = quiet_from = offset
    while at - quiet_from < _QUIET_BYTES and at - offset < _TAIL_BYTES_MAX:
        chunk = disk.pread(file.path, at, _CHUNK)
        if not chunk:
            break
        used = len(chunk.rstrip(b"\0"))
        if used:
            quiet_from = at + used
        chunks.append(chunk)
        at += len(chunk)
    return b"".join(chunks), quiet_from


def _mark_in_use(disk: Disk, tail: Tail) -> None:
    """After a clean stop: the clean mark must be gone, durably, before anything is appended."""
    tail.superblock = tail.superblock.next(tail.position)
    path = superblock.path_of(tail.directory, tail.instance_name)
    disk.perform([Pwrite(path, tail.superblock.offset, tail.superblock.encode()), Fdatasync(path)])


def _copy_forward(disk: Disk, tail: Tail, unproven: list[tuple[Frame, int]]) -> None:
    last = tail.segments[-1]
    frames: list[bytes] = []
    base, first_index, chain = tail.position, tail.index, tail.chain
    if unproven:
        first, chain = unproven[0]
        base, first_index = first.position, first.index
        if base < last.base:
            base, first_index, chain = last.base, last.first_index, last.chain
            unproven = [pair for pair in unproven if pair[0].position >= base]
        frames = [frame.encode(one.payload, one.index, before, one.watermark)[0] for one, before in unproven]
    data = b"".join(frames)
    path = segment.path_of(tail.directory, tail.instance_name, last.number + 1)
    size = max(tail.segment_size, segment.HEADER_SIZE + len(data))
    new = Segment(path, last.number + 1, base, first_index, chain, size)
    disk.perform(creation_verbs(tail.directory, new, tail.superblock.journal_id, data))
    tail.superblock = tail.superblock.next(tail.position)
    block_path = superblock.path_of(tail.directory, tail.instance_name)
    verbs: list[Verb] = [
        Pwrite(block_path, tail.superblock.offset, tail.superblock.encode()),
        Fdatasync(block_path),
    ]
    if last.base == base:
        verbs += [Unlink(last.path), FsyncDir(tail.directory)]
        tail.segments.pop()
    else:
        verbs.append(Truncate(last.path, last.offset_of(base)))
    disk.perform(verbs)
    tail.segments.append(new)
