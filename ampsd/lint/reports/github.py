"""Findings as workflow commands of GitHub Actions, which shows them at their lines."""

from ampsd.lint.reports.report import Report, printable
from ampsd.lint.rule import find

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> str:
    """One command for each finding; nothing when there is none."""
    lines = []
    for finding in report.findings():
        rule = find(finding.code)
        title = f"{finding.code} {rule.name}" if rule is not None else finding.code
        properties = (
            ("file", report.relative(finding.span.file)),
            ("line", str(finding.span.line)),
            ("col", str(finding.span.column)),
            ("title", title),
        )
        shown = ",".join(f"{name}={_property(value)}" for name, value in properties)
        message = _message(f"{printable(finding.sentence)}. {printable(finding.remedy)}")
        lines.append(f"::{_COMMANDS[finding.severity]} {shown}::{message}\n")
    return "".join(lines)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(printable(text)).replace(":", "%3A").replace(",", "%2C")
