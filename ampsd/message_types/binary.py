"""Message type binary: bodies that are carried as they are and never read (User Guide, Message Types)."""

from ampsd.message_types.message_type import BodyError, Fields
from ampsd.message_types.unbuilt import UnbuiltType


class Binary(UnbuiltType):
    """Any bytes. Nothing that needs a field of a body can be configured or filtered."""

    __slots__ = ()
    is_read = False
    why = "have no fields"

    def __init__(self, name: str = "binary") -> None:
        super().__init__(name)

    def fields(self, body: bytes) -> Fields:
        """Always raises BodyError."""
        raise BodyError(f"bodies of message type {self.name} are carried, not read")
