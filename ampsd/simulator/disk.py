"""A disk that forgets: what was not synced may be kept, lost, torn or reordered by a crash.

Faults it may inject: at a crash, each 512-byte sector of each unsynced write is kept or lost on its own, each name
change that no FsyncDir of its directory covered is kept or lost, in order within its directory; a verb may fail with an
error the test sets. Bytes that were synced, and names that were fsynced, always survive. A failed sync loses what it
should have made durable, and no later sync brings it back, though readers go on seeing it; a failed write leaves half
of its bytes.
"""

import errno
from collections import deque
from collections.abc import Callable, Sequence
from random import Random

from ampsd.ports import Claim, Create, Fdatasync, FsyncDir, Pread, Pwrite, Rename, Truncate, Unlink, Verb

SECTOR = 512


class File:
    """One file's bytes: what a reader sees now, what the platter holds, and the writes between the two."""

    __slots__ = ("durable", "pending", "seen")

    def __init__(self, size: int) -> None:
        self.seen = bytearray(size)
        self.durable = bytearray(size)
        self.pending: list[tuple[int, bytes]] = []

    def write(self, offset: int, data: bytes) -> None:
        """Change what readers see; the platter follows at the next sync, or by the crash's whim."""
        _put(self.seen, offset, data)
        self.pending.append((offset, data))

    def sync(self) -> None:
        """Make what was written since the last sync durable, the bytes a failed sync lost excepted."""
        for offset, data in self.pending:
            _put(self.durable, offset, data)
        self.pending.clear()

    def truncate(self, size: int) -> None:
        """Cut or extend; metadata of the file, journalled by the file system with its data."""
        for image in (self.seen, self.durable):
            if len(image) > size:
                del image[size:]
            else:
                image.extend(bytes(size - len(image)))
        self.pending = [(offset, data[: size - offset]) for offset, data in self.pending if offset < size]

    def crash(self, rng: Random, fate: float) -> None:
        """Keep each unsynced sector with probability `fate`; then the platter is all there is."""
        for offset, data in self.pending:
            first = offset // SECTOR * SECTOR
            for start in range(first, offset + len(data), SECTOR):
                if rng.random() < fate:
                    low, high = max(start, offset), min(start + SECTOR, offset + len(data))
                    _put(self.durable, low, data[low - offset : high - offset])
        self.pending.clear()
        self.seen = bytearray(self.durable)


