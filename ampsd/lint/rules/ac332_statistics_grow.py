"""AC332."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.admin import AdminDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called
from ampsd.lint.subject import Subject


class StatisticsGrow(Rule):
    """The statistics are kept in a file, and nothing shortens it.

    It grows as long as the instance lives. A schedule with amps-action-do-truncate-statistics keeps it small (User
    Guide, Truncate Statistics).
    """

    severity = "info"
    is_strict_only = True
    failing = "<Admin><InetAddr>8085</InetAddr><FileName>stats.db</FileName></Admin>"
    passing = (
        "<Admin><InetAddr>8085</InetAddr><FileName>stats.db</FileName></Admin><Actions><Action><On>"
        "<Module>amps-action-on-schedule</Module><Options><Every>1d</Every></Options></On><Do>"
        "<Module>amps-action-do-truncate-statistics</Module><Options><Age>7d</Age></Options></Do></Action>"
        "</Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Admin with a file, when no step truncates it."""
        if any(called(step, "do-truncate-statistics") for _, step in all_steps(subject)):
            return
        for admin in subject.all_of(AdminDefinition):
            if admin.is_set("file_name"):
                yield self.finding(
                    admin.span("file_name"),
                    "nothing shortens the statistics, so their file grows for ever",
                    "Add an action on a schedule with amps-action-do-truncate-statistics.",
                )
