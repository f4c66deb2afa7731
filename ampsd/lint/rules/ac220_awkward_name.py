"""AC220: an instance name that makes trouble in file names."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.instance import InstanceDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_AWKWARD = " \t\n/\\$~"


class AwkwardName(Rule):
    """The instance's name has characters that make trouble in file names.

    The name begins the names of journal files and stands in paths of the statistics. AMPS advises against blanks, path
    separators, `$` and `~` (User Guide, Instance-Level Configuration).
    """

    severity = "warning"
    failing = "<AMPSConfig><Name>Order desk</Name></AMPSConfig>"
    passing = "<AMPSConfig><Name>order-desk</Name></AMPSConfig>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The name."""
        for instance in subject.all_of(InstanceDefinition):
            name = instance.definition.name
            if any(one in name for one in _AWKWARD):
                yield self.finding(
                    instance.span("name"),
                    f"the name {name!r} has blanks or one of / \\ $ ~, and becomes part of file names",
                    "Use letters, digits, - and _.",
                )
