"""Opening the directories of a journal: one process at a time, and what recovery found in them."""

import fcntl
import os

from ampsd.ports import Disk, Report
from ampsd.storage.recovery import Recovered


def locks_of(disk: Disk, directory: str, archive_directory: str | None, name: str) -> list[int]:
    """Take the locks of an instance in its directories, which are made; the descriptors hold them.

    Two processes on one journal would overwrite each other. Raises OSError; BlockingIOError, with the directory, where
    another process has a lock.
    """
    disk.make_directory(directory)
    places = [directory]
    if archive_directory is not None:
        disk.make_directory(archive_directory)
        if not disk.is_same(directory, archive_directory):
            places.append(archive_directory)
    taken: list[int] = []
    try:
        for place in places:
            taken.append(os.open(f"{place}/{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640))
            try:
                fcntl.flock(taken[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BlockingIOError(error.errno, error.strerror, place) from error
    except OSError:
        for descriptor in taken:
            os.close(descriptor)
        raise
    return taken


def tell_recovery(report: Report, directory: str, recovered: Recovered, seconds: float) -> None:
    """Say what was read, and what was cut off because it was torn."""
    if recovered.archive_is_journal:
        report("2C-0007", directory=directory)
    for file, aside in recovered.set_aside:
        report("2C-0008", file=file, aside=aside)
    if recovered.cut_bytes:
        report("2C-0001", file=recovered.cut_path, offset=recovered.cut_offset, bytes=recovered.cut_bytes)
    report(
        "2C-0000",
        directory=directory,
        segments=len(recovered.tail.segments),
        records=recovered.records,
        seconds=f"{seconds:.3f}",
    )