class SimDisk:
    """The Disk port over `File`s. `step` runs one verb of what was submitted; `crash` forgets."""

    def __init__(self) -> None:
        self._names: dict[str, File] = {}
        self._durable_names: dict[str, File] = {}
        self._name_changes: dict[str, list[tuple[str, File | None]]] = {}
        """By directory, what no FsyncDir has made durable."""
        self._submitted: deque[tuple[int, deque[Verb]]] = deque()
        self.fault: Callable[[Verb], OSError | None] = lambda verb: None
        self.verbs_done = 0
        self.other_names: dict[str, str] = {}
        """Directories that are another one, as by a link or a mount."""

    @property
    def is_busy(self) -> bool:
        """Whether submitted verbs wait."""
        return bool(self._submitted)

    def submit(self, ticket: int, verbs: Sequence[Verb]) -> None:
        """Queue verbs; `step` runs them."""
        self._submitted.append((ticket, deque(verbs)))

    def step(self) -> tuple[int, OSError | None] | None:
        """Run the next submitted verb; the completion when it was the last of its submission."""
        ticket, verbs = self._submitted[0]
        try:
            self._run(verbs.popleft())
        except OSError as error:
            self._submitted.popleft()
            return ticket, error
        if verbs:
            return None
        self._submitted.popleft()
        return ticket, None

    def perform(self, verbs: Sequence[Verb]) -> None:
        """Run verbs now. Raises OSError."""
        for verb in verbs:
            self._run(verb)

    def pread(self, path: str, offset: int, length: int) -> bytes:
        """Bytes as a reader sees them. Raises OSError."""
        return bytes(self._file(path).seen[offset : offset + length])

    def size(self, path: str) -> int:
        """Size in bytes. Raises OSError."""
        return len(self._file(path).seen)

    def names(self, directory: str) -> list[str]:
        """Sorted names in a directory."""
        prefix = self.other_names.get(directory, directory) + "/"
        return sorted(path[len(prefix) :] for path in self._names if path.startswith(prefix))

    def directory(self, path: str) -> str:
        """Every directory is its process's alone here."""
        return path

    def make_directory(self, directory: str) -> None:
        """Directories always exist here."""

    def is_same(self, path: str, other: str) -> bool:
        """Whether two paths lead to one file or directory."""
        one, two = self._at(path), self._at(other)
        return self.other_names.get(one, one) == self.other_names.get(two, two)

    def forget(self, path: str) -> None:
        """Nothing is kept open here."""

    def flip(self, path: str, offset: int, mask: int) -> None:
        """Damage durable bytes, as bit rot does."""
        file = self._file(path)
        file.seen[offset] ^= mask
        file.durable[offset] ^= mask

    def crash(self, rng: Random) -> None:
        """Lose power: forget what was not durable, by the draw of `rng`."""
        self._submitted.clear()
        fate = rng.choice((0.0, 1.0, 0.5, 0.9, 0.1))
        for changes in self._name_changes.values():
            kept = rng.randint(0, len(changes)) if fate not in (0.0, 1.0) else int(fate) * len(changes)
            for path, file in changes[:kept]:
                _apply(self._durable_names, path, file)
        self._name_changes.clear()
        self._names = dict(self._durable_names)
        for path in sorted(self._names):
            self._names[path].crash(rng, fate)

    def kill(self) -> None:
        """Kill the process only: the page cache survives, submitted verbs that did not run are gone."""
        self._submitted.clear()

    def snapshot(self) -> "SimDisk":
        """An independent copy of names and bytes, to crash it in several ways."""
        copy = SimDisk()
        copy.other_names = dict(self.other_names)
        files: dict[int, File] = {}

        def of(file: File) -> File:
            twin = files.get(id(file))
            if twin is None:
                twin = files[id(file)] = File(0)
                twin.seen = bytearray(file.seen)
                twin.durable = bytearray(file.durable)
                twin.pending = list(file.pending)
            return twin

        copy._names = {path: of(file) for path, file in self._names.items()}
        copy._durable_names = {path: of(file) for path, file in self._durable_names.items()}
        copy._name_changes = {
            directory: [(path, None if file is None else of(file)) for path, file in changes]
            for directory, changes in self._name_changes.items()
        }
        return copy

    def _at(self, path: str) -> str:
        """The path by which a file is known."""
        directory, _, name = path.rpartition("/")
        return f"{self.other_names.get(directory, directory)}/{name}"

    def _file(self, path: str) -> File:
        file = self._names.get(self._at(path))
        if file is None:
            raise OSError(errno.ENOENT, "No such file", path)
        return file

    def _change_name(self, path: str, file: File | None) -> None:
        path = self._at(path)
        _apply(self._names, path, file)
        self._name_changes.setdefault(path.rpartition("/")[0], []).append((path, file))

    def _run(self, verb: Verb) -> None:
        self.verbs_done += 1
        error = self.fault(verb)
        if error is not None:
            if isinstance(verb, Fdatasync):
                self._file(verb.path).pending.clear()  # the page cache calls them clean, the platter never got them
            elif isinstance(verb, Pwrite):
                self._file(verb.path).write(verb.offset, verb.data[: len(verb.data) // 2])
            raise error
        match verb:
            case Pwrite():
                self._file(verb.path).write(verb.offset, verb.data)
            case Fdatasync():
                self._file(verb.path).sync()
            case Create():
                self._change_name(verb.path, File(verb.size))
            case Rename():
                self._change_name(verb.new, self._file(verb.old))
                self._change_name(verb.old, None)
            case Claim():
                if self._at(verb.new) in self._names:
                    raise FileExistsError(errno.EEXIST, "File exists", verb.new)
                self._change_name(verb.new, self._file(verb.old))
                self._change_name(verb.old, None)
            case Unlink():
                self._file(verb.path)
                self._change_name(verb.path, None)
            case Pread():
                verb.data = self.pread(verb.path, verb.offset, verb.length)
            case Truncate():
                self._file(verb.path).truncate(verb.size)
            case FsyncDir():
                directory = self.other_names.get(verb.directory, verb.directory)
                for path, file in self._name_changes.pop(directory, ()):
                    _apply(self._durable_names, path, file)


def _put(image: bytearray, offset: int, data: bytes) -> None:
    if len(image) < offset + len(data):
        image.extend(bytes(offset + len(data) - len(image)))
    image[offset : offset + len(data)] = data


def _apply(names: dict[str, File], path: str, file: File | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file
