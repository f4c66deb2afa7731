"""amps-action-on-alert."""

from ampsd.actions.event_variables import TRACKED_RECORD
from ampsd.actions.marks import RAISES, SETS, WATCHES
from ampsd.actions.module import On
from ampsd.actions.option_kinds import EVENT, VARIABLE
from ampsd.declare import EXPRESSION, INTERVAL, MESSAGE_TYPE, TOPIC, option


class OnAlert(
    On,
    module="amps-action-on-alert",
    not_running="Remove the action; topics of the SOW do not run yet.",
):
    """Raises one event when a record has matched for longer than the duration, and another when it goes.

    User Guide, On Alert.
    """

    variables = TRACKED_RECORD

    topic: str = option(
        TOPIC, "Topic, view or conflated topic to watch; no regular expression.", marks=(WATCHES,), reload="live"
    )
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")
    oof_event: str = option(
        EVENT,
        "Value of the variable when the record no longer matches.",
        xml="OOFEvent",
        marks=(RAISES,),
        reload="live",
    )
    timeout_event: str = option(
        EVENT, "Value of the variable when the record has matched for the duration.", marks=(RAISES,), reload="live"
    )
    event_variable: str = option(
        VARIABLE,
        "Name of the variable that holds the event, for amps-action-do-execute-event.",
        marks=(SETS,),
        reload="live",
    )
    duration_ns: int | None = option(INTERVAL, "How long a record may match.", default=None, reload="live")
    filter: str | None = option(EXPRESSION, "Records that are watched; without it, all.", default=None, reload="live")

    def sets(self) -> tuple[str, ...]:
        """The variables of every use, and the one that `event_variable` names."""
        return (*self.variables, self.event_variable)
