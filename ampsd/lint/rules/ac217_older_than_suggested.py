"""AC217: the file is for a newer AMPS."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.instance import InstanceDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.versions import too_new


class OlderThanSuggested(Rule):
    """The instance is older than SuggestedMinimumVersion.

    ampsd compares it with the version of AMPS whose behaviour it follows, which `ampsd --version` shows. Such an
    instance starts with a warning (User Guide, Instance-Level Configuration).
    """

    severity = "warning"
    failing = "<SuggestedMinimumVersion>99.0</SuggestedMinimumVersion>"
    passing = "<SuggestedMinimumVersion>5.0</SuggestedMinimumVersion>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The version asked for."""
        for instance in subject.all_of(InstanceDefinition):
            sentence = too_new(instance.definition.suggested_minimum_version)
            if sentence:
                yield self.finding(
                    instance.span("suggested_minimum_version"), sentence, "Lower the version if nothing newer is used."
                )
