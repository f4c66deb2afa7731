"""AC201: what a queue is made of is not recorded."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.config.recorded import RecordedTopics, journal_topic, matches
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.transaction_log import LoggedTopicDefinition, TransactionLogDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.topics import message_types, recorded, topic_element


class UnderlyingNotJournalled(Rule):
    """The underlying topic of a queue is not in the TransactionLog.

    A queue is a view over messages of the transaction log: what is not recorded there never enters it. The topic
    must be recorded with the message type of the queue (User Guide, Message Queues). For a queue over a regular
    expression, its DefaultPublishTarget must be recorded.
    """

    severity = "error"
    failing = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
    passing = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>Jobs</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue without a matching Topic in the TransactionLog."""
        if subject.has_unbuilt(TransactionLogDefinition, LoggedTopicDefinition):
            return
        log = recorded(subject)
        topics = log or RecordedTopics()
        known = message_types(subject)
        for queue in subject.all_of(QueueDefinition):
            wanted = journal_topic(queue.definition)
            if queue.definition.message_type not in known:
                continue
            if wanted is not None and not topics.has(wanted, queue.definition.message_type):
                yield self._missing(queue, wanted, log)

    def _missing(self, queue: Placed[QueueDefinition], topic: str, log: RecordedTopics | None) -> Finding:
        definition = queue.definition
        what = "DefaultPublishTarget" if definition.underlying_is_regex else "underlying topic"
        others = [one.message_type for one in (log.listed if log else ()) if matches(one.name, topic)]
        because = f"; it is recorded with message type {others[0]!r} only" if others else ""
        element = topic_element(topic, definition.message_type)
        if log is not None:
            remedy = f"Add {element} to <TransactionLog>."
        else:
            remedy = (
                "Add <TransactionLog><JournalDirectory>./journal</JournalDirectory>"
                f"{element}</TransactionLog> to <AMPSConfig>, or start with --dev to try it out."
            )
        return self.finding(
            queue.span("underlying_topic"),
            f"queue {definition.name!r}: its {what} {topic!r} is not in the TransactionLog{because}",
            remedy,
        )
