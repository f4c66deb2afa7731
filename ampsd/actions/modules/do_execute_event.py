"""amps-action-do-execute-event."""

from ampsd.actions.marks import RAISES
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT, VARIABLE
from ampsd.actions.template import Template
from ampsd.declare import option


class DoExecuteEvent(
    Do,
    module="amps-action-do-execute-event",
    not_running="Remove the step; it does not run yet.",
):
    """Raises a custom event: actions that wait for it run with the variables of this one.

    User Guide, Raise a Custom Event.
    """

    event: Template | None = option(
        TEXT_TEXT, "Name of the event; this or EventVariable.", default=None, marks=(RAISES,), reload="live"
    )
    event_variable: str | None = option(
        VARIABLE, "Variable that holds the name of the event; this or Event.", default=None, reload="live"
    )
