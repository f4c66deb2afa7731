"""How the parts of a configuration fit together: names that must exist, settings that exclude each other."""

from collections.abc import Callable, Iterable

from ampsd import version
from ampsd.actions.template import Template
from ampsd.config import codes
from ampsd.config.advice import nearest
from ampsd.config.build import Builder
from ampsd.config.finding import Finding, Span
from ampsd.config.placed import Placed
from ampsd.config.queue_rules import QUEUE_RULES
from ampsd.declare import MESSAGE_TYPE, Definition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.logging import TargetDefinition
from ampsd.definitions.message_types import MessageTypeDefinition
from ampsd.definitions.modules import ModuleDefinition
from ampsd.definitions.sow import QueueDefinition
from ampsd.definitions.transaction_log import LoggedTopicDefinition, TransactionLogDefinition
from ampsd.definitions.transports import PROTOCOLS, TransportDefinition, TransportsDefinition
from ampsd.message_types import registry

_AWKWARD = " \t\n/\\$~"


def check_references(built: Builder) -> list[Finding]:
    """Everything that only shows when definitions are looked at together."""
    found: list[Finding] = []
    for rule in _RULES:
        found += rule(built)
    return found


def _message_types(built: Builder) -> Iterable[Finding]:
    known = registry.names()
    declared = [one.definition.name for one in built.all_of(MessageTypeDefinition)]
    for placed in built.all_of(Definition):
        for option in placed.definition.declared:
            value = getattr(placed.definition, option.attribute)
            if isinstance(value, Template) and option.attribute == "message_type" and not value.names:
                value = value.text.strip()
            elif option.kind is not MESSAGE_TYPE:
                continue
            if isinstance(value, str) and value not in known and value not in declared:
                yield placed.error(
                    codes.UNKNOWN_MESSAGE_TYPE,
                    option.attribute,
                    f"there is no message type {value!r}",
                    nearest(value, known),
                )
    for kind in built.all_of(MessageTypeDefinition):
        module = kind.definition.module or kind.definition.name
        if module not in known:
            yield kind.error(
                codes.UNKNOWN_MESSAGE_TYPE,
                "module",
                f"there is no module {module!r}",
                nearest(module, known),
            )
        elif module != kind.definition.name:
            yield kind.error(
                codes.NOT_RUNNING,
                "name",
                f"message type {kind.definition.name!r}: another name for {module!r} does not run in this version",
                f"Write {module} wherever {kind.definition.name} is used, and remove this MessageType.",
            )


def _transports(built: Builder) -> Iterable[Finding]:
    transports = built.all_of(TransportDefinition)
    by_port: dict[int, list[Placed[TransportDefinition]]] = {}
    for one in transports:
        definition = one.definition
        if definition.protocol not in PROTOCOLS:
            yield one.error(
                codes.UNKNOWN_PROTOCOL,
                "protocol",
                f"there is no protocol {definition.protocol!r}",
                nearest(definition.protocol, PROTOCOLS),
            )
        listening = by_port.setdefault(definition.inet_addr.port, [])
        for earlier in listening:
            if definition.inet_addr.collides(earlier.definition.inet_addr):
                yield one.error(
                    codes.PORT_TWICE,
                    "inet_addr",
                    f"transport {definition.name!r} listens on {definition.inet_addr}, which transport"
                    f" {earlier.definition.name!r} in line {earlier.span('inet_addr').line} does already",
                    "Choose another port.",
                )
                break
        else:
            listening.append(one)
    if built.has_unbuilt(TransportDefinition):
        return
    if not transports:
        section = built.all_of(TransportsDefinition)
        yield _no_transport(section[0].span() if section else built.span)
    elif all(one.definition.initial_state == "disabled" for one in transports):
        yield transports[0].warning(
            codes.NO_TRANSPORT,
            "initial_state",
            "every transport is disabled, so no client can connect, and nothing enables one in this version",
            "Remove InitialState from one of them.",
        )


def _no_transport(span: Span) -> Finding:
    return Finding(
        codes.NO_TRANSPORT,
        "warning",
        span,
        "there is no transport, so no client can connect",
        "Add <Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
        "<Protocol>amps</Protocol></Transport></Transports>.",
    )


