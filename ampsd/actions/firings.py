"""Firings: events in, steps in order, requests out. Queued, never recursed; bounded in depth and steps.

A failed Do or an If that does not pass ends that run of that action; other actions are not affected (User Guide,
Automating AMPS With Actions). A step that publishes may set off further actions; a chain longer than the budget is a
publish loop: it is cut, and reported once.

A step that sends out an errand lets its run wait; everything else goes on. What follows the answer is in the batch of
the turn in which it arrives.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from ampsd import limits
from ampsd.actions.firing import Firing
from ampsd.actions.graph import Action, ActionGraph
from ampsd.actions.module import Do, If, Reply, Steps
from ampsd.actions.retries import Retries
from ampsd.actions.run import Chain, LeftRun, Run, WaitingRoom
from ampsd.actions.succession import Succession
from ampsd.actions.template import OutputTooLargeError
from ampsd.actions.trace import (
    COMPLETED,
    CUT,
    DONE,
    ENDED,
    FAILED,
    PASSED,
    RETRYING,
    STOPPED,
    WAITING,
    StepTrace,
    Trace,
    Traces,
    shortened,
)
from ampsd.engine.effects import Request, StepFailed
from ampsd.engine.events import Event
from ampsd.ports import Errand, Report
from ampsd.units import interval_text

Perform = Callable[[Request, Event], None]
"""Carries out a request because of an event; events that come of it are one deeper. Raises StepFailed."""

SendOut = Callable[[int, Errand], None]
"""Sends out an errand under a ticket; `Firings.answered` is called for it later, never at once."""


class Witness(Protocol):
    """Is told of runs. A session of 0 is one that is not recorded."""

    def started(self, run: Run, is_again: bool) -> int:
        """A run begins; returns its session."""
        ...

    def waiting(self, run: Run, retries: int | None) -> None:
        """A step waits for an errand, or a run for its turn (then it has no session yet). After a restart it is tried
        again, as the retry of that number; None: never."""
        ...

    def going_on(self, run: Run) -> None:
        """The errand was answered."""
        ...

    def completed(self, run: Run) -> None:
        """All steps are done, or an If ended the run."""
        ...

    def failed(self, run: Run, reason: str) -> None:
        """A step failed for good."""
        ...

    def retrying(self, run: Run, reason: str, retries: int, wait_ns: int) -> None:
        """A step failed and is tried again, as the retry of that number."""
        ...


class Firings:
    """Runs what events set off."""

    def __init__(
        self,
        graph: ActionGraph,
        instance_name: str,
        perform: Perform,
        send_out: SendOut,
        report: Report,
        witness: Witness,
        clock_ns: Callable[[], int],
    ) -> None:
        """`clock_ns` reads monotonic time, for durations only: decisions are made at the time of the turn."""
        self._graph = graph
        self._instance_name = instance_name
        self._perform = perform
        self._send_out = send_out
        self._report = report
        self._witness = witness
        self._clock_ns = clock_ns
        self._retries = Retries()
        self._pending: deque[tuple[Event, Chain]] = deque()
        self._chain: Chain | None = None
        self._succession = Succession()
        self._following: deque[Run] = deque()
        """Runs whose turn has come."""
        self._number = 0
        self._out: dict[int, Run] = {}
        self._room = WaitingRoom()
        self._ticket = 0
        self._now_ns = self._wall_ns = 0
        self.traces = Traces({action.name: action.key for action in graph.actions})

    @property
    def is_pending(self) -> bool:
        """Whether events wait for `run_pending`."""
        return bool(self._pending or self._following)

    @property
    def is_waiting(self) -> bool:
        """Whether a run waits for an errand."""
        return bool(self._out)

    @property
    def next_ns(self) -> int:
        """When a failed step is to be tried again, in monotonic nanoseconds."""
        return self._retries.next_ns

    def adopt(self, graph: ActionGraph) -> None:
        """Events from now on set off the actions of that graph; runs under way go on with their own.

        Not to be called while events wait: each sees one graph.
        """
        assert not self.is_pending, "events wait that happened under the old actions"
        self._graph = graph
        self.traces.adopt({action.name: action.key for action in graph.actions})

    def begin(self, now_ns: int, wall_ns: int) -> None:
        """The next turn has this time."""
        self._now_ns = now_ns
        self._wall_ns = wall_ns

    def offer(self, event: Event) -> None:
        """Something happened. What happens because of a running step belongs to the step's chain."""
        if not self._graph.watches(type(event)):
            return
        chain = self._chain if self._chain is not None else Chain()
        if not chain.is_cut:
            self._pending.append((event, chain))

    def _numbered(self, run: Run) -> Run:
        self._number += 1
        run.number = self._number
        return run

    def resume(self, left: LeftRun, due_ns: int) -> bool:
        """A run waited when the process ended; first the one of a message that was under way.

        False where its action is not there any more, or is made of something else.
        """
        action = self._action_of(left)
        if action is None or left.step >= len(action.steps):
            return False
        firing = Firing(left.action_name, left.event, self._instance_name, self._wall_ns)
        if left.variables is not None:
            firing.variables.update(left.variables)
        run = Run(action, firing, left.step, left.retries, Chain())
        run.number = left.number
        self._number = max(self._number, left.number)
        if self._room.enter(run) is not None:
            return False
        if self._succession.enter(run):
            self._retries.add(run, due_ns)
        else:
            self._succession.stand_behind(run)
        return True

    def _action_of(self, left: LeftRun) -> Action | None:
        """The action of that name, or else one that is made of the same: its number changed with its place."""
        for action in self._graph.actions:
            if action.name == left.action_name and left.digest in ("", action.digest):
                return action
        return next((one for one in self._graph.actions if one.digest == left.digest), None)

    def tick(self) -> None:
        """Try again what is due."""
        for run in self._retries.due(self._now_ns):
            self._room.leave(run)
            self._run(run)

    def run_pending(self) -> None:
        """Run all that waits, and what comes of it. Not to be called by a step."""
        assert self._chain is None, "a step offers events; it does not run them"
        while self._pending or self._following:
            if self._following:
                following = self._following.popleft()
                self._room.leave(following)
                self._run(following)
                continue
            event, chain = self._pending.popleft()
            if chain.is_cut:
                continue
            for action, on in self._graph.find(event).items():
                firing = Firing(action.name, event, self._instance_name, self._wall_ns)
                self._run(self._numbered(Run(action, firing, 0, 0, chain, action.ons.index(on))))

    def answered(self, ticket: int, value: bytes, failure: str | None) -> None:
        """An errand is done, or failed."""
        run = self._out.pop(ticket, None)
        if run is None:
            raise AssertionError(f"no step waits for errand {ticket}")
        self._room.leave(run)
        self._witness.going_on(run)
        self._proceed(run, Reply(value, failure))

    # ---- a run

    def _run(self, run: Run) -> None:
        """Run an action from a step on: the first, or the one that failed before."""
        action, event = run.action, run.firing.event
        if not self._succession.enter(run):
            self._stand_behind(run)
            return
        run.chain.names[run.action_name] = None
        run.trace = self._traced(run)
        run.trace.on = run.on
        run.session = self._witness.started(run, run.retries > 0) if action.tells_of(event) else 0
        self._proceed(run, None)

    def _traced(self, run: Run) -> Trace:
        now_ns = self._clock_ns()
        return self.traces.begin(run.action_name, run.action.key, run.event, run.variables, now_ns, self._wall_ns)

    def _proceed(self, run: Run, reply: Reply | None) -> None:
        """From where the run stands to its end, or to where it has to wait. `reply` is for the step that waited."""
        self._chain = run.chain
        steps = run.action.steps
        while run.step < len(steps):
            if reply is None:
                if self._is_over(run):
                    break
                run.chain.steps += 1
                module = steps[run.step].module
                run.trace.steps.append(StepTrace(run.step + 1, module, self._clock_ns()))
            outcome, reason = self._outcome(run, steps[run.step], reply)
            reply = None
            if outcome is WAITING:
                break
            step = run.trace.steps[-1]
            step.outcome = outcome
            step.duration_ns = self._clock_ns() - step.started_ns
            if outcome is FAILED:
                step.outcome = self._failed(run, reason)
                break
            if outcome is STOPPED:
                self._end(run, ENDED)
                break
            run.step += 1
        else:
            self._end(run, COMPLETED)
        self._chain = None

    def _outcome(self, run: Run, step: If | Do, reply: Reply | None) -> tuple[str, str]:
        """Take a step, or go on with the one that waited. Returns its outcome, and why it failed."""
        known = run.firing.variables.copy()
        try:
            return self._take(run, step, reply), ""
        except (StepFailed, OutputTooLargeError) as error:
            return FAILED, str(error)
        finally:
            after = run.firing.variables
            changed = {name: value for name, value in after.items() if known.get(name) is not value}
            if changed:  # before it waited it may have set others
                run.trace.steps[-1].set = {**run.trace.steps[-1].set, **shortened(changed)}

    def _take(self, run: Run, step: If | Do, reply: Reply | None) -> str:
        if isinstance(step, If):
            if reply is None:
                question = step.question(run.firing)
                if question is not None:
                    return self._wait(run, question, None)
            return PASSED if step.passes(run.firing, b"" if reply is None else reply.opened()) else STOPPED
        if reply is None:
            asking = step.run(run.firing)
        else:
            assert run.asking is not None
            asking, run.asking = run.asking, None
        try:
            request = next(asking) if reply is None else reply.given_to(asking)
            while True:
                try:
                    if isinstance(request, Errand):
                        return self._wait(run, request, asking)
                    self._perform(request, run.firing.event)
                except StepFailed as error:
                    request = asking.throw(error)
                else:
                    request = asking.send(b"")
        except StopIteration:
            return DONE

    def _wait(self, run: Run, errand: Errand, asking: Steps | None) -> str:
        """Send out an errand; the run goes on when it is answered."""
        refusal = self._room.enter(run)
        if refusal is not None:
            raise StepFailed(refusal)
        self._ticket += 1
        self._out[self._ticket] = run
        run.asking = asking
        policy = run.action.retry
        again = run.retries + 1 if policy is not None and policy.allows(run.retries) else None
        self._witness.waiting(run, again)
        self._send_out(self._ticket, errand)
        return WAITING

    def _stand_behind(self, run: Run) -> None:
        """Another run of the action on the same message is under way: wait for its end, unless too many do."""
        refusal = self._room.enter(run)
        if refusal is None:
            self._succession.stand_behind(run)
            if run.action.retry is not None:
                self._witness.waiting(run, run.retries)
            return
        action = run.action
        run.trace = self._traced(run)
        self.traces.end(run.trace, FAILED, refusal, self._clock_ns(), self._wall_ns)
        self._report("29-0105", action=run.action_name, step=1, module=action.steps[0].module, reason=refusal)

    # ---- ends of a run

    def _over(self, run: Run) -> None:
        """The run is over for good."""
        following = self._succession.ended(run)
        if following is not None:
            self._following.append(following)

    def _end(self, run: Run, outcome: str) -> None:
        self.traces.end(run.trace, outcome, "", self._clock_ns(), self._wall_ns)
        self._witness.completed(run)
        self._over(run)

    def _failed(self, run: Run, reason: str) -> str:
        """A step failed: try it again later, or end the run. Returns the outcome."""
        action, number = run.action, run.step + 1
        named: dict[str, object] = {"action": run.action_name, "step": number, "module": action.steps[run.step].module}
        policy = action.retry
        again: Run | None = None
        if policy is not None and policy.allows(run.retries):
            again = Run(action, run.firing, run.step, run.retries + 1, Chain())
            again.number = run.number
            refusal = self._room.enter(again)
            if refusal is not None:
                again, reason = None, f"{reason}; {refusal}"
        if policy is None or again is None:
            self.traces.end(run.trace, FAILED, reason, self._clock_ns(), self._wall_ns)
            self._report("29-0105", **named, reason=reason)
            self._witness.failed(run, reason)
            self._over(run)
            return FAILED
        self.traces.end(run.trace, RETRYING, reason, self._clock_ns(), self._wall_ns)
        self._report("29-0106", **named, reason=reason, wait=interval_text(policy.wait_ns))
        self._witness.retrying(run, reason, again.retries, policy.wait_ns)
        self._retries.add(again, self._now_ns + policy.wait_ns)
        return RETRYING

    def _is_over(self, run: Run) -> bool:
        """Whether the budget of the chain is used up; then the run ends here."""
        chain, depth = run.chain, run.firing.event.depth
        if chain.steps < limits.FIRING_STEPS_MAX and depth <= limits.FIRING_DEPTH_MAX:
            return False
        reason = "the chain of actions was cut"
        cut = StepTrace(run.step + 1, run.action.steps[run.step].module, self._clock_ns())
        cut.outcome = CUT
        run.trace.steps.append(cut)
        self.traces.end(run.trace, CUT, reason, self._clock_ns(), self._wall_ns)
        self._witness.failed(run, reason)
        self._over(run)
        if not chain.is_cut:
            chain.is_cut = True
            self._report("29-0110", steps=chain.steps, depth=depth, actions=", ".join(chain.names))
        return True
