"""AC243."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class SafetySwitchedOff(Rule):
    """A setting switches off what protects the instance.

    ConfigValidation disabled lets AMPS start with settings that make no sense; O_DIRECT disabled leaves journals to the
    system's file cache (User Guide, Instance-Level Configuration).
    """

    severity = "info"
    is_strict_only = True
    failing = "<ConfigValidation>disabled</ConfigValidation>"
    passing = "<ConfigValidation>enabled</ConfigValidation>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Both settings."""
        for instance in subject.all_of(InstanceDefinition):
            if not instance.definition.config_validation:
                yield self.finding(
                    instance.span("config_validation"),
                    "ConfigValidation is off, so AMPS takes settings as they are",
                    "Remove it.",
                )
        for log in subject.all_of(TransactionLogDefinition):
            if not log.definition.o_direct:
                yield self.finding(
                    log.span("o_direct"), "O_DIRECT is off, so journals go through the file cache", "Remove it."
                )
