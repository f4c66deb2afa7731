"""amps-action-on-unsubscribe."""

from ampsd.actions.event_variables import SUBSCRIPTION
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.actions.topics import names
from ampsd.declare import MESSAGE_TYPE, TOPIC_OR_REGEX, option
from ampsd.engine.events import Event, Unsubscribed


class OnUnsubscribe(On, module="amps-action-on-unsubscribe"):
    """Runs when a subscription ends, by a command or with its connection.

    User Guide, On Subscribe or Unsubscribe.
    """

    event = Unsubscribed

    variables = SUBSCRIPTION

    topic: str = option(TOPIC_OR_REGEX, "Topic, or a regular expression for several.", marks=(WATCHES,), reload="live")
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")

    def matches(self, event: Event) -> bool:
        """Commands with that topic; a regular expression in a command is compared as it is written."""
        assert isinstance(event, Unsubscribed)
        return event.message_type == self.message_type and (event.topic == self.topic or names(self.topic, event.topic))
