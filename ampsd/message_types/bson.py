"""Message type bson: Binary JSON documents, version 1.1 (User Guide, Message Types).

Dates are seconds since 1970 as doubles, like AMPS's timestamps; object ids are their 24 hexadecimal digits; what has no
counterpart in expressions (decimals of 128 bits, code, patterns) is its bytes.
"""

import struct
from collections.abc import Sequence

from ampsd import limits
from ampsd.message_types.message_type import BodyError, NotBuildableError, Pair, Values
from ampsd.message_types.tree import DecodedFields, Leaf, Nested, Tree, TreeType, nested

_DOUBLE, _TEXT, _DOCUMENT, _ARRAY, _BINARY, _UNDEFINED, _OBJECT_ID, _BOOLEAN = range(1, 9)
_DATE, _NULL, _REGEX, _POINTER, _CODE, _SYMBOL, _SCOPED, _INT32, _TIMESTAMP, _INT64, _DECIMAL = range(9, 20)
_LEAST, _GREATEST = 0xFF, 0x7F
_SIZES = {_DOUBLE: 8, _OBJECT_ID: 12, _BOOLEAN: 1, _DATE: 8, _INT32: 4, _TIMESTAMP: 8, _INT64: 8, _DECIMAL: 16}
_EMPTY = frozenset((_UNDEFINED, _NULL, _LEAST, _GREATEST))
_NULLS = frozenset((_UNDEFINED, _NULL))
_INT32_RANGE = range(-(2**31), 2**31)
_INT64_RANGE = range(-(2**63), 2**63)


class _Walk:
    """Reads documents of one body. Raises BodyError."""

    __slots__ = ("_body", "_count")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._count = 0

    def root(self) -> dict[str, object]:
        """The document as values."""
        return dict(reversed(self._values(0, len(self._body), 1)))

    def tree(self) -> Tree:
        """The document as a tree; each Leaf has its type in front."""
        return self._tree(0, len(self._body), 1)

    def _tree(self, start: int, end: int, depth: int) -> Tree:
        found: Tree = {}
        for kind, name, first, last in self._elements(start, end, depth):
            if kind == _DOCUMENT:
                found[name] = self._tree(first, last, depth + 1)
            else:
                found[name] = Leaf(bytes([kind]) + self._body[first:last], kind in _NULLS)
        return found

    def _values(self, start: int, end: int, depth: int) -> "list[tuple[str, object]]":
        return [
            (name, self._value(kind, first, last, depth))
            for kind, name, first, last in self._elements(start, end, depth)
        ]

    def _value(self, kind: int, first: int, last: int, depth: int) -> object:
        body = self._body
        match kind:
            case 1:  # a double
                return struct.unpack_from("<d", body, first)[0]
            case 2 | 13 | 14:  # a text, code, a symbol
                return body[first + 4 : last - 1] or None
            case 3:  # a document
                return dict(reversed(self._values(first, last, depth + 1)))
            case 4:  # an array
                return [value for _, value in self._values(first, last, depth + 1)]
            case 5:  # bytes
                return body[first + 5 : last] or None
            case 7:  # an object id
                return body[first:last].hex().encode()
            case 8:  # a boolean
                return int(body[first] != 0)
            case 9:  # a date
                return struct.unpack_from("<q", body, first)[0] / 1000
            case 16:
                return struct.unpack_from("<i", body, first)[0]
            case 17:
                return struct.unpack_from("<Q", body, first)[0]
            case 18:
                return struct.unpack_from("<q", body, first)[0]
        return body[first:last] or None

    def _elements(self, start: int, end: int, depth: int) -> "list[tuple[int, str, int, int]]":
        """Type, name, and where the value begins and ends, of each element of the document at `start`."""
        if depth > limits.BODY_DEPTH_MAX:
            raise BodyError(f"the body is nested deeper than {limits.BODY_DEPTH_MAX}")
        size = self._int32(start, end)
        if size < 5 or size != end - start or self._body[end - 1] != 0:
            raise BodyError(f"the document at byte {start + 1} has not the length that it says")
        found = []
        at = start + 4
        while at < end - 1:
            kind = self._body[at]
            name_end = self._body.find(b"\0", at + 1, end)
            if name_end < 0:
                raise BodyError(f"the name at byte {at + 2} does not end")
            name = self._body[at + 1 : name_end].decode("utf-8", "surrogateescape")
            first = name_end + 1
            at = self._end_of(kind, first, end - 1)
            found.append((kind, name, first, at))
            self._count += 1
            if self._count > limits.BODY_VALUES_MAX:
                raise BodyError(f"the body has more than {limits.BODY_VALUES_MAX} values")
        return found

    def _end_of(self, kind: int, first: int, end: int) -> int:
        if kind in _SIZES:
            last = first + _SIZES[kind]
        elif kind in _EMPTY:
            last = first
        elif kind in (_TEXT, _CODE, _SYMBOL):
            size = self._int32(first, end)
            last = first + 4 + size
            if size < 1 or last > end or self._body[last - 1] != 0:
                raise BodyError(f"the text at byte {first + 1} has not the length that it says")
        elif kind in (_DOCUMENT, _ARRAY, _SCOPED):
            size = self._int32(first, end)
            last = first + size
            if size < 5:
                raise BodyError(f"the document at byte {first + 1} has not the length that it says")
        elif kind == _BINARY:
            size = self._int32(first, end)
            last = first + 5 + size
            if size < 0:
                raise BodyError(f"the bytes at byte {first + 1} have not the length that they say")
        elif kind == _POINTER:
            last = first + 4 + max(0, self._int32(first, end)) + 12
        elif kind == _REGEX:
            middle = self._body.find(b"\0", first, end)
            last = self._body.find(b"\0", middle + 1, end) + 1 if middle >= 0 else 0
            if last <= 0:
                raise BodyError(f"the pattern at byte {first + 1} does not end")
        else:
            raise BodyError(f"the type {kind:#x} before byte {first + 1} means nothing")
        if last > end:
            raise BodyError("the body ends in the middle of a value")
        return last

    def _int32(self, at: int, end: int) -> int:
        if at + 4 > end:
            raise BodyError("the body ends in the middle of a value")
        return int(struct.unpack_from("<i", self._body, at)[0])


