"""What message types share that make no bodies: of bytes that are not read, and of one fixed layout."""

from collections.abc import Sequence

from ampsd.message_types.message_type import Fields, NotBuildableError, Pair, Picker, Reader, picker_of


class UnbuiltType:
    """Bodies are carried as they come; `why` none are made, in a sentence that begins with the type."""

    __slots__ = ("name",)
    makes_bodies = has_deltas = False
    why = ""

    def __init__(self, name: str) -> None:
        self.name = name

    def fields(self, body: bytes) -> Fields:
        """Read a body. Raises BodyError."""
        raise NotImplementedError

    def reader(self, paths: Sequence[str]) -> Reader:
        """How to read bodies of which nothing but these paths will be asked for."""
        return self.fields

    def picker(self, path: str) -> Picker:
        """How to take the value at one path out of bodies."""
        return picker_of(self.reader((path,)), path)

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """Always raises NotBuildableError."""
        raise self._refusal()

    def merge(self, body: bytes, change: bytes) -> bytes:
        """Always raises NotBuildableError."""
        raise self._refusal()

    def difference(self, old: bytes, new: bytes, always: Sequence[str] = ()) -> bytes:
        """Always raises NotBuildableError."""
        raise self._refusal()

    def _refusal(self) -> NotBuildableError:
        return NotBuildableError(f"bodies of message type {self.name} {self.why}")
