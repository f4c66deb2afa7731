"""Findings as SARIF 2.1.0, which code scanning of several forges takes."""

import json
from collections import Counter
from hashlib import sha256
from urllib.parse import quote

from ampsd import version
from ampsd.config.finding import Finding
from ampsd.lint.reports.report import Linted, Report, printable
from ampsd.lint.rule import Rule, all_rules

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_FINGERPRINT = "ampsd/v1"


def render(report: Report) -> str:
    """One log with one run. The same findings give the same bytes."""
    rules = [rule for rule in all_rules() if rule.code in _codes(report)]
    indices = {rule.code: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = []
    for one in report.linted:
        results += [_result(report, one, finding, indices, seen) for finding in one.findings]
        for each in one.suppressed:
            result = _result(report, one, each.finding, indices, seen)
            results.append(result | {"suppressions": [{"kind": "inSource", "justification": each.reason}]})
    run = {
        "tool": {
            "driver": {
                "name": "ampsd lint",
                "semanticVersion": version.AMPSD_VERSION,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The directory in which the linter was run."}}},
        "invocations": [{"executionSuccessful": True}],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _codes(report: Report) -> set[str]:
    found = {finding.code for finding in report.findings()}
    return found | {each.finding.code for one in report.linted for each in one.suppressed}


def _rule(rule: Rule) -> dict[str, object]:
    first, _, rest = (rule.__doc__ or "").strip().partition("\n")
    full = " ".join((rest or first).split())
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": first},
        "fullDescription": {"text": full},
        "help": {"text": f"{full}\n\nampsd explain {rule.code}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": not rule.is_strict_only},
    }


def _result(
    report: Report, linted: Linted, finding: Finding, indices: dict[str, int], seen: "Counter[str]"
) -> dict[str, object]:
    span = finding.span
    path = report.relative(span.file)
    location: dict[str, object] = {"uri": _uri(path)}
    if not path.startswith("/"):
        location["uriBaseId"] = "SRCROOT"
    rule = {"ruleId": finding.code}
    index = {"ruleIndex": indices[finding.code]} if finding.code in indices else {}
    return {
        **rule,
        **index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{printable(finding.sentence)}. {printable(finding.remedy)}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": location,
                    "region": {"startLine": span.line, "startColumn": span.column},
                }
            }
        ],
        "partialFingerprints": {_FINGERPRINT: _fingerprint(linted, finding, path, seen)},
    }


def _uri(path: str) -> str:
    """The path, percent-encoded; a name that is no UTF-8 by its bytes, as the system has it."""
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "replace"))


def _fingerprint(linted: Linted, finding: Finding, path: str, seen: "Counter[str]") -> str:
    """The same for the same finding when lines above it come or go; equal findings are told apart by their number."""
    lines = linted.lines(finding.span.file)
    line = lines[finding.span.line - 1].strip() if finding.span.line <= len(lines) else ""
    text = "\n".join((finding.code, path, finding.sentence, line))
    seen[text] += 1
    return sha256(f"{text}\n{seen[text]}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
