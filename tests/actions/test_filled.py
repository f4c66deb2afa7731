"""Options filled in with variables: what they become, and what fails the step."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.actions import filled
from ampsd.actions.firing import Firing
from ampsd.actions.template import Template
from ampsd.engine.effects import StepFailed
from ampsd.engine.events import CustomEvent

X = Template("{{X}}")


def with_x(value: bytes) -> Firing:
    return Firing("a", CustomEvent("e", {"X": value}, 0), "Test", 0)


def test_intervals_counts_and_percentages() -> None:
    assert filled.interval_ns(with_x(b" 2h "), X, "Age") == 7_200_000_000_000
    assert filled.count(with_x(b"1k"), X, "Keep") == 1000
    assert filled.count(with_x(b"1k"), None, "Keep") is None
    assert filled.percent(with_x(b" 90 % "), X, "GreaterThan") == 90.0
    assert filled.percent(with_x(b"100"), X, "GreaterThan") == 100.0


@pytest.mark.parametrize(
    "value", [b"", b"LastThursday", b"-1d", b"1d\0", "\u0663d".encode(), b"\xff", b"9" * 30, b"1e3"]
)
def test_what_is_no_interval_fails(value: bytes) -> None:
    with pytest.raises(StepFailed, match=r"^Age: "):
        filled.interval_ns(with_x(value), X, "Age")


@pytest.mark.parametrize("value", [b" " * 199 + b"5d", b"0" * 199 + b"1d", b"9" * 5000])
def test_a_long_text_is_refused_and_not_cut(value: bytes) -> None:
    with pytest.raises(StepFailed, match=f"Age is {len(value)} bytes long, more than 200"):
        filled.interval_ns(with_x(value), X, "Age")
    with pytest.raises(StepFailed, match=f"Keep is {len(value)} bytes long, more than 200"):
        filled.count(with_x(value), X, "Keep")


@pytest.mark.parametrize("value", [b"", b"%", b"101%", b"-1%", b"1.5%", "\u0663%".encode(), b"9" * 5000, b"90%%"])
def test_what_is_no_percentage_fails(value: bytes) -> None:
    with pytest.raises(StepFailed, match="write a number from 0 to 100"):
        filled.percent(with_x(value), X, "GreaterThan")


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_fail_the_step(value: bytes) -> None:
    for take in (
        lambda: filled.interval_ns(with_x(value), X, "Age"),
        lambda: filled.count(with_x(value), X, "Keep"),
        lambda: filled.percent(with_x(value), X, "GreaterThan"),
        lambda: filled.text_bytes(with_x(value), X, "Path"),
        lambda: filled.name(with_x(value), X),
    ):
        with suppress(StepFailed):
            take()


def test_a_name_is_not_empty_and_keeps_its_bytes() -> None:
    assert filled.name(with_x(b""), None) is None
    assert filled.name(with_x(b" a\xff "), X) == "a\udcff"
    with pytest.raises(StepFailed, match="the name is empty"):
        filled.name(with_x(b" \n"), X)
