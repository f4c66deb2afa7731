"""amps-action-on-sow-delete-message."""

from ampsd.actions.event_variables import CORRELATION_ID, MESSAGE
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.declare import MESSAGE_TYPE, TOPIC, option


class OnSowDeleteMessage(
    On,
    module="amps-action-on-sow-delete-message",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs once for each message that is deleted from a topic of the SOW or a queue.

    User Guide, On SOW Message Delete.
    """

    variables = MESSAGE | CORRELATION_ID

    topic: str = option(
        TOPIC,
        "SOW topic, view, conflated topic or queue to watch; no regular expression.",
        marks=(WATCHES,),
        reload="live",
    )
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")
