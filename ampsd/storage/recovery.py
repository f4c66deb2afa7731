"""From what a crash left on disk to a journal that goes on: validate, fold, copy the unproven tail forward.

The rules (FORMAT.md):
- A bad frame below the durable watermark, or followed by a frame that names a watermark beyond it, is damage: the
  start is refused with file and offset. Only a bad frame above both is a torn tail, and is left behind.
- Frames above the watermark are valid but unproven: the page cache may hold what the disk does not. After anything but
  a clean stop they are written to a new segment and synced before they count.
- A segment's range ends where the next one's base begins, so nothing old is ever cut before the new is durable.
- Where journal files were removed the log begins at the superblock's floor; files before it are leftovers.
"""

from collections.abc import Callable
from itertools import pairwise

from ampsd.ports import Create, Disk, Fdatasync, FsyncDir, Pwrite, Rename, Truncate, Unlink, Verb
from ampsd.storage import frame, placement, records, segment, superblock
from ampsd.storage.compressed import Blocks
from ampsd.storage.frame import Frame
from ampsd.storage.journal import Tail, creation_verbs
from ampsd.storage.log import ForeignJournalError, JournalDamageError
from ampsd.storage.reader import Reader, Rest
from ampsd.storage.segment import ForeignError, Segment
from ampsd.storage.superblock import Superblock
from ampsd.storage.tellings import time_of

Fold = Callable[[int, int, records.Record], None]
"""Called with position, length and value of each record, in log order."""


class Recovered:
    """The tail to go on from, and what recovery saw on its way."""

    __slots__ = ("archive_is_journal", "cut_bytes", "cut_offset", "cut_path", "records", "set_aside", "tail")

    def __init__(self, tail: Tail) -> None:
        self.tail = tail
        self.records = 0
        self.cut_bytes = 0
        self.cut_path = ""
        self.cut_offset = 0
        self.set_aside: list[tuple[str, str]] = []
        """Second copies of files that were damaged, with their new names."""
        self.archive_is_journal = False
        """Whether both directories are one, by name, link or mount: then there is no archive."""


def recover(
    disk: Disk,
    directory: str,
    instance_name: str,
    segment_size: int,
    journal_id: bytes,
    fold: Fold,
    archive_directory: str | None = None,
) -> Recovered:
    """Open the journal in `directory`, creating it when there is none; `fold` sees every record.

    `journal_id` names a new journal; an existing one keeps its own. Archived files are in `archive_directory`. Raises
    JournalDamageError and OSError.
    """
    disk.make_directory(directory)
    if archive_directory is not None:
        disk.make_directory(archive_directory)
    is_one = archive_directory is not None and disk.is_same(directory, archive_directory)
    if is_one:
        archive_directory = directory
    found = placement.find(disk, directory, None if is_one else archive_directory, instance_name)
    block = _read_superblock(disk, directory, instance_name, bool(found.paths))
    if block is None or not found.paths:
        tail = _create(disk, directory, instance_name, segment_size, journal_id)
        tail.archive_directory = archive_directory
        created = Recovered(tail)
        created.archive_is_journal = is_one
        return created
    files = [_open_segment(disk, path, number, block.journal_id) for number, path in found.paths.items()]
    damaged = [copy for copy in found.copies if _is_damaged(disk, *copy, block.journal_id)]
    removed = [one for one in files if one.base < block.floor]
    files = files[len(removed) :]
    _check_order(directory, files, block)
    tail = Tail(directory, instance_name, segment_size, files, 0, files[0].first_index, files[0].chain, block)
    tail.archive_directory = archive_directory
    recovered = Recovered(tail)
    recovered.archive_is_journal = is_one
    unproven = _scan(disk, recovered, fold)
    _set_aside(disk, recovered, damaged)
    found.copies = [copy for copy in found.copies if copy not in damaged]
    _remove_leftovers(disk, tail, removed, found)
    if block.is_clean and not recovered.cut_bytes and tail.position == block.watermark and _goes_on(tail):
        _mark_in_use(disk, tail)
    else:
        _copy_forward(disk, tail, unproven)
    return recovered


def journal_id_of(disk: Disk, directory: str, instance_name: str) -> bytes | None:
    """The id of the journal in `directory`, None when there is none. Raises JournalDamageError and OSError."""
    found = placement.find(disk, directory, None, instance_name)
    block = _read_superblock(disk, directory, instance_name, bool(found.paths))
    return None if block is None else block.journal_id


