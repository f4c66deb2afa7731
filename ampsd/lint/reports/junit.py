"""Findings as JUnit's XML: one suite for each configuration, one failing test for each error.

Warnings and information do not fail a test: they are the suite's output. A configuration without errors is one test
that passes. With a strict profile, warnings fail too.
"""

from ampsd import junit
from ampsd.config.finding import Finding
from ampsd.lint.reports.report import Linted, Report, printable
from ampsd.lint.rule import find


def render(report: Report, *, failing: tuple[str, ...] = ("error",)) -> str:
    """The document; severities of `failing` fail a test."""
    return junit.document("ampsd lint", [_suite(one, failing) for one in report.linted])


def _suite(linted: Linted, failing: tuple[str, ...]) -> junit.Suite:
    name = printable(linted.path)
    cases = [junit.Case(name, _title(one), _failure(one)) for one in linted.findings if one.severity in failing]
    others = [one for one in linted.findings if one.severity not in failing]
    output = "\n".join(
        f"{printable(str(one.span))}: {one.severity}: {printable(one.sentence)} [{one.code}]" for one in others
    )
    return junit.Suite(name, cases or [junit.Case(name, "no errors")], output)


def _failure(finding: Finding) -> junit.Failure:
    text = f"{printable(str(finding.span))}\n{printable(finding.remedy)}"
    return junit.Failure(printable(finding.sentence), finding.code, text)


def _title(finding: Finding) -> str:
    rule = find(finding.code)
    name = f" {rule.name}" if rule is not None else ""
    return f"{finding.code}{name} at {finding.span.line}:{finding.span.column}"
