"""amps-action-on-subscribe."""

from ampsd.actions.event_variables import SUBSCRIPTION
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.actions.topics import names
from ampsd.declare import MESSAGE_TYPE, TOPIC_OR_REGEX, option
from ampsd.engine.events import Event, Subscribed


class OnSubscribe(On, module="amps-action-on-subscribe"):
    """Runs when a client enters a subscription (User Guide, On Subscribe or Unsubscribe)."""

    event = Subscribed

    variables = SUBSCRIPTION

    topic: str = option(TOPIC_OR_REGEX, "Topic, or a regular expression for several.", marks=(WATCHES,), reload="live")
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")

    def matches(self, event: Event) -> bool:
        """Commands with that topic; a regular expression in a command is compared as it is written."""
        assert isinstance(event, Subscribed)
        return event.message_type == self.message_type and (event.topic == self.topic or names(self.topic, event.topic))
