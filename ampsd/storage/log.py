"""The one boundary of storage: an ordered log. Ordered now, durable later.

Queues, publisher sequences and everything else that survives a restart are folds over it. A record is named by its
position, in bytes, which never changes; records added between two seals become durable together or not at all.
"""

from collections.abc import Sequence
from typing import Protocol

from ampsd.storage.compressed import Blocks
from ampsd.storage.faults import ForeignJournalError, JournalDamageError, JournalFailedError, MessageGoneError
from ampsd.storage.following import Following
from ampsd.storage.segment import Segment

__all__ = ["ForeignJournalError", "JournalDamageError", "JournalFailedError", "Log", "MessageGoneError", "Unlogged"]


class Log(Protocol):
    """Where records go. `append_position` only grows, and so does `durable`, behind it."""

    @property
    def append_position(self) -> int:
        """Where the next record will be."""
        ...

    @property
    def end(self) -> int:
        """What `durable` must reach for everything added so far to be durable."""
        ...

    @property
    def durable(self) -> int:
        """Everything below this position survives any crash."""
        ...

    @property
    def batch_size(self) -> int:
        """Bytes added since the last seal."""
        ...

    def add(self, record: bytes) -> int:
        """Add a record to the open batch; returns its position."""
        ...

    def extend(self, added: Sequence[bytes]) -> int:
        """Add records one behind the other; returns the position of the first."""
        ...

    def seal(self) -> None:
        """End the open batch: what was added since the last seal is one atomic unit."""
        ...

    @property
    def next_ns(self) -> int | None:
        """When `flush` has something to do that it put off, in monotonic nanoseconds."""
        ...

    def flush(self, now_ns: int | None = None) -> None:
        """Start making sealed batches durable, unless that is already under way; with a time, when it is best."""
        ...

    def read(self, position: int, length: int) -> bytes:
        """The publish record of `length` bytes at `position`. Raises JournalDamageError when it is not intact."""
        ...

    def bookmark_at(self, position: int) -> tuple[int, int]:
        """Publisher and sequence of the durable message at `position`. Raises JournalDamageError."""
        ...

    def follow(self) -> Following:
        """Read every record, from where the log begins or is about to begin, while it is written."""
        ...

    @property
    def floor(self) -> int:
        """Where the log begins, durably: not at 0 once old files were removed."""
        ...

    @property
    def files(self) -> Sequence[Segment]:
        """The files of the log, oldest first; records are written to the last. Each ends where the next begins."""
        ...

    def closed_files(self) -> list[tuple[Segment, int]]:
        """The files that are written to no more, each with its end, oldest first."""
        ...

    @property
    def archive_directory(self) -> str | None:
        """Where files are archived."""
        ...

    def drop_before(self, floor: int) -> None:
        """Let the log begin at `floor`, the base of a file. Once `floor` says so the files before may go."""
        ...

    def move(self, file: Segment, path: str, blocks: Blocks | None) -> None:
        """Read a file elsewhere from now on, or in another form."""
        ...


class Unlogged:
    """The log of an instance that has no TransactionLog: nothing is ever added, so everything is durable."""

    append_position = 0
    end = 0
    durable = 0
    floor = 0
    files: Sequence[Segment] = ()
    archive_directory: str | None = None
    batch_size = 0
    next_ns: int | None = None

    def add(self, record: bytes) -> int:
        """Never called: without a TransactionLog no topic is logged."""
        raise AssertionError("a record was logged although the configuration has no TransactionLog")

    def extend(self, added: Sequence[bytes]) -> int:
        """Never called either."""
        raise AssertionError("records were logged although the configuration has no TransactionLog")

    def seal(self) -> None:
        """Nothing to seal."""

    def flush(self, now_ns: int | None = None) -> None:
        """Nothing to flush."""

    def read(self, position: int, length: int) -> bytes:
        """Never called: nothing was added."""
        raise AssertionError("a record was read although the configuration has no TransactionLog")

    def bookmark_at(self, position: int) -> tuple[int, int]:
        """Never called either."""
        raise AssertionError("a bookmark was read although the configuration has no TransactionLog")

    def follow(self) -> Following:
        """Never called either: queues are views over a log."""
        raise AssertionError("the log was to be read although the configuration has no TransactionLog")

    def closed_files(self) -> list[tuple[Segment, int]]:
        """There are none."""
        return []

    def drop_before(self, floor: int) -> None:
        """Never called either."""
        raise AssertionError("a file was dropped although the configuration has no TransactionLog")

    def move(self, file: Segment, path: str, blocks: Blocks | None) -> None:
        """Never called either."""
        raise AssertionError("a file was moved although the configuration has no TransactionLog")
