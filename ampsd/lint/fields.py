"""Constructed fields, taken apart as far as rules need it: `expression AS /path HINT ...` and `[type].[topic]./path`.

This is no parser of AMPS's expressions: what it does not understand it leaves out, and never calls wrong. Only a Join,
which is no expression, is judged by its form (User Guide, Constructing Fields; Defining Views and Aggregations).
"""

import re
from dataclasses import dataclass

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_STEP = r"/@?[\w.:\-]+(?:\[[0-9]+\])?"
_PATH = rf"(?:\[/[^\[\]]+\]|(?:{_STEP})+)"
_IDENTIFIER = re.compile(rf"(?<![\w)\]'\"/.])((?:\[[^\[\]]+\]\.){{0,2}})({_PATH})")
_AS = re.compile(rf"\bAS\s+({_PATH})", re.IGNORECASE)
_OF_PREVIOUS = re.compile(r"\bOF\s+PREVIOUS\b", re.IGNORECASE)
_TOPIC = re.compile(r"(?:\[([^\[\]]+)\]\.)?\[([^\[\]]+)\]\Z")
_OPERAND = re.compile(
    r"\s*(?:\[([^\[\]]+)\]\.)?(?:\[([^\[\]]+)\]\.?|([^\[\]/=\s][^\[\]/=]*?)\.?)(\[[^\[\]]+\]|/[^\[\]=\s][^\[\]=]*)\s*\Z"
)
_EQUALS = re.compile(r"=(?![^\[\]]*\])")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A field of a message; `message_type` and `topic` are empty where the text does not say them."""

    message_type: str
    topic: str
    path: str

    def __str__(self) -> str:
        return "".join(f"[{one}]." for one in (self.message_type, self.topic) if one) + self.path


@dataclass(frozen=True, slots=True)
class ConstructedField:
    """One Field of a Projection, Enrichment or Preprocessing."""

    sources: tuple[Identifier, ...]
    """The fields that its expression names, in order."""
    target: str
    """The path that it makes; empty when that cannot be told."""
    uses_previous: bool
    """Whether the expression asks for the previous state of the message, with OF PREVIOUS."""


def construct(text: str) -> ConstructedField:
    """What a Field makes of what. A lone path without AS makes itself."""
    plain = _without_strings(text)
    expression, target = plain, ""
    for match in _AS.finditer(plain):
        expression, target = plain[: match.start()], _bare(match.group(1))
    sources = identifiers(expression)
    if not target and _IDENTIFIER.fullmatch(plain.strip()):
        target = sources[0].path
    return ConstructedField(sources, target, _OF_PREVIOUS.search(plain) is not None)


def identifiers(expression: str) -> tuple[Identifier, ...]:
    """The fields that an expression names, strings left out."""
    return tuple(_identifier(match) for match in _IDENTIFIER.finditer(_without_strings(expression)))


def _without_strings(expression: str) -> str:
    return _STRING.sub(lambda match: " " * len(match.group()), expression)


def _identifier(match: "re.Match[str]") -> Identifier:
    prefixes = [one.strip("[]") for one in match.group(1).split("].") if one]
    message_type = prefixes[0] if len(prefixes) == 2 else ""
    return Identifier(message_type, prefixes[-1] if prefixes else "", _bare(match.group(2)))


def _bare(path: str) -> str:
    return path.removeprefix("[").removesuffix("]") if path.startswith("[") else path


def topic_reference(text: str) -> tuple[str, str]:
    """Message type and topic of an UnderlyingTopic: `orders`, `[orders]` or `[json].[orders]`; "" if no type."""
    match = _TOPIC.match(text.strip())
    return (match.group(1) or "", match.group(2)) if match else ("", text.strip())


def join_operands(text: str) -> tuple[Identifier, Identifier] | None:
    """Both sides of a Join, `[type].[topic].[field]=[type].[topic].[field]`; None when it has another form.

    The type may be left out, and so may the brackets of the topic: then the first / begins the field.
    """
    sides = [_OPERAND.match(side) for side in _EQUALS.split(text)]
    if len(sides) != 2 or sides[0] is None or sides[1] is None:
        return None
    return _operand(sides[0]), _operand(sides[1])


def _operand(match: "re.Match[str]") -> Identifier:
    return Identifier(match.group(1) or "", (match.group(2) or match.group(3)).strip(), _bare(match.group(4).strip()))
