"""A run of an action's steps, from one of them on to the last, or to where it has to wait or ends."""

from collections.abc import Mapping
from typing import Protocol

from ampsd import limits
from ampsd.actions.firing import Firing
from ampsd.actions.graph import Action
from ampsd.actions.module import Steps
from ampsd.actions.trace import Trace
from ampsd.engine.events import Event


class Chain:
    """All that follows from one event: its budget is shared."""

    __slots__ = ("is_cut", "names", "steps")

    def __init__(self) -> None:
        self.steps = 0
        self.names: dict[str, None] = {}
        self.is_cut = False


class Run:
    """A firing that goes on with the step at `step`, after so many retries. `chain`, `session` and `trace` are those of
    the run that is under way; `asking` is the step that waits for an errand, where that is a Do."""

    __slots__ = (
        "action",
        "asking",
        "chain",
        "firing",
        "held_bytes",
        "number",
        "on",
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
        self.session = 0
        self.number = 0
        """What the log calls it while it waits; the same for all its retries."""
        self.held_bytes = 0
        self.trace: Trace
        self.asking: Steps | None = None

    # ---- as a witness sees it

    @property
    def action_name(self) -> str:
        """Its action, by the name that it had when the run began: a reload may give it another number."""
        return self.firing.action_name

    @property
    def digest(self) -> str:
        """What its action is made of."""
        return self.action.digest

    @property
    def event(self) -> Event:
        """What set it off."""
        return self.firing.event

    @property
    def variables(self) -> Mapping[str, bytes]:
        """The variables as they are now."""
        return self.firing.variables


class LeftRun(Protocol):
    """A run that the process before left, as the log tells of it."""

    @property
    def action_name(self) -> str:
        """Its action."""
        ...

    @property
    def digest(self) -> str:
        """What its action was made of; empty when that is not known."""
        ...

    @property
    def event(self) -> Event:
        """What set it off."""
        ...

    @property
    def variables(self) -> Mapping[str, bytes] | None:
        """The variables as they were; None where only the event's are known."""
        ...

    @property
    def step(self) -> int:
        """The step it goes on with, counted from 0."""
        ...

    @property
    def retries(self) -> int:
        """Which retry it is."""
        ...

    @property
    def number(self) -> int:
        """What the log calls it."""
        ...


class WaitingRoom:
    """How many runs wait, for an errand, a retry or their turn, and what they hold: both are bounded."""

    __slots__ = ("_bytes", "_count")

    def __init__(self) -> None:
        self._count = 0
        self._bytes = 0

    def enter(self, run: Run) -> str | None:
        """One more waits. Returns why it may not."""
        size = sum(map(len, run.firing.variables.values()))
        if self._count >= limits.FIRINGS_WAITING_MAX or self._bytes + size > limits.FIRINGS_WAITING_BYTES:
            return f"{self._count} runs of actions wait, with {self._bytes} bytes, and no more may"
        run.held_bytes = size
        self._count += 1
        self._bytes += size
        return None

    def leave(self, run: Run) -> None:
        """It waits no more."""
        self._count -= 1
        self._bytes -= run.held_bytes
