"""The transaction log on disk: segments of frames, group commit, and a superblock with the durable watermark.

One write and one sync are under way at a time; what is sealed meanwhile goes out with the next. So a frame that names
watermark W proves that everything below W was synced, and unsynced bytes are always at the end.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise, takewhile

from ampsd import limits
from ampsd.ports import Create, Disk, Fdatasync, FsyncDir, Pwrite, Rename, Verb
from ampsd.storage import frame, records, segment, superblock
from ampsd.storage.compressed import Blocks
from ampsd.storage.following import Following
from ampsd.storage.log import JournalDamageError, JournalFailedError, MessageGoneError
from ampsd.storage.segment import Segment
from ampsd.storage.superblock import Superblock

_READ_AHEAD = 64 * limits.KIB
"""How much is read at once when a message is not in memory."""

_SUPERBLOCK_SYNC_BYTES = 16 * limits.MIB
"""How much may be written before the superblock is synced too: what a power cut makes recovery copy forward at most."""


class Tail:
    """Where recovery found the end: the state from which appending goes on."""

    __slots__ = (
        "archive_directory",
        "chain",
        "directory",
        "index",
        "instance_name",
        "position",
        "segment_size",
        "segments",
        "superblock",
    )

    def __init__(
        self,
        directory: str,
        instance_name: str,
        segment_size: int,
        segments: list[Segment],
        position: int,
        index: int,
        chain: int,
        block: Superblock,
    ) -> None:
        self.directory = directory
        self.archive_directory: str | None = None
        self.instance_name = instance_name
        self.segment_size = segment_size
        self.segments = segments
        self.position = position
        self.index = index
        self.chain = chain
        self.superblock = block


class Journal:
    """The Log on disk. The reactor calls `flush` each turn and `completed` when the submitted verbs are done."""

    def __init__(self, disk: Disk, tail: Tail | None = None, group_ns: int = 0) -> None:
        """With a tail the journal is begun; without, `begin` follows when recovery has found it.

        While records keep coming, submissions begin at least `group_ns` apart, so that one sync serves more of them; a
        batch that comes to an idle disk does not wait.
        """
        self._disk = disk
        self._group_ns = group_ns
        self._group_end_ns = 0
        self.next_ns: int | None = None
        self._batch: list[bytes] = []
        self._sealed: list[bytes] = []
        self._in_flight: list[bytes] = []
        """The frames that are being written, for whoever follows the log: they cannot be read yet."""
        self._in_flight_end: int | None = None
        self._ticket = 0
        self._window = b""
        self._window_start = 0
        self._blocks: Blocks | None = None
        """Of the compressed file that was read last: one block of one file is kept inflated."""
        self.batch_size = 0
        self.durable = 0
        self.append_position = 0
        self.failure: JournalFailedError | None = None
        self.files: list[Segment] = []
        """The files of the log, oldest first; records are written to the last."""
        self.floor = 0
        """Where the log begins; files before it are gone, or may go."""
        self.floor_wanted = 0
        """Where it shall begin, once that is durable."""
        self._floor_in_flight = 0
        self.archive_directory: str | None = None
        if tail is not None:
            self.begin(tail)

    def begin(self, tail: Tail) -> None:
        """Go on from where recovery found the end."""
        self._directory = tail.directory
        self.archive_directory = tail.archive_directory
        self._instance_name = tail.instance_name
        self._segment_size = tail.segment_size
        self.files = tail.segments
        self._bases = [one.base for one in tail.segments]
        self._index = tail.index
        self._chain = tail.chain
        self._superblock = tail.superblock
        self._current = tail.segments[-1]
        self.floor = self.floor_wanted = self._floor_in_flight = tail.superblock.floor
        self.key = frame.key_of(tail.superblock.journal_id)
        self._superblock_path = superblock.path_of(tail.directory, tail.instance_name)
        self._superblock_synced = tail.position
        self._batch_start = tail.position
        self._sealed_start = tail.position
        self.durable = tail.position
        self.append_position = tail.position + frame.HEADER_SIZE

    @property
    def segment_count(self) -> int:
        """Journal files in use."""
        return len(self.files)

    def closed_files(self) -> list[tuple[Segment, int]]:
        """The files that are written to no more, each with its end, oldest first: those before one that durably is."""
        pairs = takewhile(lambda pair: pair[0] is not self._current, pairwise(self.files))
        return [(file, after.base) for file, after in pairs]

    @property
    def is_idle(self) -> bool:
        """Whether everything added is durable."""
        return not (self._batch or self._sealed or self._in_flight_end is not None)

    @property
    def end(self) -> int:
        """What `durable` must reach for everything added so far to be durable."""
        return self.append_position if self._batch else self._batch_start

    def add(self, record: bytes) -> int:
        """Add a record to the open batch; returns its position."""
        position = self.append_position
        self._batch.append(record)
        size = len(record)
        self.batch_size += size
        self.append_position = position + size
        return position

    def extend(self, added: Sequence[bytes]) -> int:
        """Add records to the open batch; returns the position of the first."""
        position = self.append_position
        self._batch += added
        size = sum(map(len, added))
        self.batch_size += size
        self.append_position = position + size
        return position

    def seal(self) -> None:
        """End the open batch: one frame, whole or absent after a crash."""
        if not self._batch:
            return
        payload = b"".join(self._batch)
        data, self._chain = frame.encode(payload, self._index, self._chain, self.durable, self.key)
        self._index += 1
        self._sealed.append(data)
        self._batch.clear()
        self._batch_start += len(data)
        self.batch_size = 0
        self.append_position = self._batch_start + frame.HEADER_SIZE

    def flush(self, now_ns: int | None = None) -> None:
        """Submit what is sealed, unless a submission is under way or the journal has failed.

        With a time the end of the group is waited for, and `next_ns` says when that is.
        """
        self.next_ns = None
        if self._in_flight_end is not None or self.failure is not None:
            return
        if not self._sealed:
            if self.floor_wanted != self.floor:
                self._in_flight_end = self.durable
                self._submit(self._floor_verbs())
            return
        if now_ns is not None:
            if now_ns < self._group_end_ns and self._batch_start - self._sealed_start < limits.GROUP_BYTES_MAX:
                self.next_ns = self._group_end_ns
                return
            self._group_end_ns = now_ns + self._group_ns
        verbs = self._write_verbs()
        self._sealed_start = self._batch_start
        self._in_flight, self._sealed = self._sealed, []
        self._in_flight_end = self._batch_start
        if self.floor_wanted != self.floor:
            verbs += self._floor_verbs()
        verbs.append(self._next_superblock())
        if self._in_flight_end - self._superblock_synced > _SUPERBLOCK_SYNC_BYTES:
            verbs.append(Fdatasync(self._superblock_path))
            self._superblock_synced = self._in_flight_end
        self._submit(verbs)

    def _submit(self, verbs: Sequence[Verb]) -> None:
        self._ticket += 1
        self._disk.submit(self._ticket, verbs)

    def _next_superblock(self, floor: int | None = None) -> Pwrite:
        assert self._in_flight_end is not None
        self._superblock = self._superblock.next(self._in_flight_end, floor=floor)
        return Pwrite(self._superblock_path, self._superblock.offset, self._superblock.encode())

    def _floor_verbs(self) -> list[Verb]:
        """The floor in both slots, one synced before the other: whichever is lost, no file that is gone is missed."""
        floor = self._floor_in_flight = self.floor_wanted
        sync = Fdatasync(self._superblock_path)
        return [self._next_superblock(floor), sync, self._next_superblock(floor), sync]

    def completed(self, ticket: int, error: OSError | None) -> None:
        """The submitted verbs are done. After an error nothing on this journal becomes durable any more."""
        if ticket != self._ticket or self._in_flight_end is None:
            raise AssertionError(f"ticket {ticket} completed, but {self._ticket} is under way")
        if error is not None:
            self.failure = JournalFailedError(self.files[-1].path, error)
            return
        if self.failure is None:
            self.durable = self._in_flight_end
            self._in_flight_end = None
            self._in_flight = []
            self._current = self.files[-1]
            self._reach_floor()
            if not self._sealed and not self._batch:
                self._group_end_ns = 0

    def drop_before(self, floor: int) -> None:
        """Let the log begin at `floor`, the base of one of its files. `floor` says when that is durable.

        Then the files before it may go; nothing reads them any more.
        """
        if floor not in self._bases or floor > self.durable:
            raise AssertionError(f"the log cannot begin at {floor}")
        self.floor_wanted = max(self.floor_wanted, floor)
        if self.floor >= floor:
            self._forget_files()

    def _reach_floor(self) -> None:
        if self._floor_in_flight > self.floor:
            self.floor = self._floor_in_flight
            self._forget_files()

    def _forget_files(self) -> None:
        """Those before the floor, and empty ones at it: a file of that base behind them has what follows."""
        kept = bisect_right(self._bases, self.floor) - 1
        for file in self.files[:kept]:
            self._disk.forget(file.path)
        del self.files[:kept], self._bases[:kept]
        self._window = b""

    def move(self, file: Segment, path: str, blocks: Blocks | None) -> None:
        """A file's content is durable and verified elsewhere, or in another form: from now on it is read there."""
        self._disk.forget(file.path)
        file.path = path
        file.blocks = blocks

    def close(self) -> None:
        """Mark the end as clean, so that the next start goes on in the same segment. Raises OSError."""
        if not self.is_idle or self.failure is not None:
            raise AssertionError("a journal is closed only when everything added is durable")
        self._superblock = self._superblock.next(self.durable, is_clean=True)
        self._disk.perform(
            [
                Pwrite(self._superblock_path, self._superblock.offset, self._superblock.encode()),
                Fdatasync(self._superblock_path),
            ]
        )

    def read(self, position: int, length: int) -> bytes:
        """The publish record at `position`, which must be durable. Raises JournalDamageError."""
        if position + length > self.durable:
            raise AssertionError(f"record at {position} is read before it is durable ({self.durable})")
        start = position - self._window_start
        if start >= 0 and start + length <= len(self._window):
            record = self._window[start : start + length]
        else:
            record = self._read_ahead(position, length)
        if len(record) != length or not records.is_intact(record):
            self._window = b""
            file = self.files[self._after(position) - 1]
            raise JournalDamageError(file.path, file.offset_of(position), "the message there is not what was written")
        return record

    def bookmark_at(self, position: int) -> tuple[int, int]:
        """Publisher and sequence of the durable message at `position`. Raises JournalDamageError."""
        start = position - self._window_start
        size = records.SIZE_FIELD
        known = self._window[start : start + size] if start >= 0 else b""
        head = known if len(known) == size else self._read_ahead(position, size)
        length = int.from_bytes(head, "little")
        if position + length > self.durable:
            file = self.files[self._after(position) - 1]
            raise JournalDamageError(file.path, file.offset_of(position), "there is no message")
        return records.bookmark_of(self.read(position, length))

    def _after(self, position: int) -> int:
        """Which file follows the one with that position. Raises MessageGoneError where the log begins later."""
        after = bisect_right(self._bases, position)
        if not after:
            raise MessageGoneError(position)
        return after

    def _read_ahead(self, position: int, length: int) -> bytes:
        """Bytes of the log, and a window behind them: a queue that is drained in order reads once for many messages.

        The window ends where the segment's range or what is durable ends. Raises JournalDamageError.
        """
        file, end = self.file_at(position)
        self._window = self.pread(file, position, max(length, min(_READ_AHEAD, end - position)))
        self._window_start = position
        return self._window[:length]

    # ---- reading all of it, while it grows

    def follow(self) -> Following:
        """Read every record, from where the log begins or is about to begin."""
        return Following(self)

    def file_at(self, position: int) -> tuple[Segment, int]:
        """The file with that position, and where the file's range ends, or what is durable of it.

        Raises MessageGoneError where the log begins later.
        """
        after = self._after(position)
        return self.files[after - 1], min([self.durable, *self._bases[after : after + 1]])

    def pread(self, file: Segment, position: int, length: int) -> bytes:
        """Up to `length` bytes of the log, out of one of its files. Raises JournalDamageError."""
        if file.blocks is not self._blocks:
            if self._blocks is not None:
                self._blocks.release()
            self._blocks = file.blocks
        offset = file.offset_of(position)
        try:
            return file.pread(self._disk, offset, length)
        except OSError as error:
            raise JournalDamageError(file.path, offset, error.strerror or str(error)) from error

    def frames_from(self, position: int) -> list[bytes]:
        """The frames that are sealed and not durable yet, from the one at `position` on."""
        at = self.durable
        frames = [*self._in_flight, *self._sealed]
        for number, data in enumerate(frames):
            if at >= position:
                return frames[number:]
            at += len(data)
        return []

    def open_batch(self) -> tuple[int, Sequence[bytes]]:
        """Position of the first record of the open batch, and its records."""
        return self._batch_start + frame.HEADER_SIZE, self._batch

    def _write_verbs(self) -> list[Verb]:
        """Write the sealed frames, in one piece per segment; a full segment is synced before the next is begun."""
        verbs: list[Verb] = []
        current = self.files[-1]
        piece: list[bytes] = []
        piece_start = position = self._sealed_start
        index = self._index - len(self._sealed)
        for data in self._sealed:
            if not current.has_room(position, len(data)):
                if piece:
                    verbs.append(Pwrite(current.path, current.offset_of(piece_start), b"".join(piece)))
                verbs.append(Fdatasync(current.path))
                chain = int.from_bytes(data[12:16], "little")
                current = self._begin_segment(current.number + 1, position, index, chain, len(data), verbs)
                piece = []
                piece_start = position
            piece.append(data)
            position += len(data)
            index += 1
        verbs.append(Pwrite(current.path, current.offset_of(piece_start), b"".join(piece)))
        verbs.append(Fdatasync(current.path))
        return verbs

    def _begin_segment(
        self, number: int, base: int, first_index: int, chain: int, length: int, verbs: list[Verb]
    ) -> Segment:
        path = segment.path_of(self._directory, self._instance_name, number)
        size = max(self._segment_size, segment.HEADER_SIZE + length)
        begun = Segment(path, number, base, first_index, chain, size)
        begun.newest_ns = self.files[-1].newest_ns  # it may be filled and closed before anybody says a time
        verbs.extend(creation_verbs(self._directory, begun, self._superblock.journal_id, b""))
        self.files.append(begun)
        self._bases.append(base)
        return begun


def creation_verbs(directory: str, new: Segment, journal_id: bytes, frames: bytes) -> list[Verb]:
    """Create a segment that holds `frames`, under its own name only once it is durable."""
    temporary = new.path + ".new"
    header = segment.encode_header(new, journal_id)
    return [
        Create(temporary, new.size),
        Pwrite(temporary, 0, header + frames),
        Fdatasync(temporary),
        Rename(temporary, new.path),
        FsyncDir(directory),
    ]
