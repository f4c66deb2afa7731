"""amps-action-on-message-condition-timeout."""

from ampsd.actions.event_variables import TRACKED_RECORD
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.declare import EXPRESSION, INTERVAL, MESSAGE_TYPE, TOPIC, option


class OnMessageConditionTimeout(
    On,
    module="amps-action-on-message-condition-timeout",
    not_running="Remove the action; topics of the SOW do not run yet.",
):
    """Runs when a record has matched the filter for longer than the duration.

    User Guide, On Message Condition Timeout.
    """

    variables = TRACKED_RECORD

    topic: str = option(
        TOPIC, "Topic, view or conflated topic to watch; no regular expression.", marks=(WATCHES,), reload="live"
    )
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")
    duration_ns: int | None = option(INTERVAL, "How long a record may match.", default=None, reload="live")
    filter: str | None = option(EXPRESSION, "Records that are watched; without it, all.", default=None, reload="live")
