"""Puts findings right in the bytes of a file: only what a finding's Fix names, and nothing else, is touched.

Encoding, line ends, comments, indentation and everything around an edit stay as they are. What cannot be done safely is
left alone: an element whose text holds markup or a ${NAME}, an edit that reaches into another one, a place where the
file does not say what the finding says.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ampsd.config.decode import RefusedError, codec_of
from ampsd.config.document import RAW_VARIABLE, end_of_markup, parse
from ampsd.config.finding import Finding, Fix, Remove, Rename, Replace, SetText

ROUNDS_MAX = 10
"""Rounds of examining and fixing after which the rest is left: each round makes at least one edit."""

_LINE = re.compile(r"\r\n|\r|\n")
_START_TAG = re.compile(r"<([^\s/>!?]+)")
_NAME_END = re.compile(r"</([^\s>]+)\s*>")


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters from `start` to `end` of the text become `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """What came of a round: the new bytes, and the findings that were put right."""

    data: bytes
    findings: tuple[Finding, ...]


def fix(data: bytes, file: str, findings: Iterable[Finding]) -> Fixed:
    """Apply the fixes of the findings that are about this file. Bytes that cannot be read come back as they are."""
    ours = [one for one in findings if one.fix is not None and one.span.file == file]
    if not ours:
        return Fixed(data, ())
    try:
        mark, codec = codec_of(data, file)
        text = data[len(mark) :].decode(codec)
    except (RefusedError, UnicodeDecodeError):
        return Fixed(data, ())
    starts = [0, *(match.end() for match in _LINE.finditer(text))]
    done: list[Finding] = []
    edits: list[Edit] = []
    for finding in ours:
        index = _index(starts, text, finding)
        wanted = _edits(text, index, finding.fix) if finding.fix is not None and index >= 0 else []
        if wanted and not any(_overlap(one, other) for one in wanted for other in edits):
            edits += wanted
            done.append(finding)
    try:
        fixed = mark + _applied(text, edits).encode(codec)
        parse(fixed, file)
    except (RefusedError, UnicodeEncodeError):
        return Fixed(data, ())
    return Fixed(fixed, tuple(done))


def difference(before: bytes, after: bytes, file: str) -> str:
    """What was fixed, as a unified diff."""
    old, new = (data.decode("utf-8", "replace").splitlines(keepends=True) for data in (before, after))
    lines = difflib.unified_diff(old, new, file, f"{file} (fixed)")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ no newline at the end\n" for line in lines)


def _index(starts: list[int], text: str, finding: Finding) -> int:
    """Where the finding's place is in the text; -1 when the text has no such place."""
    if finding.span.line > len(starts):
        return -1
    index = starts[finding.span.line - 1] + finding.span.column - 1
    return index if index < len(text) else -1


def _edits(text: str, index: int, wanted: Fix) -> list[Edit]:
    """What the fix means here; nothing when it cannot be done safely."""
    if isinstance(wanted, Replace):
        return [Edit(index, index + len(wanted.old), wanted.new)] if text.startswith(wanted.old, index) else []
    start = _START_TAG.match(text, index)
    extent = _extent(text, index) if start is not None else None
    if start is None or extent is None:
        return []
    if isinstance(wanted, Rename):
        return _renaming(start, extent, wanted.name)
    if isinstance(wanted, SetText):
        return _setting(text, extent, wanted.text)
    return _removal(text, index, extent) if isinstance(wanted, Remove) else []


@dataclass(frozen=True, slots=True)
class _Extent:
    """Where the start tag ends, where the end tag begins, and where the element ends; an empty tag has no end tag."""

    inside: int
    closing: "re.Match[str] | None"
    end: int


def _extent(text: str, index: int) -> _Extent | None:
    """The extent of the element that begins at `index`; None when it cannot be told."""
    position, depth, inside = index, 0, -1
    while position >= 0:
        raw = RAW_VARIABLE.match(text, position)
        if raw is not None:
            position = text.find("<", raw.end())
            continue
        closing = _NAME_END.match(text, position)
        end = end_of_markup(text, position)
        if end < 0:
            return None
        if closing is not None:
            depth -= 1
        elif _START_TAG.match(text, position) and text[end - 1] == ">":
            if text[end - 2] != "/":
                depth += 1
            inside = end if inside < 0 else inside
        if depth == 0:
            return _Extent(inside, closing, end)
        position = text.find("<", end)
    return None


def _renaming(start: "re.Match[str]", extent: _Extent, name: str) -> list[Edit]:
    edits = [Edit(start.start(1), start.end(1), name)]
    if extent.closing is not None:
        edits.append(Edit(extent.closing.start(1), extent.closing.end(1), name))
    return edits


def _setting(text: str, extent: _Extent, new: str) -> list[Edit]:
    if extent.closing is None:
        return []
    inside = text[extent.inside : extent.closing.start()]
    if any(one in inside or one in new for one in ("<", "&", "${")):
        return []
    stripped = inside.strip()
    start = extent.inside + (inside.find(stripped) if stripped else 0)
    return [Edit(start, start + len(stripped), new)]


def _removal(text: str, index: int, extent: _Extent) -> list[Edit]:
    """The element, and its line when nothing else is on it."""
    line_start = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    line_end = _LINE.search(text, extent.end)
    after = text[extent.end : line_end.start() if line_end else len(text)]
    if line_end is not None and not text[line_start:index].strip() and not after.strip():
        return [Edit(line_start, line_end.end(), "")]
    return [Edit(index, extent.end, "")]


def _overlap(one: Edit, other: Edit) -> bool:
    return one.start < other.end and other.start < one.end


def _applied(text: str, edits: list[Edit]) -> str:
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda one: one.start):
        pieces += (text[done : edit.start], edit.new)
        done = edit.end
    return "".join(pieces) + text[done:]
