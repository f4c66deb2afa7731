"""What of a configuration's actions the cases of a run have tried: which On fired, how each If went, which Do ran."""

from collections.abc import Sequence

from ampsd.actions.module import If, short_name
from ampsd.actions.trace import DONE, PASSED, STOPPED
from ampsd.config.model import Model
from ampsd.definitions.actions import ActionDefinition
from ampsd.testing.theatre import Theatre


class Point:
    """Something that a test can try. `count` is how often it happened."""

    __slots__ = ("count", "text", "what")

    def __init__(self, text: str, what: str) -> None:
        self.text = text
        self.what = what
        self.count = 0


class ActionCoverage:
    """One action: an On that fired, an If that passed and that stopped, a Do that ran are a point each."""

    def __init__(self, definition: ActionDefinition) -> None:
        self.name = definition.name
        self._events = [on.event.__name__ for on in definition.ons]
        self.ons = [Point(f"On {short_name(on.module)}", "fired") for on in definition.ons]
        self.steps: list[dict[str, Point]] = []
        for step in definition.steps:
            kind = "If" if isinstance(step, If) else "Do"
            text = f"{kind} {short_name(step.module)}"
            outcomes = {PASSED: "passed", STOPPED: "stopped"} if kind == "If" else {DONE: "ran"}
            self.steps.append({outcome: Point(text, what) for outcome, what in outcomes.items()})

    @property
    def points(self) -> list[Point]:
        """All of them, in the order of the file."""
        return [*self.ons, *(one for step in self.steps for one in step.values())]

    def fired(self, event_name: str, outcomes: Sequence[str]) -> None:
        """The action ran."""
        for point, name in zip(self.ons, self._events, strict=True):
            point.count += name == event_name
        for step, outcome in zip(self.steps, outcomes, strict=False):
            if outcome in step:
                step[outcome].count += 1


class Coverage:
    """All actions of one configuration, over all cases of a run."""

    def __init__(self, model: Model) -> None:
        self.actions = {one.name: ActionCoverage(one) for one in model.definition.actions}

    def add(self, theatre: Theatre) -> None:
        """What one case did."""
        for trace in theatre.traces:
            action = self.actions.get(trace.action_name)
            if action is not None:
                action.fired(trace.event_name, trace.outcomes)

    @property
    def percent(self) -> float:
        """The share of points that were tried; 100 where there is nothing to try."""
        points = [point for action in self.actions.values() for point in action.points]
        return 100.0 * sum(one.count > 0 for one in points) / len(points) if points else 100.0
