"""The configuration of a running daemon: which it is at this moment, and everything that makes it another one."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from ampsd import limits
from ampsd.actions.modules.ampsd_do_reload import DoReload
from ampsd.actions.modules.on_signal import OnSignal
from ampsd.admin.models import Reload
from ampsd.adoption import AdoptionBegun, ReloadRefused
from ampsd.config.model import Model
from ampsd.ports import Clock, Report
from ampsd.server.listeners import Listeners
from ampsd.server.reload_record import Record, write
from ampsd.server.reloading import REFUSED, Loaded, Origin, Prepared, Reloading
from ampsd.server.service import ServiceNotifier
from ampsd.server.watch import ConfigWatch

WATCH = "the watch over its files"
"""Who asks for a reload when nobody does."""


Answer = Callable[[str, str | None], None]
"""Is called with the digest, and why a reload was refused."""
_STOPPING = "the instance stops"
_HANGUP = "SIGHUP"


class LiveConfiguration:
    """Of one daemon. Without an `origin` it stays what it is."""

    def __init__(
        self,
        model: Model,
        origin: Origin | None,
        listeners: Listeners,
        *,
        post: Callable[[AdoptionBegun | ReloadRefused], None],
        from_thread: Callable[[Callable[[], None]], None],
        report: Report,
        clock: Clock,
        service: ServiceNotifier,
        record: Path | None,
    ) -> None:
        """`from_thread` runs a function in the loop's thread, and may be called in any; the rest is called there. What
        comes of reloads is written to the file `record`.
        """
        self._begun_with = model
        self.post = post
        self.changed: Callable[[], None] = _nothing
        """Called when another model runs."""
        self._listeners = listeners
        self._from_thread = from_thread
        self._report = report
        self._service = service
        self._origin = origin
        self._record = record
        self._recording = asyncio.Lock()
        self._begun = 0
        """How many reloads have begun."""
        self.is_drifted = False
        """Whether the files held something else when they were looked at last."""
        self.reloading = None if origin is None else Reloading(model, origin, self, report, clock.wall_ns)
        """None where there are no files to read."""
        self._watch: ConfigWatch | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: dict[asyncio.Task[None], Answer] = {}
        self._is_stopping = False

    @property
    def model(self) -> Model:
        """What runs. Of what waits for a restart it has the old values."""
        return self._begun_with if self.reloading is None else self.reloading.model

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it is made of."""
        return self.model.files or (self.model.path,)

    @property
    def status(self) -> str:
        """One line for people: which configuration runs, and what the latest reload said."""
        line = f"{self.model.definition.name} runs {self.model.path}"
        if self.reloading is None:
            return line
        pending = len(self.reloading.pending)
        if pending:
            line += (
                f"; {pending} change{'' if pending == 1 else 's'} of it wait{'s' if pending == 1 else ''} for a restart"
            )
        last = self.reloading.last
        if last is not None and last.outcome == REFUSED:
            line += f"; its files are refused since {last.time}: {last.summary}"
        return line

    def gauges(self) -> dict[str, float]:
        """What is measured of it."""
        if self.reloading is None:
            return {}
        counts = {
            f"configuration/reloads/{outcome}": float(number) for outcome, number in self.reloading.counts.items()
        }
        return counts | {
            "configuration/pending": float(len(self.reloading.pending)),
            "configuration/drifted": float(self.is_drifted),
        }

    def start(self) -> None:
        """Clients can connect: look after the files from now on."""
        origin = self._origin
        if origin is None:
            return
        self._keep(self._look_for_drift())
        self._record_now()
        if origin.is_watched:
            self._watch = ConfigWatch(self._files_changed, self._report_from_thread)
            self._look_after(origin.loaded)

    def reload_for(self, actor: str, answer: Answer) -> None:
        """Reload; `answer` is called with the digest, and why it was refused."""
        if self.reloading is None:
            answer("", "this instance was not started from files, so there is nothing to read again")
        elif self._is_stopping:
            answer("", _STOPPING)
        else:
            task = self._keep(self._answered(self.reloading.reload(actor), answer))
            self._answers[task] = answer
            task.add_done_callback(lambda done: self._answers.pop(done, None))

    def stop(self) -> None:
        """An orderly end begins: nothing is looked after any more, and whoever waits for a reload is told so."""
        self._is_stopping = True
        if self._watch is not None:
            self._watch.close()
        answers, self._answers = self._answers, {}
        for task, answer in answers.items():
            task.cancel()
            answer("", _STOPPING)
        if self.reloading is not None:
            self.reloading.close()

    def close(self) -> None:
        """The reactor does no more turns."""
        self.stop()
        for task in self._tasks:
            task.cancel()

    # ---- what a reload needs

    def prepare(self, model: Model) -> Awaitable[Prepared]:
        """Listen on new addresses. Raises OSError."""
        return self._listeners.prepare(model.definition)

    def reload_begun(self) -> None:
        """Say so."""
        self._service.reloading()
        self._begun += 1
        self._record_now()

    def adopted(self) -> None:
        """Another model runs now."""
        self.changed()

    def reload_over(self, reload: Reload, loaded: Loaded | None) -> None:
        """Say so; what was read is not to be read again until it changes."""
        self._service.reloaded(self.status)
        self._record_now()
        if loaded is not None and self._watch is not None:
            self._look_after(loaded)

    # ---- within

    def _look_after(self, loaded: Loaded) -> None:
        assert self._watch is not None
        try:
            self._watch.watch(loaded.files, loaded.digest)
        except RuntimeError as error:
            self._report("00-0025", error=str(error))

    def _record_now(self) -> None:
        """Say in the file what has begun, and what came of it."""
        if self._record is not None and self.reloading is not None and not self._is_stopping:
            finished = sum(self.reloading.counts.values())
            record = Record(os.getpid(), self._begun, finished, self._hangup, self.reloading.last)
            self._keep(self._write(self._record, record))

    @property
    def _hangup(self) -> str:
        """Who asks for a reload on SIGHUP; empty where that does something else."""
        for number, one in enumerate(self.model.definition.actions, 1):
            if any(isinstance(on, OnSignal) and on.signal == _HANGUP for on in one.ons):
                return f"action {number}" if any(isinstance(step, DoReload) for step in one.steps) else ""
        return f"default {_HANGUP}"

    async def _write(self, path: Path, record: Record) -> None:
        async with self._recording:
            with contextlib.suppress(OSError):  # whoever waits for it gives up in time, and the log has it all
                await asyncio.to_thread(write, path, record)

    async def _look_for_drift(self) -> None:
        assert self.reloading is not None
        while True:
            self.is_drifted = (await self.reloading.status()).is_drifted
            await asyncio.sleep(limits.CONFIG_CHECK_NS / 1e9)

    def _files_changed(self) -> None:
        """In the thread of the watch."""
        self._from_thread(lambda: self.reload_for(WATCH, _no_answer))

    def _report_from_thread(self, code: str, **values: object) -> None:
        self._from_thread(lambda: self._report(code, **values))

    async def _answered(self, reload: Awaitable[Reload], answer: Answer) -> None:
        found = await reload
        reasons = "; ".join((found.summary, *found.reasons))
        answer(found.digest, reasons if found.outcome == REFUSED else None)

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _nothing() -> None:
    pass


def _no_answer(digest: str, failure: str | None) -> None:
    """The log says it."""
