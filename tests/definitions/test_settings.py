"""Kinds and properties of the sections whose rules are more than a pattern."""

import pytest

from ampsd import errors
from ampsd.declare import Definition, NotRunningError
from ampsd.definitions import logging
from ampsd.definitions.instance import VERSION, InstanceDefinition
from ampsd.definitions.kinds import PERCENT
from ampsd.definitions.queues import RECOVERY_POINT
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.definitions.transports import PROTOCOL, TRANSPORT_TYPE


def test_levels_are_those_of_the_log() -> None:
    assert logging.LEVELS == errors.LEVELS


def test_a_small_journal_size_is_raised_to_the_least() -> None:
    assert TransactionLogDefinition(journal_directory="j").journal_size_bytes == 1 << 30
    assert TransactionLogDefinition(journal_directory="j", journal_size_given_bytes=1).journal_size_bytes == 10_000_000


@pytest.mark.parametrize(("text", "value"), [("50%", 50), (" 0 % ", 0), ("100", 100)])
def test_percentages(text: str, value: int) -> None:
    assert PERCENT.parse(text) == value


@pytest.mark.parametrize("text", ["101%", "-1", "half", "", "1.5%"])
def test_what_is_no_percentage(text: str) -> None:
    with pytest.raises(ValueError, match="is not a percentage"):
        PERCENT.parse(text)


@pytest.mark.parametrize(("text", "value"), [("5.3.4.0", (5, 3, 4, 0)), ("5", (5,)), (" 5.0 ", (5, 0))])
def test_versions(text: str, value: tuple[int, ...]) -> None:
    assert VERSION.parse(text) == value


@pytest.mark.parametrize("text", ["", "5.", "v5", "1.2.3.4.5", "5,3"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        VERSION.parse(text)


def test_json_is_another_word_for_the_amps_protocol() -> None:
    assert [PROTOCOL.parse(text) for text in ("amps", " JSON ", "Amps", "mine")] == ["amps", "amps", "amps", "mine"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (PROTOCOL, "websocket"),
        (PROTOCOL, "FIX-Session"),
        (TRANSPORT_TYPE, "tcps"),
        (TRANSPORT_TYPE, "amps-unix"),
    ],
)
def test_words_of_amps_that_do_not_run_are_told_from_typing_errors(kind, text: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotRunningError, match="does not run in this version") as caught:
        kind.parse(text)
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Epoch", "epoch"),
        ("Now", "now"),
        (" creation ", "creation"),
        ("20250102T123500Z", "20250102T123500Z"),
        ("13955|1|", "13955|1|"),
    ],
)
def test_recovery_points(text: str, value: str) -> None:
    assert RECOVERY_POINT.parse(text) == value


def test_codes_are_split_at_commas_and_white_space() -> None:
    assert logging.CODES.parse(" 00-0015,\n 12-00.. 29-01.* ,") == ("00-0015", "12-00..", "29-01.*")
    for text in ("", " , "):
        with pytest.raises(ValueError, match="empty"):
            logging.CODES.parse(text)


def test_what_does_not_run_says_what_to_do() -> None:
    def visit(cls: type[Definition]) -> None:
        for option in cls.declared:
            if option.marks & {"not-running", "no-effect", "tuning"}:
                assert option.advice.endswith("."), f"{cls.__name__}.{option.attribute}"
            for content in option.contents.values():
                if isinstance(content, type):
                    visit(content)

    visit(InstanceDefinition)
