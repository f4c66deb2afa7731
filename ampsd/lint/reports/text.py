"""Findings for people: the place, the sentence, the line of the file with a caret, and what to do."""

from ampsd.config.finding import Finding
from ampsd.lint.reports.report import Linted, Report, printable
from ampsd.lint.rule import find

_WIDTH_MAX = 110
_COLOURS = {"error": "31", "warning": "33", "info": "36"}


def render(report: Report, *, has_colour: bool = False) -> str:
    """The report; ends with a line that counts."""
    blocks = [_block(one, finding, has_colour=has_colour) for one in report.linted for finding in one.findings]
    return "\n".join([*blocks, _summary(report)]) + "\n"


def _block(linted: Linted, finding: Finding, *, has_colour: bool) -> str:
    rule = find(finding.code)
    name = f" {rule.name}" if rule is not None else ""
    severity = finding.severity
    if has_colour:
        severity = f"\x1b[1;{_COLOURS[severity]}m{severity}\x1b[0m"
    span = finding.span
    head = f"{printable(span.file)}:{span.line}:{span.column}: {severity}: {printable(finding.sentence)}"
    lines = [f"{head} [{finding.code}{name}]", *_excerpt(linted, finding), f"  {printable(finding.remedy)}"]
    if finding.fix is not None:
        lines.append("  --fix can do it.")
    return "\n".join(lines) + "\n"


def _excerpt(linted: Linted, finding: Finding) -> list[str]:
    """The finding's line with a caret below its column; a long line is cut around it."""
    lines = linted.lines(finding.span.file)
    if finding.span.line > len(lines):
        return []
    line = lines[finding.span.line - 1].replace("\t", " ")
    if not line.strip():
        return []
    column = min(finding.span.column - 1, len(line))
    start = max(0, column - _WIDTH_MAX // 2) if len(line) > _WIDTH_MAX else 0
    shown = line[start : start + _WIDTH_MAX]
    before = printable(line[start:column])
    head = "..." if start else ""
    tail = "..." if start + _WIDTH_MAX < len(line) else ""
    number = str(finding.span.line)
    return [
        f"  {number} | {head}{printable(shown)}{tail}",
        f"  {' ' * len(number)} | {' ' * (len(head) + len(before))}^",
    ]


def _summary(report: Report) -> str:
    findings = list(report.findings())
    files = len(report.linted)
    where = f"in {files} configuration{'s' if files > 1 else ''}"
    counted = [
        f"{number} {name}{'s' if number > 1 and name != 'info' else ''}"
        for name in ("error", "warning", "info")
        if (number := sum(one.severity == name for one in findings))
    ]
    words = [f"{', '.join(counted) or 'nothing found'} {where}"]
    fixable = sum(one.fix is not None for one in findings)
    if fixable:
        words.append(f"{fixable} can be fixed with --fix")
    suppressed = sum(len(one.suppressed) for one in report.linted)
    if suppressed:
        words.append(f"{suppressed} suppressed by comments")
    hidden = sum(one.hidden for one in report.linted)
    if hidden:
        words.append(f"{hidden} known from the baseline")
    return "; ".join(words)
