"""AC335."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called
from ampsd.lint.subject import Subject


class NoArchive(Rule):
    """Journals are archived, but there is no JournalArchiveDirectory.

    What AMPS does then is not documented (User Guide, Archive Journal Files).
    """

    severity = "error"
    failing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory><Topic><Name>.*</Name>"
        "<MessageType>json</MessageType></Topic></TransactionLog><Actions><Action><On>"
        "<Module>amps-action-on-startup</Module></On><Do><Module>amps-action-do-archive-journal</Module>"
        "<Options><Age>1d</Age></Options></Do></Action></Actions>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory>"
        "<JournalArchiveDirectory>a</JournalArchiveDirectory><Topic><Name>.*</Name>"
        "<MessageType>json</MessageType></Topic></TransactionLog><Actions><Action><On>"
        "<Module>amps-action-on-startup</Module></On><Do><Module>amps-action-do-archive-journal</Module>"
        "<Options><Age>1d</Age></Options></Do></Action></Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every do-archive-journal."""
        if subject.has_unbuilt(TransactionLogDefinition):
            return
        logs = subject.all_of(TransactionLogDefinition)
        if any(log.definition.journal_archive_directory for log in logs):
            return
        for _, step in all_steps(subject):
            if called(step, "do-archive-journal"):
                yield self.finding(
                    step.span(),
                    "there is no JournalArchiveDirectory to archive journals to",
                    "Add <JournalArchiveDirectory>...</JournalArchiveDirectory> to <TransactionLog>.",
                )
