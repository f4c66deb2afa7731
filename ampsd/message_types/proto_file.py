"""Reads descriptions of protobuf messages, versions 2 and 3 of the language, as far as messages are concerned.

Services, options and extensions are passed over. Files are read by a function that is handed in.
"""

import re
from collections.abc import Callable

from ampsd import limits
from ampsd.message_types.proto_schema import SCALARS, ProtoError, ProtoField, ProtoMessage, ProtoSchema, zero

ReadProto = Callable[[str], str]
"""The text of the file that an import names. Raises ProtoError."""

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<word>[A-Za-z_.][\w.]*|[+-]?[0-9][\w.+-]*|[{}()\[\]<>;=,:]|-)""",
    re.DOTALL,
)
_BUILT_IN = {
    "google/protobuf/timestamp.proto": "message Timestamp { int64 seconds = 1; int32 nanos = 2; }",
    "google/protobuf/duration.proto": "message Duration { int64 seconds = 1; int32 nanos = 2; }",
    "google/protobuf/empty.proto": "message Empty {}",
    "google/protobuf/any.proto": "message Any { string type_url = 1; bytes value = 2; }",
    "google/protobuf/wrappers.proto": """
        message DoubleValue { double value = 1; } message FloatValue { float value = 1; }
        message Int64Value { int64 value = 1; } message UInt64Value { uint64 value = 1; }
        message Int32Value { int32 value = 1; } message UInt32Value { uint32 value = 1; }
        message BoolValue { bool value = 1; } message StringValue { string value = 1; }
        message BytesValue { bytes value = 1; }""",
}
"""Files that every protobuf installation has, described in short."""


def read_proto(name: str, read: ReadProto) -> ProtoSchema:
    """The messages of a file and of those it imports. Raises ProtoError."""
    schema = ProtoSchema()
    waiting, seen = [name], {name}
    while waiting:
        current = waiting.pop(0)
        built_in = _BUILT_IN.get(current)
        text = read(current) if built_in is None else f'syntax = "proto3"; package google.protobuf; {built_in}'
        for imported in _File(current, text, schema).read():
            if imported not in seen:
                seen.add(imported)
                waiting.append(imported)
        if len(seen) > limits.PROTO_FILES_MAX:
            raise ProtoError(f"{name} imports more than {limits.PROTO_FILES_MAX} files")
    schema.resolve()
    return schema


class _File:
    """Reads one file, token by token."""

    def __init__(self, name: str, text: str, schema: ProtoSchema) -> None:
        self._name = name
        self._text = text
        self._schema = schema
        self._tokens: list[tuple[str, int]] = []
        self._at = 0
        self._package = ""
        self._is_proto3 = False

    def read(self) -> list[str]:
        """Take in the file; the names of the files that it imports."""
        self._cut()
        imports: list[str] = []
        while self._at < len(self._tokens):
            word = self._next()
            if word == "syntax":
                self._expect("=")
                self._is_proto3 = _unquoted(self._next()) == "proto3"
                self._expect(";")
            elif word == "package":
                self._package = self._next()
                self._expect(";")
            elif word == "import":
                quoted = self._next()
                imports.append(_unquoted(self._next() if quoted in ("public", "weak") else quoted))
                self._expect(";")
            elif word == "message":
                self._message(self._package, 1)
            elif word == "enum":
                self._enumeration(self._package)
            elif word != ";":
                self._pass_over()
        return imports

    def _cut(self) -> None:
        at = 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None:
                raise self._fault(at, f"{self._text[at]!r} means nothing")
            if match.lastgroup is not None:
                self._tokens.append((match.group(), at))
            at = match.end()

    def _fault(self, position: int, what: str) -> ProtoError:
        return ProtoError(f"{self._name}, line {self._text.count(chr(10), 0, position) + 1}: {what}")

    def _peek(self) -> str:
        if self._at >= len(self._tokens):
            raise self._fault(len(self._text), "the file ends too early")
        return self._tokens[self._at][0]

    def _next(self) -> str:
        word = self._peek()
        self._at += 1
        return word

    def _expect(self, wanted: str) -> None:
        word = self._next()
        if word != wanted:
            raise self._fault(self._tokens[self._at - 1][1], f"expected {wanted!r}, found {word!r}")

    def _pass_over(self) -> None:
        """A statement that is of no interest: to its semicolon, or to the end of its block."""
        depth = 0
        while True:
            word = self._next()
            depth += (word == "{") - (word == "}")
            if depth == 0 and word in (";", "}"):
                return

    def _message(self, scope: str, depth: int) -> None:
        if depth > limits.BODY_DEPTH_MAX:
            raise self._fault(self._tokens[self._at][1], "the messages are nested too deep")
        name = self._next()
        message = ProtoMessage(f"{scope}.{name}" if scope else name, self._is_proto3)
        self._schema.messages[message.name] = message
        self._expect("{")
        self._members(message, depth)

    def _members(self, message: ProtoMessage, depth: int) -> None:
        """What stands in the braces of a message, or of a oneof in it."""
        while (word := self._next()) != "}":
            if word == "message":
                self._message(message.name, depth + 1)
            elif word == "enum":
                self._enumeration(message.name)
            elif word == "oneof":
                self._next()
                self._expect("{")
                self._members_of_oneof(message)
            elif word == "map" and self._peek() == "<":
                self._map(message)
            elif word in ("option", "reserved", "extensions", "extend"):
                self._pass_over()
            elif word != ";":
                self._field(message, word, has_presence=False)

    def _members_of_oneof(self, message: ProtoMessage) -> None:
        while (word := self._next()) != "}":
            if word == "option":
                self._pass_over()
            elif word != ";":
                self._field(message, word, has_presence=True)

    def _field(self, message: ProtoMessage, word: str, has_presence: bool) -> None:
        label = word if word in ("optional", "required", "repeated") else ""
        type_ = self._next() if label else word
        position = self._tokens[self._at - 1][1]
        name = self._next()
        self._expect("=")
        number = self._next()
        if type_ == "group":
            raise self._fault(position, "groups are not supported")
        if not number.isdigit() or not 0 < int(number) < 1 << 29:
            raise self._fault(position, f"{number!r} is not the number of a field")
        one = ProtoField(name, int(number), type_, label == "repeated")
        if self._is_proto3 and not label and not has_presence:
            one.default = zero(type_) if type_ in SCALARS else 0
        self._options(one)
        self._expect(";")
        message.add(one)

    def _options(self, one: ProtoField) -> None:
        """Of a field's options only the default is of interest."""
        if self._peek() != "[":
            return
        self._next()
        depth = 1
        while depth:
            word = self._next()
            depth += (word in "[{") - (word in "]}")
            if word == "default" and depth == 1 and self._peek() == "=":
                self._next()
                one.default = _default(one.type, self._next())

    def _map(self, message: ProtoMessage) -> None:
        """A map is a repeated message with a key and a value."""
        self._expect("<")
        key = self._next()
        self._expect(",")
        value = self._next()
        self._expect(">")
        name = self._next()
        entry = ProtoMessage(f"{message.name}.{name} entry", self._is_proto3)
        entry.add(ProtoField("key", 1, key))
        entry.add(ProtoField("value", 2, value))
        self._schema.messages[entry.name] = entry
        self._expect("=")
        one = ProtoField(name, int(self._next()), f".{entry.name}", True)
        self._options(one)
        self._expect(";")
        message.add(one)

    def _enumeration(self, scope: str) -> None:
        name = self._next()
        values: dict[str, int] = {}
        self._schema.enumerations[f"{scope}.{name}" if scope else name] = values
        self._expect("{")
        while (word := self._next()) != "}":
            if word in ("option", "reserved"):
                self._pass_over()
                continue
            if word == ";":
                continue
            self._expect("=")
            number = self._next()
            values[word] = int(self._next()) * -1 if number == "-" else int(number, 0)
            while self._next() != ";":
                pass


def _unquoted(word: str) -> str:
    return word[1:-1]


def _default(type_: str, word: str) -> int | float | bytes | None:
    """The default of a field as a value; of an enumeration, the name as bytes."""
    if word[0] in "'\"":
        return _unquoted(word).encode("utf-8", "surrogateescape").decode("unicode_escape").encode("latin-1") or None
    if type_ == "bool":
        return int(word == "true")
    try:
        if type_ in ("double", "float"):
            return float(word)
        return int(word, 0) if type_ in SCALARS else word.encode()
    except ValueError as error:
        raise ProtoError(f"{word!r} is not a value of type {type_}") from error
