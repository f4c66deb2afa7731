"""Message type msgpack: MessagePack maps (User Guide, MessagePack Messages).

The bodies are walked by our own code: a length in a body is a claim, and nothing is made of that size before the bytes
are there. Extension types are texts of bytes, as in AMPS.
"""

import struct
from collections.abc import Sequence

from ampsd import limits
from ampsd.message_types.message_type import BodyError, NotBuildableError, Pair, Value, Values
from ampsd.message_types.tree import DecodedFields, Leaf, Nested, Tree, TreeType, nested

_FIXED = {
    0xCA: struct.Struct(">f"),
    0xCB: struct.Struct(">d"),
    0xCC: struct.Struct(">B"),
    0xCD: struct.Struct(">H"),
    0xCE: struct.Struct(">I"),
    0xCF: struct.Struct(">Q"),
    0xD0: struct.Struct(">b"),
    0xD1: struct.Struct(">h"),
    0xD2: struct.Struct(">i"),
    0xD3: struct.Struct(">q"),
}
_TEXTS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_ARRAYS = {0xDC: 2, 0xDD: 4}
_MAPS = {0xDE: 2, 0xDF: 4}
_CONSTANTS: dict[int, Value] = {0xC0: None, 0xC2: 0, 0xC3: 1}
_NULL = b"\xc0"
_INTEGER_MIN = -(2**63)
_INTEGER_MAX = 2**64 - 1


