"""MessageTypes: types of message bodies beyond those that are always there (User Guide, Message Types)."""

import re

from ampsd.declare import (
    BOOLEAN,
    COUNT,
    MODULE_OPTIONS,
    NOT_RUNNING,
    PATH,
    TEXT,
    Definition,
    Kind,
    one_of,
    option,
    ranged,
)

_PLAIN = "Remove it; only the plain form runs, a built-in type under its own name."

BUILT_IN = ("fix", "nvfix", "xml", "json", "msgpack", "bson", "bflat", "binary")
"""Message types that need no declaration."""
MODULES = (*BUILT_IN, "protobuf", "struct", "composite-global", "composite-local")
"""Modules that message types can be made of without an entry in Modules."""

_STRUCT_FIELD = re.compile(r"(?P<name>[^=\s]+)\s*=\s*[@=<>]?\s*(?P<count>[0-9]*)(?P<type>[xcbB?hHiIlLqQnNfdsSp])\Z")
_CODE = ranged(COUNT, high=255, text="the code of one byte, 0 to 255")


def _struct_field(text: str) -> str:
    text = text.strip()
    match = _STRUCT_FIELD.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a field of a struct: write /name = type, such as /id = i or /code = 16s")
    if match["type"] in "xsSp" and not match["count"]:
        raise ValueError(f"{text!r} needs a number of bytes before {match['type']}, such as 16{match['type']}")
    return text


STRUCT_FIELD = Kind("field of a struct", _struct_field, pattern=r"\s*[^=\s]+\s*=[\s\S]*\S[\s\S]*")


class MessageTypeDefinition(Definition, element="MessageType"):
    """A message type. Of these, a built-in type under its own name runs (User Guide, Message Types)."""

    name: str = option(TEXT, "Name that other sections use.")
    module: str | None = option(
        TEXT, "Built-in type it is made of; without it, the one called Name.", default=None, refers_to="message type"
    )
    amps_version_compliance: str = option(
        one_of("2", "4", "5"),
        "Version of AMPS whose FIX tags messages about the SOW have.",
        xml="AMPSVersionCompliance",
        default="4",
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    options: Definition | str | None = option(
        MODULE_OPTIONS, "Options of the module.", default=None, marks=(NOT_RUNNING,), advice=_PLAIN
    )
    field_separator: int = option(
        _CODE,
        "Code of the character between fields of a fix or nvfix type.",
        default=1,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    header_separator: int | None = option(
        _CODE,
        "Code of the character between headers of a fix or nvfix type.",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    message_separator: int | None = option(
        _CODE,
        "Code of the character between messages of a fix or nvfix type.",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    early_termination_optimization: bool = option(
        BOOLEAN,
        "Whether the first of two equal keys of a json message counts, or the last.",
        default=True,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    parts: tuple[str, ...] = option(
        TEXT,
        "Type of a part of a composite type, in the order of the parts.",
        xml="MessageType",
        repeatable=True,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
        refers_to="message type",
    )
    type: str | None = option(
        TEXT,
        "Message of the proto file, with its package, that a protobuf type has.",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    proto_paths: tuple[str, ...] = option(
        TEXT,
        "Where proto files are looked for: an alias, which may be left out, a semicolon and a directory.",
        xml="ProtoPath",
        repeatable=True,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    proto_file: str | None = option(
        PATH,
        "Proto file of a protobuf type; it may begin with an alias and a slash.",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    fields: tuple[str, ...] = option(
        STRUCT_FIELD,
        "Field of a struct type, in the order of the bytes: its path, =, and its format.",
        xml="Field",
        repeatable=True,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )


class MessageTypesDefinition(Definition, element="MessageTypes"):
    """Message types beyond those that are always there (User Guide, Message Types)."""

    message_types: tuple[MessageTypeDefinition, ...] = option(
        MessageTypeDefinition, "One message type.", repeatable=True
    )
