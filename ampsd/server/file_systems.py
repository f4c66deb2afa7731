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
    """A path that is being measured, for whoever asks in the meantime: one thread and one timer, however many ask."""

    def __init__(self, timer: threading.Timer) -> None:
        self.timer = timer
        self.waiting: list[int] = []
        self.is_late = False

    def take(self) -> list[int]:
        """Whoever waits, and waits no more."""
        taken, self.waiting = self.waiting, []
        return taken


class FileSystems:
    """Measures file systems, each in a thread; whoever asks for a path that is being measured gets the same answer."""

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
            left = [(path, one.take()) for path, one in self._asked.items()]
            for one in self._asked.values():
                one.timer.cancel()
        for path, tickets in left:
            self._fail_all(tickets, path, "the instance stops")

    def _enter(self, ticket: int, path: bytes) -> str | None:
        with self._lock:
            if self._is_ending:
                return "the instance stops"
            asked = self._asked.get(path)
            if asked is not None and asked.is_late:
                return "it has not answered since it was asked before"
            if asked is None:
                if len(self._asked) >= limits.MEASUREMENTS_MAX:
                    return f"{limits.MEASUREMENTS_MAX} others are being measured and have not answered"
                try:
                    asked = self._begin(path)
                except RuntimeError as error:  # the process may have no more threads
                    return str(error)
            asked.waiting.append(ticket)
            return None

    def _begin(self, path: bytes) -> _Asked:
        """Under the lock. Raises RuntimeError."""
        timer = threading.Timer(self._timeout_ns / 1e9, self._give_up, (path,))
        timer.daemon = True
        timer.start()
        try:
            threading.Thread(target=self._measure, args=(path,), name="file system", daemon=True).start()
        except RuntimeError:
            timer.cancel()
            raise
        asked = self._asked[path] = _Asked(timer)
        return asked

    def _measure(self, path: bytes) -> None:
        value, failure = b"", None
        try:
            value = f"{used_percent(path):.2f}".encode()
        except OSError as error:
            failure = error.strerror or str(error)
        except ValueError as error:
            failure = str(error)
        with self._lock:
            asked = self._asked.pop(path)
            tickets = asked.take()
        asked.timer.cancel()
        if failure is not None:
            self._fail_all(tickets, path, failure)
            return
        for ticket in tickets:
            self._completed(ticket, value, None)

    def _give_up(self, path: bytes) -> None:
        with self._lock:
            asked = self._asked.get(path)
            # The timer of a measurement that is over may come too late to be cancelled.
            if asked is None or asked.timer is not threading.current_thread():
                return
            asked.is_late = True
            tickets = asked.take()
        self._fail_all(tickets, path, f"it has not answered within {interval_text(self._timeout_ns)}")

    def _fail_all(self, tickets: list[int], path: bytes, reason: str) -> None:
        for ticket in tickets:
            self._fail(ticket, path, reason)

    def _fail(self, ticket: int, path: bytes, reason: str) -> None:
        self._completed(ticket, b"", f"the file system of {shown(path)} cannot be measured: {reason}")
