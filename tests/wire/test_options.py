"""The option string of commands."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.wire import options


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", {}),
        (b"replace", {"replace": ""}),
        (b"max_backlog=10,replace,", {"max_backlog": "10", "replace": ""}),
        (b" Max_Backlog = 10 , , OOF", {"max_backlog": "10", "oof": ""}),
        (b"select=[-/,+/id],rate=2X", {"select": "[-/,+/id]", "rate": "2X"}),
        (
            b"projection=[SUM(/q) AS /t,CONCAT(/a,',]') AS /c],grouping=[/c]",
            {"projection": "[SUM(/q) AS /t,CONCAT(/a,',]') AS /c]", "grouping": "[/c]"},
        ),
    ],
)
def test_items_and_values(text: bytes, expected: dict[str, str]) -> None:
    assert options.split(text) == expected


@pytest.mark.parametrize("text", [b"select=[", b"a)", b"select=['x]"])
def test_what_is_not_closed_is_refused(text: bytes) -> None:
    try:
        options.split(text)
    except options.OptionsError:
        return
    pytest.fail("accepted")


@given(st.binary(max_size=60))
def test_any_bytes_give_options_or_an_options_error(text: bytes) -> None:
    with contextlib.suppress(options.OptionsError):
        assert isinstance(options.split(text), dict)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "9" * 30, "\u0661"])
def test_whole_numbers_only(text: str) -> None:
    with pytest.raises(options.OptionsError):
        options.whole_number(text)
