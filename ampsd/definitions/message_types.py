"""MessageTypes: types of message bodies beyond those that are always there (User Guide, Message Types)."""

from ampsd.declare import (
    BOOLEAN,
    COUNT,
    MODULE_OPTIONS,
    NO_EFFECT,
    NOT_RUNNING,
    PATH,
    TEXT,
    Definition,
    Kind,
    one_of,
    option,
    ranged,
)
from ampsd.message_types.structure import check_field

_NO_MODULES = "Remove it; no module that runs here has options."
_OF_OLD_HEADERS = "Remove it; it concerns messages that this version does not make."

BUILT_IN = ("fix", "nvfix", "xml", "json", "msgpack", "bson", "bflat", "binary")
"""Message types that need no declaration."""
MODULES = (*BUILT_IN, "protobuf", "struct", "composite-global", "composite-local")
"""Modules that message types can be made of without an entry in Modules."""

_CODE = ranged(COUNT, high=255, text="the code of one byte, 0 to 255")


def _struct_field(text: str) -> str:
    check_field(text)
    return text.strip()


STRUCT_FIELD = Kind("field of a struct", _struct_field, pattern=r"\s*[^=\s]+\s*=[\s\S]*\S[\s\S]*")


class MessageTypeDefinition(Definition, element="MessageType"):
    """A message type: a built-in one with settings of its own, or one made of others (User Guide, Message Types)."""

    name: str = option(TEXT, "Name that other sections use.")
    module: str | None = option(
        TEXT, "Built-in type it is made of; without it, the one called Name.", default=None, refers_to="message type"
    )
    amps_version_compliance: str = option(
        one_of("2", "4", "5"),
        "Version of AMPS whose FIX tags messages about the SOW have.",
        xml="AMPSVersionCompliance",
        default="4",
        marks=(NO_EFFECT,),
        advice=_OF_OLD_HEADERS,
    )
    options: Definition | str | None = option(
        MODULE_OPTIONS, "Options of the module.", default=None, marks=(NOT_RUNNING,), advice=_NO_MODULES
    )
    field_separator: int = option(
        _CODE,
        "Code of the character between fields of a fix or nvfix type.",
        default=1,
    )
    header_separator: int | None = option(
        _CODE,
        "Code of the character between headers of a fix or nvfix type.",
        default=None,
        marks=(NO_EFFECT,),
        advice=_OF_OLD_HEADERS,
    )
    message_separator: int | None = option(
        _CODE,
        "Code of the character between messages of a fix or nvfix type.",
        default=None,
        marks=(NO_EFFECT,),
        advice=_OF_OLD_HEADERS,
    )
    early_termination_optimization: bool = option(
        BOOLEAN,
        "Whether the first of two equal keys of a json message counts, or the last.",
        default=True,
    )
    parts: tuple[str, ...] = option(
        TEXT,
        "Type of a part of a composite type, in the order of the parts.",
        xml="MessageType",
        repeatable=True,
        refers_to="message type",
    )
    type: str | None = option(
        TEXT,
        "Message of the proto file, with its package, that a protobuf type has.",
        default=None,
    )
    proto_paths: tuple[str, ...] = option(
        TEXT,
        "Where proto files are looked for: an alias, which may be left out, a semicolon and a directory.",
        xml="ProtoPath",
        repeatable=True,
    )
    proto_file: str | None = option(
        PATH,
        "Proto file of a protobuf type; it may begin with an alias and a slash.",
        default=None,
    )
    fields: tuple[str, ...] = option(
        STRUCT_FIELD,
        "Field of a struct type, in the order of the bytes: its path, =, and its format.",
        xml="Field",
        repeatable=True,
    )


class MessageTypesDefinition(Definition, element="MessageTypes"):
    """Message types beyond those that are always there (User Guide, Message Types)."""

    message_types: tuple[MessageTypeDefinition, ...] = option(
        MessageTypeDefinition, "One message type.", repeatable=True
    )
