"""Reload: from the files of the configuration to the running instance, as a whole or not at all.

    load      read, validate, check, in a thread: a bad file ends here
    plan      what is added, changed and removed, and what waits for a restart
    prepare   whatever may fail outside, such as listening on a new address; it is undone when the reload is refused
    adopt     the engine fills new queues and swaps between two turns, or refuses
    retire    what the old configuration had alone is closed

One at a time. Whoever asks is told what came of it; so are the log and the audit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ampsd.admin.models import Configuration, Reload
from ampsd.admin.times import time_text
from ampsd.adoption import AdoptionBegun
from ampsd.config.model import Model
from ampsd.config.reload_plan import Plan, plan_of
from ampsd.lint.examination import Examination
from ampsd.ports import Report
from ampsd.server.content_digest import content_digest

LIVE, UNCHANGED, REFUSED, PLANNED = "live", "unchanged", "refused", "planned"
"""What comes of a reload: it is live, there was nothing to do, everything stays as it was, or it was only planned."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files held: their examination, which files there were, and the digest of their content."""

    examination: Examination
    files: tuple[str, ...]
    digest: str


class Prepared:
    """What was prepared outside: exactly one of the two is called, in the loop's thread; neither fails."""

    __slots__ = ("commit", "undo")

    def __init__(self, commit: Callable[[], None], undo: Callable[[], None]) -> None:
        self.commit = commit
        self.undo = undo


class Reloading:
    """All reloads of one daemon. `post` hands an input to the reactor, `prepare` may raise OSError."""

    def __init__(
        self,
        model: Model,
        loaded: Loaded,
        load: Callable[[], Loaded],
        *,
        prepare: Callable[[Model], Awaitable[Prepared]],
        post: Callable[[AdoptionBegun], None],
        adopted: Callable[[Model, Loaded], None],
        refused: Callable[[Reload], None],
        report: Report,
        wall_ns: Callable[[], int],
    ) -> None:
        self.model = model
        """The configuration that runs: of what waits for a restart it has the old values."""
        self._pending: list[str] = []
        self._last: Reload | None = None
        self._loaded = loaded
        self._since_ns = wall_ns()
        self._load = load
        self._prepare = prepare
        self._post = post
        self._adopted = adopted
        self._refused = refused
        self._report = report
        self._wall_ns = wall_ns
        self._one_at_a_time = asyncio.Lock()

    async def reload(self, actor: str, *, is_forced: bool = False, is_dry: bool = False) -> Reload:
        """Take over what the files say now; `is_dry` only says what that would be. Queues that hold messages are
        removed only where `is_forced`."""
        async with self._one_at_a_time:
            found = await self._attempt(actor, is_forced, is_dry)
        if not is_dry:
            self._last = found
            self._tell(found)
        return found

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
            digest != loaded.digest,
            self._pending,
            self._last,
        )

    async def _attempt(self, actor: str, is_forced: bool, is_dry: bool) -> Reload:
        loaded = await asyncio.to_thread(self._load)
        examination = loaded.examination
        if examination.model is None or not examination.may_start:
            errors = tuple(str(one) for one in examination.findings if one.severity == "error")
            return self._outcome(REFUSED, actor, "", f"{len(errors)} errors in the configuration", reasons=errors)
        plan = await asyncio.to_thread(plan_of, self.model, examination.model)
        digest = examination.model.digest
        if plan.refusals:
            reasons = tuple(map(str, plan.refusals))
            return self._outcome(REFUSED, actor, digest, plan.summary, plan, reasons)
        if is_dry:
            return self._outcome(PLANNED, actor, digest, plan.summary, plan)
        reasons = await self._adopt(actor, plan, loaded, is_forced)
        if reasons:
            return self._outcome(REFUSED, actor, digest, plan.summary, plan, reasons)
        return self._outcome(LIVE if plan.changes else UNCHANGED, actor, digest, plan.summary, plan)

    async def _adopt(self, actor: str, plan: Plan, loaded: Loaded, is_forced: bool) -> tuple[str, ...]:
        """Prepare and swap. Returns why that could not be."""
        try:
            prepared = await self._prepare(plan.model)
        except OSError as error:
            return (str(error),)
        done: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()

        def outcome(reasons: Sequence[str]) -> None:
            # In the very turn of the swap: nothing comes in between the engine's half and the server's.
            if reasons:
                prepared.undo()
            else:
                self.model = plan.model
                self._pending = list(map(str, plan.pending))
                self._loaded = loaded
                self._since_ns = self._wall_ns()
                prepared.commit()
                self._adopted(plan.model, loaded)
            if not done.done():
                done.set_result(tuple(reasons))

        self._post(AdoptionBegun(plan.model, actor, is_forced, outcome))
        return await done

    def _outcome(
        self,
        outcome: str,
        actor: str,
        digest: str,
        summary: str,
        plan: Plan | None = None,
        reasons: tuple[str, ...] = (),
    ) -> Reload:
        changes = [] if plan is None else list(map(str, plan.changes))
        pending = [] if plan is None else list(map(str, plan.pending))
        time = time_text(self._wall_ns())
        return Reload(outcome, actor, time, digest, summary, list(reasons), changes, pending)

    def _tell(self, found: Reload) -> None:
        if found.outcome == REFUSED:
            self._report("00-0021", actor=found.actor, summary=found.summary)
            for reason in found.reasons:
                self._report("00-0022", reason=reason)
            self._refused(found)
            return
        self._report("00-0020", actor=found.actor, summary=found.summary, digest=found.digest)
        for line in found.changes:
            self._report("00-0023", change=line)
        for line in found.pending:
            self._report("00-0024", change=line)
