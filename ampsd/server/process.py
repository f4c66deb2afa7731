"""What belongs to a process of its own: signals, the garbage collector, faults in threads."""

import asyncio
import gc
import signal
import threading

from ampsd.server.daemon import Daemon

_NOBODYS = (signal.SIGKILL, signal.SIGSTOP)


def take_over(daemon: Daemon) -> None:
    """Let the daemon have the process: called in the main thread, in the loop that runs it, when it is ready."""
    loop = asyncio.get_running_loop()
    for name in daemon.signals:
        number = signal.Signals.__members__.get(name)
        if number is None or number in _NOBODYS:
            daemon.signal_cannot_be_taken(name)
        else:
            loop.add_signal_handler(number, daemon.signalled, name)
    threading.excepthook = daemon.thread_failed
    gc.collect()
    gc.freeze()  # what was built for the start lives as long as the process: not to be looked through again
