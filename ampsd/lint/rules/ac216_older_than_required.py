"""AC216: the file is for a newer AMPS."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.instance import InstanceDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.versions import too_new


class OlderThanRequired(Rule):
    """The instance is older than RequiredMinimumVersion.

    ampsd compares it with the version of AMPS whose behaviour it follows, which `ampsd --version` shows. Such an
    instance does not start (User Guide, Instance-Level Configuration).
    """

    severity = "error"
    failing = "<RequiredMinimumVersion>99.0</RequiredMinimumVersion>"
    passing = "<RequiredMinimumVersion>5.0</RequiredMinimumVersion>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The version asked for."""
        for instance in subject.all_of(InstanceDefinition):
            sentence = too_new(instance.definition.required_minimum_version)
            if sentence:
                yield self.finding(
                    instance.span("required_minimum_version"), sentence, "Lower the version if nothing newer is used."
                )
