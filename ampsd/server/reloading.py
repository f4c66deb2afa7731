"""Reload: from the files of the configuration to the running instance, as a whole or not at all.

    load      read, validate, check, in a thread: a bad file ends here
    plan      what is added, changed and removed, and what waits for a restart
    prepare   whatever may fail outside, such as listening on a new address; it is undone when the reload is refused
    adopt     the engine fills new queues and swaps between two turns, or refuses
    retire    what the old configuration had alone is closed

One at a time. Whoever asks is told what came of it; so are the log, the audit and the service manager.
"""

import asyncio
import contextlib
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar

from ampsd import limits
from ampsd.admin.models import Configuration, Reload
from ampsd.admin.times import time_text
from ampsd.adoption import AdoptionBegun, ReloadRefused
from ampsd.config.model import Model
from ampsd.config.reload_plan import Plan, plan_of
from ampsd.lint.examination import Examination
from ampsd.ports import Report
from ampsd.server.content_digest import content_digest

LIVE, UNCHANGED, REFUSED, PLANNED = "live", "unchanged", "refused", "planned"
"""What comes of a reload: it is live, there was nothing to do, everything stays as it was, or it was only planned."""

_SWITCH_SECONDS = 0.001
T = TypeVar("T")

_STOPPING = ("the instance stops",)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files held: their examination, which files there were, and the digest of their content."""

    examination: Examination
    files: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a configuration came from, and how it is read again: in any thread, raising nothing."""

    loaded: Loaded
    load: Callable[[], Loaded]
    examine: Callable[[str, str, Sequence[str]], Examination]
    """Look at a path and a text instead, without includes. No file is read but those named."""
    is_watched: bool
    """Whether a change of the files is a reason to read them again."""


class Prepared(Protocol):
    """What was prepared outside: exactly one of the two is called, in the loop's thread; neither fails."""

    def commit(self) -> None:
        """In the turn of the swap."""
        ...

    def undo(self) -> None:
        """The reload is refused."""
        ...


class Surroundings(Protocol):
    """What a reload needs of the daemon. All in the loop's thread."""

    def prepare(self, model: Model) -> Awaitable[Prepared]:
        """Do whatever may fail. Raises OSError."""
        ...

    def post(self, one: AdoptionBegun | ReloadRefused) -> None:
        """Hand an input to the reactor."""
        ...

    def reload_begun(self) -> None:
        """A reload reads the files."""
        ...

    def adopted(self) -> None:
        """In the turn of the swap: the instance runs with another model now."""
        ...

    def reload_over(self, reload: Reload, loaded: Loaded | None) -> None:
        """A reload is over; `loaded` is what the files held, None where even that could not be found out."""
        ...


@contextlib.contextmanager
def _beside_the_loop() -> Iterator[None]:
    """While a thread reads a large configuration the loop has its turn after a millisecond, not after five."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


async def _in_thread(work: Callable[[], T]) -> T:
    """What `work` returns, done in a thread that no end of the process waits for: a disk may never answer."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(give: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be gone
            loop.call_soon_threadsafe(lambda: None if done.done() else give())

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            failure = error
            settle(lambda: done.set_exception(failure))
        else:
            settle(lambda: done.set_result(result))

    threading.Thread(target=run, name="reload", daemon=True).start()
    return await done


