"""What of a configuration's actions the cases of a run have tried: which On fired, how each If went, which Do ran."""

from ampsd.actions.module import If, short_name
from ampsd.actions.trace import DONE, PASSED, STOPPED, Trace
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

    def add(self, trace: Trace) -> None:
        """The action ran."""
        if trace.on is not None:
            self.ons[trace.on].count += 1
        for step in trace.steps:
            point = self.steps[step.number - 1].get(step.outcome)
            if point is not None:
                point.count += 1


class Coverage:
    """All actions of one configuration, over all cases of a run."""

    def __init__(self, model: Model) -> None:
        self.actions = {one.name: ActionCoverage(one) for one in model.definition.actions}

    def add(self, theatre: Theatre) -> None:
        """What one case did."""
        for trace in theatre.traces:
            action = self.actions.get(trace.action_name)
            if action is not None:
                action.add(trace)

    @property
    def percent(self) -> float:
        """The share of points that were tried; 100 where there is nothing to try."""
        points = [point for action in self.actions.values() for point in action.points]
        return 100.0 * sum(one.count > 0 for one in points) / len(points) if points else 100.0
