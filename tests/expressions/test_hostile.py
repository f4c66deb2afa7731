"""Expressions that try to cost much end, pass or not, or are refused with a sentence; what they cost is measured."""

import pytest
from hostile import BODY, cases, outcome

from ampsd.message_types import registry

CASES = cases()


def test_there_are_two_thousand() -> None:
    assert len(CASES) == len(set(CASES)) == 2000


@pytest.mark.parametrize("start", range(0, 2000, 100))
def test_each_has_an_outcome(start: int) -> None:
    json_type = registry.find("json")
    assert json_type is not None
    fields = json_type.fields(BODY)
    for text in CASES[start : start + 100]:
        assert outcome(text, fields).startswith(("True", "False", "refused: "))
