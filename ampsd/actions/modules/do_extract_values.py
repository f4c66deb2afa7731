"""amps-action-do-extract-values."""

from ampsd.actions.marks import SETS
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import EXTRACTION, TEXT_TEXT, Assignment
from ampsd.actions.template import TEMPLATE, Template
from ampsd.declare import option


class DoExtractValues(
    Do,
    module="amps-action-do-extract-values",
    not_running="Remove the step; it does not run yet.",
):
    """Puts fields of a message into variables (User Guide, Extract Values)."""

    message_type: Template = option(TEXT_TEXT, "Message type of the data.", refers_to="message type", reload="live")
    values: tuple[Assignment, ...] = option(
        EXTRACTION,
        "A variable, and the expression whose value it gets.",
        xml="Value",
        repeatable=True,
        marks=(SETS,),
        reload="live",
    )
    data: Template | None = option(TEMPLATE, "The message; without it, AMPS_DATA.", default=None, reload="live")

    def sets(self) -> tuple[str, ...]:
        """The variable of each Value."""
        return tuple(one.left for one in self.values)
