"""AC331."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.step_options import all_steps, called
from ampsd.lint.subject import Subject


class VacuumStatistics(Rule):
    """The statistics are vacuumed.

    AMPS advises against amps-action-do-vacuum-statistics: it locks the database for long, and the space would be
    used again (User Guide, Vacuum Statistics).
    """

    severity = "warning"
    failing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-vacuum-statistics</Module></Do></Action></Actions>"
    )
    passing = (
        "<Actions><Action><On><Module>amps-action-on-startup</Module></On><Do>"
        "<Module>amps-action-do-truncate-statistics</Module><Options><Age>7d</Age></Options></Do></Action>"
        "</Actions>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every do-vacuum-statistics."""
        for _, step in all_steps(subject):
            if called(step, "do-vacuum-statistics"):
                yield self.finding(
                    step.span(),
                    "amps-action-do-vacuum-statistics is deprecated",
                    "Use amps-action-do-truncate-statistics alone.",
                )
