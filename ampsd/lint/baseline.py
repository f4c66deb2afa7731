"""Findings that are known already, so that an old configuration can take up lint and see only what is new.

A finding is known by its code, file and sentence, not by its line: what moves stays known.
"""

import json
from collections import Counter
from collections.abc import Iterable

from ampsd.config.finding import Finding, Span

STALE = "AC405"
_VERSION = 1
Key = tuple[str, str, str]
"""Code, file and sentence."""


class BaselineError(ValueError):
    """A baseline file cannot be used; the text says why and what to do."""


class Baseline:
    """Known findings, each with how often it is known. Each one hides one finding, once."""

    __slots__ = ("_rest",)

    def __init__(self, known: "Counter[Key]") -> None:
        self._rest = Counter(known)

    def hide(self, findings: Iterable[Finding]) -> tuple[list[Finding], int]:
        """Findings that are not known, and how many were hidden."""
        left: list[Finding] = []
        hidden = 0
        for finding in findings:
            key = _key(finding)
            if self._rest[key] > 0:
                self._rest[key] -= 1
                hidden += 1
            else:
                left.append(finding)
        return left, hidden

    def stale(self, path: str) -> Finding | None:
        """What to say of known findings that hid nothing, at the baseline's `path`; None when there are none."""
        gone = sum(self._rest.values())
        if not gone:
            return None
        sentence = f"{gone} finding{'s' if gone > 1 else ''} of the baseline no longer occur{'' if gone > 1 else 's'}"
        return Finding(STALE, "info", Span(path, 1, 1), sentence, "Write it anew with --write-baseline.")


def _key(finding: Finding) -> Key:
    return (finding.code, finding.span.file, finding.sentence)


def dump(findings: Iterable[Finding]) -> str:
    """The text of a baseline file that knows these findings; the same findings give the same text."""
    known = Counter(map(_key, findings))
    rows = [
        {"code": code, "file": file, "sentence": sentence, "count": count}
        for (code, file, sentence), count in sorted(known.items())
    ]
    return json.dumps({"version": _VERSION, "findings": rows}, indent=2, ensure_ascii=False) + "\n"


def parse(text: str) -> Baseline:
    """The baseline that a file's text holds. Raises BaselineError."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise BaselineError(f"it is not JSON: {error}. Write it anew with --write-baseline.") from error
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        raise BaselineError(f"it is no baseline of version {_VERSION}. Write it anew with --write-baseline.")
    known: Counter[Key] = Counter()
    for row in document.get("findings") or ():
        try:
            known[str(row["code"]), str(row["file"]), str(row["sentence"])] += int(row["count"])
        except (KeyError, TypeError, ValueError) as error:
            raise BaselineError(f"an entry lacks {error}. Write it anew with --write-baseline.") from error
    return Baseline(known)
