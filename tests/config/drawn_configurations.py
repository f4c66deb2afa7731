"""Configurations by chance, valid ones: a file, and changes of it by what the declarations say; and lint's verdict."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import strategies as st
from loading_setup import CONFIGS, REPOSITORY, load_disk, load_files, model_of
from lxml import etree

from ampsd.config.finding import Span
from ampsd.config.model import Model
from ampsd.config.placed import Placed
from ampsd.declare import Definition, Option
from ampsd.definitions.instance import InstanceDefinition
from ampsd.lint.rule import all_rules
from ampsd.lint.subject import Subject

OTHERS = ("AC236", "AC321")
"""Rules that look at the files, of which a drawn configuration has none."""

ONE = """<AMPSConfig xmlns:ampsd="urn:ampsd:config:1"><Name>A</Name><Description>one</Description>
<Modules><Module><Name>gate</Name><Library>libgate.so</Library></Module></Modules>
<Authentication><Module>gate</Module></Authentication>
<MessageTypes><MessageType><Name>trades</Name><Module>nvfix</Module></MessageType>
<MessageType><Name>pairs</Name><Module>composite-local</Module><MessageType>json</MessageType>
<MessageType>trades</MessageType></MessageType></MessageTypes>
<Protocols><Protocol><Name>legacy</Name><Module>nvfix</Module></Protocol></Protocols>
<ampsd:MessageEvents><ampsd:KeepFor>3d</ampsd:KeepFor></ampsd:MessageEvents>
<Admin><InetAddr>8085</InetAddr><SQLTransport>web</SQLTransport></Admin>
<Logging><Target><Protocol>stdout</Protocol><Level>info</Level></Target>
<Target><Protocol>file</Protocol><Level>error</Level><FileName>a.log</FileName></Target></Logging>
<Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport>
<Transport><Name>typed</Name><Type>tcp</Type><InetAddr>9008</InetAddr><MessageType>trades</MessageType></Transport>
<Transport><Name>old</Name><Type>tcp</Type><InetAddr>9009</InetAddr><Protocol>legacy</Protocol>
<MessageType>nvfix</MessageType></Transport>
<Transport><Name>web</Name><Type>tcp</Type><InetAddr>9010</InetAddr><Protocol>websocket</Protocol></Transport>
</Transports>
<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels></Queue>
<Queue><Name>Deals</Name><MessageType>trades</MessageType></Queue>
<Queue><Name>Work</Name><UnderlyingTopic>work</UnderlyingTopic><MessageType>json</MessageType></Queue>
<Queue><Name>Any</Name><UnderlyingTopic>^any-</UnderlyingTopic><MessageType>json</MessageType>
<DefaultPublishTarget>any-1</DefaultPublishTarget></Queue></SOW>
<TransactionLog><JournalDirectory>j</JournalDirectory><JournalArchiveDirectory>a</JournalArchiveDirectory>
<Topic><Name>Jobs</Name><MessageType>json</MessageType></Topic>
<Topic><Name>^(work|any-.*)$</Name><MessageType>json</MessageType></Topic>
<Topic><Name>.*</Name><MessageType>trades</MessageType></Topic></TransactionLog>
<Actions>
<Action><On><Module>amps-action-on-sow-expire-message</Module><Options><Topic>Jobs</Topic><MessageType>json</MessageType>
</Options></On><Do><Module>amps-action-do-publish-message</Module><Options><Topic>Work</Topic>
<MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data></Options></Do>
<ampsd:Retry><ampsd:Limit>2</ampsd:Limit></ampsd:Retry></Action>
<Action><On><Module>amps-action-on-startup</Module></On><Do><Module>amps-action-do-disable-transport</Module>
<Options><Transport>typed</Transport></Options></Do><Do><Module>amps-action-do-nothing</Module></Do></Action>
<Action><On><Module>amps-action-on-schedule</Module><Options><Every>02:00</Every></Options></On>
<Do><Module>amps-action-do-archive-journal</Module><Options><Age>1d</Age></Options></Do></Action>
<Action><On><Module>amps-action-on-startup</Module></On><Do><Module>amps-action-do-execute-system</Module>
<Options><Command>date</Command></Options></Do></Action>
</Actions></AMPSConfig>"""
OTHER = """<AMPSConfig xmlns:ampsd="urn:ampsd:config:1"><Name>A</Name><Group>G</Group>
<ampsd:SystemCommands>false</ampsd:SystemCommands>
<MessageTypes><MessageType><Name>trades</Name><Module>fix</Module></MessageType>
<MessageType><Name>quotes</Name><Module>json</Module></MessageType></MessageTypes>
<Admin><InetAddr>8086</InetAddr><Interval>30s</Interval></Admin>
<Logging><Target><Protocol>file</Protocol><Level>error</Level><FileName>a.log</FileName></Target>
<Target><Protocol>stdout</Protocol><Level>info</Level></Target></Logging>
<Transports><Transport><Name>quotes</Name><Type>tcp</Type><InetAddr>8085</InetAddr><MessageType>quotes</MessageType>
</Transport><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>9008</InetAddr>
<InitialState>disabled</InitialState></Transport>
<Transport><Name>typed</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport></Transports>
<SOW><LocalQueue><Name>Jobs</Name><MessageType>json</MessageType><Semantics>at-most-once</Semantics></LocalQueue>
<Queue><Name>Quotes</Name><MessageType>quotes</MessageType><FairnessModel>fast</FairnessModel></Queue>
<Queue><Name>Work</Name><UnderlyingTopic>work</UnderlyingTopic><MessageType>json</MessageType>
<LeasePeriod>30s</LeasePeriod><Priority>/x</Priority></Queue>
<Queue><Name>Deals</Name><MessageType>json</MessageType><TargetQueueDepth>5000</TargetQueueDepth></Queue></SOW>
<TransactionLog><JournalDirectory>j</JournalDirectory><JournalArchiveDirectory>a</JournalArchiveDirectory>
<JournalSize>20M</JournalSize>
<Topic><Name>.*</Name><MessageType>json</MessageType></Topic>
<Topic><Name>Quotes</Name><MessageType>quotes</MessageType></Topic></TransactionLog>
<Actions>
<Action><On><Module>amps-action-on-startup</Module></On><Do><Module>amps-action-do-disable-transport</Module>
<Options><Transport>quotes</Transport></Options></Do></Action>
<Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>Quotes</Topic><MessageType>quotes</MessageType>
</Options></On><Do><Module>amps-action-do-publish-message</Module><Options><Topic>Deals</Topic>
<MessageType>json</MessageType><Data>{}</Data></Options></Do></Action>
<Action><On><Module>amps-action-on-sow-expire-message</Module><Options><Topic>Jobs</Topic><MessageType>json</MessageType>
</Options></On><Do><Module>amps-action-do-echo-message</Module></Do></Action>
</Actions></AMPSConfig>"""


def model(definition: InstanceDefinition, digest: str = "0") -> Model:
    return Model("config.xml", definition, {}, digest, "", ("config.xml",))


@cache
def rich() -> tuple[InstanceDefinition, ...]:
    return tuple(model_of(load_files({"config.xml": text})).definition for text in (ONE, OTHER))


@cache
def ordinary() -> tuple[InstanceDefinition, ...]:
    files = [*sorted((CONFIGS / "good").glob("*.xml")), *sorted((REPOSITORY / "examples").glob("*/config.xml"))]
    return tuple(model_of(load_disk(path)).definition for path in files)


@cache
def pool() -> dict[Option, list[Any]]:
    """Every value that an option has anywhere, elements of lists each by itself."""
    found: dict[Option, list[Any]] = {}
    for definition in (*rich(), *ordinary()):
        for one in every(definition):
            for option in one.declared:
                value = getattr(one, option.attribute)
                values = found.setdefault(option, [] if option.is_required or holds_list(option) else [option.default])
                for each in value if holds_list(option) else (value,):
                    if each not in values:
                        values.append(each)
    return found


def holds_list(option: Option) -> bool:
    return option.repeatable and option.holds_definitions


def every(definition: Definition) -> Iterator[Definition]:
    """A definition and all inside."""
    yield definition
    for option in definition.declared:
        value = getattr(definition, option.attribute)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Definition):
                yield from every(one)


def rebuilt(definition: Definition) -> Any:
    """An equal configuration of other objects, as another reading gives it."""
    values = {}
    for option in definition.declared:
        value = getattr(definition, option.attribute)
        if holds_list(option):
            value = tuple(rebuilt(one) for one in value)
        elif isinstance(value, Definition):
            value = rebuilt(value)
        values[option.attribute] = value
    return definition.with_values(**values)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[InstanceDefinition, InstanceDefinition]:
    """What runs, and what the file says now: both valid, of one origin or of two."""
    start = draw(st.one_of(st.sampled_from(rich()), st.sampled_from(rich()), st.sampled_from(ordinary())))
    running: InstanceDefinition = rebuilt(draw(changed(start, 3)))
    others = (running, *rich()) if start in rich() else (running,)
    other = draw(st.sampled_from(others))
    return running, rebuilt(draw(changed(other, 8)))


@st.composite
def changed(draw: st.DrawFn, definition: InstanceDefinition, most: int) -> InstanceDefinition:
    """The same with some changes, of which those are kept that leave it valid."""
    for _ in range(draw(st.integers(0, most))):
        other = _changed(draw, definition)
        if isinstance(other, InstanceDefinition) and not faults(other):
            definition = other
    return definition


def _changed(draw: st.DrawFn, definition: Definition) -> Definition:
    """One change somewhere inside."""
    inner = [one for one in definition.declared if _definitions(getattr(definition, one.attribute))]
    if inner and draw(st.integers(0, 3)) > 0:
        option = draw(st.sampled_from(inner))
        value = getattr(definition, option.attribute)
        if not holds_list(option):
            return definition.with_values(**{option.attribute: _changed(draw, value)})
        place = draw(st.integers(0, len(value) - 1))
        if draw(st.booleans()):
            one = _changed(draw, value[place])
            return definition.with_values(**{option.attribute: (*value[:place], one, *value[place + 1 :])})
        return definition.with_values(**{option.attribute: _changed_list(draw, option, value, place)})
    # What is refused keeps all the rest from being tried, so it is seldom drawn.
    options = [one for one in definition.declared if one.reload != "refused" or not draw(st.integers(0, 20))]
    options = [one for one in options if one in pool()]
    if not options:
        return definition
    chosen = draw(st.sampled_from(options))
    value = getattr(definition, chosen.attribute)
    if holds_list(chosen):
        return definition.with_values(**{chosen.attribute: _changed_list(draw, chosen, value, 0)})
    return definition.with_values(**{chosen.attribute: draw(st.sampled_from(pool()[chosen]))})


def _changed_list(draw: st.DrawFn, option: Option, value: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    rest = (*value[:place], *value[place + 1 :])
    where = draw(st.integers(0, len(rest)))
    match draw(st.sampled_from(("add", "remove", "move"))):
        case "remove" if value and (rest or not option.is_required):
            return rest
        case "move" if value:
            return (*rest[:where], value[place], *rest[where:])
        case "add" if pool().get(option):
            return (*value[:where], draw(st.sampled_from(pool()[option])), *value[where:])
    return value


def _definitions(value: object) -> bool:
    return isinstance(value, Definition) or (
        isinstance(value, tuple) and bool(value) and isinstance(value[0], Definition)
    )


class _Places:
    """Stands for the files: a line for each definition, in their order."""

    files = ("config.xml",)

    def span(self, element: etree._Element) -> Span:
        return Span("config.xml", int(element.get("line", "0")), 1)


class _Drawn(Subject):
    """A definition that stands in no file, for the rules to look at."""

    def __init__(self, definition: InstanceDefinition) -> None:
        self.source: Any = _Places()
        self._members = [self._placed(one, line) for line, one in enumerate(every(definition), 1)]

    def _placed(self, definition: Definition, line: int) -> Placed[Any]:
        element = etree.Element("element", line=str(line))
        settings: dict[str, list[tuple[etree._Element, object]]] = {}
        for option in definition.declared:
            value = getattr(definition, option.attribute)
            if option.is_required or value != option.default:
                values = value if option.repeatable else (value,)
                settings[option.attribute] = [(element, one) for one in values]
        written = {attribute: [element] for attribute in settings}
        return Placed(definition, element, settings, written, self.source)

    @property
    def span(self) -> Span:
        return Span("config.xml", 1, 1)

    def all_of(self, cls: type[Any]) -> list[Placed[Any]]:
        return [one for one in self._members if isinstance(one.definition, cls)]

    def has_unbuilt(self, *classes: type[Definition]) -> bool:
        return False

    def placed(self, definition: Any) -> Placed[Any]:
        return next(one for one in self._members if one.definition is definition)

    def span_of(self, place: str) -> Span:
        return self.span


@cache
def _judges() -> tuple[Any, ...]:
    return tuple(one for one in all_rules() if one.severity == "error" and one.code not in OTHERS)


def faults(definition: InstanceDefinition) -> list[str]:
    """What lint calls an error."""
    subject = _Drawn(definition)
    return [str(finding) for rule in _judges() for finding in rule.check(subject) if finding.severity == "error"]
