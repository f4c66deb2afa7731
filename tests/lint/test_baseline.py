"""Known findings are hidden, new ones are not, and those that are gone are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.config.finding import Finding, Span
from ampsd.lint.baseline import BaselineError, dump, parse


def finding(sentence: str, line: int = 1, code: str = "AC218", file: str = "a.xml") -> Finding:
    return Finding(code, "warning", Span(file, line, 1), sentence, "Change it.")


def test_known_findings_are_hidden_wherever_they_move() -> None:
    baseline = parse(dump([finding("one", 3), finding("two", 4)]))
    left, hidden = baseline.hide([finding("one", 30), finding("two", 1), finding("three", 2)])
    assert [one.sentence for one in left] == ["three"]
    assert hidden == 2
    assert baseline.stale("b.json") is None


def test_one_more_of_a_known_kind_is_new() -> None:
    baseline = parse(dump([finding("one"), finding("one")]))
    left, hidden = baseline.hide([finding("one", line) for line in (1, 2, 3)])
    assert (len(left), hidden) == (1, 2)


def test_the_same_in_another_file_is_new() -> None:
    left, _ = parse(dump([finding("one")])).hide([finding("one", file="b.xml")])
    assert len(left) == 1


def test_what_is_gone_is_told_once() -> None:
    baseline = parse(dump([finding("one"), finding("two")]))
    baseline.hide([finding("one")])
    stale = baseline.stale("b.json")
    assert stale is not None
    assert (stale.code, stale.severity, stale.span.file) == ("AC405", "info", "b.json")
    assert stale.sentence == "1 finding of the baseline no longer occurs"


@given(st.lists(st.builds(finding, st.text(max_size=5), st.integers(1, 9))))
def test_a_baseline_hides_exactly_what_it_was_written_from(findings: list[Finding]) -> None:
    left, hidden = parse(dump(findings)).hide(findings)
    assert (left, hidden) == ([], len(findings))
    assert dump(findings) == dump(list(reversed(findings)))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "findings": [{"code": 1}]}', "\x00"]
)
def test_a_file_that_is_no_baseline_says_what_to_do(text: str) -> None:
    with pytest.raises(BaselineError, match="--write-baseline"):
        parse(text)
