"""Old journal files: archived, compressed and removed while the instance runs.

User Guide, Managing Journal Files, and Automating AMPS With Actions, Manage Journal Files. Each verb marks the closed
files that are old enough and returns; the work is done by a worker, one file at a time, the oldest first. Archived and
compressed files stay part of the log. Files are removed without gaps, the oldest first, and only when nothing needs
them; marked ones wait until then. What they said is carried to the end of the log first, durably; then the log begins
later, durably; only then they go. A mark does not survive a restart.
"""

from collections.abc import Callable, Iterator, Sequence

from ampsd import limits
from ampsd.engine.carrying import Carrying
from ampsd.engine.entries import NEVER
from ampsd.engine.journal_needs import Need
from ampsd.engine.turn import Turn
from ampsd.ports import FsyncDir, Report, Unlink, Upkeep, Verb
from ampsd.storage.log import Log
from ampsd.storage.segment import Segment
from ampsd.storage.upkeep import Archiving, Compressing

_NO_LOG = "the configuration has no TransactionLog"
_Next = Callable[[OSError | None], None]


class _Removal:
    """Files on their way out: what is still to be carried, and what must be durable for the next step."""

    __slots__ = ("carried_end", "files", "floor", "rest")

    def __init__(self, files: Sequence[Segment], floor: int, rest: Iterator[bytes]) -> None:
        self.files = files
        self.floor = floor
        self.rest: Iterator[bytes] | None = rest
        self.carried_end: int | None = None