class _Walk:
    """Reads one body from its beginning to its end. Raises BodyError."""

    __slots__ = ("_at", "_body", "_values")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0
        self._values = 0

    def root(self) -> object:
        """The one value that the body is: maps are dicts whose keys are texts, texts bytes."""
        value = self.value(0)
        if self._at != len(self._body):
            raise BodyError(f"bytes follow the value, from byte {self._at + 1} on")
        return value

    def tree(self) -> Tree:
        """The map that the body is."""
        count = self._map_count(self._byte())
        if count is None:
            raise NotBuildableError("only maps can be merged and compared")
        found = self._branch(count, 1)
        if self._at != len(self._body):
            raise BodyError(f"bytes follow the map, from byte {self._at + 1} on")
        return found

    def _branch(self, count: int, depth: int) -> Tree:
        found: Tree = {}
        for _ in range(count):
            name = _name(self.value(depth))
            start = self._at
            below = self._map_count(self._byte()) if start < len(self._body) else None
            if below is not None:
                _check(depth)
                found[name] = self._branch(below, depth + 1)
                continue
            self._at = start
            self.value(depth)
            raw = self._body[start : self._at]
            found[name] = Leaf(raw, raw == _NULL)
        return found

    def value(self, depth: int) -> object:
        """The next value."""
        _check(depth)
        code = self._byte()
        if code <= 0x7F:
            return code
        if code >= 0xE0:
            return code - 0x100
        if code in _CONSTANTS:
            return _CONSTANTS[code]
        if code in _FIXED:
            form = _FIXED[code]
            return form.unpack(self._take(form.size))[0]
        count = self._map_count(code)
        if count is not None:
            return self._map(count, depth + 1)
        count = self._array_count(code)
        if count is not None:
            return [self.value(depth + 1) for _ in range(count)]
        return self._text(code)

    def _text(self, code: int) -> bytes | None:
        if 0xA0 <= code <= 0xBF:
            return self._take(code & 0x1F) or None
        if code in _TEXTS:
            return self._take(self._number(_TEXTS[code])) or None
        if code in _EXTENSIONS:
            return self._take(self._number(_EXTENSIONS[code]) + 1)[1:] or None
        if code in _FIXED_EXTENSIONS:
            return self._take(_FIXED_EXTENSIONS[code] + 1)[1:]
        raise BodyError(f"the code {code:#x} at byte {self._at} means nothing")

    def _map(self, count: int, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for _ in range(count):
            name = _name(self.value(depth))
            value = self.value(depth)
            found.setdefault(name, value)
        return found

    def _map_count(self, code: int) -> int | None:
        if 0x80 <= code <= 0x8F:
            return code & 0x0F
        return self._claimed(_MAPS[code], 2) if code in _MAPS else None

    def _array_count(self, code: int) -> int | None:
        if 0x90 <= code <= 0x9F:
            return code & 0x0F
        return self._claimed(_ARRAYS[code], 1) if code in _ARRAYS else None

    def _claimed(self, width: int, bytes_each: int) -> int:
        """A number of elements, each of which takes at least so many bytes."""
        count = self._number(width)
        self._values += count
        if self._values > limits.BODY_VALUES_MAX:
            raise BodyError(f"the body has more than {limits.BODY_VALUES_MAX} values")
        if count * bytes_each > len(self._body) - self._at:
            raise BodyError(f"the body ends before the {count} elements that it announces at byte {self._at}")
        return count

    def _byte(self) -> int:
        if self._at >= len(self._body):
            raise BodyError("the body ends in the middle of a value")
        self._at += 1
        return self._body[self._at - 1]

    def _number(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def _take(self, size: int) -> bytes:
        taken = self._body[self._at : self._at + size]
        if len(taken) != size:
            raise BodyError("the body ends in the middle of a value")
        self._at += size
        return taken


def _check(depth: int) -> None:
    if depth > limits.BODY_DEPTH_MAX:
        raise BodyError(f"the body is nested deeper than {limits.BODY_DEPTH_MAX}")


def _name(key: object) -> str:
    """A key as a step of a path: most are texts, numbers are their digits."""
    if isinstance(key, bytes):
        return key.decode("utf-8", "surrogateescape")
    return str(key) if isinstance(key, int | float) else ""


def _header(count: int, fixed: int, fixed_max: int, wide: int) -> bytes:
    if count <= fixed_max:
        return bytes([fixed | count])
    return struct.pack(">BH", wide, count) if count < 0x10000 else struct.pack(">BI", wide + 1, count)


def _packed_text(text: bytes) -> bytes:
    """A str where the text is UTF-8, otherwise a bin."""
    size = len(text)
    try:
        text.decode()
    except UnicodeDecodeError:
        codes = (0xC4, 0xC5, 0xC6)
    else:
        if size <= 31:
            return bytes([0xA0 | size]) + text
        codes = (0xD9, 0xDA, 0xDB)
    if size < 0x100:
        return struct.pack(">BB", codes[0], size) + text
    return (struct.pack(">BH", codes[1], size) if size < 0x10000 else struct.pack(">BI", codes[2], size)) + text


def _packed_integer(number: int) -> bytes:
    """In the fewest bytes."""
    if -32 <= number <= 127:
        return struct.pack(">b", number)
    for code, low, high in (
        *((0xCC, 0, 2**8), (0xD0, -(2**7), 2**7), (0xCD, 0, 2**16), (0xD1, -(2**15), 2**15)),
        *((0xCE, 0, 2**32), (0xD2, -(2**31), 2**31), (0xCF, 0, 2**64), (0xD3, -(2**63), 2**63)),
    ):
        if low <= number < high:
            return bytes([code]) + _FIXED[code].pack(number)
    return b"\xcb" + struct.pack(">d", number)  # beyond 64 bits


def _packed(value: Values | Nested) -> bytes:
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return _packed_integer(value) if _INTEGER_MIN <= value <= _INTEGER_MAX else _packed(float(value))
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _packed_text(value)
    if isinstance(value, list):
        return _header(len(value), 0x90, 15, 0xDC) + b"".join(map(_packed, value))
    return _header(len(value), 0x80, 15, 0xDE) + b"".join(
        _packed_text(name.encode("utf-8", "surrogateescape")) + _packed(one) for name, one in value.items()
    )


class MsgPack(TreeType):
    """The message type msgpack."""

    __slots__ = ()

    def __init__(self, name: str = "msgpack") -> None:
        super().__init__(name)

    def fields(self, body: bytes) -> DecodedFields:
        """Parse a body. Raises BodyError."""
        return DecodedFields(_Walk(body).root())

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """A map. Raises NotBuildableError."""
        return _packed(nested(pairs))

    def tree(self, body: bytes) -> Tree:
        """A map by name."""
        return _Walk(body).tree()

    def written(self, tree: Tree) -> bytes:
        """The map."""
        return _header(len(tree), 0x80, 15, 0xDE) + b"".join(
            _packed_text(name.encode("utf-8", "surrogateescape"))
            + (self.written(one) if isinstance(one, dict) else one.raw)
            for name, one in tree.items()
        )

    def is_same(self, one: bytes, other: bytes) -> bool:
        """Numbers and texts may be packed in several ways."""
        return _Walk(one).root() == _Walk(other).root()
