"""The real disk: files kept open by path, and one worker thread that runs what was submitted."""

import contextlib
import errno
import os
import queue
import threading
from collections.abc import Callable, Iterable, Sequence

from ampsd.ports import Claim, Create, Fdatasync, FsyncDir, Pread, Pwrite, Rename, Truncate, Unlink, Verb

Completed = Callable[[int, OSError | None], None]
"""Called in the worker thread with the ticket and the error of a submission."""

_FILES_OPEN_MAX = 64
_FILE_MODE = 0o640


class _Files:
    """Open descriptors by path, for one thread; the least recently opened is closed when there are many."""

    def __init__(self) -> None:
        self._descriptors: dict[str, int] = {}

    def open(self, path: str) -> int:
        descriptor = self._descriptors.get(path)
        if descriptor is None:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            self.keep(path, descriptor)
        return descriptor

    def keep(self, path: str, descriptor: int) -> None:
        if len(self._descriptors) >= _FILES_OPEN_MAX:
            os.close(self._descriptors.pop(next(iter(self._descriptors))))
        self._descriptors[path] = descriptor

    def forget(self, path: str) -> None:
        descriptor = self._descriptors.pop(path, None)
        if descriptor is not None:
            os.close(descriptor)

    def close(self) -> None:
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()

    def run(self, verb: Verb) -> None:
        match verb:
            case Pwrite():
                _write_all(self.open(verb.path), verb.data, verb.offset, verb.path)
            case Fdatasync():
                os.fdatasync(self.open(verb.path))
            case Create():
                self.forget(verb.path)
                self.keep(verb.path, _create(verb))
            case Rename():
                os.rename(verb.old, verb.new)
                self.forget(verb.new)
                self.forget(verb.old)
            case Claim():
                _claim(verb.old, verb.new)
                self.forget(verb.new)
                self.forget(verb.old)
            case FsyncDir():
                fsync_directory(verb.directory)
            case Pread():
                verb.data = _read_all(self.open(verb.path), verb.offset, verb.length)
            case Truncate():
                os.truncate(verb.path, verb.size)
            case Unlink():
                os.unlink(verb.path)
                self.forget(verb.path)


class RealDisk:
    """The Disk port. `completed` is called in the worker thread; it hands the completion to the loop.

    Descriptors are per thread, so that neither closes what the other is using.
    """

    def __init__(self, completed: Completed) -> None:
        self._completed = completed
        self._files = _Files()
        self._worker_files = _Files()
        self._work: queue.SimpleQueue[tuple[int, Iterable[Verb]] | str | None] = queue.SimpleQueue()
        self._worker = threading.Thread(target=self._run_submitted, name="journal", daemon=True)
        self._worker.start()

    def submit(self, ticket: int, verbs: Iterable[Verb]) -> None:
        """Run `verbs` in the worker, after those submitted before; each is taken when the one before is done."""
        self._work.put((ticket, verbs))

    def close(self) -> None:
        """Finish what was submitted and close all files."""
        self._work.put(None)
        self._worker.join()
        self._files.close()
        self._worker_files.close()

    def perform(self, verbs: Sequence[Verb]) -> None:
        """Run `verbs` now. Raises OSError."""
        for verb in verbs:
            self._files.run(verb)

    def pread(self, path: str, offset: int, length: int) -> bytes:
        """Read up to `length` bytes. Raises OSError."""
        return _read_all(self._files.open(path), offset, length)

    def size(self, path: str) -> int:
        """Size in bytes. Raises OSError."""
        return os.stat(path).st_size

    def names(self, directory: str) -> list[str]:
        """Sorted names in `directory`; empty when it does not exist."""
        try:
            return sorted(os.listdir(directory))
        except FileNotFoundError:
            return []

    def make_directory(self, directory: str) -> None:
        """Create `directory` and its parents, durably. Raises OSError."""
        make_directory(directory)

    def is_same(self, path: str, other: str) -> bool:
        """Whether two paths lead to one file or directory. Raises OSError."""
        try:
            return os.path.samestat(os.stat(path), os.stat(other))
        except FileNotFoundError:
            return False

    def forget(self, path: str) -> None:
        """Close the file, in both threads."""
        self._files.forget(path)
        self._work.put(path)

    def _run_submitted(self) -> None:
        while True:
            work = self._work.get()
            if work is None:
                return
            if isinstance(work, str):
                self._worker_files.forget(work)
                continue
            ticket, verbs = work
            error: OSError | None = None
            try:
                for verb in verbs:
                    self._worker_files.run(verb)
            except OSError as failure:
                error = failure
            self._completed(ticket, error)


def _create(verb: Create) -> int:
    descriptor = os.open(verb.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _FILE_MODE)
    try:
        if verb.size:
            os.posix_fallocate(descriptor, 0, verb.size)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, verb.size)  # a file system without reservation: space is taken as it is written
    return descriptor


def _claim(old: str, new: str) -> None:
    """A link replaces nothing, whoever takes the name at the same time. Raises OSError."""
    try:
        os.link(old, new, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        if os.path.lexists(new):  # a file system without links: whoever has the directory's lock is alone in it
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from error
        os.rename(old, new)
        return
    os.unlink(old)


def _read_all(descriptor: int, offset: int, length: int) -> bytes:
    data = os.pread(descriptor, length, offset)
    while data and len(data) < length:
        more = os.pread(descriptor, length - len(data), offset + len(data))
        if not more:
            break
        data += more
    return data


def _write_all(descriptor: int, data: bytes, offset: int, path: str) -> None:
    written = os.pwrite(descriptor, data, offset)
    while written < len(data):
        step = os.pwrite(descriptor, data[written:], offset + written)
        if step == 0:
            raise OSError(errno.EIO, "the disk took no bytes", path)
        written += step


def make_directory(directory: str) -> None:
    """Create `directory` and its parents, durably. Raises OSError."""
    missing: list[str] = []
    at = os.path.abspath(directory)
    while not os.path.isdir(at):
        missing.append(at)
        at = os.path.dirname(at)
    for one in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(one, 0o750)
        fsync_directory(os.path.dirname(one))


def fsync_directory(directory: str) -> None:
    """Make names in a directory durable. Raises OSError."""
    descriptor = os.open(directory or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
