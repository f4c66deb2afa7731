"""What message types share that make no bodies: of bytes that are not read, and of one fixed layout."""

from collections.abc import Sequence

from ampsd.message_types.message_type import NotBuildableError, Pair, ReadWhole


class UnbuiltType(ReadWhole):
    """Bodies are carried as they come; `why` none are made, in a sentence that begins with the type."""

    __slots__ = ("name",)
    makes_bodies = has_deltas = False
    why = ""

    def __init__(self, name: str) -> None:
        self.name = name

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
