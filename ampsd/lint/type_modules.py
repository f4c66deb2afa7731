"""What message types are made of: what a type cannot do follows from its module."""

from ampsd.definitions.message_types import BUILT_IN, MessageTypeDefinition
from ampsd.lint.subject import Subject

NEVER_PROJECTED = ("binary", "protobuf", "struct", "composite-global")
"""Modules of types that a view cannot produce."""
NEVER_ENRICHED = ("protobuf", "struct")
"""Modules of types that fields cannot be added to; nothing at all can be read of binary."""
COMPOSITE = ("composite-global", "composite-local")


class TypeModules:
    """The module of each message type of a configuration."""

    __slots__ = ("_modules",)

    def __init__(self, subject: Subject) -> None:
        self._modules = {one: one for one in BUILT_IN}
        for one in reversed(subject.all_of(MessageTypeDefinition)):
            self._modules[one.definition.name] = one.definition.module or one.definition.name

    def of(self, message_type: str) -> str:
        """The module; a built-in type has its own name, an unknown one has none."""
        return self._modules.get(message_type, "")
