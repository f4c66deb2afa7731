"""The doors to everything that can wait, fail or lie: clock, disk, network, programs.

Protocols and what goes through them, no code. `ampsd.server` implements them for the real world, `ampsd.simulator`
for the fake one; nothing else may touch a file, a socket or a clock (tests/test_tidy.py).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
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


class Claim:
    """Disk verb: rename `old` to `new`, which nothing may be called yet; durable only after FsyncDir.

    Raises FileExistsError where the name is taken.
    """

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


Verb = Pwrite | Fdatasync | Create | Rename | Claim | FsyncDir | Truncate | Unlink | Pread


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

    def is_same(self, path: str, other: str) -> bool:
        """Whether two paths lead to one file or directory, by links or mounts; False where one leads to nothing.

        Raises OSError.
        """
        ...

    def forget(self, path: str) -> None:
        """Nothing is read or written at `path` for now; do not keep the file open, so that its space can be freed."""
        ...


class Upkeep(Protocol):
    """Whoever works on old journal files: a worker apart from the one that syncs the log, for it may take minutes."""

    def submit(self, ticket: int, verbs: Iterator[Verb]) -> None:
        """Run `verbs` later, each taken when the one before is done; the first that fails ends them.

        The reactor then receives `UpkeepCompleted(ticket, error)`.
        """
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

    @property
    def kept(self) -> int:
        """The log may lose its records below this position: no power cut takes those from here.

        Far beyond all when nothing waits.
        """
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


class RunProgram:
    """Errand: run a program, the first word of `words`; no shell unless that is one. The value is what it wrote.

    It has the environment of the process, and `environment` on top; it and all it started end after `timeout_ns`. It
    fails when it cannot be started, when it takes too long, and with an exit status that is not 0.
    """

    __slots__ = ("environment", "timeout_ns", "words")

    def __init__(self, words: Sequence[bytes], environment: Mapping[bytes, bytes], timeout_ns: int) -> None:
        self.words = words
        self.environment = environment
        self.timeout_ns = timeout_ns


class FilePattern:
    """Which files: `root` is a directory as it is written; `parts` are shell patterns for the names below it, the last
    for files and those before it for directories. A name is never a link, and never in another directory.
    """

    __slots__ = ("parts", "root")

    def __init__(self, root: bytes, parts: Sequence[bytes]) -> None:
        self.root = root
        self.parts = parts


class TreatFiles:
    """Errand: compress (`is_compressing`) or remove files that were not changed for `age_ns`, the oldest first.

    `keep` newest of them stay, and at most `count` are treated; with both, nothing happens when there are fewer than
    `keep`. Open files are passed over. It fails when a journal matches, and where a file belongs to the instance. The
    value is the number of files that were treated.
    """

    __slots__ = ("age_ns", "count", "is_compressing", "keep", "pattern")

    def __init__(
        self, pattern: FilePattern, age_ns: int, keep: int | None, count: int | None, is_compressing: bool
    ) -> None:
        self.pattern = pattern
        self.age_ns = age_ns
        self.keep = keep
        self.count = count
        self.is_compressing = is_compressing


class MeasureFileSystem:
    """Errand: how full the file system of `path` is. The value is the used share in percent, such as 93.25."""

    __slots__ = ("path",)

    def __init__(self, path: bytes) -> None:
        self.path = path


class RotateLogs:
    """Errand: close every log file that rotates, and begin the next. The value is the number of files."""

    __slots__ = ()


class SetListening:
    """Errand: let a transport listen, or stop it; connections that there are stay as they are. "" means all."""

    __slots__ = ("is_listening", "transport")

    def __init__(self, transport: str, is_listening: bool) -> None:
        self.transport = transport
        self.is_listening = is_listening


class TruncateStatistics:
    """Errand: remove statistics that are older than `age_ns`. The value is the number of samples that are gone."""

    __slots__ = ("age_ns",)

    def __init__(self, age_ns: int) -> None:
        self.age_ns = age_ns


class WriteMinidump:
    """Errand: write a bundle for diagnosis, with `sections` of the engine: file name -> content. The value is its path.

    The server adds what only it knows, such as the stacks of its threads.
    """

    __slots__ = ("sections",)

    def __init__(self, sections: Mapping[str, bytes]) -> None:
        self.sections = sections


class ReloadConfiguration:
    """Errand: read the configuration's files again and take it over. `actor` says who asks. The value is its digest.

    It fails when that is refused, or needs a restart and changes nothing else.
    """

    __slots__ = ("actor",)

    def __init__(self, actor: str) -> None:
        self.actor = actor


Errand = (
    RunProgram
    | TreatFiles
    | MeasureFileSystem
    | RotateLogs
    | SetListening
    | TruncateStatistics
    | WriteMinidump
    | ReloadConfiguration
)


class Errands(Protocol):
    """Whoever does for actions what takes time or can fail outside. Nothing it does delays the reactor."""

    def submit(self, ticket: int, errand: Errand) -> None:
        """Do it later; the reactor then receives `ErrandCompleted(ticket, value, failure)`, once for each ticket."""
        ...


class Doors:
    """What an instance reaches the world through, beside its log.

    `zone` is local time, for schedules. `witness` hears of every event, also of publishes that no action watches; it is
    for tests of configurations. Without an `upkeep` there are no journal files.
    """

    __slots__ = ("archive", "clock", "errands", "events", "report", "upkeep", "witness", "zone")

    def __init__(
        self,
        report: "Report",
        events: EventStore,
        archive: Archive | None,
        errands: Errands,
        clock: Clock,
        zone: tzinfo = UTC,
        witness: Callable[[object], None] | None = None,
        upkeep: Upkeep | None = None,
    ) -> None:
        self.report = report
        self.events = events
        self.archive = archive
        self.errands = errands
        self.clock = clock
        self.zone = zone
        self.witness = witness
        self.upkeep = upkeep


class Report(Protocol):
    """Where log records go. `code` is a key of `errors.CATALOGUE`; `values` fill its text."""

    def __call__(self, code: str, **values: object) -> None:
        """Write one record."""
        ...
