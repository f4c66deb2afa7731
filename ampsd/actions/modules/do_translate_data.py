"""amps-action-do-translate-data."""

from ampsd.actions.marks import SETS
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TRANSLATION, VARIABLE, Assignment
from ampsd.actions.template import TEMPLATE, Template
from ampsd.declare import option


class DoTranslateData(
    Do,
    module="amps-action-do-translate-data",
    not_running="Remove the step; it does not run yet.",
):
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
