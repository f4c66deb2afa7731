"""AC246."""

import re
from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.logging import TargetDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class LogsEverything(Rule):
    """A log target takes in what makes much noise.

    Levels developer and trace are for finding faults: they slow the instance down and fill the disk. At level info,
    record 12-0010 is written for every logon (User Guide, Logging).
    """

    severity = "info"
    is_strict_only = True
    failing = "<Logging><Target><Protocol>stdout</Protocol><Level>trace</Level></Target></Logging>"
    passing = "<Logging><Target><Protocol>stdout</Protocol><Level>warning</Level></Target></Logging>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every log target."""
        for target in subject.all_of(TargetDefinition):
            definition = target.definition
            noisy = [one for one in (definition.level, *definition.levels) if one in ("developer", "trace")]
            if noisy:
                attribute = "level" if definition.level in noisy else "levels"
                yield self.finding(
                    target.span(attribute), f"level {noisy[0]} makes much noise", "Write info or warning."
                )
            elif definition.level in ("info", "stats") and not any(
                re.fullmatch(code, "12-0010") for code in definition.exclude_errors
            ):
                yield self.finding(
                    target.span("level"),
                    "every logon is logged, with its parameters, as record 12-0010",
                    "Add <ExcludeErrors>12-0010</ExcludeErrors>, unless that is wanted.",
                )
