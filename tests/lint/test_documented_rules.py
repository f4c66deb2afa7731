"""Everything that AMPS's documents call wrong has a rule here, and the rule fires on a file."""

from pathlib import Path

import pytest

from ampsd.lint.rule import find

FACTS = [
    line.split(" | ")
    for line in (Path(__file__).parent / "documented_rules.txt").read_text().splitlines()
    if not line.startswith("#")
]
BAD = [path.name for path in (Path(__file__).parent.parent / "configs" / "bad").glob("*.xml")]


def test_there_are_all_of_them() -> None:
    assert len(FACTS) == 72


@pytest.mark.parametrize(("what", "codes"), FACTS, ids=[what for what, _ in FACTS])
def test_what_is_documented_has_a_rule_and_a_file(what: str, codes: str) -> None:
    for code in codes.split():
        rule = find(code)
        assert rule is not None, f"{what}: {code}"
        assert any(name.startswith(f"{code.lower()}-") for name in BAD), f"{what}: no file shows {code}"
