"""amps-action-do-execute-event."""

from ampsd.actions.firing import Firing
from ampsd.actions.marks import RAISES
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import TEXT_TEXT, VARIABLE
from ampsd.actions.template import Template
from ampsd.declare import option
from ampsd.engine.effects import RaiseEvent, StepFailed


class DoExecuteEvent(Do, module="amps-action-do-execute-event"):
    """Raises a custom event: actions that wait for it run with the variables of this one.

    User Guide, Raise a Custom Event.
    """

    event: Template | None = option(
        TEXT_TEXT, "Name of the event; this or EventVariable.", default=None, marks=(RAISES,), reload="live"
    )
    event_variable: str | None = option(
        VARIABLE, "Variable that holds the name of the event; this or Event.", default=None, reload="live"
    )

    def run(self, firing: Firing) -> Steps:
        """Raise it; what it sets off has a copy of the variables."""
        if self.event_variable is not None:
            event = firing.value(self.event_variable)
        else:
            event = firing.fill(self.event) if self.event is not None else b""
        if not event.strip():
            raise StepFailed("the name of the event is empty")
        yield RaiseEvent(event.strip().decode("utf-8", "surrogateescape"), firing.variables.copy())
