"""Every rule: its examples do what it says, its documentation reads well, and a file of the corpus shows it."""

import re

import pytest
from lint_setup import examine_text, wrapped

from ampsd.lint.rule import Rule, all_rules
from ampsd.lint.suppressions import suppress

RULES = all_rules()

WITHOUT_TEXT = frozenset(f"AC{number:03}" for number in (1, 2, 3, 4, 5, 8, 9, 10, 13, 14, 15, 19, 117, 301, 405))
"""Rules whose examples are words: bytes, sizes and several files cannot be shown in a text."""


def found(rule: Rule, example: str) -> list[str]:
    examination = examine_text(wrapped(example), is_strict=True)
    findings, _ = suppress(examination.source, examination.findings)
    return [one.code for one in findings if one.code == rule.code]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code not in WITHOUT_TEXT], ids=lambda rule: rule.code)
def test_the_failing_example_fails_and_the_passing_one_passes(rule: Rule) -> None:
    assert found(rule, rule.failing), f"the failing example of {rule.code} has no such finding"
    assert not found(rule, rule.passing), f"the passing example of {rule.code} has such a finding"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_documentation_begins_with_a_sentence(rule: Rule) -> None:
    first, _, rest = (rule.__doc__ or "").strip().partition("\n")
    assert re.match(r"[A-Z`{<].*\.\Z", first), first
    assert rest.strip(), f"{rule.code} says nothing but its first line"
    assert (type(rule).__module__.rpartition(".")[2]).startswith(rule.code.lower())


def test_names_and_codes_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len({rule.code for rule in RULES}) == len(RULES)
