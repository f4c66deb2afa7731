"""AC218: a log target that logs nothing."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.logging import TargetDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class NoLevel(Rule):
    """A log target has neither Level, Levels nor IncludeErrors and logs nothing.

    AMPS's documents disagree about the default of Level; the table of options says none (User Guide, Logging).
    """

    severity = "warning"
    failing = "<Logging><Target><Protocol>stdout</Protocol></Target></Logging>"
    passing = "<Logging><Target><Protocol>stdout</Protocol><Level>info</Level></Target></Logging>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every log target."""
        for target in subject.all_of(TargetDefinition):
            if not any(target.is_set(one) for one in ("level", "levels", "include_errors")):
                yield self.finding(
                    target.span(),
                    "the target has neither Level, Levels nor IncludeErrors, so it logs nothing",
                    "Add <Level>info</Level>.",
                )
