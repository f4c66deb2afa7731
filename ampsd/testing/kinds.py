"""The kinds of values that stand in files of tests: how each is read from its node, and its JSON schema."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ampsd import limits
from ampsd.config.advice import did_you_mean
from ampsd.declare import INTERVAL, Kind
from ampsd.testing.fault import FileFault
from ampsd.testing.yaml_tree import Listing, Mapping, Node, Scalar

Schema = dict[str, Any]
_FIRST = datetime(1970, 1, 2)
"""No time of this day is before 1970 in UTC, whatever its zone."""
_END = datetime(limits.TEST_YEAR_MAX + 1, 1, 1)
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}


class NodeKind(Kind):
    """A kind that is read from a node. `schema` describes it for editors."""

    __slots__ = ("read", "schema")

    def __init__(self, name: str, read: Callable[[Node], Any], schema: Schema) -> None:
        super().__init__(name, lambda text: text)
        self.read = read
        self.schema = schema


def scalar(kind: Kind, example: str, schema: Schema | None = None) -> NodeKind:
    """A kind of text, as a kind of node; `example` is shown when it is not one."""

    def read(node: Node) -> Any:
        if not isinstance(node, Scalar):
            raise wrong(node, f"{_described(node)} stands where {kind.name} belongs", f"Write {example}.")
        try:
            return kind.parse(node.text)
        except ValueError as error:
            sentence, _, advice = str(error).partition("; ")
            raise wrong(node, sentence.partition(": write ")[0], advice or f"Write {example}.") from error

    shown = schema if schema is not None else {"enum": list(kind.choices)} if kind.choices else _SCALAR
    return NodeKind(kind.name, read, shown)


def word_of(*choices: str) -> NodeKind:
    """One word of a list."""

    def read(node: Node) -> str:
        text = node.text if isinstance(node, Scalar) else ""
        if text not in choices:
            shown = repr(text) if isinstance(node, Scalar) else _described(node)
            near = did_you_mean(text, list(choices)) or f"Write {', '.join(choices[:-1])} or {choices[-1]}."
            raise wrong(node, f"{shown} is not one of {', '.join(choices)}", near)
        return text

    return NodeKind(" | ".join(choices), read, {"enum": list(choices)})


def listing(one: NodeKind, *, may_stand_alone: bool = True) -> NodeKind:
    """A list of values of a kind; a single one may stand for a list of one, where that cannot be mistaken."""

    def read(node: Node) -> tuple[Any, ...]:
        if isinstance(node, Listing):
            return tuple(one.read(item) for item in node.items)
        if may_stand_alone:
            return (one.read(node),)
        raise wrong(node, f"{_described(node)} stands where a list belongs", "Begin each entry with `- `.")

    many: Schema = {"type": "array", "items": one.schema}
    return NodeKind(f"list of {one.name}", read, {"anyOf": [one.schema, many]} if may_stand_alone else many)


def mapping(one: NodeKind) -> NodeKind:
    """Names, each with a value of a kind; the value is a tuple of pairs."""

    def read(node: Node) -> tuple[tuple[str, Any], ...]:
        if not isinstance(node, Mapping):
            raise wrong(node, f"{_described(node)} stands where names with values belong", "Write `NAME: VALUE`.")
        return tuple((name, one.read(value)) for name, value in node.values.items())

    return NodeKind(f"names with {one.name}", read, {"type": "object", "additionalProperties": one.schema})


def wrong(node: Node, sentence: str, remedy: str) -> FileFault:
    """A fault at a node."""
    return FileFault(node.line, node.column, sentence, remedy)


def _described(node: Node) -> str:
    if isinstance(node, Scalar):
        return repr(node.text)
    return "a list" if isinstance(node, Listing) else "a mapping"


def _text(text: str) -> str:
    return text


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _times(text: str) -> int:
    number = _whole(text)
    if not 1 <= number <= limits.TEST_TIMES_MAX:
        raise ValueError(f"{text!r} is out of range")
    return number


def _percent(text: str) -> float:
    digits = text.removesuffix("%").strip()
    try:
        number = float(digits)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise ValueError(f"{text!r} is not a percentage")
    return number


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is not true or false")
    return text == "true"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a time") from None
    if not _FIRST <= moment.replace(tzinfo=None) < _END:
        span = f"from {_FIRST:%Y-%m-%d} to the end of {limits.TEST_YEAR_MAX}"
        raise ValueError(f"{text!r} is out of range; Tests know the time {span}.")
    return moment


TEXT = scalar(Kind("a text", _text), "a text")
NUMBER = scalar(Kind("a whole number", _whole), "digits, such as 3", {"type": "integer", "minimum": 0})
TIMES = scalar(
    Kind("how often", _times),
    f"a number from 1 to {limits.TEST_TIMES_MAX}",
    {"type": "integer", "minimum": 1, "maximum": limits.TEST_TIMES_MAX},
)
PERCENT = scalar(Kind("a percentage", _percent), "a number from 0 to 100, such as 95%", {"type": ["number", "string"]})
TRUTH = scalar(Kind("true or false", _truth), "true or false", {"type": "boolean"})
MOMENT = scalar(
    Kind("a time", _moment),
    "ISO 8601, such as 2026-03-28T01:00:00+01:00; without +01:00 it is in `zone`",
    {"type": "string"},
)
SPAN = scalar(
    Kind("an interval", INTERVAL.parse),
    "a number with ns, us, ms, s, m, h, d or w, such as 30s",
    {"type": ["string", "number"]},
)
VALUE = NodeKind("a value", lambda node: node.value(), {})
"""A text as it is, or anything else, which stands for its JSON."""
