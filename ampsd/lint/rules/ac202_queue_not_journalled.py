"""AC202: the topic of a queue itself is not recorded."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.recorded import RecordedTopics, journal_topic
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.topics import recorded, topic_element


class QueueNotJournalled(Rule):
    """The topic of a queue is not in the TransactionLog; only its underlying topic is.

    That is enough for ampsd. AMPS's documents disagree: its shipped example says that both must be recorded, so a
    file that is also for AMPS should record both.
    """

    severity = "warning"
    failing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>Work</UnderlyingTopic><MessageType>json</MessageType></Queue></SOW>"
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>Work</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )
    passing = (
        "<SOW><Queue><Name>Jobs</Name><UnderlyingTopic>Work</UnderlyingTopic><MessageType>json</MessageType></Queue></SOW>"
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>^(Work|Jobs)$</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue whose underlying topic is recorded, but not its own name."""
        topics = recorded(subject) or RecordedTopics()
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            wanted = journal_topic(definition)
            if wanted is None or wanted == definition.name:
                continue
            message_type = definition.message_type
            if topics.has(wanted, message_type) and not topics.has(definition.name, message_type):
                yield self.finding(
                    queue.span(),
                    f"the TransactionLog records {wanted!r}, but not the queue topic {definition.name!r} itself",
                    f"That is enough here; AMPS may want {topic_element(definition.name, message_type)} too.",
                )
