"""Message type protobuf: messages of one described type (User Guide, Protobuf Message Types).

The wire format is read by our own code, from the description: its lengths are checked before anything is made of them,
and what a change does not touch keeps its bytes. Enumerations are numbers. A message in a message is true where it is
there, so that `/part IS NOT NULL` tells.
"""

import struct
from collections.abc import Iterator, Sequence

from ampsd import limits
from ampsd.message_types.leb128 import unsigned
from ampsd.message_types.message_type import BodyError, Fields, NotBuildableError, Pair, ReadWhole, Value, Values
from ampsd.message_types.proto_schema import ProtoError, ProtoField, ProtoMessage, ProtoSchema
from ampsd.message_types.tree import Leaf, Tree, difference, merged, steps

_VARINT, _FIXED64, _LENGTH, _START, _END, _FIXED32 = range(6)
_FORMS = {
    "double": struct.Struct("<d"),
    "float": struct.Struct("<f"),
    "fixed64": struct.Struct("<Q"),
    "sfixed64": struct.Struct("<q"),
    "fixed32": struct.Struct("<I"),
    "sfixed32": struct.Struct("<i"),
}
_SIGNED = frozenset(("int32", "int64"))
_ZIGZAG = frozenset(("sint32", "sint64"))
_VARINT_BYTES_MAX = 10

_Record = tuple[int, int, int, int, int]
"""Number of the field, wire type, and where the record, its value and what follows begin."""


