"""The events of queued messages on their way to an SQLite file: what is durable goes to the process that writes it.

The loop puts records on a list; a thread hands them over now and then, for to be woken for each would cost more than
the writing. It computes nothing, so the loop never waits for it.
"""

import contextlib
import fcntl
import os
import subprocess
import sys
import threading
import time
from collections import deque

from ampsd.definitions.message_events import MessageEventsDefinition
from ampsd.ports import Report
from ampsd.server.event_writer import HEADER, PROGRESS, SYNC, UnusableError, prepare

_LOOK_SECONDS = 0.05
_CATCH_UP_SECONDS = 5.0
LOCK_SECONDS = 10.0
_END_SECONDS = 30.0
_PIPE_BYTES = 1 << 20
_EVERYTHING = 2**63


class EventFile:
    """An EventStore. Raises OSError when the file or the writing process cannot be had."""

    def __init__(self, path: str, journal_id: bytes, definition: MessageEventsDefinition, report: Report) -> None:
        self.path = path
        self._report = report
        self._waiting: deque[bytes] = deque()
        self._wakes = threading.Event()
        self._is_stopping = False
        self._progress = threading.Condition()
        self._has_failed = False
        self._taken_bytes = self._written_bytes = self._synced_bytes = 0  # each is changed by one thread only
        self._asked: tuple[int, int] | None = None
        """How many bytes were taken, and the log up to which position, when a sync was asked for that is under way."""
        self._lock = _locked(f"{path}-lock")
        with contextlib.ExitStack() as undo:
            undo.callback(os.close, self._lock)
            self.position = self._kept = self._prepare(journal_id)
            self._process = _started(path, definition, self._lock)
            undo.pop_all()
        self._threads = [
            threading.Thread(target=one, name="events", daemon=True) for one in (self._hand_over, self._hear)
        ]
        for one in self._threads:
            one.start()

    @property
    def kept(self) -> int:
        """The log may lose its records below this position: those are durable here. Far beyond all when nothing waits.

        The process that writes syncs when this is asked and it has not yet; a later answer tells.
        """
        if self._synced_bytes == self._taken_bytes:
            return _EVERYTHING
        if self._asked is not None and self._synced_bytes >= self._asked[0]:
            _, self._kept = self._asked
            self._asked = None
        if self._asked is None:
            self._taken_bytes += HEADER.size
            self._asked = self._taken_bytes, self.position
            self._waiting.append(HEADER.pack(SYNC, 0))
            self._wakes.set()
        return self._kept

    def append(self, position: int, record: bytes) -> None:
        """Take a durable record. Never fails and never waits."""
        self.position = position + 1
        self._taken_bytes += HEADER.size + len(record)
        self._waiting.append(HEADER.pack(position, len(record)))
        self._waiting.append(record)

    @property
    def process_id(self) -> int:
        """The process that writes."""
        return self._process.pid

    @property
    def waiting_bytes(self) -> int:
        """What is taken and not written yet."""
        return 0 if self._has_failed else self._taken_bytes - self._written_bytes

    def catch_up(self) -> None:
        """Wait until what is taken by now is written, so that who asks sees what was answered before."""
        wanted = self._taken_bytes
        self._wakes.set()
        with self._progress:
            self._progress.wait_for(lambda: self._has_failed or self._written_bytes >= wanted, _CATCH_UP_SECONDS)

    def close(self) -> None:
        """Have what is left written, and end the process."""
        self._is_stopping = True
        self._wakes.set()
        for one in self._threads:
            one.join(_END_SECONDS)
        os.close(self._lock)

    def _prepare(self, journal_id: bytes) -> int:
        """Where the file lacks records; it is set aside and made anew where it cannot be used."""
        try:
            return prepare(self.path, journal_id)
        except UnusableError as error:
            self._set_aside(str(error))
            return prepare(self.path, journal_id)

    def _set_aside(self, reason: str) -> None:
        number = 1
        while os.path.exists(f"{self.path}.old{number}"):
            number += 1
        aside = f"{self.path}.old{number}"
        os.rename(self.path, aside)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path + suffix)
        self._report("31-0014", file=self.path, aside=aside, reason=reason)

    def _hand_over(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        is_last = False
        with contextlib.suppress(BrokenPipeError):
            while not is_last:
                self._wakes.wait(_LOOK_SECONDS)
                self._wakes.clear()
                is_last = self._is_stopping
                while self._waiting:
                    pieces = [self._waiting.popleft() for _ in range(len(self._waiting))]
                    if not self._has_failed:
                        pipe.write(b"".join(pieces))
                        pipe.flush()
        with contextlib.suppress(BrokenPipeError):
            pipe.close()

    def _hear(self) -> None:
        """Hear how far the process is, to its end."""
        answers, errors = self._process.stdout, self._process.stderr
        assert answers is not None
        assert errors is not None
        while len(data := answers.read(PROGRESS.size)) == PROGRESS.size:
            with self._progress:
                self._written_bytes, self._synced_bytes = PROGRESS.unpack(data)
                self._progress.notify_all()
        error = errors.read().decode("utf-8", "replace").strip()
        exit_code = self._process.wait()
        answers.close()
        errors.close()
        if exit_code != 0 or self._written_bytes < self._taken_bytes:
            self._has_failed = True
            lines = error.splitlines() or [f"the writing process ended with {exit_code}"]
            self._report("31-0015", file=self.path, error=lines[-1])
        with self._progress:
            self._progress.notify_all()


def _started(path: str, definition: MessageEventsDefinition, lock: int) -> subprocess.Popen[bytes]:
    """The writing process; the lock is its own too, so it is free only when both are gone. Raises OSError."""
    command = [sys.executable, "-P", "-m", "ampsd.server.event_writer", path]
    return subprocess.Popen(  # noqa: S603 - our own module, and a path of the configuration
        [*command, str(definition.keep_for_ns), str(definition.keep_at_most)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pipesize=_PIPE_BYTES,
        pass_fds=(lock,),
    )


def _locked(path: str) -> int:
    """The lock of a file of events: the process of a daemon that was killed may still be writing. Raises OSError."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                os.close(lock)
                raise OSError(error.errno, "another process writes the events", path) from error
            time.sleep(0.01)
