"""AC245."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.replication import DestinationDefinition
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class AcceptedBeforeCopied(Rule):
    """Messages are acknowledged before another instance has them.

    There is a transaction log, and no Destination with SyncType sync: what is acknowledged is on this machine alone
    (User Guide, Replication).
    """

    severity = "info"
    is_strict_only = True
    failing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory><Topic><Name>.*</Name>"
        "<MessageType>json</MessageType></Topic></TransactionLog>"
    )
    passing = "<Description>without a log</Description>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The TransactionLog, when no Destination is sync."""
        if any(one.definition.sync_type == "sync" for one in subject.all_of(DestinationDefinition)):
            return
        for log in subject.all_of(TransactionLogDefinition):
            yield self.finding(
                log.span(),
                "messages are acknowledged when they are on this machine alone",
                "Add a Destination with SyncType sync, if the loss of this machine must lose none.",
            )
