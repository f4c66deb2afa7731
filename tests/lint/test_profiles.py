"""Profiles and severities of single rules."""

import pytest

from ampsd.config.finding import Finding, Span
from ampsd.lint.profiles import Profile, parse_severity


def finding(code: str, severity: str) -> Finding:
    return Finding(code, severity, Span("a", 1, 1), "it is so", "Change it.")


FINDINGS = [finding("AC108", "error"), finding("AC218", "warning"), finding("AC104", "error"), finding("AC110", "info")]


def severities(profile: Profile) -> list[str]:
    return [one.severity for one in profile.applied(FINDINGS)]


def test_what_does_not_run_here_is_a_warning_unless_strict() -> None:
    assert severities(Profile()) == ["warning", "warning", "error", "info"]
    assert severities(Profile("strict")) == ["error", "warning", "error", "info"]


def test_a_rule_can_have_another_severity_or_none() -> None:
    profile = Profile(severities=dict([parse_severity("no-level=error"), parse_severity("ac104=off")]))
    assert severities(profile) == ["warning", "error", "info"]


def test_strict_fails_on_warnings() -> None:
    warning = [finding("AC218", "warning")]
    assert not Profile().fails(warning)
    assert Profile("strict").fails(warning)
    assert Profile().fails([finding("AC104", "error")])
    assert not Profile("strict").fails([finding("AC110", "info")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no-levl=error", "Did you mean no-level?"),
        ("AC218=loud", "'loud' is no severity"),
        ("AC218", "write RULE=SEVERITY"),
        ("quite-another=off", "no rule 'quite-another'"),
    ],
)
def test_a_severity_that_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        parse_severity(text)