class JournalFiles:
    """Decides what may go, and has it done. Without an `upkeep` there is no log, and every verb is refused."""

    def __init__(
        self, log: Log, moment: Turn, report: Report, upkeep: Upkeep | None, needs: list[Need], carrying: Carrying
    ) -> None:
        self._log = log
        self._turn = moment
        self._report = report
        self._upkeep = upkeep
        self.needs = needs
        """Who needs old files."""
        self._carrying = carrying
        self.pins: list[Need] = []
        """More needs, as of replays that run and destinations that lag."""
        self._to_archive: dict[int, None] = {}
        self._to_compress: dict[int, None] = {}
        self._to_remove: dict[int, None] = {}
        self._removal: _Removal | None = None
        self._next: _Next | None = None
        self._ticket = 0
        self._told_waiting: tuple[int, str] | None = None
        self._seen_end = 0
        self._look_ns = 0
        self.next_ns = NEVER
        """When there is something to do that waits for time; NEVER otherwise."""

    # ---- verbs

    def archive(self, age_ns: int) -> str | None:
        """Mark files older than `age_ns` for JournalArchiveDirectory. Returns why that cannot be."""
        if self._upkeep is None:
            return _NO_LOG
        directory = self._log.archive_directory
        if directory is None:
            return "the TransactionLog has no JournalArchiveDirectory"
        if directory == self._log.files[-1].directory:
            return "JournalArchiveDirectory is JournalDirectory"
        for file in self._older(age_ns):
            self._to_archive[file.number] = None
        return None

    def compress(self, age_ns: int) -> str | None:
        """Mark files older than `age_ns` to be compressed. Returns why that cannot be."""
        if self._upkeep is None:
            return _NO_LOG
        for file in self._older(age_ns):
            self._to_compress[file.number] = None
        return None

    def remove(self, age_ns: int) -> str | None:
        """Mark files older than `age_ns` to be removed. Returns why that cannot be."""
        if self._upkeep is None:
            return _NO_LOG
        for file in self._older(age_ns):
            self._to_remove[file.number] = None
        self._look_ns = 0
        self._told_waiting = None
        return None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is marked that could be done now, and nothing is under way."""
        return self._next is None and self._removal is None and not self._to_archive and not self._to_compress

    def refusal(self, number: int) -> str | None:
        """Why the journal file of that number cannot be removed now; None when it can."""
        for file, end in self._log.closed_files():
            if file.number == number:
                return self._refusal(end)
        if any(file.number == number for file in self._log.files):
            return "records are written to it"
        return "there is no such journal file"

    # ---- the turn

    def settle(self) -> None:
        """Go on with what is marked; records join the open batch."""
        if self._upkeep is None:
            return
        end = self._log.end
        if end != self._seen_end:
            self._seen_end = end
            self._log.files[-1].newest_ns = self._turn.wall_ns
        self.next_ns = NEVER
        if self._next is not None:
            return
        removal = self._removal or self._begin_removal()
        if removal is not None:
            self._removal = removal
            self._go_on(removal)
        elif self._to_compress or self._to_archive:
            self._begin_work()

    def completed(self, ticket: int, error: OSError | None) -> None:
        """The worker is done with what it was given, or the first verb that failed raised `error`."""
        if ticket != self._ticket or self._next is None:
            raise AssertionError(f"ticket {ticket} completed, but {self._ticket} is under way")
        go_on, self._next = self._next, None
        go_on(error)

    def _submit(self, verbs: Iterator[Verb], go_on: _Next) -> None:
        assert self._upkeep is not None
        self._ticket += 1
        self._next = go_on
        self._upkeep.submit(self._ticket, verbs)

    # ---- which files

    def _older(self, age_ns: int) -> list[Segment]:
        """The closed files up to the last that is so old: what is before it is older still, whatever its clock said.

        So a clock that was far ahead for a moment keeps no file, and marks to remove have no gaps.
        """
        limit_ns = self._turn.wall_ns - age_ns
        old = [at for at, file in enumerate(self._log.files) if file.newest_ns <= limit_ns]
        return [file for file, _ in self._log.closed_files()][: old[-1] + 1] if old else []

    def _refusal(self, end: int) -> str | None:
        for need in (*self.needs, *self.pins):
            if need.lowest() < end:
                return need.reason
        return None

    # ---- archiving and compressing

    def _begin_work(self) -> None:
        """The oldest file that is marked; compressed first, so that less is copied."""
        directory = self._log.archive_directory
        for file, end in self._log.closed_files():
            if _take(self._to_compress, file.number) and file.blocks is None:
                self._begin(Compressing(file, end), "compressed")
                return
            if _take(self._to_archive, file.number) and directory is not None and file.directory != directory:
                self._begin(Archiving(file, end, directory), "archived")
                return
        self._to_compress.clear()
        self._to_archive.clear()

    def _begin(self, work: Archiving | Compressing, done: str) -> None:
        if work.source == work.target:
            raise AssertionError(f"{work.source} would be replaced by itself")

        def go_on(error: OSError | None) -> None:
            if error is not None:
                self._failed(work.source, done, error)
                self._clean_up(work.leftovers)
                return
            self._log.move(work.file, work.target, work.blocks)
            self._report("2C-0011", file=work.source, done=done, target=work.target)
            self._submit(_removal_of([work.source]), self._removed_original)

        self._submit(work.verbs(), go_on)

    def _removed_original(self, error: OSError | None) -> None:
        """The next start removes what could not be removed now."""
        if error is not None:
            self._failed(error.filename or self._log.files[0].directory, "removed", error)

    def _clean_up(self, paths: list[str]) -> None:
        """What a failure left; that there may be none is fine."""
        if paths:
            self._submit(_removal_of(paths[:1]), lambda _: self._clean_up(paths[1:]))

    def _failed(self, path: str, done: str, error: OSError) -> None:
        self._report("2C-0012", file=path, done=done, error=error.strerror or str(error))

    # ---- removing

    def _begin_removal(self) -> _Removal | None:
        """The oldest files, as many as are marked and not needed any more."""
        if not self._to_remove:
            return None
        if self._turn.now_ns < self._look_ns:
            self.next_ns = self._look_ns
            return None
        needed = min((need.lowest() for need in (*self.needs, *self.pins)), default=NEVER)
        self._look_ns = self._turn.now_ns + limits.UPKEEP_LOOK_NS
        going: list[Segment] = []
        floor = 0
        for file, end in self._log.closed_files():
            if file.number not in self._to_remove or end > needed:
                self._wait_for(file, end)
                break
            going.append(file)
            floor = end
        if not going:
            return None
        self._look_ns = self._turn.now_ns
        self._carrying.let_go_before(floor)
        return _Removal(going, floor, self._carrying.all_records())

    def _wait_for(self, file: Segment, end: int) -> None:
        """The oldest file that stays; said once for each reason."""
        reason = self._refusal(end)
        if file.number not in self._to_remove or reason is None:
            return
        self.next_ns = self._look_ns
        if self._told_waiting != (file.number, reason):
            self._told_waiting = file.number, reason
            self._report("2C-0014", file=file.path, reason=reason)

    def _go_on(self, removal: _Removal) -> None:
        log = self._log
        if removal.rest is not None:
            self._carry(removal, removal.rest)
        elif removal.carried_end is not None:
            if log.durable < removal.carried_end:
                return
            removal.carried_end = None
            if self._refusal(removal.floor) is not None:
                self._removal = None  # needed again meanwhile; what was carried does no harm
                self.next_ns = self._turn.now_ns
                return
            log.drop_before(removal.floor)
        elif log.floor >= removal.floor:
            self._submit(_removal_of([one.path for one in removal.files]), self._removed)

    def _carry(self, removal: _Removal, rest: Iterator[bytes]) -> None:
        for _ in range(limits.CARRIED_PER_TURN_MAX):
            record = next(rest, None)
            if record is None:
                removal.rest = None
                removal.carried_end = self._log.end
                return
            self._log.add(record)
        self.next_ns = self._turn.now_ns

    def _removed(self, error: OSError | None) -> None:
        removal, self._removal = self._removal, None
        assert removal is not None
        if error is not None:
            self._failed(error.filename or removal.files[0].path, "removed", error)
        else:
            self._report("2C-0013", files=len(removal.files), last=removal.files[-1].path)
        for file in removal.files:
            for marks in (self._to_remove, self._to_archive, self._to_compress):
                marks.pop(file.number, None)


def _take(marks: dict[int, None], number: int) -> bool:
    """Whether a file is marked; from now on it is not."""
    is_marked = number in marks
    marks.pop(number, None)
    return is_marked


def _removal_of(paths: Sequence[str]) -> Iterator[Verb]:
    """One after the other, each durably before the next."""
    for path in paths:
        yield Unlink(path)
        yield FsyncDir(path.rpartition("/")[0])
