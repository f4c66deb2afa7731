"""The schedules of an instance: which are due, and when the next is (User Guide, On a Schedule).

Intervals count on the monotonic clock from the start, without drift; runs that were missed are not made up for. Times
of the day follow the wall clock, which may be set: so it is looked at again at least every half minute, and a time that
was passed over by setting it runs once. Where it is set back by some hours at most, nothing runs again; where by more,
what is due is reckoned from the new time, or a clock that was years ahead would keep everything waiting for years.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo

from ampsd.actions.graph import Action
from ampsd.actions.modules.on_schedule import OnSchedule
from ampsd.actions.schedule import next_due_ns
from ampsd.engine.events import ScheduleDue
from ampsd.units import NEVER

_LOOK_NS = 30_000_000_000
_HOUR_NS = 3_600_000_000_000
_BACK_MAX_NS = 4 * _HOUR_NS
"""How far beyond its period a time may be away: a change to winter time, and three hours that a clock is set back."""


class _Timed:
    """One schedule, and when it is due: monotonic for an interval, wall time otherwise."""

    __slots__ = ("due_ns", "on")

    def __init__(self, on: OnSchedule) -> None:
        self.on = on
        self.due_ns = NEVER

    @property
    def period_ns(self) -> int:
        """From one run to the next, where it is a time of the day."""
        return 24 * _HOUR_NS * (1 if self.on.every.weekday is None else 7)


def _timed(actions: Iterable[Action]) -> list[_Timed]:
    return [_Timed(on) for action in actions for on in action.ons if isinstance(on, OnSchedule)]


class Schedules:
    """All schedules, in the order of the file."""

    def __init__(self, actions: Iterable[Action], zone: tzinfo, report: Callable[..., None]) -> None:
        self._all = _timed(actions)
        self._zone = zone
        self._report = report
        self.next_ns = NEVER
        """When `due` has something to look at, in monotonic nanoseconds."""

    def start(self, now_ns: int, wall_ns: int) -> None:
        """The instance is started: timers begin."""
        self._begin(self._all, now_ns, wall_ns)

    def adopt(self, actions: Iterable[Action], now_ns: int, wall_ns: int) -> None:
        """Other actions: the timers of those that stay go on, the others begin now."""
        known: dict[OnSchedule, deque[_Timed]] = {}
        for one in self._all:
            known.setdefault(one.on, deque()).append(one)
        self._all = _timed(actions)
        for one in self._all:
            if known.get(one.on):
                one.due_ns = known[one.on].popleft().due_ns
        self._begin([one for one in self._all if one.due_ns == NEVER], now_ns, wall_ns)

    def _begin(self, new: Iterable[_Timed], now_ns: int, wall_ns: int) -> None:
        for one in new:
            interval_ns = one.on.every.interval_ns
            one.due_ns = (
                now_ns + interval_ns if interval_ns is not None else next_due_ns(one.on.every, wall_ns, self._zone)
            )
        self._set_next(now_ns, wall_ns)

    def due(self, now_ns: int, wall_ns: int) -> Iterator[ScheduleDue]:
        """Those whose time has come."""
        if now_ns < self.next_ns:
            return
        for one in self._all:
            every = one.on.every
            if every.interval_ns is None and one.due_ns - wall_ns > one.period_ns + _BACK_MAX_NS:
                one.due_ns = next_due_ns(every, wall_ns, self._zone)
            if one.due_ns > (wall_ns if every.interval_ns is None else now_ns):
                continue
            if every.interval_ns is None:
                one.due_ns = next_due_ns(every, wall_ns, self._zone)
            else:
                passed = (now_ns - one.due_ns) // every.interval_ns
                one.due_ns += (passed + 1) * every.interval_ns
            self._report("29-0109", name=one.on.name, every=str(every))
            yield ScheduleDue(one.on)
        self._set_next(now_ns, wall_ns)

    def _set_next(self, now_ns: int, wall_ns: int) -> None:
        self.next_ns = NEVER
        for one in self._all:
            if one.on.every.interval_ns is not None:
                self.next_ns = min(self.next_ns, one.due_ns)
            else:
                self.next_ns = min(self.next_ns, now_ns + min(one.due_ns - wall_ns, _LOOK_NS))
