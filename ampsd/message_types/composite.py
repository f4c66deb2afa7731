"""Message types made of others: each part has its length in front, in four bytes, the highest first.

What follows the declared parts, with a length of its own or without, is the unparsed payload
(User Guide, Composite Messages).
"""

from collections.abc import Sequence

from ampsd.message_types.message_type import (
    BodyError,
    Fields,
    MessageType,
    NotBuildableError,
    Pair,
    ReadWhole,
    Value,
    Values,
)


def split(body: bytes, count: int) -> tuple[list[bytes], bytes]:
    """The first `count` parts, fewer where the body has fewer, and all that follows. Raises BodyError."""
    parts: list[bytes] = []
    at = 0
    while len(parts) < count and at < len(body):
        start = at + 4
        end = start + int.from_bytes(body[at:start], "big")
        if start > len(body) or end > len(body):
            raise BodyError(f"part {len(parts)} is longer than the rest of the body")
        parts.append(body[start:end])
        at = end
    return parts, body[at:]


def joined(parts: Sequence[bytes], rest: bytes = b"") -> bytes:
    """A body of these parts."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts) + rest


class CompositeFields(Fields):
    """The fields of the parts, each part read when one of its fields is asked for first.

    A part that cannot be read has no fields.
    """

    __slots__ = ("_is_local", "_parts", "_read", "_types")

    def __init__(self, parts: list[bytes], types: Sequence[MessageType], is_local: bool) -> None:
        self._parts = parts
        self._types = types
        self._is_local = is_local
        self._read: dict[int, Fields] = {}

    def read(self, path: str) -> Values:
        """The value at `/0/a`, or with global names at `/a`, where all parts that have it make an array."""
        if self._is_local:
            number, slash, rest = path[1:].partition("/")
            if not slash or not number.isascii() or not number.isdigit() or len(number) > 4:
                return None
            return self._part(int(number))["/" + rest]
        found: list[Value] = []
        for place in range(len(self._parts)):
            value = self._part(place)[path]
            found += value if isinstance(value, list) else [] if value is None else [value]
        return found[0] if len(found) == 1 else found or None

    def _part(self, number: int) -> Fields:
        fields = self._read.get(number)
        if fields is None:
            fields = self._read[number] = self._fields(number)
        return fields

    def _fields(self, number: int) -> Fields:
        if number >= min(len(self._parts), len(self._types)):
            return Fields()
        try:
            return self._types[number].fields(self._parts[number])
        except BodyError:
            return Fields()


class Composite(ReadWhole):
    """A composite type. With `is_local` the number of a part is the first step of a path (composite-local)."""

    __slots__ = ("_is_local", "_types", "is_read", "name")

    def __init__(self, name: str, types: Sequence[MessageType], is_local: bool) -> None:
        self.name = name
        self._types = tuple(types)
        self._is_local = is_local
        self.is_read = any(one.is_read for one in types)

    @property
    def makes_bodies(self) -> bool:
        """composite-global cannot tell which part a value belongs to."""
        return self._is_local

    @property
    def has_deltas(self) -> bool:
        """The same holds for changes."""
        return self._is_local

    def fields(self, body: bytes) -> CompositeFields:
        """Cut a body into its parts. Raises BodyError."""
        return CompositeFields(split(body, len(self._types))[0], self._types, self._is_local)

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """Each part is built of the values whose path begins with its number. Raises NotBuildableError."""
        self._need_local()
        of_part: list[list[Pair]] = [[] for _ in self._types]
        for path, value in pairs:
            number, slash, rest = path.removeprefix("/").partition("/")
            if not slash or not number.isdigit() or int(number) >= len(of_part):
                raise NotBuildableError(f"{path} does not begin with the number of a part")
            of_part[int(number)].append(("/" + rest, value))
        return joined([one.build(own) if own else b"" for one, own in zip(self._types, of_part, strict=True)])

    def merge(self, body: bytes, change: bytes) -> bytes:
        """Part by part; an empty part changes nothing, and one whose type has no deltas is replaced.

        Raises BodyError and NotBuildableError.
        """
        self._need_local()
        old, old_rest = split(body, len(self._types))
        new, new_rest = split(change, len(self._types))
        parts: list[bytes] = []
        for number, one in enumerate(self._types[: max(len(old), len(new))]):
            mine = old[number] if number < len(old) else b""
            other = new[number] if number < len(new) else b""
            if not other or not mine:
                parts.append(other or mine)
            else:
                parts.append(one.merge(mine, other) if one.has_deltas else other)
        return joined(parts, new_rest or old_rest)

    def difference(self, old: bytes, new: bytes, always: Sequence[str] = ()) -> bytes:
        """Part by part; a part without change is empty. Raises BodyError and NotBuildableError."""
        self._need_local()
        before, before_rest = split(old, len(self._types))
        after, after_rest = split(new, len(self._types))
        parts: list[bytes] = []
        for number, one in enumerate(self._types[: len(after)]):
            mine = before[number] if number < len(before) else b""
            other = after[number]
            own = [path[len(f"/{number}") :] for path in always if path.startswith(f"/{number}/")]
            if not one.has_deltas or not mine:
                parts.append(b"" if other == mine else other)
            elif other == mine and not own:
                parts.append(b"")
            else:
                parts.append(one.difference(mine, other, own))
        return joined(parts, b"" if after_rest == before_rest else after_rest)

    def _need_local(self) -> None:
        if not self._is_local:
            raise NotBuildableError(f"the parts of message type {self.name} have no names of their own")
