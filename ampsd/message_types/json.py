"""Message type json: objects and arrays in each other, read by path (User Guide, Message Types; AMPS Expressions)."""

import json
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

import msgspec

from ampsd import limits
from ampsd.message_types.message_type import (
    BodyError,
    Fields,
    NotBuildableError,
    Pair,
    Picker,
    Reader,
    Value,
    Values,
    picker_of,
)
from ampsd.message_types.tree import Leaf, Nested, Tree, TreeType, found_at, nested

_decoder = msgspec.json.Decoder()
_raw_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?>\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""A string, also one that never ends: every byte is looked at once, whatever the body."""
_ESCAPED_IN_JSON = re.compile(r'[\x00-\x1f"\\]')
_COUNTED_MAX = 16
"""Keys that are looked for in the whole body, before it is cheaper to parse it with all its keys."""
_NEVER_TOO_DEEP = 2 * limits.JSON_DEPTH_MAX
"""Up to this size in bytes a body has no room for too many brackets and those that close them."""
_Malformed = (msgspec.DecodeError, UnicodeDecodeError)


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


def _check(body: bytes) -> None:
    """Raises BodyError where the body is nested too deep, or has too many values."""
    if len(body) > limits.BODY_VALUES_MAX and body.count(b",") > limits.BODY_VALUES_MAX:
        raise BodyError(f"the body has more than {limits.BODY_VALUES_MAX} values")
    if len(body) <= _NEVER_TOO_DEEP:
        return
    if body.count(b"{") + body.count(b"[") > limits.JSON_DEPTH_MAX and _is_too_deep(body):
        raise BodyError(f"the body is nested deeper than {limits.JSON_DEPTH_MAX}")


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


class JsonFields(Fields):
    """The fields of one parsed body. Of a key that an object has twice the first counts, or the last."""

    __slots__ = ("_body", "_counted", "_is_settled", "_root")

    def __init__(self, body: bytes, root: object, is_last_wanted: bool) -> None:
        self._body = body
        self._root = root
        self._is_settled = is_last_wanted
        self._counted = 0

    def read(self, path: str) -> Values:
        """The value at `/a/b`; a list where the path leads through an array; None where there is nothing."""
        along = _path(path)
        if not self._is_settled:
            self._keep_firsts(along)
        return found_at(self._root, along.names, _scalar)

    def _keep_firsts(self, along: _Path) -> None:
        """Parse again where a key may stand twice: the fast parser keeps the last one."""
        self._counted += len(along.keys)
        if self._counted > _COUNTED_MAX or _may_repeat(self._body, along.keys, has_escapes=along.has_escapes):
            self._root = json.loads(self._body, object_pairs_hook=_first_of_each)
            self._is_settled = True


class _PickedFields(Fields):
    """The fields that were picked out of a body; for any other it is read whole."""

    __slots__ = ("_body", "_type")

    def __init__(self, body: bytes, type_: "Json") -> None:
        self._body = body
        self._type = type_

    def read(self, path: str) -> Values:
        """A value that was not picked."""
        return self._type.fields(self._body)[path]


def _may_repeat(body: bytes, keys: tuple[bytes, ...], *, has_escapes: bool) -> bool:
    """Whether one of the keys may stand twice in the body; escapes may hide that."""
    # One byte is found ten times as fast as two, and most bodies have no escapes.
    if has_escapes or (b"\\" in body and b"\\u" in body):
        return True
    return max(map(body.count, keys)) > 1


def _tree(body: bytes) -> Tree:
    """Raises BodyError."""
    _check(body)
    try:
        if body.lstrip()[:1] != b"{":
            _decoder.decode(body)
            raise NotBuildableError("only objects can be merged and compared")
        return _branch(body)
    except _Malformed as error:
        raise BodyError(str(error)) from error


def _branch(body: bytes | memoryview) -> Tree:
    found: Tree = {}
    for name, value in _raw_decoder.decode(body).items():
        raw = bytes(value)
        found[name] = _branch(raw) if raw[:1] == b"{" else Leaf(raw, raw == b"null")
    return found


def _written(tree: Tree) -> bytes:
    parts = [
        b"%b:%b" % (msgspec.json.encode(name), _written(one) if isinstance(one, dict) else one.raw)
        for name, one in tree.items()
    ]
    return b"{%b}" % b",".join(parts)


def _plain(value: Values | Nested) -> object:
    """What the encoder writes for a value. What is no number is null, as JSON has no word for it."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Json(TreeType):
    """The message type json. Bounds are checked before the parser sees a byte."""

    __slots__ = ("_is_last_wanted",)

    def __init__(self, name: str = "json", is_last_wanted: bool = False) -> None:
        super().__init__(name)
        self._is_last_wanted = is_last_wanted

    def fields(self, body: bytes) -> JsonFields:
        """Parse a body. Raises BodyError: malformed, not UTF-8, numbers no double can hold, nested too deep."""
        _check(body)
        try:
            return JsonFields(body, _decoder.decode(body), self._is_last_wanted)
        except _Malformed as error:
            raise BodyError(str(error)) from error

    def reader(self, paths: Sequence[str]) -> Reader:
        """Only the outermost names of the paths are taken out of an object; the parser passes over the rest."""
        names = list(dict.fromkeys(_path(path).names[0] for path in paths))
        has_escapes = any(_path(path).has_escapes for path in paths)
        if not names or has_escapes or len(names) > limits.JSON_NAMES_PICKED_MAX:
            return self.fields
        wanted = msgspec.defstruct(
            "Picked",
            [(f"n{number}", object, msgspec.UNSET) for number in range(len(names))],
            rename={f"n{number}": name for number, name in enumerate(names)},
            gc=False,
        )
        decode = msgspec.json.Decoder(wanted).decode
        attributes = {name: f"n{number}" for number, name in enumerate(names)}
        along = [(path, attributes[_path(path).names[0]], _path(path)) for path in dict.fromkeys(paths)]
        keys = tuple(dict.fromkeys(key for _, _, one in along for key in one.keys))
        unset, is_last_wanted = msgspec.UNSET, self._is_last_wanted

        def read(body: bytes) -> Fields:
            _check(body)
            try:
                one = decode(body)
            except msgspec.ValidationError:
                return self.fields(body)  # the body is no object
            except _Malformed as error:
                raise BodyError(str(error)) from error
            if not is_last_wanted and _may_repeat(body, keys, has_escapes=False):
                return self.fields(body)
            found = _PickedFields(body, self)
            for path, attribute, steps in along:
                value = getattr(one, attribute)
                if value.__class__ is str:
                    found[path] = value.encode() or None if len(steps.names) == 1 else None
                else:
                    found[path] = None if value is unset else found_at(value, steps.names[1:], _scalar)
            return found

        return read

    def picker(self, path: str) -> Picker:
        """An outermost scalar is taken as the parser gives it; the parser passes over the rest."""
        along = _path(path)
        reader = self.reader((path,))
        if len(along.names) > 1 or along.has_escapes:
            return picker_of(reader, path)
        wanted = msgspec.defstruct("Picked", [("n0", object, None)], rename={"n0": along.names[0]}, gc=False)
        decode = msgspec.json.Decoder(wanted).decode
        key = along.keys[0]
        value_of = attrgetter("n0")

        def pick(body: bytes) -> Values:
            if len(body) > _NEVER_TOO_DEEP or b"\\" in body or body.count(key) > 1:
                return reader(body)[path]
            try:
                value = value_of(decode(body))
            except (msgspec.DecodeError, UnicodeDecodeError):
                return reader(body)[path]
            if value.__class__ is str:
                return value.encode() or None
            return value if value.__class__ is int or value is None else reader(body)[path]

        return pick

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """An object. Raises NotBuildableError."""
        return msgspec.json.encode(_plain(nested(pairs)))

    def tree(self, body: bytes) -> Tree:
        """An object by name."""
        return _tree(body)

    def written(self, tree: Tree) -> bytes:
        """The object."""
        return _written(tree)

    def is_same(self, one: bytes, other: bytes) -> bool:
        """White space and the way numbers and texts are written do not count."""
        return bool(_decoder.decode(one) == _decoder.decode(other))
