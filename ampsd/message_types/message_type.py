"""The contract of message types: what can be read of a body, and what bodies can be made.

User Guide, Message Types.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

Value = int | float | bytes | None
"""A scalar as expressions see it: booleans are 1 and 0, texts are bytes, empty texts are None."""

Values = Value | list[Value]
"""What a field can be: a scalar, or the elements of an array."""


class NumericText(bytes):
    """A text that reads as a number, of a format that has no types: it may be either.

    Compared with another such text or a number it is a number, with any other text a text.
    """

    __slots__ = ()


_NUMERIC = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")


def inferred(text: bytes) -> bytes | None:
    """A value of a format that has no types. The empty text is NULL."""
    if not text:
        return None
    return NumericText(text) if _NUMERIC.match(text) else text


class BodyError(Exception):
    """A body is not what its message type says it is. The text says why."""


class NotBuildableError(Exception):
    """The message type makes no bodies of this kind, or none out of these values. The text says why."""


class Fields(dict[str, Values]):
    """The fields of one body by path: `fields["/a/b"]` reads the body once for each path, however many filters ask.

    None where there is nothing; a list where the path occurs several times.
    """

    __slots__ = ()

    def __missing__(self, path: str) -> Values:
        value = self[path] = self.read(path)
        return value

    def read(self, path: str) -> Values:
        """The value at `path` in the body. Never raises."""
        return None


Reader = Callable[[bytes], Fields]
"""Reads bodies whose fields at certain paths will be asked for. Raises BodyError."""

Picker = Callable[[bytes], Values]
"""Takes the value at one path out of a body. Raises BodyError."""


def picker_of(reader: Reader, path: str) -> Picker:
    """A Picker for types that have no shorter way than to read the body."""

    def pick(body: bytes) -> Values:
        return reader(body)[path]

    return pick


Pair = tuple[str, Values]
"""A path and what is to be there."""


class MessageType(Protocol):
    """How bodies of one type are read and made. No method keeps or changes what it is given.

    `is_read` is False for types whose bodies have no fields. `makes_bodies` says whether `build` can make any body at
    all, `has_deltas` whether `merge` and `difference` work.
    """

    @property
    def name(self) -> str:
        """The type's name in configurations and on the wire."""
        ...

    @property
    def is_read(self) -> bool:
        """Whether bodies have fields."""
        ...

    @property
    def makes_bodies(self) -> bool:
        """Whether bodies can be built from values."""
        ...

    @property
    def has_deltas(self) -> bool:
        """Whether part of a body can be merged into another (User Guide, Delta Messaging)."""
        ...

    def fields(self, body: bytes) -> Fields:
        """Read a body. Raises BodyError."""
        ...

    def reader(self, paths: Sequence[str]) -> Reader:
        """How to read bodies of which nothing but these paths will be asked for."""
        ...

    def picker(self, path: str) -> Picker:
        """How to take the value at one path out of bodies."""
        ...

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """A body with these values, in this order. Raises NotBuildableError."""
        ...

    def merge(self, body: bytes, change: bytes) -> bytes:
        """`body` with what `change` has in place of its own. Raises BodyError and NotBuildableError."""
        ...

    def difference(self, old: bytes, new: bytes, always: Sequence[str] = ()) -> bytes:
        """What `new` has and `old` has not or has otherwise, and the paths `always`.

        Raises BodyError and NotBuildableError.
        """
        ...


class ReadWhole:
    """The part of the contract that is the same for types whose bodies are read whole, whatever is asked for."""

    __slots__ = ()

    def fields(self, body: bytes) -> Fields:
        """Read a body. Raises BodyError."""
        raise NotImplementedError

    def reader(self, paths: Sequence[str]) -> Reader:
        """How to read bodies of which nothing but these paths will be asked for."""
        return self.fields

    def picker(self, path: str) -> Picker:
        """How to take the value at one path out of bodies."""
        return picker_of(self.reader((path,)), path)
