"""Opening a journal directory: one process at a time, and what recovery found in it."""

import fcntl
import os

from ampsd.ports import Report
from ampsd.storage.recovery import Recovered


def lock_of(directory: str, name: str) -> int:
    """Take the lock of an instance; the descriptor holds it. Raises BlockingIOError where another process has it.

    Two processes on one journal would overwrite each other.
    """
    descriptor = os.open(f"{directory}/{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def tell_recovery(report: Report, directory: str, recovered: Recovered, seconds: float) -> None:
    """Say what was read, and what was cut off because it was torn."""
    if recovered.cut_bytes:
        report("2C-0001", file=recovered.cut_path, offset=recovered.cut_offset, bytes=recovered.cut_bytes)
    report(
        "2C-0000",
        directory=directory,
        segments=len(recovered.tail.segments),
        records=recovered.records,
        seconds=f"{seconds:.3f}",
    )
