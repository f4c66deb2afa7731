"""Runs of one action on one message: one after the other, since each has to be told of from its beginning to its end.

A message may set off an action again while a run on it still waits for a command or its next attempt: a dead job that
is reset and dies again. Only runs that are recorded come in here.
"""

from collections import deque

from ampsd import limits
from ampsd.actions.run import Run

_Place = tuple[str, int]
"""Action and position of the message."""


class _Holder:
    __slots__ = ("behind", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.behind: deque[Run] = deque()


class Succession:
    """Who is under way, and who stands behind."""

    def __init__(self) -> None:
        self._holders: dict[_Place, _Holder] = {}
        self._behind = 0

    @property
    def is_full(self) -> bool:
        """Whether no more may stand behind others."""
        return self._behind >= limits.FIRINGS_WAITING_MAX

    def enter(self, run: Run) -> bool:
        """Whether the run may go on now. Otherwise it stands behind the one that is under way, unless all is full."""
        place = _place_of(run)
        if place is None:
            return True
        holder = self._holders.setdefault(place, _Holder(run.number))
        if holder.number == run.number:
            return True
        if not self.is_full:
            holder.behind.append(run)
            self._behind += 1
        return False

    def ended(self, run: Run) -> Run | None:
        """The run is over for good; the one whose turn it is now."""
        place = _place_of(run)
        if place is None:
            return None
        holder = self._holders[place]
        if not holder.behind:
            del self._holders[place]
            return None
        following = holder.behind.popleft()
        self._behind -= 1
        holder.number = following.number
        return following


def _place_of(run: Run) -> _Place | None:
    event = run.firing.event
    if event.parent is None or not run.action.tells_of(event):
        return None
    return run.action.name, event.parent.position
