"""The living message types of a configuration, and what keeps one from being made (User Guide, Message Types)."""

import posixpath
from collections.abc import Callable

from ampsd import limits
from ampsd.config import codes
from ampsd.config.build import Builder
from ampsd.config.finding import Finding
from ampsd.config.includes import Read
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.message_types import MODULES, MessageTypeDefinition
from ampsd.message_types import registry
from ampsd.message_types.composite import Composite
from ampsd.message_types.json import Json
from ampsd.message_types.message_type import MessageType
from ampsd.message_types.proto_descriptor import read_descriptors
from ampsd.message_types.proto_file import read_proto
from ampsd.message_types.proto_schema import ProtoError
from ampsd.message_types.protobuf import Protobuf
from ampsd.message_types.structure import Struct
from ampsd.message_types.tag_value import fix, nvfix

MessageTypes = dict[str, MessageType]
"""Every message type of an instance by name."""

_DESCRIPTORS = (".desc", ".pb", ".protoset", ".bin")
"""Ends of the names of compiled descriptions; every other ProtoFile is a text."""


class _ImpossibleError(Exception):
    """A type cannot be made. Carries the setting that is at fault, a sentence and a remedy."""

    def __init__(self, attribute: str, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.attribute = attribute
        self.remedy = remedy


def message_types(
    definition: InstanceDefinition, built: Builder, read: Read, directories: tuple[str, ...]
) -> tuple[MessageTypes, list[Finding]]:
    """The types that are always there and those of the definition; what cannot be made is a finding.

    Relative paths are looked for in each of `directories`.
    Parts that are not there and modules that do not run are findings of the lint rules.
    """
    found: MessageTypes = {name: one for name in registry.names() if (one := registry.find(name)) is not None}
    findings: list[Finding] = []
    for declared in definition.message_types:
        try:
            made = _made(declared, found, read, directories)
        except _ImpossibleError as error:
            span = built.placed(declared).span(error.attribute)
            sentence = f"message type {declared.name!r}: {error}"
            findings.append(Finding(codes.BAD_MESSAGE_TYPE, "error", span, sentence, error.remedy))
        else:
            if made is not None:
                found[declared.name] = made
    return found, findings


def _made(
    declared: MessageTypeDefinition, found: MessageTypes, read: Read, directories: tuple[str, ...]
) -> MessageType | None:
    """The living type; None where a lint rule says why there is none. Raises _ImpossibleError."""
    module, name = declared.module or declared.name, declared.name
    if module not in MODULES:
        return None
    if module == "json":
        return Json(name, is_last_wanted=not declared.early_termination_optimization)
    if module in ("fix", "nvfix"):
        return (fix if module == "fix" else nvfix)(name, declared.field_separator)
    if module == "struct":
        return _of(lambda: Struct(name, declared.fields), "fields", "Correct the Field, or add what is missing.")
    if module == "protobuf":
        return _protobuf(declared, read, directories)
    if module in ("composite-local", "composite-global"):
        parts = [found[part] for part in declared.parts if part in found]
        return Composite(name, parts, module == "composite-local") if len(parts) == len(declared.parts) else None
    return registry.plain(module, name)


def _of(make: Callable[[], MessageType], attribute: str, remedy: str) -> MessageType:
    try:
        return make()
    except (ValueError, ProtoError) as error:
        raise _ImpossibleError(attribute, str(error), remedy) from error


def _protobuf(declared: MessageTypeDefinition, read: Read, directories: tuple[str, ...]) -> MessageType:
    file, message = declared.proto_file, declared.type
    if file is None or message is None:
        missing = "ProtoFile" if file is None else "Type"
        raise _ImpossibleError("name", f"a protobuf type needs {missing}", f"Add <{missing}>.")
    places = _Places(declared.proto_paths, read, directories)
    remedy = "Name a file below a ProtoPath, written as alias/file.proto, that this user may read."
    try:
        if file.endswith(_DESCRIPTORS):
            schema = read_descriptors(file, places.read(file))
        else:
            schema = read_proto(file, places.text)
    except ProtoError as error:
        raise _ImpossibleError("proto_file", str(error), remedy) from error
    return _of(lambda: Protobuf(declared.name, schema, message), "type", "Name a message with its package.")


class _Places:
    """Where proto files are looked for: an alias and a slash in front of a name choose one directory."""

    def __init__(self, proto_paths: tuple[str, ...], read: Read, directories: tuple[str, ...]) -> None:
        self._read = read
        self._directories: list[tuple[str, str]] = []
        for text in proto_paths:
            alias, semicolon, path = text.partition(";")
            place = (path if semicolon else alias).strip()
            name = alias.strip() if semicolon else ""
            self._directories += [(name, posixpath.join(one, place)) for one in directories]
        self._directories += [("", one) for one in directories]

    def text(self, name: str) -> str:
        """A file as text. Raises ProtoError."""
        try:
            return self.read(name).decode()
        except UnicodeDecodeError as error:
            raise ProtoError(f"{name} is not UTF-8, at byte {error.start + 1}") from error

    def read(self, name: str) -> bytes:
        """A file. Raises ProtoError."""
        reason = ""
        for alias, directory in self._directories:
            below = name
            if alias and name.startswith(alias + "/"):
                below = name[len(alias) + 1 :]
            try:
                found = self._read(posixpath.join(directory, below))
            except OSError as error:
                reason = reason or f"{name} cannot be read: {error.strerror or error}"
                continue
            if len(found) > limits.CONFIG_SIZE_MAX:
                raise ProtoError(f"{name} is larger than {limits.CONFIG_SIZE_MAX // limits.MIB} MiB")
            return found
        raise ProtoError(reason)
