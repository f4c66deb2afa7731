"""The worker for old journal files: a thread of its own, so that no sync waits for a file to be compressed."""

import contextlib
import errno
import os
import threading
from collections.abc import Iterator

from ampsd.ports import Verb
from ampsd.server.disk import Completed, RealDisk

_NICE = 10


class JournalWorker:
    """An Upkeep. Its thread is started with the first work, and gives way to the loop."""

    def __init__(self, completed: Completed) -> None:
        self._completed = completed
        self._disk: RealDisk | None = None
        self._is_closing = threading.Event()

    def submit(self, ticket: int, verbs: Iterator[Verb]) -> None:
        """Run `verbs` in the worker, after those submitted before; each is made there when the one before is done."""
        if self._disk is None:
            self._disk = RealDisk(self._completed)
        self._disk.submit(ticket, self._until_closed(verbs))

    def close(self) -> None:
        """End what is under way with its next verb; the next start removes what it left."""
        self._is_closing.set()
        if self._disk is not None:
            self._disk.close()

    def _until_closed(self, verbs: Iterator[Verb]) -> Iterator[Verb]:
        with contextlib.suppress(PermissionError):  # a sandbox may forbid even this
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        for verb in verbs:
            if self._is_closing.is_set():
                raise OSError(errno.ECANCELED, "the instance is stopping")
            yield verb
