"""Message types fix and nvfix: `tag=value` with a separator behind each (User Guide, Message Types)."""

import re
from collections.abc import Sequence
from functools import lru_cache

from ampsd.message_types.message_type import BodyError, Fields, NotBuildableError, Pair, Values, inferred
from ampsd.message_types.tree import Leaf, Tree, TreeType, steps

SEPARATOR = 1
"""Code of the usual separator, SOH."""


@lru_cache(maxsize=4096)
def _finder(tag: str, separator: bytes) -> "re.Pattern[bytes]":
    """Finds the values of a tag, one after the other."""
    name = re.escape(tag.encode("utf-8", "surrogateescape"))
    mark = re.escape(separator)
    return re.compile(rb"(?:\A|%b)%b=([^%b]*)" % (mark, name, mark), re.DOTALL)


class TagValueFields(Fields):
    """The fields of a body. One that is asked for is looked for; the others are passed over."""

    __slots__ = ("_body", "_separator")

    def __init__(self, body: bytes, separator: bytes) -> None:
        self._body = body
        self._separator = separator

    def read(self, path: str) -> Values:
        """The value of the tag `/tag`; a list where it stands several times."""
        found = _finder(path[1:], self._separator).findall(self._body)
        if len(found) == 1:
            return inferred(found[0])
        return [inferred(one) for one in found] or None


class TagValue(TreeType):
    """The types fix, whose tags are numbers, and nvfix, whose tags are any text without `=` and the separator."""

    __slots__ = ("_form", "_is_numeric", "_separator")

    def __init__(self, name: str, *, is_numeric: bool, separator: int = SEPARATOR) -> None:
        super().__init__(name)
        self._is_numeric = is_numeric
        self._separator = bytes([separator])
        mark = re.escape(self._separator)
        tag = rb"[0-9]++" if is_numeric else rb"[^=%b]++" % mark
        self._form = re.compile(rb"(?>%b=[^%b]*+(?:%b|\Z))*+" % (tag, mark, mark), re.DOTALL)

    def fields(self, body: bytes) -> TagValueFields:
        """Check a body's form. Raises BodyError."""
        self._check(body)
        return TagValueFields(body, self._separator)

    def _check(self, body: bytes) -> None:
        match = self._form.match(body)
        end = match.end() if match else 0
        if end != len(body):
            tag = "a number" if self._is_numeric else "a tag"
            raise BodyError(f"expected {tag} and = at byte {end + 1}")

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """Tags and values in the order given; an array repeats its tag. Raises NotBuildableError."""
        parts: list[bytes] = []
        for path, values in pairs:
            (tag, *below) = steps(path)
            if below:
                raise NotBuildableError(f"{path} has more than one step, and {self.name} has no parts in parts")
            if self._is_numeric and not (tag.isascii() and tag.isdigit()):
                raise NotBuildableError(f"{path} is not the number of a tag")
            name = tag.encode("utf-8", "surrogateescape")
            for value in values if isinstance(values, list) else [values]:
                parts.append(b"%b=%b%b" % (name, self._text(path, value), self._separator))
        return b"".join(parts)

    def _text(self, path: str, value: Values) -> bytes:
        text = b"" if value is None else value if isinstance(value, bytes) else str(_number(value)).encode()
        if self._separator in text:
            raise NotBuildableError(f"the value of {path} has the separator in it")
        return text

    def tree(self, body: bytes) -> Tree:
        """Each tag with all that it stands for."""
        self._check(body)
        found: dict[bytes, list[bytes]] = {}
        for field in body.split(self._separator):
            if field:
                found.setdefault(field.partition(b"=")[0], []).append(field)
        return {
            tag.decode("utf-8", "surrogateescape"): Leaf(
                b"".join(one + self._separator for one in fields), fields == [tag + b"="]
            )
            for tag, fields in found.items()
        }

    def written(self, tree: Tree) -> bytes:
        """The tags in their order."""
        return b"".join(leaf.raw for leaf in tree.values() if isinstance(leaf, Leaf))


def _number(value: Values) -> Values:
    return int(value) if isinstance(value, bool) else value


def fix(name: str = "fix", separator: int = SEPARATOR) -> TagValue:
    """The type fix."""
    return TagValue(name, is_numeric=True, separator=separator)


def nvfix(name: str = "nvfix", separator: int = SEPARATOR) -> TagValue:
    """The type nvfix."""
    return TagValue(name, is_numeric=False, separator=separator)
