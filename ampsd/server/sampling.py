"""Taking samples of an instance every Interval, and removing old ones for actions: beside the loop, in a thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping

from ampsd.ports import Clock, Report
from ampsd.server.statistics import Statistics

Completed = Callable[[int, bytes, str | None], None]


class Sampling:
    """Runs while the daemon does. `gauges` is called in the loop's thread."""

    def __init__(
        self,
        path: str,
        interval_ns: int,
        gauges: Callable[[], Mapping[str, float]],
        clock: Clock,
        report: Report,
        completed: Completed,
    ) -> None:
        """Raises sqlite3.Error."""
        self.statistics = Statistics(path)
        self._path = path
        self._interval = interval_ns / 1e9
        self._gauges = gauges
        self._clock = clock
        self._report = report
        self._completed = completed
        self._is_failing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._sampling: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take samples from now on."""
        self._sampling = asyncio.get_running_loop().create_task(self._run())

    def truncate(self, ticket: int, age_ns: int) -> None:
        """Remove what is older than an age; the answer comes under the ticket."""
        task = asyncio.get_running_loop().create_task(self._truncate(ticket, self._clock.wall_ns() - age_ns))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Take no more."""
        if self._sampling is not None:
            self._sampling.cancel()
            await asyncio.gather(self._sampling, *self._tasks, return_exceptions=True)
        self.statistics.close()

    async def _run(self) -> None:
        while True:
            sample = self._gauges()
            try:
                await asyncio.to_thread(self.statistics.add, self._clock.wall_ns(), sample)
            except sqlite3.Error as error:
                if not self._is_failing:
                    self._report("05-0001", file=self._path, error=str(error))
                self._is_failing = True
            else:
                self._is_failing = False
            await asyncio.sleep(self._interval)

    async def _truncate(self, ticket: int, before_wall_ns: int) -> None:
        try:
            removed = await asyncio.to_thread(self.statistics.truncate, before_wall_ns)
        except sqlite3.Error as error:
            self._completed(ticket, b"", f"the statistics in {self._path} cannot be truncated: {error}")
        else:
            self._completed(ticket, b"%d" % removed, None)