def _read_superblock(disk: Disk, directory: str, instance_name: str, has_segments: bool) -> Superblock | None:
    path = superblock.path_of(directory, instance_name)
    if path.rpartition("/")[2] not in disk.names(directory):
        if has_segments:
            raise JournalDamageError(path, 0, "the superblock is missing although journal files exist")
        return None
    try:
        block = superblock.decode(disk.pread(path, 0, superblock.FILE_SIZE))
    except ForeignError as error:
        raise ForeignJournalError(path, 0, str(error)) from error
    except ValueError as error:
        raise JournalDamageError(path, 0, str(error)) from error
    if block is None and has_segments:
        raise JournalDamageError(path, 0, "neither slot of the superblock is intact")
    if block is not None and block.watermark and not has_segments:
        what = f"the log was durable up to position {block.watermark}, but there is no journal file"
        raise JournalDamageError(path, block.offset, what)
    return block


def _open_segment(disk: Disk, path: str, number: int, journal_id: bytes) -> Segment:
    blocks = Blocks() if segment.is_compressed(path) else None
    size = disk.size(path) if blocks is None else blocks.size(disk, path)
    header_size = segment.HEADER_SIZE
    page = disk.pread(path, 0, header_size) if blocks is None else blocks.pread(disk, path, 0, header_size)
    try:
        found = segment.decode_header(page, path, size, journal_id)
    except ForeignError as error:
        raise ForeignJournalError(path, 0, str(error)) from error
    except ValueError as error:
        raise JournalDamageError(path, 0, str(error)) from error
    if found.number != number:
        raise JournalDamageError(path, 0, f"the journal file was made as number {found.number}, and renamed")
    found.blocks = blocks
    return found


def _is_damaged(disk: Disk, number: int, path: str, journal_id: bytes) -> bool:
    """Whether a second copy is none. Raises ForeignJournalError: what is not ours is not ours to remove."""
    try:
        _open_segment(disk, path, number, journal_id)
    except ForeignJournalError:
        raise
    except JournalDamageError:
        return True
    return False


def _check_order(directory: str, files: list[Segment], block: Superblock) -> None:
    if not files:
        what = f"the log begins at position {block.floor}, but the journal files from there on are missing"
        raise JournalDamageError(directory, 0, what)
    if files[0].base != block.floor:
        what = "the journal files before it are missing; archived ones must be in JournalArchiveDirectory"
        raise JournalDamageError(files[0].path, 0, what)
    for before, after in pairwise(files):
        if after.base < before.base:
            raise JournalDamageError(after.path, 0, f"the journal file begins before {before.path} does")


def _create(disk: Disk, directory: str, instance_name: str, segment_size: int, journal_id: bytes) -> Tail:
    """A new journal: the superblock first, so that a segment without one is always damage.

    A superblock that is there without a segment is one a start left that did not get further; it is not believed,
    because it may be in the page cache only.
    """
    older = Superblock(1, 0, False, journal_id)
    block = older.next(0)
    path = superblock.path_of(directory, instance_name)
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
    disk.perform(creation_verbs(directory, first, journal_id, b""))
    return Tail(directory, instance_name, segment_size, [first], 0, 0, 0, block)


def _scan(disk: Disk, recovered: Recovered, fold: Fold) -> list[Frame]:
    """Fold every valid frame; returns those above the watermark."""
    tail = recovered.tail
    unproven: list[Frame] = []
    watermark = tail.superblock.watermark
    key = frame.key_of(tail.superblock.journal_id)
    for number, file in enumerate(tail.segments):
        if number:
            file.newest_ns = tail.segments[number - 1].newest_ns
        after = tail.segments[number + 1] if number + 1 < len(tail.segments) else None
        reader = Reader(disk, file, key)
        if number and (file.first_index, file.chain) != (tail.index, tail.chain):
            raise JournalDamageError(file.path, 0, "the journal file does not continue the one before it")
        while after is None or reader.position < after.base:
            read = reader.next()
            if read is None:
                break
            _fold_frame(file, read, fold, recovered)
            if read.end > watermark:
                unproven.append(read)
        if after is None:
            _check_tail(file, reader, Rest(disk, file, reader, key), watermark, recovered)
        elif reader.position != after.base:
            _refuse_gap(file, reader, after)
        if file.blocks is not None:
            file.blocks.release()
        tail.position, tail.index, tail.chain = reader.position, reader.index, reader.chain
    return unproven


