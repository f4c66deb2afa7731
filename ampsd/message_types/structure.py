"""Message type struct: binary data of one fixed layout (User Guide, Struct Message Types)."""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ampsd.message_types.message_type import BodyError, Fields, Value, Values
from ampsd.message_types.unbuilt import UnbuiltType

_FIELD = re.compile(
    r"\s*(?P<name>[^=\s]+)\s*=\s*(?P<order>[@=<>]?)\s*(?P<count>[0-9]*)(?P<type>[xcbB?hHiIlLqQnNfdsSp])\s*\Z"
)
"""A field of a layout: its path, the order of its bytes, how many, and the letter of its type."""

_SIZES = {
    "c": 1,
    "b": 1,
    "B": 1,
    "?": 1,
    "h": 2,
    "H": 2,
    "i": 4,
    "I": 4,
    "l": 4,
    "L": 4,
    "q": 8,
    "Q": 8,
    "f": 4,
    "d": 8,
}
_SIZES |= {"n": 8, "N": 8}
_COUNTED = frozenset("xcsSp")
_NEED_COUNT = frozenset("xsSp")
_NATIVE = {"n": "q", "N": "Q"}
SIZE_MAX = 1 << 20
"""Largest layout in bytes."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A field: where its bytes are and how they are read."""

    path: str
    start: int
    size: int
    kind: str
    form: struct.Struct | None


def check_field(text: str) -> tuple[str, str, str, str]:
    """Order of the bytes, how many, letter of the type and path of a field of a layout.

    Raises ValueError with a sentence.
    """
    match = _FIELD.match(text)
    if match is None:
        raise ValueError(
            f"{text.strip()!r} is not a field of a struct: write /name = type, such as /id = i or /code = 16s"
        )
    kind, count = match["type"], match["count"]
    if kind in _NEED_COUNT and not count:
        raise ValueError(f"{text.strip()!r} needs a number of bytes before {kind}, such as 16{kind}")
    if count and kind not in _COUNTED:
        raise ValueError(f"{text.strip()!r}: type {kind} has a size of its own; remove the number")
    return match["order"], count, kind, match["name"]


def _members(fields: Sequence[str]) -> tuple[tuple[_Member, ...], int]:
    """The members of a layout and its size. Raises ValueError with a sentence."""
    found: list[_Member] = []
    at = 0
    for text in fields:
        order, count, kind, path = check_field(text)
        size = int(count or 1) if kind in _COUNTED else _SIZES[kind]
        if at + size > SIZE_MAX:
            raise ValueError(f"the struct is larger than {SIZE_MAX} bytes")
        form = None
        if kind not in _COUNTED:
            form = struct.Struct((">" if order == ">" else "<") + _NATIVE.get(kind, kind))
        if kind != "x":
            found.append(_Member(path, at, size, kind, form))
        at += size
    if not found:
        raise ValueError("the struct has no field but padding")
    return tuple(found), at


class StructFields(Fields):
    """The fields of one body. Only those that are asked for are read."""

    __slots__ = ("_body", "_members")

    def __init__(self, body: bytes, members: dict[str, list[_Member]]) -> None:
        self._body = body
        self._members = members

    def read(self, path: str) -> Values:
        """The value at `/name`; a list where the layout has the name several times."""
        members = self._members.get(path, [])
        values = [self._value(member) for member in members]
        return values[0] if len(values) == 1 else values or None

    def _value(self, member: _Member) -> Value:
        if member.form is not None:
            value = member.form.unpack_from(self._body, member.start)[0]
            return int(value) if isinstance(value, bool) else value
        raw = self._body[member.start : member.start + member.size]
        if member.kind == "S":
            raw = raw.partition(b"\0")[0]
        elif member.kind == "p":
            raw = raw[1 : 1 + raw[0]]
        return raw or None


class Struct(UnbuiltType):
    """The message type struct. Bytes behind the last field are carried and not read."""

    __slots__ = ("_members", "_size")
    is_read = True
    why = "have one fixed layout"

    def __init__(self, name: str, fields: Sequence[str]) -> None:
        """`fields` as in the configuration, in the order of the bytes. Raises ValueError with a sentence."""
        super().__init__(name)
        members, self._size = _members(fields)
        self._members: dict[str, list[_Member]] = {}
        for member in members:
            self._members.setdefault(member.path, []).append(member)

    def fields(self, body: bytes) -> StructFields:
        """Check a body's size. Raises BodyError."""
        if len(body) < self._size:
            raise BodyError(f"the body has {len(body)} bytes and the struct {self._size}")
        return StructFields(body, self._members)
