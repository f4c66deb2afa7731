"""AC214: a shared object that is never loaded."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.modules import ModuleDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class ModuleNotLoaded(Rule):
    """A module names a shared object, which ampsd does not load.

    Modules for AMPS are machine code for AMPS itself. ampsd reads the section, so that a file serves both, but what
    uses such a module does not run (User Guide, Optionally-Loaded Modules).
    """

    severity = "info"
    failing = "<Modules><Module><Name>mine</Name><Library>libmine.so</Library></Module></Modules>"
    passing = "<Description>without modules</Description>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Module."""
        for one in subject.all_of(ModuleDefinition):
            definition = one.definition
            yield self.finding(
                one.span("library"),
                f"module {definition.name!r}: {definition.library} is not loaded; shared objects of AMPS never are",
                "Keep it if the file is for AMPS too; otherwise remove it, and what uses it.",
            )
