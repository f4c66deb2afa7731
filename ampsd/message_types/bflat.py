"""Message type bflat: tags and typed values, or arrays of them, one after the other (User Guide, BFlat Messages).

A value begins with a byte: whether it is an array, its type, and the length of its tag, or 0 where that length stands
behind it. Lengths are LEB128, numbers begin with their lowest byte. Dates, milliseconds since 1970 on the wire, are
seconds in expressions, like AMPS's timestamps.
"""

import struct
from collections.abc import Sequence

from ampsd import limits
from ampsd.message_types.leb128 import signed, unsigned
from ampsd.message_types.message_type import BodyError, Fields, NotBuildableError, Pair, Value, Values
from ampsd.message_types.tree import Leaf, Tree, TreeType, steps

_NULL, _STRING, _BINARY, _INT8, _INT16, _INT32, _INT64, _DOUBLE, _DATE, _LEB128 = range(10)
_ARRAY = 0x80
_FORMS = {
    _INT8: struct.Struct("<b"),
    _INT16: struct.Struct("<h"),
    _INT32: struct.Struct("<i"),
    _INT64: struct.Struct("<q"),
    _DOUBLE: struct.Struct("<d"),
    _DATE: struct.Struct("<q"),
}
_LENGTH_BYTES_MAX = 10
_INTEGER_BYTES_MAX = 19
"""Bytes of a LEB128 number of 128 bits."""


class _Walk:
    """Reads one body from its beginning to its end. Raises BodyError."""

    __slots__ = ("_at", "_body", "_count")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0
        self._count = 0

    def values(self) -> dict[str, Values]:
        """The values by tag; a tag that stands several times is an array."""
        found: dict[str, Values] = {}
        while self._at < len(self._body):
            tag, _, value = self._next()
            if tag not in found:
                found[tag] = value
                continue
            earlier = found[tag]
            together = [*earlier] if isinstance(earlier, list) else [earlier]
            found[tag] = together + (value if isinstance(value, list) else [value])
        return found

    def tree(self) -> Tree:
        """Each tag with the bytes of all that it stands for."""
        parts: dict[str, list[bytes]] = {}
        nulls: dict[str, bool] = {}
        while self._at < len(self._body):
            start = self._at
            tag, kind, _ = self._next()
            parts.setdefault(tag, []).append(self._body[start : self._at])
            nulls[tag] = kind == _NULL and nulls.get(tag, True)
        return {tag: Leaf(b"".join(raw), nulls[tag]) for tag, raw in parts.items()}

    def _next(self) -> tuple[str, int, Values]:
        """The next tag, the type of its value, and the value."""
        first = self._take(1)[0]
        kind = first >> 3 & 0x0F
        length = first & 0x07 or self._length()
        if not length:
            raise BodyError(f"the tag before byte {self._at + 1} is empty")
        tag = self._take(length).decode("utf-8", "surrogateescape")
        if not first & _ARRAY:
            self._counted(1)
            return tag, kind, self._value(kind)
        count = self._length()
        self._counted(count)
        if count > len(self._body) - self._at and kind != _NULL:
            raise BodyError(f"the body ends before the {count} elements that it announces at byte {self._at}")
        if kind == _NULL:
            return tag, kind, None
        return tag, kind, [self._value(kind) for _ in range(count)]

    def _counted(self, count: int) -> None:
        self._count += count
        if self._count > limits.BODY_VALUES_MAX:
            raise BodyError(f"the body has more than {limits.BODY_VALUES_MAX} values")

    def _value(self, kind: int) -> Value:
        form = _FORMS.get(kind)
        if form is not None:
            value = form.unpack(self._take(form.size))[0]
            return value / 1000 if kind == _DATE else value  # type: ignore[no-any-return]  # numbers all
        if kind in (_STRING, _BINARY):
            return self._take(self._length()) or None
        if kind == _LEB128:
            return self._integer()
        if kind == _NULL:
            return None
        raise BodyError(f"the type {kind} before byte {self._at + 1} means nothing")

    def _integer(self) -> int:
        """A signed LEB128 number."""
        value, shift, byte = self._digits(_INTEGER_BYTES_MAX)
        return value - (1 << shift) if byte & 0x40 else value

    def _length(self) -> int:
        return self._digits(_LENGTH_BYTES_MAX)[0]

    def _digits(self, most: int) -> tuple[int, int, int]:
        """An unsigned number, how many bits it has, and its last byte."""
        value = shift = 0
        for _ in range(most):
            byte = self._take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value, shift, byte
        raise BodyError(f"the number before byte {self._at + 1} does not end")

    def _take(self, size: int) -> bytes:
        taken = self._body[self._at : self._at + size]
        if len(taken) != size:
            raise BodyError("the body ends in the middle of a value")
        self._at += size
        return taken


