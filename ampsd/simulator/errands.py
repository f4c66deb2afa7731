"""Fake errands: commands that end as the test says, files that are names with ages, a file system that is as full."""

from collections import deque
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from ampsd.ports import (
    Errand,
    FilePattern,
    MeasureFileSystem,
    ReloadConfiguration,
    RotateLogs,
    RunProgram,
    SetListening,
    TreatFiles,
    TruncateStatistics,
    WriteMinidump,
)

Completion = tuple[int, bytes, str | None]
"""Ticket, value, failure."""


class SimErrands:
    """The Errands port. Nothing happens before `step`; with `is_held` the world leaves errands undone."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._waiting: deque[tuple[int, Errand]] = deque()
        self.is_held = False
        self.programs: list[RunProgram] = []
        """What was run, in order."""
        self.outcomes: dict[bytes, tuple[bytes, str | None]] = {}
        """What commands write, and why they fail, by a part of their words; others write nothing and succeed."""
        self.is_failing: Callable[[], bool] = lambda: False
        """Whether the next command fails, where no outcome says what it does."""
        self.succeeded = 0
        """How many commands did well."""
        self.files: dict[bytes, int] = {}
        """Files by path, with the wall time of their last change."""
        self.used_percent: dict[bytes, float] = {}
        """How full file systems are, by path; others are half full."""
        self.rotations = 0
        self.listening: dict[str, bool] = {}
        """Transports that were let listen, or stopped; "" stands for all."""
        self.minidumps: list[WriteMinidump] = []
        self.truncations: list[int] = []
        self.reloads: list[str] = []
        """Who asked for a reload; nothing comes of it."""
        self.transports: Sequence[str] | None = None
        """Names of the transports that there are; None for any."""
        self.failures: dict[type, str] = {}
        """Why errands of a class fail; nothing is done then."""

    @property
    def is_busy(self) -> bool:
        """Whether something waits to be done."""
        return bool(self._waiting)

    def submit(self, ticket: int, errand: Errand) -> None:
        """Take an errand."""
        self._waiting.append((ticket, errand))

    def step(self) -> Completion:
        """Do the first."""
        ticket, errand = self._waiting.popleft()
        value, failure = self._do(errand)
        return ticket, value, failure

    def crash(self) -> None:
        """The process dies: nobody hears of what was under way."""
        self._waiting.clear()
        self.listening.clear()

    def _do(self, errand: Errand) -> tuple[bytes, str | None]:
        if type(errand) in self.failures:
            return b"", self.failures[type(errand)]
        match errand:
            case RunProgram():
                self.programs.append(errand)
                return self._outcome(errand.words)
            case TreatFiles():
                return self._treat(errand)
            case MeasureFileSystem():
                return b"%.2f" % self.used_percent.get(errand.path, 50.0), None
            case RotateLogs():
                self.rotations += 1
                return b"1", None
            case SetListening():
                if errand.transport and self.transports is not None and errand.transport not in self.transports:
                    return b"", f"there is no transport {errand.transport!r}; there are {', '.join(self.transports)}"
                self.listening[errand.transport] = errand.is_listening
                return b"", None
            case TruncateStatistics():
                self.truncations.append(errand.age_ns)
                return b"0", None
            case ReloadConfiguration():
                self.reloads.append(errand.actor)
                return b"", None
            case WriteMinidump():
                self.minidumps.append(errand)
                return b"/minidumps/%d.zip" % len(self.minidumps), None

    def _outcome(self, words: Sequence[bytes]) -> tuple[bytes, str | None]:
        whole = b" ".join(words)
        for part, outcome in self.outcomes.items():
            if part in whole:
                return outcome
        if self.is_failing():
            return b"", "exit status 1"
        self.succeeded += 1
        return b"", None

    def _treat(self, errand: TreatFiles) -> tuple[bytes, str | None]:
        named = [path for path in self.files if _matches(errand.pattern, path)]
        for path in named:
            if path.endswith((b".journal", b".journal.gz")):
                return b"", f"{path.decode('utf-8', 'backslashreplace')} is a journal"
        before_ns = self._now_ns() - errand.age_ns
        old = sorted((self.files[path], path) for path in named if self.files[path] < before_ns)
        if errand.is_compressing:
            old = [one for one in old if not one[1].endswith(b".gz")]
        most = len(old) - (errand.keep or 0)
        if errand.count is not None:
            most = min(most, errand.count)
        treated = old[: max(most, 0)]
        for changed_ns, path in treated:
            del self.files[path]
            if errand.is_compressing:
                self.files[path + b".gz"] = changed_ns
        return b"%d" % len(treated), None


def _matches(pattern: FilePattern, path: bytes) -> bool:
    root = pattern.root.rstrip(b"/") + b"/" if pattern.root != b"." else b""
    names = path.removeprefix(root).split(b"/")
    return (
        path.startswith(root)
        and len(names) == len(pattern.parts)
        and all(fnmatchcase(name, part) for name, part in zip(names, pattern.parts, strict=True))
    )
