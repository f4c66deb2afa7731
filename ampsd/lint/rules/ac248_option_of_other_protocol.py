"""AC248."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.logging import TargetDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_USED_BY = {
    "file_name": ("file", "gzip"),
    "rotation_threshold_bytes": ("file", "gzip"),
    "ident": ("syslog",),
    "options": ("syslog",),
    "facility": ("syslog",),
}


class OptionOfOtherProtocol(Rule):
    """A log target has a setting that its Protocol does not use.

    Ident, Options and Facility are for syslog; FileName and RotationThreshold for file and gzip (User Guide, Logging).
    """

    severity = "warning"
    failing = (
        "<Logging><Target><Protocol>stdout</Protocol><Level>info</Level><FileName>a.log</FileName></Target></Logging>"
    )
    passing = (
        "<Logging><Target><Protocol>file</Protocol><Level>info</Level><FileName>a.log</FileName></Target></Logging>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every setting of every target."""
        for target in subject.all_of(TargetDefinition):
            for option in target.definition.declared:
                protocols = _USED_BY.get(option.attribute)
                if protocols and target.is_set(option.attribute) and target.definition.protocol not in protocols:
                    yield self.finding(
                        target.span(option.attribute),
                        f"{option.xml} changes nothing for Protocol {target.definition.protocol}",
                        f"Remove it; it is for {' and '.join(protocols)}.",
                    )
