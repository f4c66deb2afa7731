"""What belongs to a process of its own: signals, the garbage collector, faults in threads."""

import asyncio
import gc
import signal
import threading
from collections.abc import Sequence

from ampsd.server.daemon import Daemon

_REAL_TIME = {"SIGRTMIN": signal.SIGRTMIN, "SIGRTMAX": signal.SIGRTMAX}


def take_over(daemon: Daemon, is_hung_up: bool) -> None:
    """Let the daemon have the process: called in the main thread, in the loop that runs it, when it is ready.

    `is_hung_up` says that a SIGHUP came before that.
    """
    taken: dict[int, list[str]] = {}

    def take_signals() -> None:
        loop = asyncio.get_running_loop()
        names: dict[int, list[str]] = {}
        for name in daemon.signals:
            number = signal_number(name)
            if number is None:
                daemon.signal_cannot_be_taken(name)
            else:
                names.setdefault(number, []).append(name)
        for number, its_names in names.items():
            if taken.get(number) == its_names:
                continue
            try:
                loop.add_signal_handler(number, _signalled, daemon, its_names)
            except (RuntimeError, ValueError, OSError):  # SIGCHLD is uvloop's own
                for name in its_names:
                    daemon.signal_cannot_be_taken(name)
        for number in taken:
            if number not in names:
                loop.remove_signal_handler(number)
        taken.clear()
        taken.update(names)

    take_signals()
    daemon.configuration.changed = take_signals
    if is_hung_up:
        daemon.signalled("SIGHUP")
    threading.excepthook = daemon.thread_failed
    gc.collect()
    gc.freeze()  # what was built for the start lives as long as the process: not to be looked through again


def signal_number(name: str) -> int | None:
    """The number of a signal on this system, SIGRTMIN+n and SIGRTMAX-n too; None when it has none of that name."""
    end, offset = name[:8], name[8:]
    if end in _REAL_TIME:
        number = _REAL_TIME[end] + int(offset or 0)
        return number if signal.SIGRTMIN <= number <= signal.SIGRTMAX else None
    found = signal.Signals.__members__.get(name)
    return None if found is None else int(found)


def _signalled(daemon: Daemon, names: Sequence[str]) -> None:
    # SIGRTMIN+15 and SIGRTMAX-15 may be one signal, and a loop has one handler for each.
    for name in names:
        daemon.signalled(name)
