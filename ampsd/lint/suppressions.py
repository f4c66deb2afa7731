"""Comments that suppress findings, each with its reason.

    <!-- ampsd-lint disable=AC219,no-level reason="logrotate keeps the old ones" -->

covers the element that follows it, with everything inside; `disable-file=` covers the file that the comment is in.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from ampsd.config.advice import did_you_mean
from ampsd.config.finding import Finding, Span
from ampsd.config.tree import Source
from ampsd.lint.rule import all_rules, find

WITHOUT_REASON = "AC401"
UNKNOWN_RULE = "AC402"
UNUSED = "AC403"
MALFORMED = "AC404"

_OURS = re.compile(r"\s*ampsd-lint\b")
_FORM = re.compile(
    r"""\s*ampsd-lint\s+(disable|disable-file)\s*=\s*([\w\-, ]+?)(?:\s+reason\s*=\s*(["'])(.*?)\3)?\s*\Z""", re.DOTALL
)
_ALWAYS_TOLD = re.compile(r"AC0|AC4")
"""Codes of what cannot be read, and of suppressions themselves."""


@dataclass(slots=True)
class _Suppression:
    """One comment, for one rule."""

    code: str
    name: str
    reason: str
    span: Span
    file: str
    """The file that is covered; empty when `places` are."""
    places: frozenset[Span]
    is_used: bool = field(default=False)

    def covers(self, finding: Finding) -> bool:
        """Whether it suppresses that finding."""
        return finding.code == self.code and (finding.span.file == self.file or finding.span in self.places)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment suppresses, and the comment's reason."""

    finding: Finding
    reason: str


def suppress(
    source: Source, findings: Iterable[Finding], is_applied: "frozenset[str] | None" = None
) -> tuple[list[Finding], list[Suppressed]]:
    """Findings that are left, those about the comments themselves included; and those that are suppressed.

    `is_applied` are the codes of the rules that were applied: a suppression of another rule is not called unused.
    """
    suppressions, told = _read(source)
    left: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        covering = [one for one in suppressions if one.covers(finding)]
        for one in covering:
            one.is_used = True
        if covering and not _ALWAYS_TOLD.match(finding.code):
            suppressed.append(Suppressed(finding, covering[0].reason))
        else:
            left.append(finding)
    unused = [one for one in suppressions if not one.is_used and (is_applied is None or one.code in is_applied)]
    return left + told + [_unused(one) for one in unused], suppressed


def _unused(one: _Suppression) -> Finding:
    return Finding(
        UNUSED,
        "warning",
        one.span,
        f"the comment suppresses {one.code} {one.name}, which is not found there",
        "Remove the comment, or put it directly before the element that the finding is about.",
    )


def _read(source: Source) -> tuple[list[_Suppression], list[Finding]]:
    """All suppressions of the files, and what is wrong with them."""
    suppressions: list[_Suppression] = []
    told: list[Finding] = []
    for node, span in source.comments.items():
        if not _OURS.match(node.text or ""):
            continue
        match = _FORM.match(node.text or "")
        if match is None:
            told.append(_malformed(span, "the comment is no suppression that can be read"))
            continue
        kind, rules, _, reason = match.groups()
        if not (reason or "").strip():
            told.append(_without_reason(span))
        places: frozenset[Span] = frozenset()
        if kind == "disable":
            covered = _following(node)
            if covered is None:
                told.append(_malformed(span, "no element follows the comment, so it covers none"))
                continue
            places = frozenset(source.spans[one] for one in covered.iter() if one in source.spans)
        for name in re.split(r"[,\s]+", rules.strip(" ,")):
            rule = find(name)
            if rule is None:
                told.append(_unknown(span, name))
            else:
                file = span.file if kind == "disable-file" else ""
                suppressions.append(_Suppression(rule.code, rule.name, reason or "", span, file, places))
    return suppressions, told


def _following(comment: etree._Element) -> etree._Element | None:
    """The element after a comment, with nothing but blanks and comments between."""
    node: etree._Element | None = comment
    while node is not None:
        if (node.tail or "").strip():
            return None
        node = node.getnext()
        if node is not None and isinstance(node.tag, str):
            return node
    return None


def _malformed(span: Span, sentence: str) -> Finding:
    return Finding(
        MALFORMED,
        "error",
        span,
        sentence,
        'Write <!-- ampsd-lint disable=CODE reason="..." --> directly before the element, or disable-file=CODE.',
    )


def _without_reason(span: Span) -> Finding:
    return Finding(
        WITHOUT_REASON,
        "error",
        span,
        "the comment suppresses findings without a reason",
        'Add reason="...": who reads the file next must know whether it still holds.',
    )


def _unknown(span: Span, name: str) -> Finding:
    near = did_you_mean(name, [known for rule in all_rules() for known in (rule.code, rule.name)])
    advice = near or "The rules are listed in docs/reference/lint-rules.md."
    return Finding(UNKNOWN_RULE, "error", span, f"there is no rule {name!r}", advice)
