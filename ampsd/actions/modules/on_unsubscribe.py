"""amps-action-on-unsubscribe."""

from ampsd.actions.event_variables import SUBSCRIPTION
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.declare import MESSAGE_TYPE, TOPIC_OR_REGEX, option


class OnUnsubscribe(
    On,
    module="amps-action-on-unsubscribe",
    not_running="Remove the action; it is not set off by this yet.",
):
    """Runs when a subscription ends, by a command or with its connection.

    User Guide, On Subscribe or Unsubscribe.
    """

    variables = SUBSCRIPTION

    topic: str = option(TOPIC_OR_REGEX, "Topic, or a regular expression for several.", marks=(WATCHES,), reload="live")
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")
