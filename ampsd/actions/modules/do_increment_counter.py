"""amps-action-do-increment-counter."""

from ampsd.actions.marks import SETS
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT, VARIABLE
from ampsd.actions.template import Template
from ampsd.declare import option


class DoIncrementCounter(
    Do,
    module="amps-action-do-increment-counter",
    not_running="Remove the step; it does not run yet.",
):
    """Counts, and puts the count into a variable (User Guide, Increment Counter)."""

    key: Template = option(TEXT_TEXT, "Name of the counter.", reload="live")
    value: str = option(VARIABLE, "Name of the variable that gets the count.", marks=(SETS,), reload="live")

    def sets(self) -> tuple[str, ...]:
        """The variable that `value` names."""
        return (self.value,)
