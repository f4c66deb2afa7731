"""amps-action-do-increment-counter."""

from ampsd.actions.firing import Firing
from ampsd.actions.marks import SETS
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import TEXT_TEXT, VARIABLE
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.engine.effects import IncrementCounter, StepFailed


class DoIncrementCounter(Do, module="amps-action-do-increment-counter"):
    """Counts, and puts the count into a variable (User Guide, Increment Counter)."""

    key: Template = option(TEXT_TEXT, "Name of the counter.", reload="live")
    value: str = option(VARIABLE, "Name of the variable that gets the count.", marks=(SETS,), reload="live")

    def sets(self) -> tuple[str, ...]:
        """The variable that `value` names."""
        return (self.value,)

    def run(self, firing: Firing) -> Steps:
        """Count. Counters are in memory until the instance ends."""
        counter = IncrementCounter(firing.fill(self.key).strip())
        if not counter.key:
            raise StepFailed("the name of the counter is empty")
        yield counter
        firing.variables[self.value] = b"%d" % counter.count
