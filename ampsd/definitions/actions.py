"""Actions: what the instance does by itself (User Guide, Automating AMPS With Actions)."""

from typing import Any

from ampsd.declare import AT_LEAST_ONE, BOOLEAN, ByModule, Definition, option
from ampsd.definitions.retry import RetryDefinition


class ActionDefinition(Definition, element="Action"):
    """One action: any of its On starts its If and Do, in file order (User Guide, Automating AMPS With Actions)."""

    name = "action"
    """What reports call it, such as "action 2": AMPS has no names for actions. Not part of its value."""

    ons: tuple[Any, ...] = option(
        ByModule("On"), "What sets off the action.", repeatable=True, marks=(AT_LEAST_ONE,), reload="live"
    )
    steps: tuple[Any, ...] = option(
        ByModule("Do", "If"),
        "What the action does (Do) and what lets it go on (If).",
        repeatable=True,
        marks=(AT_LEAST_ONE,),
        reload="live",
    )

    retry: RetryDefinition | None = option(
        RetryDefinition,
        "What happens when a step fails; without it, the rest of the action is not run.",
        default=None,
        reload="live",
    )
    has_events: bool | None = option(
        BOOLEAN,
        "Whether its runs are recorded; without it, those on expired messages are, and all of an action with a Retry.",
        xml="ampsd:Events",
        default=None,
        reload="live",
    )

    def numbered(self, number: int) -> "ActionDefinition":
        """The same, called by its place among the actions, counted from 1."""
        object.__setattr__(self, "name", f"action {number}")
        return self


class ActionsDefinition(Definition, element="Actions"):
    """What the instance does by itself (User Guide, Automating AMPS With Actions)."""

    actions: tuple[ActionDefinition, ...] = option(ActionDefinition, "One action.", repeatable=True, reload="live")
