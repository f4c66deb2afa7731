"""Firings whose step failed and is tried again later (ampsd:Retry)."""

from heapq import heappop, heappush

from ampsd import limits
from ampsd.actions.run import Run
from ampsd.units import NEVER


class Retries:
    """By the monotonic time at which they are due; what was put in first goes first among equals."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, Run]] = []
        self._count = 0

    @property
    def next_ns(self) -> int:
        """When the next is due; NEVER when none waits."""
        return self._waiting[0][0] if self._waiting else NEVER

    def add(self, run: Run, due_ns: int) -> None:
        """One more."""
        self._count += 1
        heappush(self._waiting, (due_ns, self._count, run))

    def due(self, now_ns: int) -> list[Run]:
        """Those whose time has come, as many as one turn may run."""
        found: list[Run] = []
        while self._waiting and self._waiting[0][0] <= now_ns and len(found) < limits.RETRIES_PER_TURN:
            found.append(heappop(self._waiting)[2])
        return found
