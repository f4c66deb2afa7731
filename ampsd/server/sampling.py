"""Taking samples of an instance every Interval, and removing old ones for actions: beside the loop, in a thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from ampsd.definitions.admin import AdminDefinition
from ampsd.ports import Clock, Report
from ampsd.server.statistics import Statistics

Completed = Callable[[int, bytes, str | None], None]


class Sampling:
    """Runs while the daemon does; without an Admin element, not at all. `gauges` is called in the loop's thread."""

    def __init__(
        self,
        definition: AdminDefinition | None,
        gauges: Callable[[], Mapping[str, float]],
        clock: Clock,
        report: Report,
        completed: Completed,
    ) -> None:
        self._definition = definition
        self._gauges = gauges
        self._clock = clock
        self._report = report
        self._completed = completed
        self._is_failing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.statistics: Statistics | None = None
        """What is kept; None before the start, and where it cannot be opened."""

    def start(self) -> None:
        """Take samples from now on."""
        definition = self._definition
        if definition is None:
            return
        try:
            self.statistics = Statistics(definition.file_name)
        except sqlite3.Error as error:
            self._report("05-0002", file=definition.file_name, error=str(error))
            return
        self._keep(self._run(self.statistics, definition))

    def truncate(self, ticket: int, age_ns: int) -> None:
        """Remove what is older than an age; the answer comes under the ticket. Nothing that is not kept is old."""
        if self.statistics is None:
            self._completed(ticket, b"0", None)
        else:
            self._keep(self._truncate(self.statistics, ticket, self._clock.wall_ns() - age_ns))

    async def close(self) -> None:
        """Take no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.statistics is not None:
            self.statistics.close()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, statistics: Statistics, definition: AdminDefinition) -> None:
        while True:
            sample = self._gauges()
            try:
                await asyncio.to_thread(statistics.add, self._clock.wall_ns(), sample)
            except sqlite3.Error as error:
                if not self._is_failing:
                    self._report("05-0001", file=definition.file_name, error=str(error))
                self._is_failing = True
            else:
                self._is_failing = False
            await asyncio.sleep(definition.interval_ns / 1e9)

    async def _truncate(self, statistics: Statistics, ticket: int, before_wall_ns: int) -> None:
        try:
            removed = await asyncio.to_thread(statistics.truncate, before_wall_ns)
        except sqlite3.Error as error:
            self._completed(ticket, b"", f"the statistics cannot be truncated: {error}")
        else:
            self._completed(ticket, b"%d" % removed, None)
