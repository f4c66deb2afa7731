"""stdout and stderr as log targets (User Guide, Logging to the Console)."""

import errno
import os
import select
import time
from collections import deque

from ampsd import limits

CLOSE_WAIT_SECONDS = 1.0
"""How long closing waits for a reader that is behind."""


class Console:
    """Writes lines to an open descriptor, and never waits for whoever reads it.

    A pipe that is full would stop the whole daemon. What does not fit is kept, up to LOG_WAITING_BYTES_MAX, and
    goes out with the next record, `flush` or `close`.
    """

    def __init__(self, descriptor: int | None, name: str) -> None:
        """None: the process was started without it, and the number may by now belong to another file."""
        self.name = name
        self._descriptor = descriptor
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._poll = select.poll()
        if descriptor is not None:
            self._poll.register(descriptor, select.POLLOUT)

    def open(self, wall_ns: int) -> None:
        """Nothing to do: the process was started with it."""

    def write(self, line: bytes, level: str, wall_ns: int) -> None:
        """Write or keep one line. Raises OSError when the descriptor is broken or too much is waiting."""
        if self._descriptor is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if self._waiting_bytes + len(line) > limits.LOG_WAITING_BYTES_MAX:
            self.flush()
            if self._waiting_bytes + len(line) > limits.LOG_WAITING_BYTES_MAX:
                raise BlockingIOError("its reader does not keep up")
        self._waiting.append(line)
        self._waiting_bytes += len(line)
        self.flush()

    def flush(self) -> None:
        """Write what is waiting, as far as that is possible now. Raises OSError, and forgets what was waiting."""
        try:
            if self._descriptor is not None:
                while self._waiting and self._poll.poll(0) and self._write_some(self._descriptor):
                    pass
        except OSError:
            self._waiting.clear()
            self._waiting_bytes = 0
            raise

    def reopen(self, wall_ns: int) -> None:
        """Nothing to do: nobody can move it."""

    def close(self) -> None:
        """Give a slow reader a moment. The descriptor stays open: it is not ours. Raises OSError."""
        end = time.monotonic() + CLOSE_WAIT_SECONDS
        self.flush()
        while self._waiting and (left := end - time.monotonic()) > 0:
            self._poll.poll(left * 1000)
            self.flush()

    def _write_some(self, descriptor: int) -> bool:
        """Write at most PIPE_BUF bytes: a pipe that polls as writable takes that many without blocking."""
        line = self._waiting[0]
        try:
            written = os.write(descriptor, line[: select.PIPE_BUF])
        except BlockingIOError:
            return False
        self._waiting_bytes -= written
        if written == len(line):
            self._waiting.popleft()
        else:
            self._waiting[0] = line[written:]
        return True
