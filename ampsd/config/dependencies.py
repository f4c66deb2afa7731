"""What parts of a configuration need of others, and what two of them cannot both have: what a reload must not tear.

Whatever an option `refers_to` is needed, and so are the topics that steps publish to, watch and read, where the SOW has
them. A queue needs that its topic is recorded; a step that archives or runs commands, that the instance lets it; the
Admin, that browsers can talk to its SQLTransport. No two listen on one address or have one name in the SOW, and a queue
has no settings that exclude each other.

A need counts only where it is met in the configuration that it comes from: what nobody declares is built in, filled in
as an action runs, or a plain topic.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ampsd.actions.marks import PUBLISHES, READS, WATCHES
from ampsd.actions.template import Template
from ampsd.config.recorded import RecordedTopics, journal_topic
from ampsd.declare import MESSAGE_TYPE, Definition, Option
from ampsd.definitions import message_types, protocols
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.message_types import MessageTypeDefinition
from ampsd.definitions.modules import ModuleDefinition
from ampsd.definitions.network import InetAddr
from ampsd.definitions.protocols import ProtocolDefinition
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.sow import SOW_CLASSES
from ampsd.definitions.transaction_log import LoggedTopicDefinition, TransactionLogDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.expressions.regex import is_regex


class Need(NamedTuple):
    """Something that must be there: what it is, its name, and its message type where names are of one."""

    kind: str
    name: str = ""
    message_type: str = ""


_TOPIC, _RECORDED, _TYPE = "topic", "recorded topic", "message type"
_FOR_BROWSERS = "transport for browsers"
_COMMANDS, _ARCHIVE = Need("ampsd:SystemCommands"), Need("JournalArchiveDirectory")
OF_SETTINGS = {"system_commands": _COMMANDS}
"""What a setting of the instance offers, which has no definition of its own."""
_IN_SOW = ("queue", "sow topic", _TOPIC)
_OF_TOPICS = frozenset((PUBLISHES, READS, WATCHES))
_NEEDED_BY_STEPS = {"amps-action-do-archive-journal": _ARCHIVE, "amps-action-do-execute-system": _COMMANDS}
_KINDS: dict[type[Definition], str] = {
    TransportDefinition: "transport",
    MessageTypeDefinition: _TYPE,
    ProtocolDefinition: "protocol",
    ModuleDefinition: "module",
    **dict.fromkeys(SOW_CLASSES, _TOPIC),
}
_NOT_FOR_BROWSERS = frozenset(protocols.BUILT_IN) - {"websocket"}
_BUILT_IN = (
    *(Need(_TYPE, name) for name in message_types.BUILT_IN),
    *(Need("protocol", name) for name in protocols.BUILT_IN),
)


def needs_of(definition: Definition, *, is_whole: bool = True) -> Iterator[Need]:
    """What it needs with all that is inside; elements of lists only when `is_whole`."""
    message_type = next(_texts(getattr(definition, "message_type", None)), "")
    for attribute, kind in _references(definition.declared):
        for text in _texts(getattr(definition, attribute)):
            if kind != _TOPIC:
                yield Need(kind, text)
            elif message_type:
                yield Need(kind, text, message_type)
    if isinstance(definition, QueueDefinition) and (topic := journal_topic(definition)) is not None:
        yield Need(_RECORDED, topic, definition.message_type)
    if isinstance(definition, AdminDefinition) and definition.sql_transport is not None:
        yield Need(_FOR_BROWSERS, definition.sql_transport)
    needed = _NEEDED_BY_STEPS.get(getattr(type(definition), "module", ""))
    if needed is not None:
        yield needed
    for inner, is_element in _inside(definition, is_whole=is_whole):
        yield from needs_of(inner, is_whole=is_whole or is_element)


class Offer:
    """What a configuration, or a part of it, has that others need: `named` things, and what patterns record."""

    __slots__ = ("_recorded", "has_patterns", "named")

    def __init__(self, definition: Definition | None, *, is_whole: bool = True) -> None:
        parts = [] if definition is None else list(parts_of(definition, is_whole=is_whole))
        self.named = dict.fromkeys(need for one in parts for need in _offered(one))
        topics = [one for one in parts if isinstance(one, LoggedTopicDefinition) and is_regex(one.name)]
        self.has_patterns = bool(topics)
        self._recorded = RecordedTopics(topics)

    def has(self, need: Need) -> bool:
        """Whether it is there."""
        return need in self.named or (need.kind == _RECORDED and self._recorded.has(need.name, need.message_type))


def parts_of(definition: Definition, *, is_whole: bool = True) -> Iterator[Definition]:
    """It, the sections inside, and the elements of their lists when `is_whole`."""
    yield definition
    for inner, is_element in _inside(definition, is_whole=is_whole):
        if is_element:
            yield inner
        else:
            yield from parts_of(inner, is_whole=is_whole)


def address_of(definition: Definition) -> InetAddr | None:
    """Where it listens."""
    return definition.inet_addr if isinstance(definition, TransportDefinition | AdminDefinition) else None


def sow_name(definition: Definition) -> Need | None:
    """The name that it has in the SOW."""
    if _KINDS.get(type(definition)) != _TOPIC:
        return None
    return Need(_TOPIC, str(getattr(definition, "name", "")), str(getattr(definition, "message_type", "")))


def excludes_itself(definition: Definition) -> bool:
    """Whether it has settings that a queue cannot have together (AC208, AC209)."""
    if not isinstance(definition, QueueDefinition):
        return False
    exclusive = (definition.priority, definition.barrier_expression, definition.target_queue_depth)
    is_unfair = definition.is_at_most_once and definition.fairness != "round-robin"
    return is_unfair or sum(one is not None for one in exclusive) > 1


def _offered(definition: Definition) -> Iterator[Need]:
    if isinstance(definition, InstanceDefinition):
        yield from _BUILT_IN
        if definition.system_commands:
            yield _COMMANDS
    elif isinstance(definition, TransactionLogDefinition):
        if definition.journal_archive_directory is not None:
            yield _ARCHIVE
    elif isinstance(definition, LoggedTopicDefinition):
        yield Need(_RECORDED, definition.name, definition.message_type)
    elif (name := sow_name(definition)) is not None:
        yield name
        if isinstance(definition, QueueDefinition) and not definition.underlying_is_regex:
            yield Need(_TOPIC, definition.underlying, definition.message_type)
    elif (kind := _KINDS.get(type(definition))) is not None:
        yield Need(kind, str(getattr(definition, "name", "")))
        # A Protocol with a name of its own may be websocket by its module, which changes at a restart only.
        if isinstance(definition, TransportDefinition) and definition.protocol not in _NOT_FOR_BROWSERS:
            yield Need(_FOR_BROWSERS, definition.name)


def _inside(definition: Definition, *, is_whole: bool) -> Iterator[tuple[Definition, bool]]:
    """The definitions directly inside, and whether each is an element of a list."""
    for attribute, is_list in _nested(definition.declared):
        value = getattr(definition, attribute)
        if not is_list:
            if isinstance(value, Definition):
                yield value, False
        elif is_whole:
            for one in value:
                yield one, True


@cache
def _nested(declared: tuple[Option, ...]) -> tuple[tuple[str, bool], ...]:
    """Options that may hold definitions, and whether they hold lists of them."""
    return tuple((one.attribute, one.repeatable and one.holds_definitions) for one in declared)


@cache
def _references(declared: tuple[Option, ...]) -> tuple[tuple[str, str], ...]:
    """Options that name something, and what."""
    found = []
    for one in declared:
        kind = one.refers_to or (_TYPE if one.kind is MESSAGE_TYPE else _TOPIC if one.marks & _OF_TOPICS else None)
        if kind is not None:
            found.append((one.attribute, _TOPIC if kind in _IN_SOW else kind))
    return tuple(found)


def _texts(value: object) -> Iterator[str]:
    """The names that an option's value says; none where they are filled in later."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Template) and not value.names:
        yield value.text.strip()
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
