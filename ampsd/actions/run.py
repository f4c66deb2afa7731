"""Firings: events in, steps in order, requests out. Queued, never recursed; bounded in depth and steps.

A failed Do or an If that does not pass ends that run of that action; other actions are not affected (User Guide,
Automating AMPS With Actions). A step that publishes may set off further actions; a chain longer than the budget is a
publish loop: it is cut, and reported once.
"""

from collections import deque
from collections.abc import Callable

from ampsd import limits
from ampsd.actions.firing import Firing
from ampsd.actions.graph import Action, ActionGraph
from ampsd.actions.module import Do, If, StepFailed
from ampsd.actions.template import OutputTooLargeError
from ampsd.engine.effects import Request
from ampsd.engine.events import Event
from ampsd.ports import Report

Perform = Callable[[Request, Event], str | None]
"""Carries out a request because of an event; events that come of it are one deeper. Returns None, or why it failed."""

DONE, PASSED, STOPPED, FAILED, CUT = "done", "passed", "stopped", "failed", "cut"
"""Outcomes of a step: a Do that succeeded; an If that went on, or did not; failed; not run, because a loop was cut."""


class Chain:
    """All that follows from one event: its budget is shared."""

    __slots__ = ("is_cut", "names", "steps")

    def __init__(self) -> None:
        self.steps = 0
        self.names: dict[str, None] = {}
        self.is_cut = False


class Trace:
    """What one firing did: the action, the event and its depth, when, and the outcome of each step, in order.

    Variables are not kept: they may hold whole messages.
    """

    __slots__ = ("action_name", "depth", "event_name", "outcomes", "reason", "wall_ns")

    def __init__(self, action_name: str, event: Event, wall_ns: int) -> None:
        self.action_name = action_name
        self.event_name = type(event).__name__
        self.depth = event.depth
        self.wall_ns = wall_ns
        self.outcomes: list[str] = []
        self.reason = ""


class Firings:
    """Runs what events set off. `traces` are the latest firings, the oldest first."""

    __slots__ = ("_chain", "_graph", "_instance_name", "_pending", "_perform", "_report", "traces")

    def __init__(self, graph: ActionGraph, instance_name: str, perform: Perform, report: Report) -> None:
        self._graph = graph
        self._instance_name = instance_name
        self._perform = perform
        self._report = report
        self._pending: deque[tuple[Event, Chain]] = deque()
        self._chain: Chain | None = None
        self.traces: deque[Trace] = deque(maxlen=limits.FIRING_TRACE_MAX)

    @property
    def is_pending(self) -> bool:
        """Whether events wait for `run_pending`."""
        return bool(self._pending)

    def offer(self, event: Event) -> None:
        """Something happened. What happens because of a running step belongs to the step's chain."""
        if not self._graph.watches(type(event)):
            return
        chain = self._chain if self._chain is not None else Chain()
        if not chain.is_cut:
            self._pending.append((event, chain))

    def run_pending(self, now_wall_ns: int) -> None:
        """Run all that waits, and what comes of it. Not to be called by a step."""
        assert self._chain is None, "a step offers events; it does not run them"
        while self._pending:
            event, chain = self._pending.popleft()
            if chain.is_cut:
                continue
            self._chain = chain
            for action in self._graph.find(event):
                self._run(action, event, chain, now_wall_ns)
            self._chain = None

    def _run(self, action: Action, event: Event, chain: Chain, now_wall_ns: int) -> None:
        chain.names[action.name] = None
        trace = Trace(action.name, event, now_wall_ns)
        self.traces.append(trace)
        firing = Firing(action.name, event, self._instance_name, now_wall_ns)
        for number, step in enumerate(action.steps, 1):
            if chain.steps >= limits.FIRING_STEPS_MAX or event.depth > limits.FIRING_DEPTH_MAX:
                self._cut(chain, event.depth)
                trace.outcomes.append(CUT)
                return
            chain.steps += 1
            try:
                outcome = self._step(step, firing)
            except (StepFailed, OutputTooLargeError) as error:
                trace.outcomes.append(FAILED)
                trace.reason = str(error)
                self._report("29-0105", action=action.name, step=number, module=step.module, reason=trace.reason)
                return
            trace.outcomes.append(outcome)
            if outcome is STOPPED:
                return

    def _step(self, step: If | Do, firing: Firing) -> str:
        if isinstance(step, If):
            return PASSED if step.passes(firing) else STOPPED
        requests = step.run(firing)
        try:
            request = next(requests)
            while True:
                request = requests.send(self._perform(request, firing.event))
        except StopIteration:
            return DONE

    def _cut(self, chain: Chain, depth: int) -> None:
        if not chain.is_cut:
            chain.is_cut = True
            self._report("29-0110", steps=chain.steps, depth=depth, actions=", ".join(chain.names))
