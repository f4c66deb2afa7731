"""A run of an action's steps, from one of them on to the last, or to where it has to wait or ends."""

from ampsd.actions.firing import Firing
from ampsd.actions.graph import Action
from ampsd.actions.module import Do, Steps
from ampsd.actions.trace import Trace


class Chain:
    """All that follows from one event: its budget is shared."""

    __slots__ = ("is_cut", "names", "steps")

    def __init__(self) -> None:
        self.steps = 0
        self.names: dict[str, None] = {}
        self.is_cut = False


class Run:
    """A firing that goes on with the step at `step`, after so many retries. `chain`, `session` and `trace` are those of
    the run that is under way; `asking` is the step that waits for an errand, where that is a Do. The steps before
    `resumes_at` were done before a restart."""

    __slots__ = (
        "action",
        "asking",
        "chain",
        "firing",
        "number",
        "on",
        "resumes_at",
        "retries",
        "session",
        "step",
        "trace",
    )

    def __init__(
        self, action: Action, firing: Firing, step: int, retries: int, chain: Chain, on: int | None = None
    ) -> None:
        """`on` is which of the action's Ons set it off; None when it goes on with a step that failed before."""
        self.action = action
        self.firing = firing
        self.step = step
        self.retries = retries
        self.chain = chain
        self.on = on
        self.resumes_at = 0
        self.session = 0
        self.number = 0
        """What the log calls it while it waits; the same for all its retries."""
        self.trace: Trace
        self.asking: Steps | None = None

    @property
    def is_step_done(self) -> bool:
        """Whether the next step was done before a restart. What only sets variables is done again: they are lost."""
        step = self.action.steps[self.step]
        return self.step < self.resumes_at and not (isinstance(step, Do) and step.only_sets)

    @property
    def size(self) -> int:
        """Bytes that its variables hold."""
        return sum(map(len, self.firing.variables.values()))
