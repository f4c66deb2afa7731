"""YAML text -> nodes that know their places.

What YAML 1.2 calls the JSON schema: true, false, null, numbers, everything else is text, so `on`, `no` and `12:30` are
what they look like. Aliases, tags and duplicate keys are refused, size and depth are bounded: a file of tests comes out
of a pull request of anybody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite

import yaml

from ampsd import limits
from ampsd.testing.fault import FileFault

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_DIGITS_MAX = 100
_QUOTED = ("'", '"', "|", ">")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}

Value = object
"""What JSON can hold: None, booleans, numbers, texts, lists and dictionaries."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, a number, true, false or null. `text` is as it is written, without quotes."""

    line: int
    column: int
    text: str
    is_quoted: bool

    def value(self) -> Value:
        """What it means."""
        if self.is_quoted:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if _INTEGER.match(self.text) and len(self.text) <= _DIGITS_MAX:
            return int(self.text)
        if _NUMBER.match(self.text) and isfinite(float(self.text)):
            return float(self.text)
        return self.text


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    line: int
    column: int
    items: "list[Node]" = field(default_factory=list)

    def value(self) -> Value:
        """What it means."""
        return [one.value() for one in self.items]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and what belongs to them."""

    line: int
    column: int
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: "dict[str, Node]" = field(default_factory=dict)

    def value(self) -> Value:
        """What it means."""
        return {key: one.value() for key, one in self.values.items()}


Node = Scalar | Listing | Mapping


def read_tree(data: bytes) -> Node:
    """The one document of a file. Raises FileFault."""
    if len(data) > limits.TESTS_SIZE_MAX:
        raise FileFault(
            0, 0, f"the file has {len(data)} bytes, more than {limits.TESTS_SIZE_MAX}", "Split it into several."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileFault(line, 1, "the text is not UTF-8", "Save the file as UTF-8.") from error
    try:
        return _Builder(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        raise FileFault(
            line, column, f"this is not YAML: {error.problem or error.context}", "Look at indentation, quotes, colons."
        ) from error
    except yaml.YAMLError as error:
        raise FileFault(0, 0, f"this is not YAML: {' '.join(str(error).split())}", "Remove what is no text.") from error


class _Builder:
    """Takes events, makes nodes. Depth is bounded, so recursion is."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._nodes = 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    line, column = _place(event)
                    raise FileFault(line, column, "a second document begins here", "Write one document to a file.")
                root = self._node(next(self._events), 1)
        if root is None:
            raise FileFault(1, 1, "the file is empty", "Write `cases:` and a list of cases.")
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line, column = _place(event)
        self._nodes += 1
        if self._nodes > limits.TESTS_NODES_MAX:
            raise FileFault(
                line, column, f"the file has more than {limits.TESTS_NODES_MAX} entries", "Split it into several."
            )
        if depth > limits.TESTS_DEPTH_MAX:
            raise FileFault(line, column, f"this is nested deeper than {limits.TESTS_DEPTH_MAX}", "Write it as a text.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileFault(line, column, "anchors and aliases are not taken", "Write it out, or use `setup:`.")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise FileFault(line, column, f"the tag {tag} is not taken", "Write the value without a tag.")
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(line, column, event.value, event.style in _QUOTED)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._listing(Listing(line, column), depth)
        return self._mapping(Mapping(line, column), depth)

    def _listing(self, found: Listing, depth: int) -> Listing:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.items.append(self._node(event, depth + 1))
        return found

    def _mapping(self, found: Mapping, depth: int) -> Mapping:
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise FileFault(key.line, key.column, "a key must be a text", "Put the whole text into quotes.")
            if key.text in found.keys:
                first = found.keys[key.text].line
                raise FileFault(
                    key.line, key.column, f"{key.text!r} is given twice, first in line {first}", "Keep one of them."
                )
            found.keys[key.text] = key
            found.values[key.text] = self._node(next(self._events), depth + 1)
        return found


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
