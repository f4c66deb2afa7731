"""AC333."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called
from ampsd.lint.subject import Subject


class JournalsGrow(Rule):
    """There is a transaction log, and nothing removes old journals.

    They fill the disk as long as the instance lives. A schedule with amps-action-do-remove-journal removes those
    that nothing needs any more (User Guide, Remove Journal Files).
    """

    severity = "info"
    is_strict_only = True
    failing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory><Topic><Name>.*</Name>"
        "<MessageType>json</MessageType></Topic></TransactionLog>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>j</JournalDirectory><Topic><Name>.*</Name>"
        "<MessageType>json</MessageType></Topic></TransactionLog><Actions><Action><On>"
        "<Module>amps-action-on-schedule</Module><Options><Every>1d</Every></Options></On><Do>"
        "<Module>amps-action-do-remove-journal</Module><Options><Age>7d</Age></Options></Do></Action>"
        "</Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The TransactionLog, when no step removes journals."""
        if any(called(step, "do-remove-journal") for _, step in all_steps(subject)):
            return
        for log in subject.all_of(TransactionLogDefinition):
            yield self.finding(
                log.span(),
                "nothing removes old journals, so they fill the disk",
                "Add an action on a schedule with amps-action-do-remove-journal.",
            )
