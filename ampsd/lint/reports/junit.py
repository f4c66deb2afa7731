"""Findings as JUnit's XML: one suite for each configuration, one failing test for each error.

Warnings and information do not fail a test: they are the suite's output. A configuration without errors is one test
that passes. With a strict profile, warnings fail too.
"""

from lxml import etree

from ampsd.config.finding import Finding
from ampsd.lint.reports.report import Linted, Report, printable
from ampsd.lint.rule import find


def render(report: Report, *, failing: tuple[str, ...] = ("error",)) -> str:
    """The document; severities of `failing` fail a test."""
    root = etree.Element("testsuites", name="ampsd lint")
    for one in report.linted:
        root.append(_suite(one, failing))
    for count in ("tests", "failures"):
        root.set(count, str(sum(int(str(suite.get(count))) for suite in root)))
    text: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return text.decode()


def _suite(linted: Linted, failing: tuple[str, ...]) -> etree._Element:
    failures = [one for one in linted.findings if one.severity in failing]
    others = [one for one in linted.findings if one.severity not in failing]
    suite = etree.Element("testsuite", name=printable(linted.path))
    suite.set("tests", str(max(1, len(failures))))
    suite.set("failures", str(len(failures)))
    suite.set("errors", "0")
    suite.set("skipped", "0")
    suite.set("time", "0")
    for finding in failures:
        case = _case(suite, linted, _title(finding))
        failure = etree.SubElement(case, "failure", message=printable(finding.sentence), type=finding.code)
        failure.text = f"{printable(str(finding.span))}\n{printable(finding.remedy)}"
    if not failures:
        _case(suite, linted, "no errors")
    if others:
        output = etree.SubElement(suite, "system-out")
        output.text = "\n".join(
            f"{printable(str(one.span))}: {one.severity}: {printable(one.sentence)} [{one.code}]" for one in others
        )
    return suite


def _case(suite: etree._Element, linted: Linted, name: str) -> etree._Element:
    return etree.SubElement(suite, "testcase", classname=printable(linted.path), name=name, time="0")


def _title(finding: Finding) -> str:
    rule = find(finding.code)
    name = f" {rule.name}" if rule is not None else ""
    return f"{finding.code}{name} at {finding.span.line}:{finding.span.column}"
