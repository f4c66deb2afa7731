"""Message types that are carried as they are: bodies whose fields this version does not read."""

from ampsd.message_types.message_type import BodyError, Fields


class Opaque:
    """A type known by name; nothing that needs a field of its bodies can be configured or filtered."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def fields(self, body: bytes) -> Fields:
        """Always raises BodyError."""
        raise BodyError(f"bodies of message type {self.name} are carried, not read")
