"""amps-action-if-condition."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import If
from ampsd.actions.option_kinds import CONDITION
from ampsd.declare import option
from ampsd.engine.effects import StepFailed
from ampsd.expressions.compile import NO_FIELDS, Filter, VariableError
from ampsd.expressions.environment import Environment


class IfCondition(If, module="amps-action-if-condition"):
    """Goes on only when the condition is true (User Guide, Conditional Expression).

    A variable inside quotes is a text, whatever is in it; outside quotes it must be a number. It never changes what the
    condition says.
    """

    condition: Filter = option(CONDITION, "Expression over context variables; it sees no message.", reload="live")

    def passes(self, firing: Firing, answer: bytes) -> bool:
        """Whether the condition holds now. Raises StepFailed when a variable is not the number it must be."""
        values = {name: firing.value(name) for name in self.condition.variables}
        try:
            return self.condition.matches(NO_FIELDS, Environment(variables=values))
        except VariableError as error:
            raise StepFailed(str(error)) from error