class Reloading:
    """All reloads of one daemon."""

    def __init__(
        self, model: Model, origin: Origin, around: Surroundings, report: Report, wall_ns: Callable[[], int]
    ) -> None:
        self.model = model
        """The configuration that runs: of what waits for a restart it has the old values."""
        self.counts = {LIVE: 0, UNCHANGED: 0, REFUSED: 0}
        """How many reloads there were, by what came of them."""
        self.pending: list[str] = []
        """What waits for a restart."""
        self._origin = origin
        self._around = around
        self.last: Reload | None = None
        """The latest that was not only planned."""
        self._loaded = origin.loaded
        self._since_ns = wall_ns()
        self._report = report
        self._wall_ns = wall_ns
        self._one_at_a_time = asyncio.Lock()
        self._adopting: asyncio.Future[tuple[str, ...]] | None = None
        self._is_closed = False

    async def reload(self, actor: str, *, is_forced: bool = False, is_dry: bool = False) -> Reload:
        """Take over what the files say now; `is_dry` only says what that would be. Queues that hold messages are
        removed only where `is_forced`."""
        async with self._one_at_a_time:
            if is_dry:
                found, _ = await self._attempt(actor, self._origin.load, is_forced=is_forced, is_dry=True)
                return found
            self._around.reload_begun()
            found, loaded = await self._attempt(actor, self._origin.load, is_forced=is_forced, is_dry=False)
            self.last = found
            self.counts[found.outcome] += 1
            self._tell(found)
            self._around.reload_over(found, loaded)
            return found

    async def plan(self, path: str, text: str, actor: str) -> Reload:
        """What it would be to take over a configuration without includes, which no file here need hold."""
        digest, files = sha256(text.encode()).hexdigest(), self._loaded.files

        def load() -> Loaded:
            return Loaded(self._origin.examine(path, text, files), (), digest)

        async with self._one_at_a_time:
            found, _ = await self._attempt(actor, load, is_forced=False, is_dry=True)
            return found

    def close(self) -> None:
        """The reactor does no more turns: a reload that waits for one is refused, and so is every other."""
        self._is_closed = True
        if self._adopting is not None and not self._adopting.done():
            self._adopting.set_result(_STOPPING)

    async def status(self) -> Configuration:
        """What runs, and whether the files hold something else by now."""
        loaded, model = self._loaded, self._loaded.examination.model
        assert model is not None, "what is loaded was understood"
        digest = await asyncio.to_thread(content_digest, loaded.files)
        return Configuration(
            model.path,
            list(loaded.files),
            model.digest,
            time_text(self._since_ns),
            loaded.digest,
            digest,
            digest != loaded.digest,
            self.pending,
            self.last,
        )

    async def _attempt(
        self, actor: str, load: Callable[[], Loaded], *, is_forced: bool, is_dry: bool
    ) -> tuple[Reload, Loaded | None]:
        if self._is_closed:
            return self._outcome(REFUSED, actor, "", _STOPPING[0], reasons=_STOPPING), None
        loaded: Loaded | None = None
        try:
            with _beside_the_loop():
                loaded = await _in_thread(load)
                wanted = loaded.examination.model
                if wanted is None or not loaded.examination.may_start:
                    return self._bad(actor, loaded), loaded
                plan = await _in_thread(lambda: plan_of(self.model, wanted))
            return await self._take_over(actor, plan, wanted.digest, loaded, is_forced, is_dry), loaded
        except Exception as error:  # noqa: BLE001 - a fault of ours in reading or planning has touched nothing yet
            self._report("FF-0004", trace=traceback.format_exc())
            reason = f"{type(error).__name__}: {error}"
            digest = loaded.digest if loaded is not None else ""
            return self._outcome(REFUSED, actor, digest, "a fault in this program", reasons=(reason,)), loaded

    def _bad(self, actor: str, loaded: Loaded) -> Reload:
        """It is no configuration that may start."""
        errors = tuple(str(one) for one in loaded.examination.findings if one.severity == "error")
        summary = f"{len(errors)} error{'' if len(errors) == 1 else 's'} in the configuration"
        return self._outcome(REFUSED, actor, loaded.digest, summary, reasons=errors)

    async def _take_over(
        self, actor: str, plan: Plan, digest: str, loaded: Loaded, is_forced: bool, is_dry: bool
    ) -> Reload:
        if plan.refusals:
            reasons = tuple(map(str, plan.refusals))
            return self._outcome(REFUSED, actor, digest, plan.summary, plan, reasons)
        if is_dry:
            return self._outcome(PLANNED, actor, digest, plan.summary, plan)
        for one in plan.applied:
            self._report("00-0023", change=one)
        for one in plan.pending:
            self._report("00-0024", change=one)
        reasons = await self._adopt(actor, plan, loaded, is_forced)
        if reasons:
            return self._outcome(REFUSED, actor, digest, plan.summary, plan, reasons)
        return self._outcome(LIVE if plan.changes else UNCHANGED, actor, digest, plan.summary, plan)

    async def _adopt(self, actor: str, plan: Plan, loaded: Loaded, is_forced: bool) -> tuple[str, ...]:
        """Prepare and swap. Returns why that could not be."""
        try:
            prepared = await self._around.prepare(plan.model)
        except OSError as error:
            return (error.strerror or str(error),)
        if self._is_closed:
            prepared.undo()
            return _STOPPING
        done: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self._adopting = done

        def outcome(reasons: Sequence[str]) -> None:
            # In the very turn of the swap: nothing comes in between the engine's half and the server's.
            if reasons:
                prepared.undo()
            else:
                self.model = plan.model
                self.pending = list(map(str, plan.pending))
                self._loaded = loaded
                self._since_ns = self._wall_ns()
                prepared.commit()
                self._around.adopted()
            if not done.done():
                done.set_result(tuple(reasons))

        self._around.post(AdoptionBegun(plan.model, actor, is_forced, outcome))
        try:
            return await done
        finally:
            self._adopting = None

    def _outcome(
        self,
        outcome: str,
        actor: str,
        digest: str,
        summary: str,
        plan: Plan | None = None,
        reasons: tuple[str, ...] = (),
    ) -> Reload:
        is_refused = outcome == REFUSED
        changes = [] if plan is None or is_refused else list(map(str, plan.applied))
        pending = [] if plan is None or is_refused else list(map(str, plan.pending))
        time = time_text(self._wall_ns())
        return Reload(outcome, actor, time, digest, summary, list(reasons), changes, pending)

    def _tell(self, found: Reload) -> None:
        if found.outcome == REFUSED:
            self._report("00-0021", actor=found.actor, summary=found.summary)
            for reason in found.reasons:
                self._report("00-0022", reason=reason)
            reasons = [one[: limits.AUDIT_REASON_MAX] for one in found.reasons[: limits.AUDIT_REASONS_MAX]]
            self._around.post(ReloadRefused(found.actor, found.digest, reasons))
            return
        self._report("00-0020", actor=found.actor, summary=found.summary, digest=found.digest)