def _document(elements: list[bytes]) -> bytes:
    whole = b"".join(elements)
    return struct.pack("<i", len(whole) + 5) + whole + b"\0"


def _element(kind: int, name: str, value: bytes) -> bytes:
    key = name.encode("utf-8", "surrogateescape")
    if b"\0" in key:
        raise NotBuildableError("the name of a BSON field cannot have a zero byte")
    return bytes([kind]) + key + b"\0" + value


def _built(name: str, value: Values | Nested) -> bytes:
    if value is None:
        return _element(_NULL, name, b"")
    if isinstance(value, bool):
        return _element(_BOOLEAN, name, bytes([value]))
    if isinstance(value, int) and value in _INT32_RANGE:
        return _element(_INT32, name, struct.pack("<i", value))
    if isinstance(value, int) and value in _INT64_RANGE:
        return _element(_INT64, name, struct.pack("<q", value))
    if isinstance(value, int | float):
        return _element(_DOUBLE, name, struct.pack("<d", value))
    if isinstance(value, bytes):
        try:
            value.decode()
        except UnicodeDecodeError:
            return _element(_BINARY, name, struct.pack("<iB", len(value), 0) + value)
        return _element(_TEXT, name, struct.pack("<i", len(value) + 1) + value + b"\0")
    if isinstance(value, list):
        return _element(_ARRAY, name, _document([_built(str(number), one) for number, one in enumerate(value)]))
    return _element(_DOCUMENT, name, _document([_built(below, one) for below, one in value.items()]))


class Bson(TreeType):
    """The message type bson."""

    __slots__ = ()

    def __init__(self, name: str = "bson") -> None:
        super().__init__(name)

    def fields(self, body: bytes) -> DecodedFields:
        """Parse a body. Raises BodyError."""
        return DecodedFields(_Walk(body).root())

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """A document. Raises NotBuildableError."""
        return _document([_built(name, value) for name, value in nested(pairs).items()])

    def tree(self, body: bytes) -> Tree:
        """A document by name; each Leaf has its type in front."""
        return _Walk(body).tree()

    def written(self, tree: Tree) -> bytes:
        """The document."""
        return _document(
            [
                _element(_DOCUMENT, name, self.written(one))
                if isinstance(one, dict)
                else _element(one.raw[0], name, one.raw[1:])
                for name, one in tree.items()
            ]
        )