def _fold_frame(file: Segment, read: Frame, fold: Fold, recovered: Recovered) -> None:
    base = read.position + frame.HEADER_SIZE
    count = 0
    told: records.Telling | None = None
    try:
        for offset, length, record in records.split(read.payload):
            fold(base + offset, length, record)
            count += 1
            if type(record) is records.Publish:
                file.newest_ns = record.timestamp_ns
            elif type(record) is records.Telling and record.kind == records.EVENTS:
                told = record
        if told is not None:
            file.newest_ns = time_of(told.data)
    except records.DamagedRecordError as error:
        raise JournalDamageError(file.path, file.offset_of(read.position), str(error)) from error
    recovered.records += count


def _refuse_gap(file: Segment, reader: Reader, after: Segment) -> None:
    what = "a batch in the middle of the log is not intact"
    if after.number != file.number + 1:
        what += f", or the journal files before {after.path} are missing"
        what += "; archived ones must be in JournalArchiveDirectory"
    raise JournalDamageError(file.path, file.offset_of(reader.position), what)


def _check_tail(file: Segment, reader: Reader, rest: Rest, watermark: int, recovered: Recovered) -> None:
    """Decide what the first position of the last segment without a valid frame means."""
    offset = file.offset_of(reader.position)
    if reader.position < watermark:
        what = f"a batch below the durable position {watermark} is not intact"
        if not rest.size:
            what += ", or the journal files after this one are missing"
        raise JournalDamageError(file.path, offset, what)
    proof = rest.proof()
    if proof is not None:
        what = f"a batch is not intact, and a later one proves that it was durable ({proof.watermark})"
        raise JournalDamageError(file.path, offset, what)
    if rest.size:
        recovered.cut_path = file.path
        recovered.cut_offset = offset
        recovered.cut_bytes = rest.size


def _remove_leftovers(disk: Disk, tail: Tail, removed: list[Segment], found: placement.Placement) -> None:
    """What a crash kept from being removed. The floor was perhaps seen in the page cache only: it is synced first."""
    removed_paths = [one.path for one in removed]
    chosen = found.paths
    leftovers = [path for number, path in found.copies if not disk.is_same(path, chosen[number])] + found.unfinished
    if removed_paths:
        disk.perform([Fdatasync(superblock.path_of(tail.directory, tail.instance_name))])
    disk.perform(placement.removal(removed_paths + leftovers))


def _set_aside(disk: Disk, recovered: Recovered, damaged: list[tuple[int, str]]) -> None:
    """Second copies that are damaged, whose originals were read: nobody needs them, but somebody may ask why."""
    for _, path in damaged:
        aside = f"{path}.damaged"
        disk.perform([Rename(path, aside), FsyncDir(path.rpartition("/")[0])])
        recovered.set_aside.append((path, aside))


def _goes_on(tail: Tail) -> bool:
    """Whether the last file can be written to: nothing is appended to one that was archived or compressed."""
    return tail.segments[-1].blocks is None and tail.segments[-1].directory == tail.directory


def _mark_in_use(disk: Disk, tail: Tail) -> None:
    """After a clean stop: the clean mark must be gone, durably, before anything is appended."""
    tail.superblock = tail.superblock.next(tail.position)
    path = superblock.path_of(tail.directory, tail.instance_name)
    disk.perform([Pwrite(path, tail.superblock.offset, tail.superblock.encode()), Fdatasync(path)])


def _copy_forward(disk: Disk, tail: Tail, unproven: list[Frame]) -> None:
    """Write what is unproven to a new segment, and end the old one before it."""
    last = tail.segments[-1]
    base, first_index, chain = tail.position, tail.index, tail.chain
    copied = [one for one in unproven if one.position >= last.base]
    if copied:
        base, first_index, chain = copied[0].position, copied[0].index, copied[0].previous_crc
    key = frame.key_of(tail.superblock.journal_id)
    frames = [frame.encode(one.payload, one.index, one.previous_crc, one.watermark, key)[0] for one in copied]
    data = b"".join(frames)
    path = segment.path_of(tail.directory, tail.instance_name, last.number + 1)
    size = max(tail.segment_size, segment.HEADER_SIZE + len(data))
    new = Segment(path, last.number + 1, base, first_index, chain, size)
    new.newest_ns = last.newest_ns
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
    elif _goes_on(tail):
        verbs.append(Truncate(last.path, last.offset_of(base)))
    disk.perform(verbs)
    tail.segments.append(new)
