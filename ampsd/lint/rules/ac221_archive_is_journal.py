"""AC221: archiving that moves nothing."""

import posixpath
from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class ArchiveIsJournal(Rule):
    """JournalArchiveDirectory and JournalDirectory are the same.

    Archiving moves journals to a larger, slower device, so that the fast one has room; best it is another device (User
    Guide, Transaction Log). In one directory a file and its copy would have one name.
    """

    severity = "error"
    failing = (
        "<TransactionLog><JournalDirectory>./j</JournalDirectory><JournalArchiveDirectory>j/</JournalArchiveDirectory>"
        "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>./j</JournalDirectory><JournalArchiveDirectory>a/</JournalArchiveDirectory>"
        "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Both directories."""
        for log in subject.all_of(TransactionLogDefinition):
            archive = log.definition.journal_archive_directory
            if archive and posixpath.normpath(archive) == posixpath.normpath(log.definition.journal_directory):
                yield self.finding(
                    log.span("journal_archive_directory"),
                    "JournalArchiveDirectory is the JournalDirectory",
                    "Name another directory, best on another device.",
                )