def _duplicates(built: Builder) -> Iterable[Finding]:
    groups: list[tuple[str, list[tuple[str, Placed[Definition]]]]] = [
        (
            "queue",
            [(f"{one.definition.name}!{one.definition.message_type}", one) for one in built.all_of(QueueDefinition)],
        ),
        ("transport", [(one.definition.name, one) for one in built.all_of(TransportDefinition)]),
        ("module", [(one.definition.name, one) for one in built.all_of(ModuleDefinition)]),
        ("message type", [(one.definition.name, one) for one in built.all_of(MessageTypeDefinition)]),
    ]
    for what, members in groups:
        first: dict[str, Placed[Definition]] = {}
        for key, placed in members:
            earlier = first.setdefault(key, placed)
            if earlier is not placed:
                name = key.partition("!")[0] if what == "queue" else key
                line = earlier.span("name").line
                yield placed.error(
                    codes.DUPLICATE_NAME,
                    "name",
                    f"the {what} {name!r} is there already, in line {line}",
                    "Choose another name, or remove one.",
                )


def _instance(built: Builder) -> Iterable[Finding]:
    ours = tuple(map(int, version.AMPS_VERSION.split(".")))
    for instance in built.all_of(InstanceDefinition):
        definition = instance.definition
        for attribute, code, severity in (
            ("required_minimum_version", codes.OLDER_THAN_REQUIRED, "error"),
            ("suggested_minimum_version", codes.OLDER_THAN_SUGGESTED, "warning"),
        ):
            wanted = getattr(definition, attribute)
            if wanted is not None and wanted > ours[: len(wanted)]:
                shown = ".".join(map(str, wanted))
                yield Finding(
                    code,
                    severity,
                    instance.span(attribute),
                    f"the file asks for AMPS {shown}; this program does what AMPS {version.AMPS_VERSION} does",
                    "Lower the version if nothing newer is used.",
                )
        if any(one in definition.name for one in _AWKWARD):
            yield instance.warning(
                codes.AWKWARD_NAME,
                "name",
                f"the name {definition.name!r} has blanks or one of / \\ $ ~, and becomes part of file names",
                "Use letters, digits, - and _.",
            )


def _transaction_log(built: Builder) -> Iterable[Finding]:
    for log in built.all_of(TransactionLogDefinition):
        definition = log.definition
        if definition.journal_size_given_bytes < definition.journal_size_bytes:
            yield log.warning(
                codes.JOURNAL_SIZE_RAISED,
                "journal_size_given_bytes",
                f"JournalSize of {definition.journal_size_given_bytes} bytes is raised to the least, 10M",
                "Write 10M or more.",
            )
        if definition.journal_archive_directory == definition.journal_directory:
            yield log.warning(
                codes.ARCHIVE_IS_JOURNAL,
                "journal_archive_directory",
                "JournalArchiveDirectory is the JournalDirectory",
                "Name another directory, best on another device.",
            )
        if not definition.topics and not built.has_unbuilt(LoggedTopicDefinition):
            yield log.warning(
                codes.NOTHING_RECORDED,
                "",
                "the TransactionLog names no Topic, so it records nothing",
                "Add <Topic><Name>.*</Name><MessageType>json</MessageType></Topic> for every topic of type json.",
            )


def _logging(built: Builder) -> Iterable[Finding]:
    for target in built.all_of(TargetDefinition):
        definition = target.definition
        if all(target.element.find(name) is None for name in ("Level", "Levels", "IncludeErrors")):
            yield target.warning(
                codes.NO_LEVEL,
                "level",
                "the target has neither Level, Levels nor IncludeErrors, so it logs nothing",
                "Add <Level>info</Level>.",
            )
        if (
            definition.rotation_threshold_bytes is not None
            and definition.protocol in ("file", "gzip")
            and "%" not in definition.file_name
        ):
            yield target.warning(
                codes.OVERWRITTEN_LOG,
                "rotation_threshold_bytes",
                f"the log is rotated, but its name is always {definition.file_name!r}: each file overwrites the last",
                "Put %n or a date such as %Y-%m-%dT%H%M%S into FileName.",
            )


def _modules(built: Builder) -> Iterable[Finding]:
    for one in built.all_of(ModuleDefinition):
        yield one.warning(
            codes.MODULE_NOT_LOADED,
            "library",
            f"module {one.definition.name!r}: {one.definition.library} is not loaded; shared objects of AMPS never are",
            "Remove it, and what uses it.",
        )


_RULES: tuple[Callable[[Builder], Iterable[Finding]], ...] = (
    _instance,
    _transports,
    _logging,
    _modules,
    _message_types,
    _duplicates,
    _transaction_log,
    *QUEUE_RULES,
)
