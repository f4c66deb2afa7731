"""What the latest firings did, and how often each action ran and failed."""

from collections import deque
from collections.abc import Iterator, Mapping

from ampsd import limits
from ampsd.engine.events import Event

DONE, PASSED, STOPPED, FAILED = "done", "passed", "stopped", "failed"
RETRYING, CUT, WAITING = "retrying", "cut", "waiting"
"""Outcomes of a step: a Do that succeeded; an If that went on, or did not; failed, for good or to be tried again; not
run, because a loop was cut; not over yet, because something outside has not answered."""
RUNNING, COMPLETED, ENDED = "running", "completed", "ended by an If"
"""Outcomes of a firing beside FAILED, RETRYING and CUT."""

Variables = Mapping[str, bytes]


def shortened(variables: Variables) -> dict[str, bytes]:
    """The variables as a trace keeps them: the beginning of each value, since they may hold whole messages."""
    most = limits.TRACE_VALUE_MAX
    return {name: value if len(value) <= most else value[:most] for name, value in variables.items()}


class StepTrace:
    """One step: `set` are the variables it set or changed; `duration_ns` includes what it waited for."""

    __slots__ = ("duration_ns", "module", "number", "outcome", "set", "started_ns")

    def __init__(self, number: int, module: str, started_ns: int) -> None:
        self.number = number
        self.module = module
        self.started_ns = started_ns
        self.duration_ns = 0
        self.outcome = WAITING
        self.set: Variables = {}


class Trace:
    """One firing: the action, the event and its depth, when, the variables it began with, and each step in order."""

    __slots__ = (
        "action_name",
        "bookmark",
        "counts",
        "depth",
        "duration_ns",
        "event_name",
        "number",
        "on",
        "outcome",
        "reason",
        "started_ns",
        "steps",
        "variables",
        "wall_ns",
    )

    def __init__(
        self, number: int, action_name: str, event: Event, variables: Variables, started_ns: int, wall_ns: int
    ) -> None:
        self.number = number
        self.on: int | None = None
        """Which of the action's Ons set it off; None when it goes on with a step that failed before."""
        self.action_name = action_name
        self.event_name = type(event).__name__
        self.depth = event.depth
        parent = event.parent
        self.bookmark = "" if parent is None else f"{parent.publisher}|{parent.sequence}|"
        """The message that it is about; empty for none that is in the log."""
        self.wall_ns = wall_ns
        self.started_ns = started_ns
        self.duration_ns = 0
        self.variables = shortened(variables)
        self.steps: list[StepTrace] = []
        self.outcome = RUNNING
        self.reason = ""
        self.counts = ActionCounts()
        """Where it is counted."""

    @property
    def outcomes(self) -> list[str]:
        """The outcome of each step."""
        return [step.outcome for step in self.steps]

    def before(self, at: int) -> dict[str, bytes]:
        """The variables before the step at an index of `steps`, shortened."""
        found = dict(self.variables)
        for step in self.steps[:at]:
            found.update(step.set)
        return found


class ActionCounts:
    """How often an action ran since the start, and how often a run of it failed for good. Times are wall times."""

    __slots__ = ("cuts", "failed", "failed_wall_ns", "fired", "fired_wall_ns", "last_reason")

    def __init__(self) -> None:
        self.fired = 0
        self.failed = 0
        self.cuts = 0
        self.fired_wall_ns = 0
        self.failed_wall_ns = 0
        self.last_reason = ""


class Traces:
    """The latest firings, the oldest first, and the counts of every action."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` are those of the actions, by their names."""
        self._ring: deque[Trace] = deque(maxlen=limits.FIRING_TRACE_MAX)
        self._last = 0
        self._by_key: dict[str, ActionCounts] = {}
        self.adopt(keys)

    def adopt(self, keys: Mapping[str, str]) -> None:
        """These are the actions now; counts of those that were there before go on, whatever they are called."""
        self._by_key = {key: self._by_key.get(key) or ActionCounts() for key in keys.values()}
        self.counts = {name: self._by_key[key] for name, key in keys.items()}

    def __iter__(self) -> Iterator[Trace]:
        return iter(self._ring)

    def __len__(self) -> int:
        return len(self._ring)

    def __getitem__(self, index: int) -> Trace:
        return self._ring[index]

    def find(self, number: int) -> Trace | None:
        """The firing of that number, if it is still kept."""
        return next((one for one in self._ring if one.number == number), None)

    def begin(self, action_name: str, key: str, event: Event, variables: Variables, now_ns: int, wall_ns: int) -> Trace:
        """An action begins to run; one that is no more, as a retry does, is counted nowhere."""
        self._last += 1
        trace = Trace(self._last, action_name, event, variables, now_ns, wall_ns)
        self._ring.append(trace)
        counts = trace.counts = self._by_key.get(key) or trace.counts
        counts.fired += 1
        counts.fired_wall_ns = wall_ns
        return trace

    def end(self, trace: Trace, outcome: str, reason: str, now_ns: int, wall_ns: int) -> None:
        """It is over."""
        trace.outcome = outcome
        trace.reason = reason
        trace.duration_ns = now_ns - trace.started_ns
        if outcome not in (FAILED, CUT):
            return
        counts = trace.counts
        counts.failed += 1
        counts.cuts += outcome == CUT
        counts.failed_wall_ns = wall_ns
        counts.last_reason = reason
