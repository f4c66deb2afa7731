"""amps-action-on-sow-delete-message."""

from ampsd.actions.event_variables import CORRELATION_ID, MESSAGE
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.declare import MESSAGE_TYPE, TOPIC, option
from ampsd.engine.events import Event, MessageDeleted


class OnSowDeleteMessage(On, module="amps-action-on-sow-delete-message"):
    """Runs once for each message that is deleted from a topic of the SOW, or acknowledged in a queue; not for expiry.

    User Guide, On SOW Message Delete. It does not run for queues that deliver at most once.
    """

    event = MessageDeleted
    variables = MESSAGE | CORRELATION_ID

    topic: str = option(
        TOPIC,
        "SOW topic, view, conflated topic or queue to watch; no regular expression.",
        marks=(WATCHES,),
        reload="live",
    )
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")

    def matches(self, event: Event) -> bool:
        """Acknowledgments in the queue."""
        assert isinstance(event, MessageDeleted)
        return event.topic == self.topic and event.message_type == self.message_type
