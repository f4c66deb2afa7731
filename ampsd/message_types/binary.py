"""Message type binary: bodies that are carried as they are and never read (User Guide, Message Types)."""

from collections.abc import Sequence

from ampsd.message_types.message_type import BodyError, Fields, NotBuildableError, Pair, Reader


class Binary:
    """Any bytes. Nothing that needs a field of a body can be configured or filtered."""

    __slots__ = ("name",)
    is_read = makes_bodies = has_deltas = False

    def __init__(self, name: str = "binary") -> None:
        self.name = name

    def fields(self, body: bytes) -> Fields:
        """Always raises BodyError."""
        raise BodyError(f"bodies of message type {self.name} are carried, not read")

    def reader(self, paths: Sequence[str]) -> Reader:
        """A reader that raises BodyError."""
        return self.fields

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """Always raises NotBuildableError."""
        raise NotBuildableError(f"bodies of message type {self.name} have no fields")

    def merge(self, body: bytes, change: bytes) -> bytes:
        """Always raises NotBuildableError."""
        raise NotBuildableError(f"bodies of message type {self.name} have no fields")

    def difference(self, old: bytes, new: bytes, always: Sequence[str] = ()) -> bytes:
        """Always raises NotBuildableError."""
        raise NotBuildableError(f"bodies of message type {self.name} have no fields")
