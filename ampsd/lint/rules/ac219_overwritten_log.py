"""AC219: rotation that keeps nothing."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.logging import TargetDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class OverwrittenLog(Rule):
    """A log file is rotated, but its name is always the same.

    When RotationThreshold is reached, the next file is begun. Without `%n` or a date in FileName it has the same
    name, and overwrites what was logged so far (User Guide, Log File Rotation).
    """

    severity = "warning"
    failing = (
        "<Logging><Target><Protocol>file</Protocol><Level>info</Level><FileName>amps.log</FileName>"
        "<RotationThreshold>1G</RotationThreshold></Target></Logging>"
    )
    passing = (
        "<Logging><Target><Protocol>file</Protocol><Level>info</Level><FileName>amps-%n.log</FileName>"
        "<RotationThreshold>1G</RotationThreshold></Target></Logging>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every rotated log file."""
        for target in subject.all_of(TargetDefinition):
            definition = target.definition
            if (
                definition.rotation_threshold_bytes is not None
                and definition.protocol in ("file", "gzip")
                and "%" not in definition.file_name
            ):
                yield self.finding(
                    target.span("rotation_threshold_bytes"),
                    f"the log is rotated, but its name is always {definition.file_name!r}:"
                    " each file overwrites the last",
                    "Put %n or a date such as %Y-%m-%dT%H%M%S into FileName.",
                )