def varint(body: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at` and where it ends. Raises BodyError."""
    value = shift = 0
    for place in range(at, min(end, at + _VARINT_BYTES_MAX)):
        byte = body[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, place + 1
        shift += 7
    raise BodyError(f"the number at byte {at + 1} does not end")


def records(body: bytes, start: int, end: int) -> Iterator[_Record]:
    """The records of the message between `start` and `end`. Raises BodyError."""
    at = start
    while at < end:
        begin = at
        tag, at = varint(body, at, end)
        number, wire = tag >> 3, tag & 7
        if not 0 < number < 1 << 29:
            raise BodyError(f"the tag at byte {begin + 1} is none")
        first, at = _value(body, at, end, wire, number)
        yield number, wire, begin, first, at


def _value(body: bytes, at: int, end: int, wire: int, number: int) -> tuple[int, int]:
    """Where a value begins and ends."""
    first = at
    if wire == _VARINT:
        _, at = varint(body, at, end)
    elif wire == _LENGTH:
        size, first = varint(body, at, end)
        at = first + size
    elif wire in (_FIXED64, _FIXED32):
        at += 8 if wire == _FIXED64 else 4
    elif wire == _START:
        at = _end_of_group(body, at, end, number)
    else:
        raise BodyError(f"the wire type {wire} before byte {at + 1} means nothing here")
    if at > end:
        raise BodyError("the body ends in the middle of a value")
    return first, at


def _end_of_group(body: bytes, at: int, end: int, number: int) -> int:
    """Groups are passed over, those inside too."""
    waiting = [number]
    while waiting:
        tag, at = varint(body, at, end)
        if tag & 7 == _END:
            if tag >> 3 != waiting.pop():
                raise BodyError(f"a group ends before byte {at + 1} that is not open")
        elif tag & 7 == _START:
            waiting.append(tag >> 3)
            if len(waiting) > limits.BODY_DEPTH_MAX:
                raise BodyError(f"the body is nested deeper than {limits.BODY_DEPTH_MAX}")
        else:
            _, at = _value(body, at, end, tag & 7, tag >> 3)
    return at


def _number(one: ProtoField, value: int) -> int:
    if one.type in _ZIGZAG:
        return value >> 1 ^ -(value & 1)
    if one.type == "bool":
        return int(value != 0)
    is_signed = one.type in _SIGNED or one.type not in ("uint32", "uint64")
    if one.type in ("int32", "sint32", "uint32"):
        value &= 0xFFFFFFFF
        return value - (1 << 32) if is_signed and value >= 1 << 31 else value
    return value - (1 << 64) if is_signed and value >= 1 << 63 else value


class _Decoder:
    """Values of the fields of one body, by the description."""

    def __init__(self, body: bytes, schema: ProtoSchema) -> None:
        self._body = body
        self._schema = schema
        self._count = 0

    def message(self, message: ProtoMessage, start: int, end: int, depth: int) -> dict[str, object]:
        """The fields that are there. Repeated ones are lists, messages dicts; later ones add to earlier ones."""
        if depth > limits.BODY_DEPTH_MAX:
            raise BodyError(f"the body is nested deeper than {limits.BODY_DEPTH_MAX}")
        found: dict[str, object] = {}
        for number, wire, _, first, last in records(self._body, start, end):
            one = message.by_number.get(number)
            if one is None:
                continue
            values = self._values(one, wire, first, last, depth)
            if not values:
                continue
            self._count += len(values)
            self._check(0, 1)
            earlier = found.get(one.name)
            if one.is_repeated:
                found[one.name] = [*earlier, *values] if isinstance(earlier, list) else values
            elif isinstance(earlier, dict) and isinstance(values[-1], dict):
                found[one.name] = {**earlier, **values[-1]}
            else:
                found[one.name] = values[-1]
        return found

    def _check(self, size: int, size_each: int) -> None:
        """Raises BodyError where so many more values would be too many."""
        if self._count + size // size_each > limits.BODY_VALUES_MAX:
            raise BodyError(f"the body has more than {limits.BODY_VALUES_MAX} values")

    def _values(self, one: ProtoField, wire: int, first: int, last: int, depth: int) -> list[object]:
        """What a record holds: one value, several where they are packed, none where the type is another."""
        below = self._schema.messages.get(one.type)
        if below is not None:
            return [self.message(below, first, last, depth + 1)] if wire == _LENGTH else []
        if one.type in ("string", "bytes"):
            return [self._body[first:last] or None] if wire == _LENGTH else []
        form = _FORMS.get(one.type)
        if form is not None:
            if wire == _LENGTH:
                self._check(last - first, form.size)
                whole = first + (last - first) // form.size * form.size
                return [value for (value,) in form.iter_unpack(self._body[first:whole])]
            return [form.unpack_from(self._body, first)[0]] if last - first == form.size else []
        if wire == _VARINT:
            return [_number(one, varint(self._body, first, last)[0])]
        found: list[object] = []
        if wire == _LENGTH:
            self._check(last - first, 1)
        while wire == _LENGTH and first < last:
            value, first = varint(self._body, first, last)
            found.append(_number(one, value))
        return found


def decoded(body: bytes, schema: ProtoSchema, message: str) -> dict[str, object]:
    """The fields of a message that are there, by name: lists, dicts, numbers and bytes. Raises BodyError."""
    return _Decoder(body, schema).message(schema.messages[message], 0, len(body), 1)


class ProtobufFields(Fields):
    """The fields of one body. A field that is missing is what its description says it stands for."""

    __slots__ = ("_message", "_root", "_schema")

    def __init__(self, root: dict[str, object], message: ProtoMessage, schema: ProtoSchema) -> None:
        self._root = root
        self._message = message
        self._schema = schema

    def read(self, path: str) -> Values:
        """The value at `/a/b`; a list where the path leads through a repeated field."""
        found: list[Value] = []
        is_list = self._collect(self._root, self._message, steps(path), found)
        if is_list:
            return found or None
        return found[0] if found else None

    def _collect(self, value: dict[str, object], message: ProtoMessage, names: list[str], found: list[Value]) -> bool:
        """Values along `names`; whether one of them is repeated."""
        one = message.by_name.get(names[0])
        if one is None:
            return False
        there = value.get(one.name, [] if one.is_repeated else one.default)
        below = self._schema.messages.get(one.type)
        is_list = one.is_repeated
        for element in there if isinstance(there, list) else [there]:
            if len(names) == 1:
                found.append(
                    1 if isinstance(element, dict) else element if isinstance(element, int | float | bytes) else None
                )
            elif below is not None and isinstance(element, dict):
                is_list = self._collect(element, below, names[1:], found) or is_list
        return is_list


def _scalar(element: object) -> Value:
    if isinstance(element, dict):
        return 1
    return element if isinstance(element, int | float | bytes) else None


class Protobuf(ReadWhole):
    """A type of protobuf messages."""

    __slots__ = ("_message", "_schema", "name")
    is_read = True
    makes_bodies = False

    def __init__(self, name: str, schema: ProtoSchema, message: str) -> None:
        """`message` is the full name of the one that bodies are. Raises ProtoError."""
        self.name = name
        self._schema = schema
        found = schema.messages.get(message.removeprefix("."))
        if found is None:
            known = ", ".join(sorted(one for one in schema.messages if " " not in one)[:5])
            raise ProtoError(f"there is no message {message}; the file describes {known or 'none'}")
        self._message = found

    @property
    def has_deltas(self) -> bool:
        """In version 3 a missing field cannot be told from a zero."""
        return not self._message.is_proto3

    def fields(self, body: bytes) -> ProtobufFields:
        """Decode a body. Raises BodyError."""
        return ProtobufFields(decoded(body, self._schema, self._message.name), self._message, self._schema)

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """Always raises NotBuildableError, as in AMPS."""
        raise NotBuildableError(f"bodies of message type {self.name} have the fields of their description only")

    def merge(self, body: bytes, change: bytes) -> bytes:
        """Fields of `change` replace those of `body`, message by message. Raises BodyError and NotBuildableError."""
        self._need_deltas()
        return _written(merged(self._tree(body, self._message, 1), self._tree(change, self._message, 1)))

    def difference(self, old: bytes, new: bytes, always: Sequence[str] = ()) -> bytes:
        """The fields that changed. Raises BodyError and NotBuildableError."""
        self._need_deltas()
        before, after = self._tree(old, self._message, 1), self._tree(new, self._message, 1)
        kept = [path for one in always if (path := self._by_number(one)) is not None]
        return _written(difference(before, after, lambda one, other: False, kept))

    def _need_deltas(self) -> None:
        if not self.has_deltas:
            raise NotBuildableError(f"message type {self.name} is of protobuf version 3, in which no field is missing")

    def _by_number(self, path: str) -> str | None:
        message: ProtoMessage | None = self._message
        numbers: list[str] = []
        for name in steps(path):
            one = None if message is None else message.by_name.get(name)
            if one is None:
                return None
            numbers.append(str(one.number))
            message = self._schema.messages.get(one.type)
        return "/".join(["", *numbers])

    def _tree(self, body: bytes, message: ProtoMessage, depth: int) -> Tree:
        """Fields by number: messages that are there once as trees, everything else as its records."""
        if depth > limits.BODY_DEPTH_MAX:
            raise BodyError(f"the body is nested deeper than {limits.BODY_DEPTH_MAX}")
        raw: dict[int, list[bytes]] = {}
        inside: dict[int, list[bytes]] = {}
        for number, wire, begin, first, last in records(body, 0, len(body)):
            raw.setdefault(number, []).append(body[begin:last])
            if wire == _LENGTH:
                inside.setdefault(number, []).append(body[first:last])
        found: Tree = {}
        for number, parts in raw.items():
            one = message.by_number.get(number)
            below = None if one is None or one.is_repeated else self._schema.messages.get(one.type)
            if below is not None and len(inside.get(number, ())) == len(parts):
                found[str(number)] = self._tree(b"".join(inside[number]), below, depth + 1)
            else:
                found[str(number)] = Leaf(b"".join(parts))
        return found


def _written(tree: Tree) -> bytes:
    parts: list[bytes] = []
    for number, one in tree.items():
        if isinstance(one, dict):
            inside = _written(one)
            parts += [unsigned(int(number) << 3 | _LENGTH), unsigned(len(inside)), inside]
        else:
            parts.append(one.raw)
    return b"".join(parts)
