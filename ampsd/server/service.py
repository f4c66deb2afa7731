"""What the service manager is told: readiness, reloads, the end, a line of status, and that the loop is alive.

The protocol is sd_notify(3): datagrams of NAME=VALUE lines to the socket that NOTIFY_SOCKET names.
"""

import os
import socket
from collections.abc import Callable, MutableMapping

from ampsd import limits

_NS_PER_USEC = 1000
_STATE = frozenset({"READY", "RELOADING", "MONOTONIC_USEC", "STOPPING"})
_AT_THE_END = frozenset({"ERRNO", "STATUS", "EXTEND_TIMEOUT_USEC"})
_OF_THIS_MOMENT = frozenset({"EXTEND_TIMEOUT_USEC", "WATCHDOG"})


class ServiceNotifier:
    """Tells the service manager that started this process how it is; without one, every method does nothing.

    Sending never waits and never raises. What could not be sent, because the manager is behind, goes with the next
    message. What is read is taken out of `environ`, so that no child speaks in place of this process.
    """

    def __init__(self, environ: MutableMapping[str, str], monotonic_ns: Callable[[], int]) -> None:
        """`monotonic_ns` reads CLOCK_MONOTONIC: the manager compares its own readings with it."""
        self._monotonic_ns = monotonic_ns
        self._address = _address_of(environ.pop("NOTIFY_SOCKET", ""))
        self._socket = (
            None
            if self._address is None
            else socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        )
        self._unsent: dict[str, str] = {}
        self._is_stopping = False
        self._told: str | None = None
        interval_ns = _watchdog_ns(environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", ""))
        self.watchdog_interval_ns: int | None = None if self._socket is None else interval_ns
        """How often `watchdog` is to be called, half of the time after which the process is killed; None: never."""

    def ready(self, status: str) -> None:
        """Clients can connect. Signals that reload have to be taken by now."""
        self._send(READY="1", STATUS=status)

    def reloading(self) -> None:
        """A reload began, whoever asked for it. `reloaded` has to follow, also where it is refused."""
        self._send(RELOADING="1", MONOTONIC_USEC=str(self._monotonic_ns() // _NS_PER_USEC))

    def reloaded(self, status: str) -> None:
        """The reload is over: the new configuration is live, or refused and the old one goes on."""
        self._send(READY="1", STATUS=status)

    def stopping(self, status: str) -> None:
        """An orderly end began; from now on the manager's time for a stop counts, and nothing feeds the watchdog."""
        self._send(STOPPING="1", STATUS=status)
        self._is_stopping = True

    def failed(self, errno: int, status: str) -> None:
        """It ends because the operating system refused something; `errno` is shown beside the status."""
        self._send(ERRNO=str(errno), STATUS=status)

    def status(self, text: str) -> None:
        """What `systemctl status` shows. Costs nothing where it is what was told last."""
        self._send(STATUS=text)

    def extend(self, seconds: float) -> None:
        """A start, a reload or a stop needs so much time from now on, if that is more than is left."""
        self._send(EXTEND_TIMEOUT_USEC=str(int(seconds * 1_000_000)))

    def watchdog(self) -> None:
        """The loop is alive. To be called by what must not hang, never by a thread beside it."""
        if self.watchdog_interval_ns is not None:
            self._send(WATCHDOG="1")

    def close(self) -> None:
        """Say nothing more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, **assignments: str) -> None:
        if self._socket is None or self._address is None:
            return
        if self._is_stopping and not _AT_THE_END.issuperset(assignments):
            return  # what was under way ends with the process, and is not to look like its life
        if "STATUS" in assignments:
            assignments["STATUS"] = _one_line(assignments["STATUS"])
            if assignments["STATUS"] == self._told:
                del assignments["STATUS"]
            else:
                self._told = assignments["STATUS"]
        if not _STATE.isdisjoint(assignments):  # of two states in one message the manager may believe either
            self._unsent = {name: value for name, value in self._unsent.items() if name not in _STATE}
        message = self._unsent | assignments
        if not message:
            return
        data = "\n".join(f"{name}={value}" for name, value in message.items()).encode("utf-8", "replace")
        try:
            self._socket.sendto(data, self._address)
        except OSError:
            self._unsent = {name: value for name, value in message.items() if name not in _OF_THIS_MOMENT}
        else:
            self._unsent = {}


def _address_of(text: str) -> bytes | None:
    """A path, or a name that no file has, which is written with an `@`; None for what sd_notify(3) does not know."""
    if text.startswith("@"):
        return b"\0" + os.fsencode(text[1:])
    return os.fsencode(text) if text.startswith("/") else None


def _watchdog_ns(usec: str, process_id: str) -> int | None:
    """Half of WATCHDOG_USEC; None where there is no watchdog, or it watches another process."""
    if not usec.isdecimal() or (process_id and process_id != str(os.getpid())):
        return None
    return int(usec) * _NS_PER_USEC // 2 or None


def _one_line(text: str) -> str:
    """A status is one line of text; what else is in it becomes a blank."""
    return "".join(one if one.isprintable() else " " for one in text[: limits.SERVICE_STATUS_MAX]).strip()
