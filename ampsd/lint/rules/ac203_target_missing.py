"""AC203: a queue over a regular expression does not say where publishes go."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class TargetMissing(Rule):
    """The underlying topic of a queue is a regular expression, but there is no DefaultPublishTarget.

    What is published to the queue's name goes to one topic. With several underlying topics, the queue must say to
    which (User Guide, Message Queues).
    """

    severity = "error"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>^work-</UnderlyingTopic>"
        "<MessageType>json</MessageType></Queue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>^work-</UnderlyingTopic><MessageType>json</MessageType>"
        "<DefaultPublishTarget>work-default</DefaultPublishTarget></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue over a regular expression without a target."""
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if definition.default_publish_target is None and definition.underlying_is_regex:
                yield self.finding(
                    queue.span("underlying_topic"),
                    f"queue {definition.name!r} takes the topics that match {definition.underlying!r},"
                    " but does not say which of them receives what is published to it",
                    "Add <DefaultPublishTarget>TOPIC</DefaultPublishTarget> with a topic that matches.",
                )
