"""Firings: events in, steps in order, requests out. Queued, never recursed; bounded in depth and steps.

A failed Do or an If that does not pass ends that run of that action; other actions are not affected (User Guide,
Automating AMPS With Actions). A step that publishes may set off further actions; a chain longer than the budget is a
publish loop: it is cut, and reported once.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from ampsd import limits
from ampsd.actions.firing import Firing
from ampsd.actions.graph import ActionGraph
from ampsd.actions.module import Do, If, StepFailed
from ampsd.actions.retries import Retries, Retry
from ampsd.actions.template import OutputTooLargeError
from ampsd.engine.effects import Request
from ampsd.engine.events import Event
from ampsd.ports import Report
from ampsd.units import interval_text

Perform = Callable[[Request, Event], str | None]
"""Carries out a request because of an event; events that come of it are one deeper. Returns None, or why it failed."""

DONE, PASSED, STOPPED, FAILED, RETRYING, CUT = "done", "passed", "stopped", "failed", "retrying", "cut"
"""Outcomes of a step: a Do that succeeded; an If that went on, or did not; failed, for good or to be tried again; not
run, because a loop was cut."""


class Witness(Protocol):
    """Is told of the runs that are recorded. A session of 0 is a run that is not."""

    def started(self, action_name: str, event: Event, is_again: bool) -> int:
        """A run begins; returns its session."""
        ...

    def completed(self, action_name: str, event: Event, session: int) -> None:
        """All steps are done, or an If ended the run."""
        ...

    def failed(self, action_name: str, event: Event, session: int, reason: str) -> None:
        """A step failed for good."""
        ...

    def retrying(
        self, action_name: str, event: Event, session: int, reason: str, step: int, retries: int, wait_ns: int
    ) -> None:
        """A step failed and is tried again."""
        ...


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

    __slots__ = (
        "_chain",
        "_graph",
        "_instance_name",
        "_pending",
        "_perform",
        "_report",
        "_retries",
        "_witness",
        "traces",
    )

    def __init__(
        self, graph: ActionGraph, instance_name: str, perform: Perform, report: Report, witness: Witness
    ) -> None:
        self._witness = witness
        self._retries = Retries()
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

    @property
    def next_ns(self) -> int:
        """When a failed step is to be tried again, in monotonic nanoseconds."""
        return self._retries.next_ns

    def resume(self, action_name: str, event: Event, step: int, retries: int, due_ns: int, now_wall_ns: int) -> bool:
        """A retry waited when the process ended. False where its action or step is not there any more."""
        is_there = False
        for action in self._graph.actions:
            if action.name == action_name and step < len(action.steps):
                firing = Firing(action_name, event, self._instance_name, now_wall_ns)
                self._retries.add(Retry(action, firing, step, retries), due_ns)
                is_there = True
        return is_there

    def tick(self, now_ns: int, now_wall_ns: int) -> None:
        """Try again what is due."""
        for retry in self._retries.due(now_ns):
            self._chain = Chain()
            self._run(retry, self._chain, now_ns, now_wall_ns)
            self._chain = None

    def run_pending(self, now_ns: int, now_wall_ns: int) -> None:
        """Run all that waits, and what comes of it. Not to be called by a step."""
        assert self._chain is None, "a step offers events; it does not run them"
        while self._pending:
            event, chain = self._pending.popleft()
            if chain.is_cut:
                continue
            self._chain = chain
            for action in self._graph.find(event):
                firing = Firing(action.name, event, self._instance_name, now_wall_ns)
                self._run(Retry(action, firing, 0, 0), chain, now_ns, now_wall_ns)
            self._chain = None

    def _run(self, run: Retry, chain: Chain, now_ns: int, now_wall_ns: int) -> None:
        """Run an action from a step on: the first, or the one that failed before."""
        action, firing = run.action, run.firing
        event = firing.event
        chain.names[action.name] = None
        trace = Trace(action.name, event, now_wall_ns)
        self.traces.append(trace)
        is_again = run.retries > 0
        session = self._witness.started(action.name, event, is_again) if action.tells_of(event) else 0
        for number, step in enumerate(action.steps[run.step :], run.step + 1):
            if chain.steps >= limits.FIRING_STEPS_MAX or event.depth > limits.FIRING_DEPTH_MAX:
                self._cut(chain, event.depth)
                trace.outcomes.append(CUT)
                self._witness.failed(action.name, event, session, "the chain of actions was cut")
                return
            chain.steps += 1
            try:
                outcome = self._step(step, firing)
            except (StepFailed, OutputTooLargeError) as error:
                trace.reason = str(error)
                trace.outcomes.append(self._failed(run, number, session, trace.reason, now_ns))
                return
            trace.outcomes.append(outcome)
            if outcome is STOPPED:
                break
        self._witness.completed(action.name, event, session)

    def _failed(self, run: Retry, number: int, session: int, reason: str, now_ns: int) -> str:
        """A step failed: try it again later, or end the run. Returns the outcome."""
        action, event = run.action, run.firing.event
        named: dict[str, object] = {"action": action.name, "step": number, "module": action.steps[number - 1].module}
        policy = action.retry
        if policy is None or not policy.allows(run.retries):
            self._report("29-0105", **named, reason=reason)
            self._witness.failed(action.name, event, session, reason)
            return FAILED
        self._report("29-0106", **named, reason=reason, wait=interval_text(policy.wait_ns))
        self._witness.retrying(action.name, event, session, reason, number - 1, run.retries + 1, policy.wait_ns)
        self._retries.add(Retry(action, run.firing, number - 1, run.retries + 1), now_ns + policy.wait_ns)
        return RETRYING

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
