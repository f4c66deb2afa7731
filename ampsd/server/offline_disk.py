"""Files for what slow clients have not read: in a directory of this process alone, and gone with it.

The default place, /var/tmp, is open to everybody. So files are never made there but in a directory below it whose name
nobody knows before and nobody else may enter; a lock on it tells a later start that its process is gone.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Sequence

from ampsd.ports import Verb
from ampsd.server.disk import Completed, RealDisk

_PREFIX = "ampsd-offline-"


class OfflineDisk:
    """The Offline port. Its thread is started with the first file."""

    def __init__(self, completed: Completed) -> None:
        self._completed = completed
        self._disk: RealDisk | None = None
        self._directories: dict[str, tuple[str, int]] = {}

    def directory(self, path: str) -> str:
        """A directory of this process below `path`, made at the first call. Raises OSError."""
        known = self._directories.get(path)
        if known is None:
            os.makedirs(path, exist_ok=True)
            _remove_abandoned(path)
            made = tempfile.mkdtemp(prefix=_PREFIX, dir=path)
            descriptor = os.open(made, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            known = self._directories[path] = (made, descriptor)
        return known[0]

    def submit(self, ticket: int, verbs: Sequence[Verb]) -> None:
        """Run `verbs` in the worker, after those submitted before."""
        if self._disk is None:
            self._disk = RealDisk(self._completed)
        self._disk.submit(ticket, verbs)

    def close(self) -> None:
        """Remove everything."""
        if self._disk is not None:
            self._disk.close()
        for made, descriptor in self._directories.values():
            shutil.rmtree(made, ignore_errors=True)
            os.close(descriptor)
        self._directories.clear()


def _remove_abandoned(path: str) -> None:
    """Remove what killed processes of this user left here."""
    for entry in os.scandir(path):
        if not entry.name.startswith(_PREFIX) or not entry.is_dir(follow_symlinks=False):
            continue
        if entry.stat(follow_symlinks=False).st_uid != os.getuid():
            continue
        with contextlib.suppress(OSError):
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(entry.path, ignore_errors=True)
            finally:
                os.close(descriptor)
