"""Whether the files of a configuration have changed since they were read."""

import threading
import time
from collections.abc import Callable, Iterable

from ampsd import limits
from ampsd.ports import Report
from ampsd.server.content_digest import content_of
from ampsd.server.debounce import Debounce
from ampsd.server.directory_watches import DirectoryWatches
from ampsd.server.path_lookups import lookups

_UPDATES_MAX = 5
"""How often the directories are worked out in one look. Links that change even then are watched, so another follows."""

_NAME = "config-watch"
_JOIN_SECONDS = 0.9
"""The library takes up to half a second; a disk that does not answer is not waited for."""


class ConfigWatch:
    """Calls `changed` after the files hold something else than before, once for each time that somebody saves.

    `changed` and `report` are called in the thread of the watch, `changed` without arguments: they hand on to whom they
    concern, wait for nothing and raise nothing.

    The files are sought by their names each time, through all symbolic links. Whatever comes of it is compared by
    content: new times and permissions, saving the same again, and other files in the directories are no change. A file
    that is missing or empty is looked at twice, CONFIG_QUIET_NS apart, because it may be just about to be replaced;
    where that takes longer, `changed` is called for the incomplete file and again for the complete one. Somebody who
    writes without a pause gets a call about every CONFIG_BURST_MAX_NS.

    Every `check_ns` the files are looked at without an event: on network file systems there are none, and none tells of
    a directory that is renamed, a file that is written and not closed, or permissions. Where the system watches no more
    directories, the files are looked at every CONFIG_POLL_NS.
    """

    def __init__(self, changed: Callable[[], None], report: Report, check_ns: int = limits.CONFIG_CHECK_NS) -> None:
        self._changed = changed
        self._report = report
        self._check_ns = check_ns
        self._watches = DirectoryWatches(self._heard)
        self._is_polling = False
        self._thread: threading.Thread | None = None
        # All below may be used only with this.
        self._wake = threading.Condition()
        self._files: tuple[str, ...] = ()
        self._debounce = Debounce(limits.CONFIG_QUIET_NS, limits.CONFIG_BURST_MAX_NS)
        self._next_check_ns = 0
        self._is_closing = False

    def watch(self, files: Iterable[str], digest: str) -> None:
        """From now on watch these files instead, and compare with `digest`: that of what was read from them.

        So a change between reading and watching is noticed, after a quiet time. Relative paths are sought in the
        working directory of the process. After `close` nothing is watched. Raises RuntimeError when there can be no
        thread.
        """
        with self._wake:
            if self._is_closing:
                return
            self._files = tuple(dict.fromkeys(files))
            self._debounce.believe(digest)
            self._next_check_ns = time.monotonic_ns()
            self._wake.notify()
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=_NAME, daemon=True)
                thread.start()
                self._thread = thread

    def close(self) -> None:
        """Stop watching; `changed` is not called any more once this returns. May be called again, and by `changed`."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)

    @staticmethod
    def is_its(thread: threading.Thread | None) -> bool:
        """Whether a thread is one of a watch or of its library: where such a one fails, everything else goes on."""
        return thread is not None and (thread.name == _NAME or type(thread).__module__.startswith("watchdog."))

    def _heard(self) -> None:
        with self._wake:
            if self._debounce.due_ns is None:
                self._wake.notify()  # otherwise the thread wakes up in time for what it knows of
            self._debounce.heard(time.monotonic_ns())

    def _run(self) -> None:
        try:
            while self._is_look_due():
                if self._look():
                    self._changed()
        finally:
            self._watches.close()

    def _is_look_due(self) -> bool:
        """Waits; False at the end."""
        with self._wake:
            while not self._is_closing:
                due_ns = self._debounce.due_ns
                due_ns = self._next_check_ns if due_ns is None else due_ns
                wait_ns = due_ns - time.monotonic_ns()
                if wait_ns <= 0:
                    self._debounce.begin_look()
                    return True
                self._wake.wait(wait_ns / 1e9)
            return False

    def _look(self) -> bool:
        """Whether there is a change to tell of."""
        with self._wake:
            files = self._files
        is_new = self._follow(files)
        content = content_of(files)
        with self._wake:
            if files is not self._files:
                return False  # replaced meanwhile: a look at the new ones is due
            now_ns = time.monotonic_ns()
            self._next_check_ns = now_ns + (limits.CONFIG_POLL_NS if self._is_polling else self._check_ns)
            is_changed = self._debounce.saw(now_ns, content.digest, is_doubtful=is_new or content.is_lacking)
            return is_changed and not self._is_closing

    def _follow(self, files: tuple[str, ...]) -> bool:
        """Watch wherever the files are now; whether something there may have gone on unheard until this moment."""
        if self._is_polling:
            return False
        try:
            for turn in range(_UPDATES_MAX):
                names: dict[str, set[str]] = {}
                for file in files:
                    for directory, name in lookups(file):
                        names.setdefault(directory, set()).add(name)
                if not self._watches.update(names):
                    return turn > 0
        except (OSError, RuntimeError) as error:
            self._watches.close()
            self._is_polling = True
            reason = getattr(error, "strerror", None) or str(error)
            self._report("01-0004", seconds=limits.CONFIG_POLL_NS // 1_000_000_000, error=reason)
        return True
