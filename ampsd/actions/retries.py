"""Firings whose step failed and is tried again later (ampsd:Retry)."""

from heapq import heappop, heappush

from ampsd.actions.firing import Firing
from ampsd.actions.graph import Action

NEVER = 2**63 - 1


class Retry:
    """A firing that goes on with the step at `step`, after so many retries."""

    __slots__ = ("action", "firing", "retries", "step")

    def __init__(self, action: Action, firing: Firing, step: int, retries: int) -> None:
        self.action = action
        self.firing = firing
        self.step = step
        self.retries = retries


class Retries:
    """By the monotonic time at which they are due; what was put in first goes first among equals."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, Retry]] = []
        self._count = 0

    @property
    def next_ns(self) -> int:
        """When the next is due; NEVER when none waits."""
        return self._waiting[0][0] if self._waiting else NEVER

    def add(self, retry: Retry, due_ns: int) -> None:
        """One more."""
        self._count += 1
        heappush(self._waiting, (due_ns, self._count, retry))

    def due(self, now_ns: int) -> list[Retry]:
        """Those whose time has come."""
        found: list[Retry] = []
        while self._waiting and self._waiting[0][0] <= now_ns:
            found.append(heappop(self._waiting)[2])
        return found