class BFlatFields(Fields):
    """The fields of one body."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Values]) -> None:
        self._values = values

    def read(self, path: str) -> Values:
        """The value of the tag `/tag`; a list where it is an array or stands several times."""
        value = self._values.get(path[1:])
        return None if value == [] else value


def _kind(value: Value) -> int:
    """The smallest type that holds a value."""
    if value is None:
        return _NULL
    if isinstance(value, float):
        return _DOUBLE
    if isinstance(value, int):
        for kind, bits in ((_INT8, 7), (_INT16, 15), (_INT32, 31), (_INT64, 63)):
            if -(1 << bits) <= value < 1 << bits:
                return kind
        return _LEB128
    try:
        value.decode()
    except UnicodeDecodeError:
        return _BINARY
    return _STRING


def _kind_of_all(values: list[Value]) -> int:
    """One type for all elements of an array. Raises NotBuildableError."""
    kinds = {_kind(value) for value in values}
    if len(kinds) <= 1:
        return next(iter(kinds), _NULL)
    if kinds <= {_INT8, _INT16, _INT32, _INT64, _LEB128}:
        return max(kinds)
    if kinds <= {_STRING, _BINARY}:
        return _BINARY
    if all(isinstance(value, int | float) for value in values):
        return _DOUBLE
    raise NotBuildableError("the elements of a BFlat array are of one type")


def _written(kind: int, value: Value) -> bytes:
    if kind in _FORMS:
        return _FORMS[kind].pack(value)
    if kind == _LEB128 and isinstance(value, int):
        return signed(value)
    return unsigned(len(value)) + value if isinstance(value, bytes) else b""


def _tag(name: bytes, kind: int) -> bytes:
    first = kind << 3
    return bytes([first | len(name)]) + name if len(name) < 8 else bytes([first]) + unsigned(len(name)) + name


class BFlat(TreeType):
    """The message type bflat."""

    __slots__ = ()

    def __init__(self, name: str = "bflat") -> None:
        super().__init__(name)

    def fields(self, body: bytes) -> BFlatFields:
        """Parse a body. Raises BodyError."""
        return BFlatFields(_Walk(body).values())

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """Tags and values in the order given, each of the smallest type that holds it. Raises NotBuildableError."""
        parts: list[bytes] = []
        for path, value in pairs:
            (name, *below) = steps(path)
            if below or not name:
                raise NotBuildableError(f"{path} has more than one step, or none, and bflat has no parts in parts")
            tag = name.encode("utf-8", "surrogateescape")
            if isinstance(value, list):
                kind = _kind_of_all(value)
                parts += [_tag(tag, kind | _ARRAY >> 3), unsigned(len(value))]
                parts += [_written(kind, one) for one in value]
            else:
                kind = _kind(value)
                parts += [_tag(tag, kind), _written(kind, value)]
        return b"".join(parts)

    def tree(self, body: bytes) -> Tree:
        """Each tag with all that it stands for."""
        return _Walk(body).tree()

    def written(self, tree: Tree) -> bytes:
        """The tags in their order."""
        return b"".join(leaf.raw for leaf in tree.values() if isinstance(leaf, Leaf))

    def is_same(self, one: bytes, other: bytes) -> bool:
        """Serialisers may choose any type that holds a value."""
        return _Walk(one).values() == _Walk(other).values()
