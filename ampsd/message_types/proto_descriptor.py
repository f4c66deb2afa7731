"""Reads compiled descriptions of protobuf messages: the files that `protoc --descriptor_set_out` writes."""

from ampsd.message_types.message_type import BodyError
from ampsd.message_types.proto_file import read_proto
from ampsd.message_types.proto_schema import ProtoError, ProtoField, ProtoMessage, ProtoSchema, zero
from ampsd.message_types.protobuf import decoded

_TYPES = (
    *("", "double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string"),
    *("group", "message", "bytes", "uint32", "enum", "sfixed32", "sfixed64", "sint32", "sint64"),
)
"""Types of fields by their numbers."""
_REPEATED = 3
_DESCRIPTION = """
    syntax = "proto2";
    message Set { repeated File file = 1; }
    message File { optional string package = 2; repeated Message message = 4; repeated Enum enum = 5;
        optional string syntax = 12; }
    message Message { optional string name = 1; repeated Field field = 2; repeated Message nested = 3;
        repeated Enum enum = 4; }
    message Field { optional string name = 1; optional int32 number = 3; optional int32 label = 4;
        optional int32 type = 5; optional string type_name = 6; optional string default_value = 7;
        optional int32 oneof_index = 9; }
    message Enum { optional string name = 1; repeated Value value = 2; }
    message Value { optional string name = 1; optional int32 number = 2; }
"""
"""What of a set of descriptions is of interest."""


def read_descriptors(name: str, body: bytes) -> ProtoSchema:
    """The messages of a set of descriptions. Raises ProtoError."""
    own = read_proto("", lambda _: _DESCRIPTION)
    try:
        root = decoded(body, own, "Set")
    except BodyError as error:
        raise ProtoError(f"{name} is no set of descriptors: {error}") from error
    schema = ProtoSchema()
    for file in _parts(root, "file"):
        scope = _text(file, "package")
        is_proto3 = _text(file, "syntax") == "proto3"
        for message in _parts(file, "message"):
            _message(message, scope, is_proto3, schema)
        for enum in _parts(file, "enum"):
            _enumeration(enum, scope, schema)
    if not schema.messages:
        raise ProtoError(f"{name} describes no message; is it written by protoc --descriptor_set_out?")
    schema.resolve()
    return schema


def _parts(one: dict[str, object], name: str) -> list[dict[str, object]]:
    found = one.get(name, [])
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _text(one: dict[str, object], name: str) -> str:
    found = one.get(name)
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else ""


def _number(one: dict[str, object], name: str) -> int:
    found = one.get(name)
    return found if isinstance(found, int) else 0


def _full(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name


def _message(one: dict[str, object], scope: str, is_proto3: bool, schema: ProtoSchema) -> None:
    message = ProtoMessage(_full(scope, _text(one, "name")), is_proto3)
    schema.messages[message.name] = message
    for field in _parts(one, "field"):
        message.add(_field(field, is_proto3))
    for nested in _parts(one, "nested"):
        _message(nested, message.name, is_proto3, schema)
    for enum in _parts(one, "enum"):
        _enumeration(enum, message.name, schema)


def _field(one: dict[str, object], is_proto3: bool) -> ProtoField:
    number = _number(one, "type")
    scalar = _TYPES[number] if 0 < number < len(_TYPES) else ""
    type_ = _text(one, "type_name") if scalar in ("message", "enum") else scalar
    if scalar in ("", "group"):
        raise ProtoError(f"the field {_text(one, 'name')} is of a type that is not supported")
    found = ProtoField(_text(one, "name"), _number(one, "number"), type_, _number(one, "label") == _REPEATED)
    if is_proto3 and "oneof_index" not in one and not found.is_repeated:
        found.default = 0 if scalar == "enum" else zero(scalar) if scalar != "message" else None
    elif "default_value" in one:
        found.default = _default(scalar, _text(one, "default_value"))
    return found


def _default(scalar: str, text: str) -> int | float | bytes | None:
    if scalar in ("double", "float"):
        return float(text)
    if scalar == "bool":
        return int(text == "true")
    return text.encode() or None if scalar in ("string", "bytes", "enum") else int(text)


def _enumeration(one: dict[str, object], scope: str, schema: ProtoSchema) -> None:
    schema.enumerations[_full(scope, _text(one, "name"))] = {
        _text(value, "name"): _number(value, "number") for value in _parts(one, "value")
    }
