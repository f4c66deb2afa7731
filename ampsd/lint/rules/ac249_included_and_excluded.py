"""AC249."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.logging import TargetDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class IncludedAndExcluded(Rule):
    """A log target includes and excludes the same record.

    ExcludeErrors wins, so it is never logged (User Guide, Logging).
    """

    severity = "warning"
    failing = (
        "<Logging><Target><Protocol>stdout</Protocol><Level>info</Level>"
        "<IncludeErrors>12-0010</IncludeErrors><ExcludeErrors>12-0010</ExcludeErrors></Target></Logging>"
    )
    passing = (
        "<Logging><Target><Protocol>stdout</Protocol><Level>info</Level>"
        "<IncludeErrors>12-0010</IncludeErrors><ExcludeErrors>12-0011</ExcludeErrors></Target></Logging>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every target."""
        for target in subject.all_of(TargetDefinition):
            both = [one for one in target.definition.include_errors if one in target.definition.exclude_errors]
            if both:
                yield self.finding(
                    target.span("include_errors"),
                    f"{both[0]} is both included and excluded, so it is never logged",
                    "Keep one.",
                )
