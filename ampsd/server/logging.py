"""Log targets: implements the Report port with AMPS's line format and selection (User Guide, Logging).

A record costs one look-up when no target wants it. Nothing here waits and nothing is raised into the caller: a target
that fails is reported once on stderr, tried again every second, and what it misses is counted.

Everything is called from the one thread that runs the reactor.
"""

import contextlib
import sys
from collections.abc import Sequence
from typing import Protocol, TextIO

from ampsd import errors
from ampsd.definitions.logging import TargetDefinition
from ampsd.errors import Entry
from ampsd.ports import Clock
from ampsd.server.log_console import Console
from ampsd.server.log_file import GzipFile, LogFile
from ampsd.server.log_line import LineFormat
from ampsd.server.log_selection import Selection
from ampsd.server.syslog import PATH, Syslog

RETRY_NS = 1_000_000_000
"""How long a target that failed is left alone, in nanoseconds."""


class Target(Protocol):
    """Something lines go to. Every method may raise OSError; none waits."""

    name: str

    def open(self, wall_ns: int) -> None:
        """Open it, where that is done ahead of the first line."""
        ...

    def write(self, line: bytes, level: str, wall_ns: int) -> None:
        """Write one line, which has its end."""
        ...

    def flush(self) -> None:
        """Write what was kept back."""
        ...

    def reopen(self, wall_ns: int) -> None:
        """Open it again by its name."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class _Outlet:
    """A target, what it takes, and how it is."""

    __slots__ = ("is_failing", "missed", "retry_ns", "selection", "target")

    def __init__(self, target: Target, selection: Selection) -> None:
        self.target = target
        self.selection = selection
        self.is_failing = False
        self.missed = 0
        self.retry_ns = 0


_UNLISTED = Entry("error", "{values}", "The id is not in the catalogue.", "Report it: the program forgot a row.")


class Logging:
    """All log targets of an instance; call it to report. Raises ValueError for a level or pattern that cannot be read.

    `stdout`, `stderr` and `syslog_path` stand in for the process's own, which are the default.
    """

    def __init__(
        self,
        targets: Sequence[TargetDefinition],
        instance_name: str,
        clock: Clock,
        *,
        stdout: int | None = None,
        stderr: int | None = None,
        syslog_path: str = PATH,
    ) -> None:
        self._clock = clock
        self._format = LineFormat()
        self._stdout = Console(_standard(sys.__stdout__, 1) if stdout is None else stdout, "stdout")
        self._stderr = Console(_standard(sys.__stderr__, 2) if stderr is None else stderr, "stderr")
        self._syslog_path = syslog_path
        self._outlets: tuple[_Outlet, ...] = ()
        self._routes: dict[str, tuple[_Outlet, ...]] = {}
        self.dropped = 0
        """Records that a target took but could not be given, since the start."""
        self.adopt(targets, instance_name)

    @classmethod
    def to_stderr(cls, level: str, clock: Clock, *, stderr: int | None = None) -> "Logging":
        """What a program logs with before it has a configuration: `level` and above on stderr."""
        logging = cls((), "", clock, stderr=stderr)
        logging._replace((_Outlet(logging._stderr, Selection(level, (), (), ())),))
        return logging

    def adopt(self, targets: Sequence[TargetDefinition], instance_name: str) -> None:
        """Log to these targets from now on; the present ones are closed. Raises ValueError and changes nothing then."""
        outlets = tuple(_Outlet(self._target(one, instance_name), _selection(one)) for one in targets)
        self._replace(outlets)
        wall_ns = self._clock.wall_ns()
        for outlet in outlets:
            try:
                outlet.target.open(wall_ns)
            except OSError as error:
                self._failed(outlet, error)

    def is_enabled(self, code: str) -> bool:
        """Whether any target takes records of `code`: ask before values that are costly to make."""
        return bool(self._routes.get(code))

    def __call__(self, code: str, **values: object) -> None:
        """Write one record to every target that takes it. Raises nothing."""
        outlets = self._routes.get(code)
        if outlets is None:
            self._write_unlisted(code, values)
        elif outlets:
            self._write(outlets, code, errors.CATALOGUE[code], values)

    def flush(self) -> None:
        """Write what consoles and compressed files keep back; call it about once a second."""
        for outlet in self._outlets:
            if not outlet.is_failing:
                try:
                    outlet.target.flush()
                except OSError as error:
                    self._failed(outlet, error)

    def reopen(self) -> None:
        """Open all files again by their names, after they were moved away."""
        wall_ns = self._clock.wall_ns()
        for outlet in self._outlets:
            try:
                outlet.target.reopen(wall_ns)
            except OSError as error:
                self._failed(outlet, error)

    def rotate(self) -> int:
        """Finish every file that rotates and begin the next (User Guide, Rotate Log Files); returns how many did.

        A next file that cannot be begun is reported, and logging goes on in the present one.
        """
        wall_ns = self._clock.wall_ns()
        count = 0
        for outlet in self._outlets:
            if isinstance(outlet.target, LogFile) and outlet.target.rotates:
                try:
                    count += outlet.target.rotate(wall_ns)
                except OSError as error:
                    self._failed(outlet, error)
        return count

    def files(self) -> list[str]:
        """Names of the files that are written now."""
        return [one.target.path for one in self._outlets if isinstance(one.target, LogFile) and one.target.path]

    def close(self) -> None:
        """Finish and close all targets; what is reported later is lost."""
        self._replace(())

    # ---- building

    def _target(self, definition: TargetDefinition, instance_name: str) -> Target:
        if definition.protocol == "stdout":
            return self._stdout
        if definition.protocol == "stderr":
            return self._stderr
        if definition.protocol == "syslog":
            ident = definition.ident or instance_name
            return Syslog(ident, definition.facility, definition.options, self._stderr, path=self._syslog_path)
        kind = GzipFile if definition.protocol == "gzip" else LogFile
        return kind(definition.file_name, definition.rotation_threshold_bytes, self._notice)

    def _replace(self, outlets: tuple[_Outlet, ...]) -> None:
        """Old files end before new ones begin: they may be the same."""
        old, self._outlets = self._outlets, outlets
        self._routes = {
            code: tuple(outlet for outlet in outlets if outlet.selection.takes(code, entry.level))
            for code, entry in errors.CATALOGUE.items()
        }
        for outlet in old:
            try:
                outlet.target.close()
            except OSError as error:
                self._failed(outlet, error)

    # ---- writing

    def _write_unlisted(self, code: str, values: dict[str, object]) -> None:
        outlets = tuple(one for one in self._outlets if one.selection.takes(code, _UNLISTED.level))
        if outlets:
            text = ", ".join(f"{name}={value}" for name, value in values.items())
            self._write(outlets, code, _UNLISTED, {"values": text})

    def _write(self, outlets: tuple[_Outlet, ...], code: str, entry: Entry, values: dict[str, object]) -> None:
        wall_ns = self._clock.wall_ns()
        line = self._format.line(code, entry, values, wall_ns)
        for outlet in outlets:
            if outlet.is_failing and self._clock.monotonic_ns() < outlet.retry_ns:
                outlet.missed += 1
                self.dropped += 1
                continue
            try:
                if outlet.is_failing:
                    self._tell_of_gap(outlet, wall_ns)
                outlet.target.write(line, entry.level, wall_ns)
            except OSError as error:
                outlet.missed += 1
                self.dropped += 1
                self._failed(outlet, error)
            else:
                outlet.is_failing = False

    def _tell_of_gap(self, outlet: _Outlet, wall_ns: int) -> None:
        """The target's own reader learns that records are missing. Raises OSError."""
        if outlet.missed:
            entry = errors.CATALOGUE["01-0002"]
            values: dict[str, object] = {"target": outlet.target.name, "count": outlet.missed}
            outlet.target.write(self._format.line("01-0002", entry, values, wall_ns), entry.level, wall_ns)
            outlet.missed = 0

    def _failed(self, outlet: _Outlet, error: OSError) -> None:
        if not outlet.is_failing and outlet.target is not self._stderr:
            self._notice("01-0001", target=outlet.target.name, error=error.strerror or str(error))
        outlet.is_failing = True
        outlet.retry_ns = self._clock.monotonic_ns() + RETRY_NS

    def _notice(self, code: str, **values: object) -> None:
        """A record about logging itself goes to stderr, whatever the targets take."""
        entry = errors.CATALOGUE[code]
        wall_ns = self._clock.wall_ns()
        with contextlib.suppress(OSError):  # there is nobody left to tell
            self._stderr.write(self._format.line(code, entry, values, wall_ns), entry.level, wall_ns)


def _selection(definition: TargetDefinition) -> Selection:
    return Selection(definition.level, definition.levels, definition.include_errors, definition.exclude_errors)


def _standard(stream: TextIO | None, descriptor: int) -> int | None:
    """None when the process was started with this stream closed: the number may since be a file of ours."""
    return None if stream is None else descriptor
