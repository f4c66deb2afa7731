"""Values of options that only action modules have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.actions.option_kinds import (
    COUNT_TEXT,
    EXTRACTION,
    INTERVAL_TEXT,
    PERCENT_TEXT,
    SIGNAL,
    TRANSLATION,
    VARIABLE,
    Assignment,
    Schedule,
    parse_schedule,
)
from ampsd.declare import Kind


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("30s", Schedule(interval_ns=30_000_000_000, text="30s")),
        (" 1d ", Schedule(interval_ns=86_400_000_000_000, text="1d")),
        ("02:30", Schedule(minute=150, text="02:30")),
        ("2:30Z", Schedule(minute=150, is_utc=True, text="2:30Z")),
        ("Saturday at 23:59", Schedule(minute=1439, weekday=5, text="Saturday at 23:59")),
        ("monday AT 0:00Z", Schedule(minute=0, weekday=0, is_utc=True, text="monday AT 0:00Z")),
    ],
)
def test_a_schedule_is_an_interval_or_a_time(text: str, schedule: Schedule) -> None:
    assert parse_schedule(text) == schedule
    assert str(parse_schedule(text)) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "24:00", "12:60", "noon", "Caturday at 12:00", "Monday", "Monday at 30s", "0s", "-1"]
)
def test_what_is_no_schedule_says_what_one_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|day of the week"):
        parse_schedule(text)


@given(st.text(max_size=30))
def test_any_text_is_a_schedule_or_an_error(text: str) -> None:
    try:
        found = parse_schedule(text)
    except ValueError:
        return
    assert (found.interval_ns is None) != (found.minute is None)


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
    assert EXTRACTION.parse(" X = /a = 1 ") == Assignment("X", "/a = 1")
    assert str(TRANSLATION.parse("open=o")) == "open=o"
