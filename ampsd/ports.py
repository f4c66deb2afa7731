"""The doors to everything that can wait, fail or lie: clock, disk and network.

Protocols only, no code. `ampsd.server` implements them for the real world, `ampsd.simulator`
for the fake one; nothing else may touch a file, a socket or a clock (tests/test_tidy.py).
"""

from collections.abc import Sequence
from typing import Protocol


class Clock(Protocol):
    """Reads time. Decisions use `monotonic_ns`; `wall_ns` only labels what people read."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since an arbitrary start; never goes back."""
        ...

    def wall_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC; may jump."""
        ...


class Pwrite:
    """Disk verb: write `data` at `offset` of the file `path`, which exists."""

    __slots__ = ("data", "offset", "path")

    def __init__(self, path: str, offset: int, data: bytes) -> None:
        self.path = path
        self.offset = offset
        self.data = data


class Fdatasync:
    """Disk verb: make the bytes of `path` durable."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path


class Create:
    """Disk verb: create `path` with `size` bytes reserved, reading as zeros. Replaces an existing file."""

    __slots__ = ("path", "size")

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.size = size


class Rename:
    """Disk verb: rename `old` to `new`, replacing `new`; durable only after FsyncDir."""

    __slots__ = ("new", "old")

    def __init__(self, old: str, new: str) -> None:
        self.old = old
        self.new = new


class FsyncDir:
    """Disk verb: make creations, renames and removals in `directory` durable."""

    __slots__ = ("directory",)

    def __init__(self, directory: str) -> None:
        self.directory = directory


class Truncate:
    """Disk verb: cut or extend `path` to `size` bytes."""

    __slots__ = ("path", "size")

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.size = size


class Unlink:
    """Disk verb: remove the name `path`; durable only after FsyncDir."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path


class Pread:
    """Disk verb: read up to `length` bytes of `path` at `offset` into `data`."""

    __slots__ = ("data", "length", "offset", "path")

    def __init__(self, path: str, offset: int, length: int) -> None:
        self.path = path
        self.offset = offset
        self.length = length
        self.data = b""


Verb = Pwrite | Fdatasync | Create | Rename | FsyncDir | Truncate | Unlink | Pread


class Disk(Protocol):
    """The only way to files. Verbs run in order; the first that fails ends its submission.

    Reading is synchronous. Writing is either `perform` (start-up, shutdown: nobody is being served)
    or `submit` (running: done in a worker, completed by an input to the reactor).
    """

    def perform(self, verbs: Sequence[Verb]) -> None:
        """Run `verbs` now. Raises OSError."""
        ...

    def submit(self, ticket: int, verbs: Sequence[Verb]) -> None:
        """Run `verbs` later, in submission order; the reactor then receives `DiskCompleted(ticket, error)`."""
        ...

    def pread(self, path: str, offset: int, length: int) -> bytes:
        """Read up to `length` bytes. Raises OSError."""
        ...

    def size(self, path: str) -> int:
        """Size of `path` in bytes. Raises OSError."""
        ...

    def names(self, directory: str) -> list[str]:
        """Sorted names in `directory`; empty when it does not exist."""
        ...

    def make_directory(self, directory: str) -> None:
        """Create `directory` and its parents, durably; fine when it exists. Raises OSError."""
        ...


class Net(Protocol):
    """What the reactor asks of the network. Connections are numbers given by the network, never reused."""

    def send(self, connection: int, data: bytes) -> int:
        """Send bytes to a peer. Unknown or closed connections are ignored.

        Returns 0 while the peer keeps up. Otherwise how many bytes wait in the network for it: then nothing more may be
        sent to it until the reactor has received `Writable`.
        """
        ...

    def throttle(self, connection: int, is_throttled: bool) -> None:
        """Stop or go on reading commands from a peer."""
        ...

    def abort(self, connection: int) -> None:
        """Close without sending what is queued. The reactor gets no further input from it."""
        ...

    def close(self, connection: int) -> None:
        """Send what is queued, then close. The reactor gets no further input from it."""
        ...


class Offline(Protocol):
    """Files for what slow clients have not read. They are gone when the process is, and nobody else can open them."""

    def directory(self, path: str) -> str:
        """A directory of this process alone below `path`. Raises OSError."""
        ...

    def submit(self, ticket: int, verbs: Sequence[Verb]) -> None:
        """Run `verbs` later, in submission order; the reactor then receives `OfflineCompleted(ticket, error)`."""
        ...


class EventStore(Protocol):
    """Where records that tell of queued messages are kept for queries. The log can fill it again."""

    @property
    def position(self) -> int:
        """Records of the log from this position on are not here yet."""
        ...

    def append(self, position: int, record: bytes) -> None:
        """Take a durable record. Never fails and never waits."""
        ...


class ArchiveObject:
    """A message for the archive, named by its bookmark."""

    __slots__ = ("body", "publisher", "sequence")

    def __init__(self, publisher: int, sequence: int, body: bytes) -> None:
        self.publisher = publisher
        self.sequence = sequence
        self.body = body


class Archive(Protocol):
    """Where copies of messages go. One submission at a time; to store the same object again changes nothing."""

    def submit(self, objects: Sequence[ArchiveObject]) -> None:
        """Store objects later, in order, each read back; the reactor then receives `ArchiveCompleted`."""
        ...


class Report(Protocol):
    """Where log records go. `code` is a key of `errors.CATALOGUE`; `values` fill its text."""

    def __call__(self, code: str, **values: object) -> None:
        """Write one record."""
        ...
