"""AC222: a transaction log without topics."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.transaction_log import LoggedTopicDefinition, TransactionLogDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class NothingRecorded(Rule):
    """The TransactionLog records no topic.

    The journal is kept, but no message is in it (User Guide, Transaction Log).
    """

    severity = "warning"
    failing = "<TransactionLog><JournalDirectory>./journal</JournalDirectory></TransactionLog>"
    passing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The TransactionLog."""
        for log in subject.all_of(TransactionLogDefinition):
            if not log.definition.topics and not subject.has_unbuilt(LoggedTopicDefinition):
                yield self.finding(
                    log.span(),
                    "the TransactionLog names no Topic, so it records nothing",
                    "Add <Topic><Name>.*</Name><MessageType>json</MessageType></Topic> for every topic of type json.",
                )
