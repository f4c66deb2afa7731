"""amps-action-do-translate-data."""

from ampsd.actions.firing import Firing
from ampsd.actions.marks import SETS
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import TRANSLATION, VARIABLE, Assignment
from ampsd.actions.template import TEMPLATE, Template
from ampsd.actions.template_filters import bytes_of
from ampsd.declare import option


class DoTranslateData(Do, module="amps-action-do-translate-data"):
    """Puts one of several texts into a variable, by what a value is (User Guide, Translate Data)."""

    data: Template = option(TEMPLATE, "The value.", reload="live")
    value: str = option(VARIABLE, "Name of the variable that gets the text.", marks=(SETS,), reload="live")
    cases: tuple[Assignment, ...] = option(
        TRANSLATION, "A value, and the text that it becomes.", xml="Case", repeatable=True, reload="live"
    )
    default: Template | None = option(
        TEMPLATE, "The text when no Case fits; without it, the value itself.", default=None, reload="live"
    )

    def sets(self) -> tuple[str, ...]:
        """The variable that `value` names."""
        return (self.value,)

    def run(self, firing: Firing) -> Steps:
        """Compare with each Case in turn; the first that is equal counts."""
        data = firing.fill(self.data)
        found = next((one for one in self.cases if bytes_of(one.left) == data), None)
        if found is not None:
            firing.variables[self.value] = bytes_of(found.right)
        else:
            firing.variables[self.value] = data if self.default is None else firing.fill(self.default)
        yield from ()
