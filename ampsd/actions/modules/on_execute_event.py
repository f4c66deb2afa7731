"""amps-action-on-execute-event."""

from ampsd.actions.marks import HANDLES
from ampsd.actions.module import On
from ampsd.actions.option_kinds import EVENT
from ampsd.declare import option
from ampsd.engine.events import CustomEvent, Event


class OnExecuteEvent(On, module="amps-action-on-execute-event"):
    """Runs when a step of another action raises the event; it sees the variables of that action.

    User Guide, On a Custom Event.
    """

    event = CustomEvent

    brings_any = True

    event_name: str = option(EVENT, "Name of the event.", xml="Event", marks=(HANDLES,), reload="live")

    def matches(self, event: Event) -> bool:
        """The event of that name."""
        assert isinstance(event, CustomEvent)
        return event.name == self.event_name
