"""Findings for programs. The shape is that of schemas/finding.schema.json; `version` changes when it does."""

import json

from ampsd.config.finding import Finding
from ampsd.lint.reports.report import Report
from ampsd.lint.rule import find

VERSION = 1


def render(report: Report) -> str:
    """One document for the run."""
    document = {
        "version": VERSION,
        "configurations": [
            {
                "path": one.path,
                "findings": [as_row(finding) for finding in one.findings],
                "suppressed": [as_row(each.finding) | {"reason": each.reason} for each in one.suppressed],
                "hidden": one.hidden,
            }
            for one in report.linted
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def as_row(finding: Finding) -> dict[str, object]:
    """A finding as the schema has it."""
    rule = find(finding.code)
    return {
        "code": finding.code,
        "rule": rule.name if rule is not None else "",
        "severity": finding.severity,
        "file": finding.span.file,
        "line": finding.span.line,
        "column": finding.span.column,
        "sentence": finding.sentence,
        "remedy": finding.remedy,
        "fixable": finding.fix is not None,
    }
