"""AC215: a journal size below the least one."""

from collections.abc import Iterable

from ampsd.config.finding import Finding, SetText
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class JournalSizeRaised(Rule):
    """JournalSize is below 10M, the least there is, and is raised to it.

    (User Guide, Transaction Log.)
    """

    severity = "warning"
    failing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory><JournalSize>1M</JournalSize>"
        "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory><JournalSize>10M</JournalSize>"
        "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The JournalSize."""
        for log in subject.all_of(TransactionLogDefinition):
            definition = log.definition
            if definition.journal_size_given_bytes < definition.journal_size_bytes:
                yield self.finding(
                    log.span("journal_size_given_bytes"),
                    f"JournalSize of {definition.journal_size_given_bytes} bytes is raised to the least, 10M",
                    "Write 10M or more.",
                    SetText("10M"),
                )
