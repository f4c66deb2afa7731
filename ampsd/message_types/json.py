"""Message type json: objects and arrays in each other, read by path (User Guide, Message Types; AMPS Expressions)."""

import json
import re
from functools import lru_cache

import msgspec

from ampsd import limits
from ampsd.message_types.message_type import BodyError, Value

_decoder = msgspec.json.Decoder()
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""A string, also one that never ends: every byte is looked at once, whatever the body."""
_ESCAPED_IN_JSON = re.compile(r'[\x00-\x1f"\\]')


def _is_too_deep(body: bytes) -> bool:
    """Whether brackets outside strings are nested beyond the bound; the parser would recurse as deep."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(body):
        mark = match.group()
        if mark in (b"{", b"["):
            depth += 1
            if depth > limits.JSON_DEPTH_MAX:
                return True
        elif mark in (b"}", b"]"):
            depth -= 1
    return False


class _Path:
    """The names along `/a/b`, and how each stands in a body as a key."""

    __slots__ = ("has_escapes", "keys", "names")

    def __init__(self, path: str) -> None:
        self.names = tuple(path.removeprefix("/").split("/"))
        self.keys = tuple(b'"%b"' % name.encode("utf-8", "replace") for name in self.names)
        self.has_escapes = _ESCAPED_IN_JSON.search(path) is not None


_path = lru_cache(maxsize=4096)(_Path)


def _first_of_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def _scalar(value: object) -> Value:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return value.encode() or None
    return value if isinstance(value, int | float) else None


def _collect(value: object, names: tuple[str, ...], found: list[Value]) -> None:
    """Values below `value` along `names`; arrays are passed through, so arrays of objects become parallel arrays."""
    if isinstance(value, list):
        for one in value:
            _collect(one, names, found)
    elif names:
        if isinstance(value, dict) and names[0] in value:
            _collect(value[names[0]], names[1:], found)
    elif not isinstance(value, dict):
        found.append(_scalar(value))


def _elements(value: list[object], names: tuple[str, ...]) -> list[Value] | None:
    found: list[Value] = []
    _collect(value, names, found)
    return found or None


class JsonFields:
    """The fields of one parsed body. Of a key that an object has twice, the first counts, as in AMPS by default."""

    __slots__ = ("_body", "_has_escapes", "_has_firsts", "_root")

    def __init__(self, body: bytes, root: object) -> None:
        self._body = body
        self._root = root
        self._has_firsts = False
        self._has_escapes = b"\\u" in body

    def get(self, path: str) -> Value | list[Value]:
        """The value at `/a/b`; a list where the path leads through an array; None where there is nothing."""
        along = _path(path)
        if not self._has_firsts:
            self._keep_firsts(along)
        value = self._root
        names = along.names
        for number, name in enumerate(names):
            if isinstance(value, list):
                return _elements(value, names[number:])
            if not isinstance(value, dict) or name not in value:
                return None
            value = value[name]
        return _elements(value, ()) if isinstance(value, list) else _scalar(value)

    def _keep_firsts(self, along: _Path) -> None:
        """Parse again where a key may stand twice: the fast parser keeps the last one."""
        may_repeat = self._has_escapes or along.has_escapes
        count = self._body.count
        for key in along.keys:
            may_repeat = may_repeat or count(key) > 1
        if may_repeat:
            self._root = json.loads(self._body, object_pairs_hook=_first_of_each)
            self._has_firsts = True


class Json:
    """The message type json. Bounds are checked before the parser sees a byte."""

    __slots__ = ()
    name = "json"

    def fields(self, body: bytes) -> JsonFields:
        """Parse a body. Raises BodyError: malformed, not UTF-8, numbers no double can hold, nested too deep."""
        if body.count(b"{") + body.count(b"[") > limits.JSON_DEPTH_MAX and _is_too_deep(body):
            raise BodyError(f"the body is nested deeper than {limits.JSON_DEPTH_MAX}")
        try:
            return JsonFields(body, _decoder.decode(body))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BodyError(str(error)) from error
