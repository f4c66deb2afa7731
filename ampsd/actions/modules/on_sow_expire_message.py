"""amps-action-on-sow-expire-message."""

from ampsd.actions.event_variables import CORRELATION_ID, MESSAGE
from ampsd.actions.marks import WATCHES
from ampsd.actions.module import On
from ampsd.declare import MESSAGE_TYPE, TOPIC, Kind, option, words_of
from ampsd.engine.events import REASON_ORDER, Event, MessageExpired

_WORDS = words_of(*REASON_ORDER)


def _reasons(text: str) -> tuple[str, ...]:
    found: tuple[str, ...] = _WORDS.parse(text)
    if not found:
        raise ValueError(f"no reason is named: write one or more of {', '.join(REASON_ORDER)}")
    return found


_REASONS = Kind(_WORDS.name, _reasons)


class OnSowExpireMessage(On, module="amps-action-on-sow-expire-message"):
    """Runs once for each message that expires from a SOW topic or a queue (User Guide, SOW Message Expiration)."""

    event = MessageExpired
    variables = (
        MESSAGE
        | CORRELATION_ID
        | {"AMPS_REASON": "Why it expired: time_limit, forced_expire, max_cancels, max_deliveries, joined by commas."}
    )

    topic: str = option(
        TOPIC,
        "SOW topic, view, conflated topic or queue to watch; no regular expression.",
        marks=(WATCHES,),
        reload="live",
    )
    message_type: str = option(MESSAGE_TYPE, "Message type of that topic.", refers_to="message type", reload="live")
    reason: tuple[str, ...] = option(
        _REASONS,
        "Run only when one of these reasons is among those of the message.",
        default=REASON_ORDER,
        reload="live",
    )

    def matches(self, event: Event) -> bool:
        """Expirations of the topic, for one of the reasons."""
        assert isinstance(event, MessageExpired)
        return (
            event.topic == self.topic
            and event.message_type == self.message_type
            and any(reason in self.reason for reason in event.reasons)
        )
