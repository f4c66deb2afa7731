"""Comments that suppress findings: what they cover, and what is said about the comments themselves."""

import pytest
from lint_setup import TRANSPORT, examine_files, examine_text, wrapped

from ampsd.lint.examination import Examination
from ampsd.lint.rule import find
from ampsd.lint.suppressions import suppress

TARGET = "<Target><Protocol>stdout</Protocol></Target>"
OFF = '<!-- ampsd-lint disable=no-level reason="by hand" -->'


def left(examination: Examination) -> list[str]:
    findings, _ = suppress(examination.source, examination.findings)
    return [finding.code for finding in findings]


def logging(inside: str) -> Examination:
    return examine_text(f"<AMPSConfig><Name>A</Name>{TRANSPORT}<Logging>{inside}</Logging></AMPSConfig>")


def test_a_comment_covers_the_element_that_follows_and_no_other() -> None:
    assert left(logging(f"{OFF}{TARGET}")) == []
    assert left(logging(f"{OFF}\n  {TARGET}{TARGET}")) == ["AC218"]
    assert left(logging(f"{OFF}<!-- another comment -->{TARGET}")) == []
    assert left(logging(f"{TARGET}{OFF}{TARGET}")) == ["AC218"]


def test_a_comment_covers_what_is_inside_the_element() -> None:
    comment = '<!-- ampsd-lint disable=AC218 reason="x" -->'
    text = f"<AMPSConfig><Name>A</Name>{TRANSPORT}{comment}<Logging>{TARGET}</Logging></AMPSConfig>"
    assert left(examine_text(text)) == []


def test_a_comment_may_name_several_rules_by_code_or_name() -> None:
    text = (
        f'<!-- ampsd-lint disable="" --><AMPSConfig><Name>a b</Name>{TRANSPORT}'
        f'<!-- ampsd-lint disable=AC218, overwritten-log reason="x" --><Logging>{TARGET}'
        "<Target><Protocol>file</Protocol><Level>info</Level><FileName>a</FileName>"
        "<RotationThreshold>1M</RotationThreshold></Target></Logging></AMPSConfig>"
    )
    assert left(examine_text(text)) == ["AC220", "AC404"]


def test_a_comment_for_the_file_covers_that_file_only() -> None:
    files = {
        "config.xml": f"<AMPSConfig><Name>A</Name>{TRANSPORT}<Logging>{TARGET}<Include>part.xml</Include></Logging>"
        "</AMPSConfig>",
        "part.xml": f'<!-- ampsd-lint disable-file=no-level reason="x" -->{TARGET}',
    }
    examination = examine_files(files)
    findings, suppressed = suppress(examination.source, examination.findings)
    assert [finding.span.file for finding in findings] == ["config.xml"]
    assert [(one.finding.span.file, one.reason) for one in suppressed] == [("part.xml", "x")]


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("ampsd-lint disable=no-level", ["AC401"]),
        ("ampsd-lint disable=no-level reason=''", ["AC401"]),
        ("ampsd-lint disable=no-levl reason='x'", ["AC218", "AC402"]),
        ("ampsd-lint disable=AC219 reason='x'", ["AC218", "AC403"]),
        ("ampsd-lint ignore everything", ["AC218", "AC404"]),
        ("ampsd-lint", ["AC218", "AC404"]),
        ("about ampsd-lint disable=no-level", ["AC218"]),
    ],
)
def test_what_is_wrong_with_a_comment_is_a_finding(comment: str, codes: list[str]) -> None:
    assert left(logging(f"<!-- {comment} -->{TARGET}")) == codes


def test_a_comment_that_nothing_follows_covers_nothing() -> None:
    assert left(logging(f"{TARGET}{OFF}")) == ["AC218", "AC404"]


def test_findings_about_comments_have_their_place() -> None:
    examination = logging(f"\n  <!-- ampsd-lint disable=no-level -->\n{TARGET}")
    findings, _ = suppress(examination.source, examination.findings)
    assert [str(finding.span) for finding in findings] == ["config.xml:2:3"]


def test_what_cannot_be_read_cannot_be_suppressed() -> None:
    text = f'<AMPSConfig><!-- ampsd-lint disable-file=AC011 reason="x" --><Name>${{NO}}</Name>{TRANSPORT}</AMPSConfig>'
    assert "AC011" in left(examine_text(text))


def test_a_suppression_of_a_rule_that_was_not_applied_is_not_called_unused() -> None:
    examination = logging(f'<!-- ampsd-lint disable=AC289 reason="x" -->{TARGET}')
    findings, _ = suppress(examination.source, examination.findings, frozenset({"AC218"}))
    assert [finding.code for finding in findings] == ["AC218"]


def test_no_comment_lets_an_instance_start_with_a_forbidden_command() -> None:
    rule = find("AC343")
    assert rule is not None
    comment = "<!-- ampsd-lint disable-file=AC343 reason='mine' -->"
    examination = examine_text(wrapped(rule.failing + comment))
    _, suppressed = suppress(examination.source, examination.findings)
    assert [one.finding.code for one in suppressed] == ["AC343"]
    assert not examination.may_start
    assert examine_text(wrapped(rule.passing)).may_start
    assert examine_text(wrapped(rule.failing.replace(">false<", ">true<"))).may_start
