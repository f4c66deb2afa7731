"""amps-action-on-sow-delete-message."""

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

    variables = {
        "AMPS_TOPIC": "Topic of the message.",
        "AMPS_DATA": "The message.",
        "AMPS_DATA_LENGTH": "Length of the message in bytes.",
        "AMPS_CORRELATION_ID": "Correlation id of the message; empty when it has none.",
    }

    topic: str = option(
        TOPIC,
        "SOW topic, view, conflated topic or queue to watch; no regular expression.",
        marks=(WATCHES,),
        reload="live",
    )
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")
