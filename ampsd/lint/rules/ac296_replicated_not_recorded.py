"""AC296: a replicated topic that is not recorded."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.recorded import RecordedTopics, matches
from ampsd.definitions.replication import ReplicatedTopicDefinition
from ampsd.definitions.transaction_log import LoggedTopicDefinition, TransactionLogDefinition
from ampsd.expressions.regex import is_regex
from ampsd.lint.replicated import destinations, shown, what
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.topics import recorded, topic_element


class ReplicatedNotRecorded(Rule):
    """A replicated topic is not in the TransactionLog.

    Replication sends what the transaction log holds; a message of a topic that is not recorded there, with its message
    type, never leaves the instance (User Guide, Replication and High Availability). For a regular expression, at least
    one topic that it can match must be recorded.
    """

    severity = "error"
    failing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>fills</Name><MessageType>json</MessageType></Topic></TransactionLog>"
        "<Replication><Destination><Name>B</Name><SyncType>sync</SyncType>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType></Topic></TransactionLog>"
        "<Replication><Destination><Name>B</Name><SyncType>sync</SyncType>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every topic of every Destination."""
        if subject.has_unbuilt(TransactionLogDefinition, LoggedTopicDefinition):
            return
        logged = recorded(subject) or RecordedTopics()
        for destination, topics in destinations(subject):
            for topic in topics:
                definition = topic.definition
                if _may_be_recorded(logged, definition):
                    continue
                element = topic_element(definition.name or ".*", definition.message_type)
                which = f"no topic of type {definition.message_type!r}"
                if definition.name is not None:
                    which = f"no {shown(definition)} of type {definition.message_type!r}"
                yield self.finding(
                    topic.span("name"),
                    f"{what(destination.definition)}: the TransactionLog records {which}, so nothing is replicated",
                    f"Add {element} to <TransactionLog>.",
                )


def _may_be_recorded(logged: RecordedTopics, wanted: ReplicatedTopicDefinition) -> bool:
    """Whether something of it is recorded; two regular expressions may always have a topic in common."""
    if wanted.name is not None and not is_regex(wanted.name):
        return logged.has(wanted.name, wanted.message_type)
    return any(
        one.message_type == wanted.message_type
        and (wanted.name is None or is_regex(one.name) or matches(wanted.name, one.name))
        for one in logged.listed
    )
