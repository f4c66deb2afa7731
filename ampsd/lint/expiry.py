"""How messages leave queues unprocessed, and the actions that catch them."""

from dataclasses import dataclass

from ampsd.actions.modules.do_publish_message import DoPublishMessage
from ampsd.actions.modules.on_sow_expire_message import OnSowExpireMessage
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.subject import Subject


@dataclass(frozen=True, slots=True)
class Limit:
    """A setting that lets messages of a queue expire, and the AMPS_REASON they then have."""

    attribute: str
    xml: str
    reason: str


_LIMITS = (
    Limit("max_deliveries", "MaxDeliveries", "max_deliveries"),
    Limit("max_cancels", "MaxCancels", "max_cancels"),
    Limit("expiration_ns", "Expiration", "time_limit"),
)


def limits_of(queue: QueueDefinition) -> list[Limit]:
    """The limits that can end a message of the queue; messages of an at-most-once queue end by time only."""
    return [
        limit
        for limit in _LIMITS
        if getattr(queue, limit.attribute) and (limit.reason == "time_limit" or not queue.is_at_most_once)
    ]


class DeadLetterTopics:
    """The topics that actions publish expired messages to."""

    __slots__ = ("_is_any", "_topics")

    def __init__(self, topics: list[str], *, is_any: bool) -> None:
        self._topics = topics
        self._is_any = is_any

    def takes(self, queue: QueueDefinition) -> bool:
        """Whether expired messages are, or may be, published to the queue or to what it holds."""
        return self._is_any or queue.name in self._topics or queue.publish_target in self._topics


def dead_letter_topics(subject: Subject) -> DeadLetterTopics:
    """Where actions on expired messages publish. A topic with variables may be any."""
    targets = [
        step.definition.topic
        for _, ons, steps in subject.actions()
        if any(isinstance(on.definition, OnSowExpireMessage) for on in ons)
        for step in steps
        if isinstance(step.definition, DoPublishMessage)
    ]
    plain = [target.text.strip() for target in targets if not target.names]
    return DeadLetterTopics(plain, is_any=len(plain) < len(targets))
