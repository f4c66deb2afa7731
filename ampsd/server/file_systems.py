"""How full file systems are, as df says it. One that never answers keeps a thread of its own and nobody else."""

import os
import threading

from ampsd import limits
from ampsd.ports import MeasureFileSystem
from ampsd.server.programs import Completed, shown
from ampsd.units import interval_text


def used_percent(path: bytes) -> float:
    """Used space, of what is used and what we may still use. Raises OSError, and ValueError with a sentence."""
    if b"\0" in path:
        raise ValueError("it has a NUL")
    status = os.statvfs(path)
    used = status.f_blocks - status.f_bfree
    if used + status.f_bavail <= 0:
        raise ValueError("its file system has no size")
    return 100 * used / (used + status.f_bavail)


class _Asked:
    """A path that is being measured, for whoever asked in the meantime."""

    def __init__(self) -> None:
        self.waiting: dict[int, threading.Timer] = {}
        self.is_late = False


class FileSystems:
    """Measures file systems, each in a thread, and several tickets for one path together."""

    def __init__(self, completed: Completed, timeout_ns: int = limits.MEASURE_TIMEOUT_NS) -> None:
        self._completed = completed
        self._timeout_ns = timeout_ns
        self._asked: dict[bytes, _Asked] = {}
        self._lock = threading.Lock()
        self._is_ending = False

    def submit(self, ticket: int, errand: MeasureFileSystem) -> None:
        """Measure; the answer or its failure comes within the time."""
        refusal = self._enter(ticket, errand.path)
        if refusal is not None:
            self._fail(ticket, errand.path, refusal)

    def close(self) -> None:
        """Fail what has no answer. Threads that wait for one end with the process."""
        with self._lock:
            self._is_ending = True
            left = [(path, list(one.waiting.items())) for path, one in self._asked.items()]
            for one in self._asked.values():
                one.waiting.clear()
        for path, tickets in left:
            for ticket, timer in tickets:
                timer.cancel()
                self._fail(ticket, path, "the instance stops")

    def _enter(self, ticket: int, path: bytes) -> str | None:
        with self._lock:
            if self._is_ending:
                return "the instance stops"
            asked = self._asked.get(path)
            if asked is not None and asked.is_late:
                return "it has not answered since it was asked before"
            if asked is None and len(self._asked) >= limits.MEASUREMENTS_MAX:
                return f"{limits.MEASUREMENTS_MAX} others are being measured and have not answered"
            timer = threading.Timer(self._timeout_ns / 1e9, self._give_up, (ticket, path))
            timer.daemon = True
            try:
                timer.start()
                if asked is None:
                    threading.Thread(target=self._measure, args=(path,), name="file system", daemon=True).start()
            except RuntimeError as error:  # the process may have no more threads
                timer.cancel()
                return str(error)
            self._asked.setdefault(path, _Asked()).waiting[ticket] = timer
            return None

    def _measure(self, path: bytes) -> None:
        value, failure = b"", None
        try:
            value = f"{used_percent(path):.2f}".encode()
        except OSError as error:
            failure = error.strerror or str(error)
        except ValueError as error:
            failure = str(error)
        with self._lock:
            waiting = self._asked.pop(path).waiting
        for ticket, timer in waiting.items():
            timer.cancel()
            if failure is None:
                self._completed(ticket, value, None)
            else:
                self._fail(ticket, path, failure)

    def _give_up(self, ticket: int, path: bytes) -> None:
        with self._lock:
            asked = self._asked.get(path)
            if asked is None or asked.waiting.pop(ticket, None) is None:
                return
            asked.is_late = True
        self._fail(ticket, path, f"it has not answered within {interval_text(self._timeout_ns)}")

    def _fail(self, ticket: int, path: bytes, reason: str) -> None:
        self._completed(ticket, b"", f"the file system of {shown(path)} cannot be measured: {reason}")
