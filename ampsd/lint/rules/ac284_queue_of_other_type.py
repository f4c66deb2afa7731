"""AC284: a queue over a topic that has another message type."""

from collections.abc import Iterable

from ampsd.config.advice import listed
from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.subject import Subject


class QueueOfOtherType(Rule):
    """A queue has another message type than the SOW topic that it is made of.

    Topics of one name and different message types are different topics, so the queue holds none of the messages of
    that SOW topic (User Guide, Message Queues). It is right only if the name is used with both types on purpose.
    """

    severity = "warning"
    failing = (
        "<SOW><Topic><Name>orders</Name><MessageType>nvfix</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<Queue><Name>work</Name><UnderlyingTopic>orders</UnderlyingTopic><MessageType>json</MessageType></Queue></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<Queue><Name>work</Name><UnderlyingTopic>orders</UnderlyingTopic><MessageType>json</MessageType></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue over a single topic."""
        entries = SowEntries(subject)
        if not entries.is_complete:
            return
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if definition.underlying_is_regex:
                continue
            types = [
                one.message_type
                for one in entries.called(definition.underlying)
                if isinstance(one.placed.definition, TopicDefinition)
            ]
            if types and definition.message_type not in types:
                yield self.finding(
                    queue.span("message_type"),
                    f"queue {definition.name!r} is of type {definition.message_type!r}, but the SOW topic"
                    f" {definition.underlying!r} is of type {listed(types)}",
                    f"Write <MessageType>{types[0]}</MessageType>, or name another UnderlyingTopic.",
                )
