"""AC247."""

import posixpath
from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.logging import TargetDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class SameLogFile(Rule):
    """Two log targets write to the same file.

    Their lines overwrite each other (User Guide, Logging).
    """

    severity = "error"
    failing = (
        "<Logging><Target><Protocol>file</Protocol><Level>info</Level><FileName>a.log</FileName></Target>"
        "<Target><Protocol>file</Protocol><Level>error</Level><FileName>./a.log</FileName></Target>"
        "</Logging>"
    )
    passing = (
        "<Logging><Target><Protocol>file</Protocol><Level>info</Level><FileName>a.log</FileName></Target>"
        "<Target><Protocol>file</Protocol><Level>error</Level><FileName>b.log</FileName></Target></Logging>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every target with a file against those before it."""
        first: dict[str, Placed[TargetDefinition]] = {}
        for target in subject.all_of(TargetDefinition):
            if target.definition.protocol not in ("file", "gzip"):
                continue
            earlier = first.setdefault(posixpath.normpath(target.definition.file_name), target)
            if earlier is not target:
                yield self.finding(
                    target.span("file_name"),
                    f"the target of line {earlier.span().line} writes to {target.definition.file_name} already",
                    "Give each target a file of its own.",
                )
