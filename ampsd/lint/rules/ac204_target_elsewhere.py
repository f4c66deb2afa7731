"""AC204: publishes to a queue go where the queue does not look."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.expressions.regex import compile_regex
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class TargetElsewhere(Rule):
    """The DefaultPublishTarget of a queue is not one of its underlying topics.

    What is published to the queue would never enter it (User Guide, Message Queues).
    """

    severity = "error"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>^work-</UnderlyingTopic><MessageType>json</MessageType>"
        "<DefaultPublishTarget>orders</DefaultPublishTarget></Queue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>^work-</UnderlyingTopic><MessageType>json</MessageType>"
        "<DefaultPublishTarget>work-default</DefaultPublishTarget></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every target that the queue's UnderlyingTopic does not cover."""
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            target = definition.default_publish_target
            if target is not None and not _is_underlying(definition, target):
                yield self.finding(
                    queue.span("default_publish_target"),
                    f"queue {definition.name!r}: DefaultPublishTarget {target!r} is not one of its underlying topics,"
                    f" {definition.underlying!r}",
                    "Name a topic that the queue holds; otherwise what is published to the queue never enters it.",
                )


def _is_underlying(definition: QueueDefinition, topic: str) -> bool:
    if not definition.underlying_is_regex:
        return topic == definition.underlying
    return compile_regex(definition.underlying.encode()).search(topic.encode("utf-8", "surrogateescape"))
