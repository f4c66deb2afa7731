"""Runs of one action on one message: one after the other, since each has to be told of from its beginning to its end.

A message may set off an action again while a run on it still waits for a command or its next attempt: a dead job that
is reset and dies again. Only runs that are recorded come in here.
"""

from collections import deque

from ampsd.actions.run import Run

_Place = tuple[str, int]
"""Key of the action, which a reload leaves it, and position of the message."""


class _Holder:
    __slots__ = ("behind", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.behind: deque[Run] = deque()


class Succession:
    """Who is under way, and who stands behind."""

    def __init__(self) -> None:
        self._holders: dict[_Place, _Holder] = {}

    def enter(self, run: Run) -> bool:
        """Whether the run may go on now: no other of its action and message is under way."""
        place = _place_of(run)
        return place is None or self._holders.setdefault(place, _Holder(run.number)).number == run.number

    def stand_behind(self, run: Run) -> None:
        """The run, which may not go on, waits for its turn."""
        place = _place_of(run)
        assert place is not None
        self._holders[place].behind.append(run)

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
        holder.number = following.number
        return following


def _place_of(run: Run) -> _Place | None:
    event = run.firing.event
    if event.parent is None or not run.action.tells_of(event):
        return None
    return run.action.key, event.parent.position
