"""Values of options that only action modules have."""

import pytest

from ampsd.actions.option_kinds import (
    COUNT_TEXT,
    EXTRACTION,
    INTERVAL_TEXT,
    PERCENT_TEXT,
    SIGNAL,
    TRANSLATION,
    VARIABLE,
    Assignment,
)
from ampsd.declare import Kind


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (VARIABLE, "MY_VARIABLE", "{{MY_VARIABLE}}"),
        (VARIABLE, " x ", "1x"),
        (SIGNAL, "sigusr1", "USR1"),
        (INTERVAL_TEXT, "{{AGE}}d", "soon"),
        (INTERVAL_TEXT, "30d", "30 parsecs"),
        (COUNT_TEXT, "{{N}}", "many"),
        (PERCENT_TEXT, "90%", "90"),
        (PERCENT_TEXT, "{{LIMIT}}", "101%"),
        (EXTRACTION, "X = /a/b", "/a/b"),
        (EXTRACTION, "X=/a=1", "{{X}}=/a"),
        (TRANSLATION, "a=b", "a"),
    ],
)
def test_a_kind_takes_what_it_says(kind: Kind, good: str, bad: str) -> None:
    assert kind.parse(good) is not None
    with pytest.raises(ValueError, match=r"\S"):
        kind.parse(bad)


def test_the_first_equals_sign_divides() -> None:
    assert str(EXTRACTION.parse(" X = /a = 1 ")) == "X=/a = 1"
    assert TRANSLATION.parse(" X = /a = 1 ") == Assignment("X", "/a = 1")
    assert str(TRANSLATION.parse("open=o")) == "open=o"
