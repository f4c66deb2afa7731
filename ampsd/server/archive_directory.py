"""Copies of messages as files: DIRECTORY/JOURNAL/PUBLISHER/THOUSANDS/SEQUENCE, the body as it was published.

JOURNAL is the id of the transaction log, because bookmarks begin anew with a new one. A file has its name only when it
is whole and was read back; a thread of its own writes.
"""

import contextlib
import errno
import os
import queue
import threading
from collections.abc import Callable, Sequence

from ampsd.ports import ArchiveObject
from ampsd.server.disk import fsync_directory, make_directory

Completed = Callable[[Sequence[str | None], str | None], None]
"""Called in the thread: what became of the first objects, and why it did not go on."""
_REFUSALS = (errno.EFBIG, errno.EINVAL, errno.ENAMETOOLONG)
"""What a file system says that will not have this one object, now or later."""
_PER_DIRECTORY = 1000
_END_SECONDS = 30.0


class ArchiveDirectory:
    """An Archive. The directory may be missing: then each submission fails, until it can be made."""

    def __init__(self, directory: str, journal_id: bytes, completed: Completed) -> None:
        self._directory = os.path.join(os.path.abspath(directory), journal_id.decode())
        self._completed = completed
        self._submitted: queue.SimpleQueue[Sequence[ArchiveObject] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="archive", daemon=True)
        self._thread.start()

    def submit(self, objects: Sequence[ArchiveObject]) -> None:
        """Store objects in the thread."""
        self._submitted.put(objects)

    def close(self) -> None:
        """Finish what is under way."""
        self._submitted.put(None)
        self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        while (objects := self._submitted.get()) is not None:
            refusals: list[str | None] = []
            failure: str | None = None
            for one in objects:
                try:
                    self._store(one)
                    refusals.append(None)
                except OSError as error:
                    reason = f"{error.filename}: {error.strerror}" if error.filename else str(error)
                    if error.errno not in _REFUSALS:
                        failure = reason
                        break
                    refusals.append(reason)
            self._completed(refusals, failure)

    def _store(self, one: ArchiveObject) -> None:
        thousands = str(one.sequence // _PER_DIRECTORY)
        directory = os.path.join(self._directory, str(one.publisher), thousands)
        path = os.path.join(directory, str(one.sequence))
        if _has(path, one.body):
            return
        make_directory(directory)
        part = f"{path}.part"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        with open(descriptor, "wb") as file:
            file.write(one.body)
            file.flush()
            os.fsync(descriptor)
        if not _has(part, one.body):
            raise OSError(errno.EIO, "what was written is not what is read", part)
        os.rename(part, path)
        fsync_directory(directory)


def _has(path: str, body: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read() == body
    except FileNotFoundError:
        return False
