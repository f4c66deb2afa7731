"""amps-action-on-execute-event."""

from ampsd.actions.marks import HANDLES
from ampsd.actions.module import On
from ampsd.actions.option_kinds import EVENT
from ampsd.declare import option


class OnExecuteEvent(
    On,
    module="amps-action-on-execute-event",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when a step of another action raises the event; it sees the variables of that action.

    User Guide, On a Custom Event.
    """

    brings_any = True

    event_name: str = option(EVENT, "Name of the event.", xml="Event", marks=(HANDLES,), reload="live")
