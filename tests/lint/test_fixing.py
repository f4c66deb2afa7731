"""Fixes touch the bytes they must and no others, and fixing what is fixed changes nothing."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_setup import TRANSPORT, examine_files
from mutations import mutated

from ampsd.config.finding import Finding, Fix, Remove, Rename, Replace, SetText, Span
from ampsd.lint.fixing import ROUNDS_MAX, difference, fix

CONFIGS = Path(__file__).parent.parent / "configs"
FILES = [path.read_bytes() for path in sorted(CONFIGS.glob("*/*.xml"))]
GOOD = [path.read_bytes() for path in sorted(CONFIGS.glob("good*/*.xml"))]


def applied(data: bytes, wanted: Fix, line: int = 1, column: int = 1) -> bytes:
    finding = Finding("AC110", "info", Span("a.xml", line, column), "it is so", "Change it.", wanted)
    return fix(data, "a.xml", [finding]).data


def settled(data: bytes) -> bytes:
    """The file after as many rounds as it takes."""
    for _ in range(ROUNDS_MAX):
        fixed = fix(data, "config.xml", examine_files({"config.xml": data}).findings).data
        if fixed == data:
            return data
        data = fixed
    return data


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("<a><b>x</b></a>", Rename("c"), "<c><b>x</b></c>"),
        ('<a q="1>2"  >x</a >', Rename("long"), '<long q="1>2"  >x</long >'),
        ("<a/>", Rename("c"), "<c/>"),
        (
            "<a><a>x</a><a/><!-- </a> --><![CDATA[</a>]]></a>",
            Rename("c"),
            "<c><a>x</a><a/><!-- </a> --><![CDATA[</a>]]></c>",
        ),
        ("<a> x </a>", SetText("y"), "<a> y </a>"),
        ("<a></a>", SetText("y"), "<a>y</a>"),
        ("<a>x<!-- c --></a>", SetText("y"), "<a>x<!-- c --></a>"),
        ("<a>${X}</a>", SetText("y"), "<a>${X}</a>"),
        ("<a>x &amp; z</a>", SetText("y"), "<a>x &amp; z</a>"),
        ("<a/>", SetText("y"), "<a/>"),
        ("<<X>> b", Replace("<<X>>", "{{X}}"), "{{X}} b"),
        ("<<Y>> b", Replace("<<X>>", "{{X}}"), "<<Y>> b"),
    ],
)
def test_a_fix_does_what_it_says_or_nothing(before: str, wanted: Fix, after: str) -> None:
    assert applied(f"<r>{before}</r>".encode(), wanted, 1, 4) == f"<r>{after}</r>".encode()


def test_an_element_alone_on_its_line_goes_with_the_line() -> None:
    assert applied(b"<r>\n  <a>x</a>\n  <b/>\n</r>", Remove(), 2, 3) == b"<r>\n  <b/>\n</r>"
    assert applied(b"<r>\n  <a>x</a> <b/>\n</r>", Remove(), 2, 3) == b"<r>\n   <b/>\n</r>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encoding_and_line_ends_stay(encoding: str, line_end: str) -> None:
    named = "" if "sig" in encoding else f' encoding="{encoding}"'
    before, after = (
        f'<?xml version="1.0"{named}?>\n<!-- für Zoë -->\n<r>\n\t<{name}>ü</{name}>\n</r>\n'.replace(
            "\n", line_end
        ).encode(encoding)
        for name in ("old", "new")
    )
    assert applied(before, Rename("new"), 4, 2) == after


def test_a_place_that_is_not_there_changes_nothing() -> None:
    for line, column in ((9, 1), (1, 99), (1, 2)):
        assert applied(b"<r><a/></r>", Rename("b"), line, column) == b"<r><a/></r>"


def test_fixes_that_reach_into_each_other_wait_for_the_next_round() -> None:
    findings = [
        Finding("AC110", "info", Span("a", 1, 1), "s", "R.", Remove()),
        Finding("AC110", "info", Span("a", 1, 4), "s", "R.", Rename("x")),
    ]
    fixed = fix(b"<q>\n</q>", "a", findings[:1])
    assert fixed.findings == () or fixed.data != b"<q>\n</q>"
    both = fix(b"<r><a/></r>", "a", [findings[1], Finding("AC110", "info", Span("a", 1, 4), "s", "R.", Rename("y"))])
    assert (both.data, len(both.findings)) == (b"<r><x/></r>", 1)


def test_a_fix_that_would_break_the_file_is_dropped() -> None:
    assert applied(b"<r><a/></r>", Rename("not a name"), 1, 4) == b"<r><a/></r>"


def test_spellings_and_raw_variables_are_fixed_together() -> None:
    before = (
        f"<AMPSConfig><Name>A</Name>{TRANSPORT}<Descripton>of <<AMPS_X>></Descripton>"
        "<SOWStatisticsInterval>5s</SOWStatisticsInterval></AMPSConfig>"
    ).encode()
    after = settled(before).decode()
    assert "<Description>of {{AMPS_X}}</Description><SOWStatsInterval>5s</SOWStatsInterval>" in after


def test_the_difference_is_unified() -> None:
    shown = difference(b"<a>\n<b/>\n", b"<a>\n<c/>\n", "x.xml")
    assert shown.splitlines()[:2] == ["--- x.xml", "+++ x.xml (fixed)"]
    assert "-<b/>\n+<c/>\n" in shown


@pytest.mark.parametrize("number", range(len(FILES)))
def test_fixing_twice_is_fixing_once(number: int) -> None:
    once = settled(FILES[number])
    assert settled(once) == once


@pytest.mark.parametrize("part", range(10))
def test_fixing_damaged_files_settles(part: int) -> None:
    for seed in range(part, 1_000, 10):
        random = Random(seed)
        data = mutated(random.choice(GOOD), random)
        once = settled(data)
        assert settled(once) == once, f"seed {seed}"


@given(
    st.binary(max_size=60),
    st.integers(1, 5),
    st.integers(1, 60),
    st.sampled_from([Rename("x"), SetText("x"), Remove()]),
)
def test_no_bytes_and_no_place_raise(data: bytes, line: int, column: int, wanted: Fix) -> None:
    applied(data, wanted, line, column)
