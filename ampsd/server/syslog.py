"""The syslog target: one datagram per record to the system's logger (User Guide, Logging to Syslog).

The form is the one of the C library, `<priority>Nov  5 14:49:38 ident[pid]: text` (RFC 3164 without the host); the text
is what follows the timestamp of a log line.
"""

import os
import socket
import time
from collections.abc import Sequence

from ampsd import limits
from ampsd.server.log_console import Console
from ampsd.server.log_line import shown

PATH = "/dev/log"
CONSOLE_PATH = "/dev/console"

SEVERITIES = {
    "developer": 7,
    "trace": 7,
    "stats": 6,
    "info": 6,
    "warning": 4,
    "error": 3,
    "critical": 2,
    "emergency": 0,
}
FACILITIES = {"LOG_USER": 1} | {f"LOG_LOCAL{number}": 16 + number for number in range(8)}

_NS = 1_000_000_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Syslog:
    """Sends to the logger's datagram socket without ever waiting for it; connects again when the logger restarted.

    Options: LOG_NDELAY connects at once and not at the first record, LOG_PID adds the process id, LOG_PERROR repeats
    every record on stderr, LOG_CONS writes to the machine's console what the logger does not take. LOG_ODELAY and
    LOG_NOWAIT change nothing.
    """

    def __init__(
        self,
        ident: str,
        facility: str,
        options: Sequence[str],
        stderr: Console,
        *,
        path: str = PATH,
        console_path: str = CONSOLE_PATH,
    ) -> None:
        self.name = f"syslog {path}"
        self._tag = f"{shown(ident)}[{os.getpid()}]" if "LOG_PID" in options else shown(ident)
        self._facility = FACILITIES[facility]
        self._options = frozenset(options)
        self._stderr = stderr
        self._path = path
        self._console_path = console_path
        self._socket: socket.socket | None = None

    def open(self, wall_ns: int) -> None:
        """Connect now if LOG_NDELAY says so. Raises OSError."""
        if "LOG_NDELAY" in self._options:
            self._connect()

    def write(self, line: bytes, level: str, wall_ns: int) -> None:
        """Send one record. Raises OSError."""
        text = line.partition(b" ")[2].rstrip(b"\n").decode()
        tagged = f"{self._tag}: {text}"
        if "LOG_PERROR" in self._options:
            self._stderr.write(f"{tagged}\n".encode(), level, wall_ns)
        local = time.localtime(wall_ns // _NS)
        clock = f"{local.tm_hour:02d}:{local.tm_min:02d}:{local.tm_sec:02d}"
        when = f"{_MONTHS[local.tm_mon - 1]} {local.tm_mday:2d} {clock}"
        try:
            self._send(_cut(f"<{self._facility * 8 + SEVERITIES[level]}>{when} {tagged}".encode()))
        except OSError:
            if "LOG_CONS" in self._options:
                self._write_to_console(tagged)
            raise

    def flush(self) -> None:
        """Nothing waits here."""

    def reopen(self, wall_ns: int) -> None:
        """Connect anew. Raises OSError."""
        self.close()
        self.open(wall_ns)

    def close(self) -> None:
        """Close the socket. A later write opens it again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> socket.socket:
        self.close()
        connecting = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            connecting.connect(self._path)
        except OSError:
            connecting.close()
            raise
        self._socket = connecting
        return connecting

    def _send(self, data: bytes) -> None:
        connected = self._socket
        if connected is None:
            self._connect().send(data)
            return
        try:
            connected.send(data)
        except BlockingIOError:
            raise
        except OSError:  # the logger that was there is gone; there may be a new one
            self._connect().send(data)

    def _write_to_console(self, tagged: str) -> None:
        try:
            descriptor = os.open(self._console_path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return
        try:
            os.write(descriptor, f"{tagged}\r\n".encode())
        except OSError:
            return
        finally:
            os.close(descriptor)


def _cut(data: bytes) -> bytes:
    if len(data) <= limits.SYSLOG_MESSAGE_SIZE_MAX:
        return data
    return data[: limits.SYSLOG_MESSAGE_SIZE_MAX].decode("utf-8", "ignore").encode()
