"""The log read in order while it is written: what is durable from its files, what follows from memory.

Recovery reads a log that rests. Here records are added meanwhile, files move, are compressed, and new ones begin; so
each step asks anew where the next bytes are. What comes from a file is checked as recovery checks it: the CRC of each
batch, its index and its chain, and that each file continues the one before. What was never on a disk is not.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from ampsd import limits
from ampsd.storage import frame, records
from ampsd.storage.faults import JournalDamageError
from ampsd.storage.frame import Frame
from ampsd.storage.segment import Segment

PIECE = 64 * limits.KIB
"""How much is read at once. A batch that is larger is read piece by piece, then looked at as a whole."""

Located = tuple[int, int, records.Record]
"""Position, length and value of a record."""


class Followed(Protocol):
    """What is asked of the log."""

    key: int
    durable: int
    floor_wanted: int

    def file_at(self, position: int) -> tuple[Segment, int]:
        """The file with that position, and where its range ends, or what is durable of it."""
        ...

    def pread(self, file: Segment, position: int, length: int) -> bytes:
        """Up to `length` bytes of the log, out of one of its files. Raises JournalDamageError."""
        ...

    def frames_from(self, position: int) -> list[bytes]:
        """The frames that are sealed and not durable yet, from the one at `position` on."""
        ...

    def open_batch(self) -> tuple[int, Sequence[bytes]]:
        """Position of the first record of the open batch, and its records."""
        ...


class Following:
    """One reading. The files from `begin` on must stay until it is over; they may move and be compressed."""

    def __init__(self, log: Followed) -> None:
        self._log = log
        self.begin = log.floor_wanted
        """Where the log begins: files before that may go."""
        self.position = log.floor_wanted
        """Every record before this position was given."""
        self._frame_at = self._base = log.floor_wanted
        self._file, _ = log.file_at(self.begin)
        self._index = self._file.first_index
        self._chain = self._file.chain
        self._records: Iterator[Located] = iter(())
        """What is left of the batch that begins at `_base`; their offsets there in the place of positions."""
        self._buffer = b""
        self._buffer_at = self.begin
        self._pieces: list[bytes] = []

    def records(self) -> Iterator[Located | None]:
        """The records that follow, to the very end of what was added until then; None where it took some reading to
        no more than a piece of a large batch.

        May be left at any time, and called again later. Raises JournalDamageError, with file and offset.
        """
        log = self._log
        while True:
            yield from self._rest_of_frame()
            if self._frame_at < log.durable:
                if not self._load():
                    yield None
                continue
            frames = log.frames_from(self._frame_at)
            if not frames:
                break
            for data in frames:
                self._open(frame.read_back(data, self._frame_at))
                yield from self._rest_of_frame()
        at, batch = log.open_batch()
        for data in batch:
            position, at = at, at + len(data)
            if position >= self.position:
                self.position = at
                yield position, len(data), records.decode(data)

    def damage(self, what: str) -> JournalDamageError:
        """The error that says where the batch is whose record was given last."""
        return JournalDamageError(self._file.path, self._file.offset_of(self._base), what)

    def _rest_of_frame(self) -> Iterator[Located]:
        start = self._base + frame.HEADER_SIZE
        try:
            for offset, length, record in self._records:
                position = start + offset
                if position >= self.position:  # given before already when the batch was still open
                    self.position = position + length
                    yield position, length, record
        except records.DamagedRecordError as error:
            raise self.damage(str(error)) from error

    def _open(self, read: Frame) -> None:
        """The next batch is known: its records follow."""
        self._base = read.position
        self._frame_at = read.end
        self._index = read.index + 1
        self._chain = read.crc
        self._records = records.split(read.payload)

    def _load(self) -> bool:
        """Open the next durable batch; False when only a piece of it was read."""
        at = self._frame_at
        file, end = self._log.file_at(at)
        if file is not self._file:
            if at == file.base and (file.first_index, file.chain) != (self._index, self._chain):
                raise JournalDamageError(file.path, 0, "the journal file does not continue the one before it")
            self._file = file
        start = at - self._buffer_at
        size = frame.size_at(self._buffer, start)
        if size < 0 or start + size > len(self._buffer):
            if not self._gather(file, end):
                return False
            start = 0
        read = frame.decode(self._buffer, start, at, self._log.key)
        if read is None or (read.index, read.previous_crc) != (self._index, self._chain):
            raise self._not_intact(file)
        self._open(read)
        return True

    def _gather(self, file: Segment, end: int) -> bool:
        """Read on, until the whole batch is in the buffer."""
        at = self._frame_at
        gathered = sum(map(len, self._pieces))
        size = frame.size_at(self._pieces[0], 0) if self._pieces else end - at
        wanted = min(PIECE, size - gathered)
        piece = self._log.pread(file, at + gathered, wanted)
        if not self._pieces:
            size = frame.size_at(piece, 0)
        if len(piece) != wanted or not 0 < size <= end - at:
            raise self._not_intact(file)
        self._pieces.append(piece)
        if gathered + wanted < size:
            return False
        self._buffer = piece if not gathered else b"".join(self._pieces)
        self._buffer_at = at
        self._pieces.clear()
        return True

    def _not_intact(self, file: Segment) -> JournalDamageError:
        what = "a batch in the middle of the log is not intact"
        return JournalDamageError(file.path, file.offset_of(self._frame_at), what)
