"""Minidumps: what helps to find out what an instance is doing, in one zip file (User Guide, Creating a Minidump).

Nothing that clients sent and nothing secret is in it: no variables, no environment, no values of the command line.
"""

import contextlib
import faulthandler
import gc
import json
import os
import platform
import re
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ampsd import limits, version
from ampsd.ports import WriteMinidump
from ampsd.server.disk import fsync_directory, make_directory
from ampsd.server.job_threads import JobThreads
from ampsd.server.programs import Completed

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\Z")
_STATUS = ("VmPeak", "VmSize", "VmHWM", "VmRSS", "RssAnon", "RssFile", "VmSwap", "Threads")
_NS = 1_000_000_000
_ZIP_BEGINS = (1980, 1, 1, 0, 0, 0)
"""Zip knows no earlier time, but a machine may begin in 1970."""


class MinidumpError(Exception):
    """No minidump is written, for a reason that is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class MinidumpSettings:
    """Of the configuration: `directory` is MiniDumpDirectory, `mode` MiniDumpFileMask. The instance started at
    `started_ns` of the monotonic clock.
    """

    instance: str
    directory: str
    mode: int
    started_ns: int


def write_minidump(settings: MinidumpSettings, sections: Mapping[str, bytes], number: int, wall_ns: int) -> str:
    """Write the `number`th minidump of this process; returns its absolute path. Raises MinidumpError and OSError."""
    if settings.directory.strip().lower() == "disabled":
        raise MinidumpError("MiniDumpDirectory is disabled")
    directory = os.path.abspath(settings.directory or ".")
    make_directory(directory)
    room = os.statvfs(directory)
    free = room.f_bavail * room.f_frsize
    if free < limits.MINIDUMP_FREE_MIN:
        raise MinidumpError(f"{directory} has {free} bytes left, and {limits.MINIDUMP_FREE_MIN} must stay free")
    local = time.localtime(wall_ns // _NS)
    moment = time.strftime("%Y%m%dT%H%M%S", local)
    name = re.sub(r"[^A-Za-z0-9_-]", "_", settings.instance)
    path = os.path.join(directory, f"{name}.{moment}.{os.getpid()}.{number}.minidump.zip")
    new = f"{path}.new"
    descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for section, content in _contents(settings, sections).items():
                    entry = zipfile.ZipInfo(section, max(_ZIP_BEGINS, local[:6]))
                    archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
            file.flush()
            os.fchmod(descriptor, settings.mode)
            os.fsync(descriptor)
        os.rename(new, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise
    fsync_directory(directory)
    return path


def masked(words: Sequence[str]) -> list[str]:
    """A command line without the values of -D, which may be passwords."""
    found: list[str] = []
    is_value = False
    for word in words:
        if is_value or (word.startswith("-D") and word != "-D"):
            found.append(f"{word.partition('=')[0]}=...")
        else:
            found.append(word)
        is_value = word == "-D"
    return found


class Minidumps:
    """Writes minidumps in a thread of its own."""

    def __init__(self, completed: Completed, settings: MinidumpSettings, wall_ns: Callable[[], int]) -> None:
        self.completed = completed
        self.settings = settings
        self.wall_ns = wall_ns
        self._number = 0
        self._threads = JobThreads("minidump", 1, limits.MINIDUMPS_WAITING_MAX)

    def submit(self, ticket: int, errand: WriteMinidump) -> None:
        """Write one."""
        self._number += 1
        self._threads.submit(_Minidump(ticket, errand, self, self._number))

    def end(self) -> None:
        """Finish the one at hand, refuse what waits."""
        self._threads.end()

    def join(self, seconds: float) -> None:
        """After `end`: wait so long for the one at hand."""
        self._threads.join(seconds)


class _Minidump:
    def __init__(self, ticket: int, errand: WriteMinidump, minidumps: Minidumps, number: int) -> None:
        self._ticket = ticket
        self._errand = errand
        self._minidumps = minidumps
        self._number = number

    def run(self) -> None:
        minidumps = self._minidumps
        try:
            path = write_minidump(minidumps.settings, self._errand.sections, self._number, minidumps.wall_ns())
        except MinidumpError as error:
            self.refuse(str(error))
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            self.refuse(f"{where}{error.strerror or error}")
        else:
            minidumps.completed(self._ticket, os.fsencode(path), None)

    def refuse(self, reason: str) -> None:
        self._minidumps.completed(self._ticket, b"", f"no minidump was written: {reason}")


def _contents(settings: MinidumpSettings, sections: Mapping[str, bytes]) -> dict[str, bytes]:
    ours = {
        "stacks.txt": _stacks(),
        "threads.json": _json(
            [{"name": one.name, "id": one.ident, "daemon": one.daemon} for one in threading.enumerate()]
        ),
        "gc.json": _json({"count": gc.get_count(), "frozen": gc.get_freeze_count(), "generations": gc.get_stats()}),
        "process.json": _json(_process(settings)),
    }
    for name in sections:
        assert _NAME.match(name) is not None, f"{name!r} is no name for a section"
        assert name not in ours, f"{name!r} is a section of the server"
    return {**ours, **sections}


def _stacks() -> bytes:
    """Of all threads: files, lines and functions."""
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        return file.read()


def _process(settings: MinidumpSettings) -> dict[str, object]:
    found: dict[str, object] = {
        "instance": settings.instance,
        "pid": os.getpid(),
        "ampsd": version.AMPSD_VERSION,
        "amps": version.AMPS_VERSION,
        "python": sys.version,
        "platform": platform.platform(),
        "uptime_seconds": (time.monotonic_ns() - settings.started_ns) // _NS,
        "command_line": masked(sys.orig_argv),
    }
    with contextlib.suppress(OSError), open("/proc/self/status") as file:
        rows = dict(line.split(":", 1) for line in file)
        found["memory"] = {name: rows[name].strip() for name in _STATUS if name in rows}
    with contextlib.suppress(OSError):
        found["open_descriptors"] = len(os.listdir("/proc/self/fd"))
    return found


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()
