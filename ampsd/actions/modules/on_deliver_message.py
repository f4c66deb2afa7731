"""amps-action-on-deliver-message."""

from ampsd.actions.event_variables import BOOKMARK, CORRELATION_ID, MESSAGE
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.actions.topics import names
from ampsd.declare import MESSAGE_TYPE, TOPIC_OR_REGEX, option
from ampsd.engine.events import Event, MessageDelivered


class OnDeliverMessage(On, module="amps-action-on-deliver-message"):
    """Runs for each message that is delivered, once for each client that receives it.

    User Guide, On Message Delivery.
    """

    event = MessageDelivered
    variables = (
        MESSAGE | BOOKMARK | CORRELATION_ID | {"AMPS_CLIENT_NAME": "Name of the client that receives the message."}
    )

    topic: str = option(TOPIC_OR_REGEX, "Topic, or a regular expression for several.", marks=(WATCHES,), reload="live")
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")

    def matches(self, event: Event) -> bool:
        """Deliveries of the topic, or of the queue of that name."""
        assert isinstance(event, MessageDelivered)
        return event.message_type == self.message_type and names(self.topic, event.topic)
