"""Lines: the form, the time zone, and values that try to be more than values."""

import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_setup import LINE, START_NS

from ampsd import errors, limits
from ampsd.server.log_line import LineFormat, shown


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Time zones are the machine's, so tests that show one set it."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


def line(code: str, **values: object) -> str:
    return LineFormat().line(code, errors.CATALOGUE[code], values, START_NS).decode()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("America/Los_Angeles", "2011-11-23T14:49:38.3442510-08:00"),
        ("UTC", "2011-11-23T22:49:38.3442510+00:00"),
        ("Asia/Kolkata", "2011-11-24T04:19:38.3442510+05:30"),
        ("America/St_Johns", "2011-11-23T19:19:38.3442510-03:30"),
    ],
)
def test_timestamp_has_seven_decimals_and_the_local_offset(zone: Callable[[str], None], name: str, text: str) -> None:
    zone(name)
    assert LineFormat().timestamp(START_NS) == text


def test_timestamps_follow_the_clock_forth_and_back(zone: Callable[[str], None]) -> None:
    zone("UTC")
    form = LineFormat()
    stamps = [form.timestamp(second * 1_000_000_000 + 99) for second in (59, 60, 60, 58)]
    assert [stamp[11:27] for stamp in stamps] == [
        "00:00:59.0000000",
        "00:01:00.0000000",
        "00:01:00.0000000",
        "00:00:58.0000000",
    ]


def test_the_ready_record_reads_as_in_the_guide(zone: Callable[[str], None]) -> None:
    zone("America/Los_Angeles")
    assert line("00-0015", seconds=0) == (
        "2011-11-23T14:49:38.3442510-08:00 [1] info: 00-0015 AMPS initialization completed (0 seconds).\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("Zürich 東京", "Zürich 東京"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x00\x1b[2J\x7f", "\\x00\\x1b[2J\\x7f"),
        ("\x85\x9b", "\\x85\\x9b"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\u202etxt.exe\u2066", "\\u202etxt.exe\\u2066"),
        ("{0.__class__} {x}", "{0.__class__} {x}"),
        ("%n%s", "%n%s"),
        (b"caf\xc3\xa9 \xff\n", "café \\xff\\n"),
        ("\ud800", "\\ud800"),
        (7, "7"),
        (None, "None"),
        (OSError("no\nspace"), "no\\nspace"),
    ],
)
def test_values_are_shown_safely(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_client_name_cannot_forge_a_record() -> None:
    forged = "x\n2011-11-23T14:49:38.3442510-08:00 [1] emergency: 2C-0004 writing failed"
    written = line("14-0001", client=forged, topic="{client}")
    assert written.count("\n") == 1
    assert "subscribed to {client}." in written
    match = LINE.fullmatch(written.rstrip("\n"))
    assert match
    assert match["level"] == "trace"


@given(st.text() | st.binary())
def test_whatever_the_value_the_record_is_one_line_of_utf_8(value: str | bytes) -> None:
    written = line("29-0103", message=value)
    assert written.splitlines() == [written[:-1]]
    assert LINE.fullmatch(written[:-1])


@pytest.mark.parametrize("value", ["é" * (limits.LOG_VALUE_LENGTH_MAX + 5), b"x" * (limits.LOG_VALUE_LENGTH_MAX + 5)])
def test_a_long_value_is_cut_and_says_so(value: str | bytes) -> None:
    text = shown(value)
    assert text.endswith("... (5 more)")
    assert len(text) == limits.LOG_VALUE_LENGTH_MAX + len("... (5 more)")


def test_a_value_that_was_forgotten_does_not_lose_the_record() -> None:
    assert "client ? subscribed to Jobs." in line("14-0001", topic="Jobs")
