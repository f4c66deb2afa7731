"""Which findings count, and how much: profiles, and other severities for single rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ampsd.config import codes
from ampsd.config.advice import did_you_mean
from ampsd.config.finding import SEVERITIES, Finding
from ampsd.lint.rule import all_rules, find

DEFAULT = "default"
STRICT = "strict"
PROFILES = (DEFAULT, STRICT)
OFF = "off"


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile by name, with the severities that the caller wants instead: code -> severity, or OFF."""

    name: str = DEFAULT
    severities: "Mapping[str, str] | None" = None

    @property
    def is_strict(self) -> bool:
        """Whether rules that only give advice are applied, and warnings fail."""
        return self.name == STRICT

    def applied(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that count, with the severities that they have in this profile."""
        found = []
        for finding in findings:
            severity = self._severity(finding)
            if severity != OFF:
                found.append(finding if severity == finding.severity else replace(finding, severity=severity))
        return found

    def fails(self, findings: Iterable[Finding]) -> bool:
        """Whether one of these findings, as applied, makes the run a failure."""
        failing = ("error", "warning") if self.is_strict else ("error",)
        return any(finding.severity in failing for finding in findings)

    def _severity(self, finding: Finding) -> str:
        wanted = (self.severities or {}).get(finding.code)
        if wanted is not None:
            return wanted
        # A file for AMPS itself is no worse for what this version cannot do.
        return "warning" if finding.code == codes.NOT_RUNNING and not self.is_strict else finding.severity


def parse_severity(text: str) -> tuple[str, str]:
    """`AC219=off`, `no-level=error`: the rule's code, and the severity wanted. Raises ValueError."""
    name, equals, severity = (part.strip() for part in text.partition("="))
    rule = find(name)
    if not equals:
        raise ValueError(f"{text!r}: write RULE=SEVERITY, such as AC219=off")
    if rule is None:
        near = did_you_mean(name, [known for one in all_rules() for known in (one.code, one.name)])
        raise ValueError(f"there is no rule {name!r}. {near or 'They are listed in docs/reference/lint-rules.md.'}")
    if severity.lower() not in (*SEVERITIES, OFF):
        raise ValueError(f"{severity!r} is no severity: write {', '.join(SEVERITIES)} or {OFF}")
    return rule.code, severity.lower()
