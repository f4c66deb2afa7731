"""The message types every instance has without configuration (User Guide, Message Types)."""

from ampsd.message_types.json import Json
from ampsd.message_types.message_type import MessageType
from ampsd.message_types.opaque import Opaque

_TYPES: dict[str, MessageType] = {
    "json": Json(),
    **{name: Opaque(name) for name in ("fix", "nvfix", "xml", "msgpack", "bson", "bflat", "binary")},
}


def names() -> tuple[str, ...]:
    """Names of all types."""
    return tuple(_TYPES)


def find(name: str) -> MessageType | None:
    """The type of that name; None when there is none."""
    return _TYPES.get(name)
