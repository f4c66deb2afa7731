"""Bodies as trees of names, for message types that can be merged and compared (User Guide, Delta Messaging).

A Leaf is a value in the bytes of its format, never decoded and encoded again, so what a change does not touch comes
out as it went in. A dict is a part with names of its own. Arrays are Leaves: they are replaced as a whole.
"""

from collections.abc import Callable, Sequence
from typing import Union

from ampsd.message_types.message_type import Fields, NotBuildableError, Pair, ReadWhole, Value, Values


class Leaf:
    """A value in the bytes of its format; `is_null` where it is none."""

    __slots__ = ("is_null", "raw")

    def __init__(self, raw: bytes, is_null: bool = False) -> None:
        self.raw = raw
        self.is_null = is_null


Tree = dict[str, Union[Leaf, "Tree"]]
Same = Callable[[bytes, bytes], bool]
"""Whether two values mean the same though their bytes differ."""

Nested = dict[str, Union[Values, "Nested"]]
"""Values by name, and parts with names of their own."""


def steps(path: str) -> list[str]:
    """The names along a path."""
    return path.removeprefix("/").split("/")


def merged(old: Tree, change: Tree) -> Tree:
    """`old` with what `change` has in place of its own. NULL changes nothing, and nothing is ever removed."""
    result: Tree = dict(old)
    for name, new in change.items():
        mine = result.get(name)
        if isinstance(new, dict):
            result[name] = merged(mine if isinstance(mine, dict) else {}, new)
        elif not new.is_null:
            result[name] = new
    return result


def difference(old: Tree, new: Tree, is_same: Same, always: Sequence[str] = ()) -> Tree:
    """What `new` has that `old` has not or has otherwise, and what is at the paths `always`."""
    return _difference(old, new, is_same, [steps(path) for path in always])


def _difference(old: Tree, new: Tree, is_same: Same, always: list[list[str]]) -> Tree:
    result: Tree = {}
    for name, mine in new.items():
        kept = [path[1:] for path in always if path[0] == name]
        other = old.get(name)
        if [] in kept or other is None:
            result[name] = mine
        elif isinstance(mine, dict):
            below = _difference(other if isinstance(other, dict) else {}, mine, is_same, [one for one in kept if one])
            if below or isinstance(other, Leaf):
                result[name] = below
        elif isinstance(other, dict) or (other.raw != mine.raw and not is_same(other.raw, mine.raw)):
            result[name] = mine
    return result


def nested(pairs: Sequence[Pair]) -> Nested:
    """Values at paths as parts in parts, in the order in which each name first appears.

    Raises NotBuildableError where a path leads through a value.
    """
    root: Nested = {}
    for path, value in pairs:
        *parts, last = steps(path)
        at = root
        for name in parts:
            below = at.setdefault(name, {})
            if not isinstance(below, dict):
                raise NotBuildableError(f"{path} leads through a field that has a value")
            at = below
        if isinstance(at.get(last), dict):
            raise NotBuildableError(f"{path} has both a value and fields below it")
        at[last] = value
    return root


Scalar = Callable[[object], Value]
"""What a decoded value is as a scalar of expressions; None for what is none."""


def found_at(root: object, names: Sequence[str], scalar: Scalar) -> Values:
    """The value along `names` in decoded dicts and lists; a list where the way leads through one."""
    value = root
    for number, name in enumerate(names):
        if isinstance(value, list):
            return _elements(value, names[number:], scalar)
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return _elements(value, (), scalar) if isinstance(value, list) else scalar(value)


def _elements(value: list[object], names: Sequence[str], scalar: Scalar) -> Values:
    found: list[Value] = []
    _collect(value, names, scalar, found)
    return found or None


def _collect(value: object, names: Sequence[str], scalar: Scalar, found: list[Value]) -> None:
    """Arrays are passed through, so arrays of parts become parallel arrays."""
    if isinstance(value, list):
        for one in value:
            _collect(one, names, scalar, found)
    elif names:
        if isinstance(value, dict) and names[0] in value:
            _collect(value[names[0]], names[1:], scalar, found)
    elif not isinstance(value, dict):
        found.append(scalar(value))


class TreeType(ReadWhole):
    """What message types share whose bodies are trees of names. They say how a body becomes a Tree, and back."""

    __slots__ = ("name",)
    is_read = makes_bodies = has_deltas = True

    def __init__(self, name: str) -> None:
        self.name = name

    def merge(self, body: bytes, change: bytes) -> bytes:
        """Parts are merged name by name, everything else is replaced. Raises BodyError and NotBuildableError."""
        return self.written(merged(self.tree(body), self.tree(change)))

    def difference(self, old: bytes, new: bytes, always: Sequence[str] = ()) -> bytes:
        """What changed, and the paths `always`. Raises BodyError and NotBuildableError."""
        return self.written(difference(self.tree(old), self.tree(new), self.is_same, always))

    def tree(self, body: bytes) -> Tree:
        """Take a body apart. Raises BodyError and NotBuildableError."""
        raise NotImplementedError

    def written(self, tree: Tree) -> bytes:
        """Put it together again. Raises NotBuildableError."""
        raise NotImplementedError

    def is_same(self, one: bytes, other: bytes) -> bool:
        """Whether two values mean the same though their bytes differ."""
        return False


class DecodedFields(Fields):
    """The fields of a body that was decoded to dicts, lists, numbers and bytes."""

    __slots__ = ("_root",)

    def __init__(self, root: object) -> None:
        self._root = root

    def read(self, path: str) -> Values:
        """The value at `/a/b`; a list where the path leads through an array; None where there is nothing."""
        return found_at(self._root, steps(path), _as_it_is)


def _as_it_is(value: object) -> Value:
    return value if isinstance(value, int | float | bytes) else None
