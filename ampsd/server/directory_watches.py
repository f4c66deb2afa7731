"""Names in directories, watched by the system's notification of changes (on Linux inotify)."""

import contextlib
import logging
import os
from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING

from watchdog import events
from watchdog.observers import Observer

from ampsd.server.matching_files import Identity, identity_of

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

_HEARD: list[type[events.FileSystemEvent]] = [
    events.FileCreatedEvent,
    events.FileClosedEvent,
    events.FileMovedEvent,
    events.FileDeletedEvent,
    events.DirCreatedEvent,
    events.DirMovedEvent,
    events.DirDeletedEvent,
]
"""A file counts when it is closed after writing, not at each write: our own log may be in the same directory, and each
event takes more time than its line. Nor when it is opened and closed for reading, which we do ourselves."""

# It logs for its developers; without any handler of logging that would go to the standard error of the daemon.
_LIBRARY_LOG = logging.getLogger("watchdog")
_LIBRARY_LOG.addHandler(logging.NullHandler())


class _Directory(events.FileSystemEventHandler):
    """One directory, and the names in it that matter."""

    def __init__(self, path: str, identity: Identity, names: Set[str], heard: Callable[[], None]) -> None:
        self.path = path
        self.identity = identity
        self.names = names
        self.watch: ObservedWatch | None = None
        self._heard = heard

    def dispatch(self, event: events.FileSystemEvent) -> None:
        """Called by the library in a thread of its own."""
        for path in (os.fsdecode(event.src_path), os.fsdecode(event.dest_path)):
            if path == self.path or os.path.basename(path) in self.names:
                self._heard()
                return


class DirectoryWatches:
    """Calls `heard`, in any thread, after something happened to one of the names. Used in one thread."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._observer: BaseObserver | None = None
        self._directories: dict[str, _Directory] = {}

    def update(self, names: Mapping[str, Set[str]]) -> bool:
        """Watch these names, by their directories, and no others. Directories that stay are watched without a gap.

        Returns whether something may have happened before it was watched, so that the names have to be worked out
        again. Raises OSError or RuntimeError when the system has no more watches, descriptors or threads.
        """
        observer = self._observer or self._start()
        if not observer.is_alive():
            raise RuntimeError("the thread that watches directories has ended")
        living = {emitter.watch for emitter in observer.emitters if emitter.is_alive()}
        for directory in list(self._directories.values()):
            if directory.path not in names or directory.watch not in living or not _is_same(directory):
                del self._directories[directory.path]
                if directory.watch is not None:
                    observer.unschedule(directory.watch)
        is_new = False
        for path in sorted(names):
            known = self._directories.get(path)
            if known is not None:
                known.names = names[path]
            else:
                is_new |= self._add(observer, path, names[path])
        return is_new

    def close(self) -> None:
        """Watch nothing more. Waits for the library's threads: half a second when a name has just been moved away."""
        observer, self._observer = self._observer, None
        self._directories.clear()
        if observer is not None:
            observer.stop()
            with contextlib.suppress(RuntimeError):  # it was never started
                observer.join()

    def _start(self) -> "BaseObserver":
        self._observer = Observer()
        self._observer.start()
        return self._observer

    def _add(self, observer: "BaseObserver", path: str, names: Set[str]) -> bool:
        try:
            # Before it is watched: a directory that takes its place in between has another identity, and is noticed.
            directory = _Directory(path, identity_of(os.stat(path)), names, self._heard)
            directory.watch = observer.schedule(directory, path, event_filter=_HEARD)
        except (FileNotFoundError, NotADirectoryError):
            return True
        except PermissionError:
            return False
        self._directories[path] = directory
        return True


def _is_same(directory: _Directory) -> bool:
    """Whether its path still leads to the directory that is watched."""
    try:
        return identity_of(os.stat(directory.path)) == directory.identity
    except OSError:
        return False
