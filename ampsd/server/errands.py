"""The Errands port in the real world: each kind of errand goes to the part that does it, beside the reactor."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from ampsd.ports import (
    Errand,
    MeasureFileSystem,
    ReloadConfiguration,
    RotateLogs,
    RunProgram,
    SetListening,
    TreatFiles,
    TruncateStatistics,
    WriteMinidump,
)
from ampsd.server.file_systems import FileSystems
from ampsd.server.file_treatment import FileTreatments
from ampsd.server.minidump import Minidumps, MinidumpSettings
from ampsd.server.programs import Completed, Programs
from ampsd.server.protected_files import ProtectedPaths

SetListeningOf = Callable[[str, bool], Awaitable[str | None]]
"""Lets the transport of this name listen, or stops it; returns why it could not."""

ReloadFor = Callable[[str, Callable[[str, str | None], None]], None]
"""Reloads for somebody, and answers with the digest, and why it was refused."""

_STOPPING = "the instance stops"


class RealErrands:
    """Does errands. `completed` is called once for each ticket, in any thread, and possibly within `submit` or `close`.

    The rest is called in the loop's thread: `protected` for the files of the instance as they are at this moment,
    `rotate` for the number of log files that were rotated, `truncate` with ticket and age for the statistics. Listeners
    are set one after another, in their order. What waits for a reload as the instance stops is answered by whoever
    reloads.
    """

    def __init__(
        self,
        completed: Completed,
        *,
        protected: Callable[[], ProtectedPaths],
        minidumps: MinidumpSettings,
        rotate: Callable[[], int],
        set_listening: SetListeningOf,
        wall_ns: Callable[[], int],
        truncate: Callable[[int, int], None],
        reload: ReloadFor,
    ) -> None:
        self._reload = reload
        self._truncate = truncate
        self._completed = completed
        self._protected = protected
        self._rotate = rotate
        self._set_listening = set_listening
        self._wall_ns = wall_ns
        self._programs = Programs(completed)
        self._treatments = FileTreatments(completed)
        self._file_systems = FileSystems(completed)
        self._minidumps = Minidumps(completed, minidumps, wall_ns)
        self._listening = asyncio.Lock()
        self._setting: dict[int, asyncio.Task[None]] = {}
        self._is_ending = False

    def submit(self, ticket: int, errand: Errand) -> None:
        """Do an errand later. In the loop's thread."""
        match errand:
            case RunProgram():
                self._programs.submit(ticket, errand)
            case TreatFiles():
                self._treatments.submit(ticket, errand, self._protected(), self._wall_ns())
            case MeasureFileSystem():
                self._file_systems.submit(ticket, errand)
            case WriteMinidump():
                self._minidumps.submit(ticket, errand)
            case RotateLogs():
                asyncio.get_running_loop().call_soon(self._rotate_now, ticket)
            case TruncateStatistics():
                self._truncate(ticket, errand.age_ns)
            case ReloadConfiguration():
                self._reload(errand.actor, lambda digest, failure: self._completed(ticket, digest.encode(), failure))
            case SetListening():
                self._setting[ticket] = asyncio.get_running_loop().create_task(self._listen(ticket, errand))

    def close(self, seconds: float) -> None:
        """Refuse what waits and end what runs, programs by SIGTERM and then SIGKILL. Blocks for `seconds` at most, and
        some more where a kill takes its time. What comes later is refused.
        """
        self._is_ending = True
        deadline = time.monotonic() + seconds
        for ticket, task in list(self._setting.items()):
            task.cancel()
            self._set(ticket, _STOPPING)
        self._file_systems.close()
        self._treatments.end()
        self._minidumps.end()
        self._programs.close(seconds)
        self._treatments.join(deadline - time.monotonic())
        self._minidumps.join(deadline - time.monotonic())

    def _rotate_now(self, ticket: int) -> None:
        if self._is_ending:
            self._completed(ticket, b"0", f"no log files were rotated: {_STOPPING}")
        else:
            self._completed(ticket, b"%d" % self._rotate(), None)

    async def _listen(self, ticket: int, errand: SetListening) -> None:
        async with self._listening:
            try:
                failure = _STOPPING if self._is_ending else None
                failure = failure or await self._set_listening(errand.transport, errand.is_listening)
            except OSError as error:
                failure = error.strerror or str(error)
            self._set(ticket, failure)

    def _set(self, ticket: int, failure: str | None) -> None:
        if self._setting.pop(ticket, None) is not None:
            self._completed(ticket, b"", failure)
