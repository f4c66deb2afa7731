"""The message types of an instance: those that are always there, and those that a configuration declares.

User Guide, Message Types.
"""

from collections.abc import Callable

from ampsd.message_types.bflat import BFlat
from ampsd.message_types.binary import Binary
from ampsd.message_types.bson import Bson
from ampsd.message_types.json import Json
from ampsd.message_types.message_type import MessageType
from ampsd.message_types.msgpack import MsgPack
from ampsd.message_types.tag_value import fix, nvfix
from ampsd.message_types.xml import Xml

_WITHOUT_SETTINGS: dict[str, Callable[[str], MessageType]] = {
    "xml": Xml,
    "msgpack": MsgPack,
    "bson": Bson,
    "bflat": BFlat,
    "binary": Binary,
}
_TYPES: dict[str, MessageType] = {
    "json": Json(),
    "fix": fix(),
    "nvfix": nvfix(),
    **{name: make(name) for name, make in _WITHOUT_SETTINGS.items()},
}


def names() -> tuple[str, ...]:
    """Names of all types that are always there."""
    return tuple(_TYPES)


def plain(module: str, name: str) -> MessageType:
    """A type of another name, made of one that has no settings."""
    return _WITHOUT_SETTINGS[module](name)


def find(name: str) -> MessageType | None:
    """The type of that name that is always there; None when there is none."""
    return _TYPES.get(name)
