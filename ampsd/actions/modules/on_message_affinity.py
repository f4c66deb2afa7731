"""amps-action-on-message-affinity."""

from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.declare import EXPRESSION, MESSAGE_TYPE, TOPIC, option


class OnMessageAffinity(
    On,
    module="amps-action-on-message-affinity",
    not_running="Remove the action; topics of the SOW do not run yet.",
):
    """Runs when control messages assign a client to data, or take it away (User Guide, On Message Affinity)."""

    variables = {
        "AMPS_DATA": "The message.",
        "AMPS_CLIENT_NAME": "Name of the client.",
        "AMPS_AFFINITY_ACTION": "assign or unassign.",
        "AMPS_AFFINITY_REASON": "Why the affinity changed, such as oof or unsubscribe.",
    }

    message_type: str = option(MESSAGE_TYPE, "Message type of both topics.", refers_to="message type", reload="live")
    control_topic: str = option(TOPIC, "Topic of the control messages.", marks=(WATCHES,), reload="live")
    data_topic: str = option(
        TOPIC, "Topic, view or conflated topic that clients are assigned to.", refers_to="topic", reload="live"
    )
    data_filter: str | None = option(EXPRESSION, "Which data is meant.", default=None, reload="live")
