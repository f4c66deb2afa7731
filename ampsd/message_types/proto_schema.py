"""What a protobuf message consists of, however it was described (User Guide, Protobuf Message Types)."""

from dataclasses import dataclass, field

SCALARS = frozenset(
    (
        *("double", "float", "bool", "string", "bytes", "int32", "int64", "uint32", "uint64", "sint32", "sint64"),
        *("fixed32", "fixed64", "sfixed32", "sfixed64"),
    )
)


class ProtoError(Exception):
    """A description of messages cannot be read, or lacks something. The text is a sentence."""


@dataclass(slots=True)
class ProtoField:
    """A field: `type` is one of SCALARS, or the full name of a message or an enumeration.

    `default` is what a missing field stands for; None where that is nothing.
    """

    name: str
    number: int
    type: str
    is_repeated: bool = False
    default: int | float | bytes | None = None


@dataclass(slots=True)
class ProtoMessage:
    """A message. `is_proto3` where it is described in version 3 of the language."""

    name: str
    is_proto3: bool
    fields: list[ProtoField] = field(default_factory=list)
    by_number: dict[int, ProtoField] = field(default_factory=dict)
    by_name: dict[str, ProtoField] = field(default_factory=dict)

    def add(self, one: ProtoField) -> None:
        """One more field. Raises ProtoError."""
        if one.number in self.by_number or one.name in self.by_name:
            raise ProtoError(f"message {self.name} has the field {one.name}, or its number {one.number}, twice")
        self.fields.append(one)
        self.by_number[one.number] = one
        self.by_name[one.name] = one


@dataclass(slots=True)
class ProtoSchema:
    """Messages and enumerations by full name, without a point in front."""

    messages: dict[str, ProtoMessage] = field(default_factory=dict)
    enumerations: dict[str, dict[str, int]] = field(default_factory=dict)

    def resolve(self) -> None:
        """Find what the fields' types mean: a name is looked for in the scope of its message, then in those around it.

        Raises ProtoError.
        """
        for message in self.messages.values():
            for one in message.fields:
                if one.type not in SCALARS:
                    one.type = self._full_name(one, message)
                    self._settle_default(one)

    def _full_name(self, one: ProtoField, message: ProtoMessage) -> str:
        if one.type.startswith("."):
            if self._has(one.type[1:]):
                return one.type[1:]
        else:
            scope = message.name.split(".")
            for length in range(len(scope), -1, -1):
                name = ".".join([*scope[:length], one.type])
                if self._has(name):
                    return name
        raise ProtoError(
            f"field {one.name} of message {message.name} is of type {one.type}, which is nowhere described"
        )

    def _has(self, name: str) -> bool:
        return name in self.messages or name in self.enumerations

    def _settle_default(self, one: ProtoField) -> None:
        """The default of an enumeration is the number of a name; in version 3, that of the first."""
        values = self.enumerations.get(one.type)
        if values is None:
            one.default = None
        elif isinstance(one.default, bytes):
            one.default = values.get(one.default.decode("utf-8", "replace"))


def zero(type_: str) -> int | float | None:
    """What a missing field of version 3 stands for. The empty text is NULL."""
    if type_ in ("string", "bytes"):
        return None
    return 0.0 if type_ in ("double", "float") else 0
