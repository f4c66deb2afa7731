"""An instance's definitions to the graph of what they connect."""

from ampsd.actions.file_pattern import FilePatternTemplate
from ampsd.actions.marks import HANDLES as HANDLES_MARK
from ampsd.actions.marks import PUBLISHES as PUBLISHES_MARK
from ampsd.actions.marks import RAISES as RAISES_MARK
from ampsd.actions.marks import WATCHES as WATCHES_MARK
from ampsd.actions.module import PREFIX, If, Step, short_name
from ampsd.actions.option_kinds import CommandLine
from ampsd.actions.template import Template
from ampsd.declare import Definition
from ampsd.definitions.actions import ActionDefinition
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.definitions.views import ViewDefinition
from ampsd.expressions.compile import Filter
from ampsd.expressions.regex import compile_regex, is_regex
from ampsd.flow import graph
from ampsd.flow.graph import Edge, Flow, Node

_EXPIRE = PREFIX + "on-sow-expire-message"
_LINE_MAX = 46


def build(definition: InstanceDefinition) -> Flow:
    """The graph of a configuration."""
    return _Building(definition).flow


class _Building:
    """The graph while it is built: what has a name first, then what connects it."""

    def __init__(self, definition: InstanceDefinition) -> None:
        self.flow = Flow(definition.name)
        self._named: dict[tuple[str, str], str] = {}
        self._targets: dict[tuple[str, str], str] = {}
        self._topics: dict[tuple[str, str], str] = {}
        section = definition.sow_section
        entries = [
            one
            for option in (section.declared if section else ())
            for one in getattr(section, option.attribute)
            if isinstance(one, Definition)
        ]
        for entry in entries:
            self._name(entry)
        for queue in definition.queues:
            self._queue(queue)
        watched = [(action, on) for action in definition.actions for on in action.ons]
        for action in definition.actions:
            self._steps(action)
        for entry in entries:
            self._sources(entry)
        for action, on in watched:
            self._trigger(action, on)
        self._destinations(definition)
        self._transports(definition)

    def _name(self, entry: Definition) -> None:
        name, message_type = str(getattr(entry, "name", "")), str(getattr(entry, "message_type", ""))
        kind, lines = _kind_of(entry)
        key = f"{kind}:{message_type}:{name}"
        self._named[message_type, name] = self.flow.add(Node(key, kind, name, (message_type, *lines), entry.place))

    def _queue(self, queue: QueueDefinition) -> None:
        """The queue takes in its underlying topics; what is published to its name goes to one of them."""
        key = self._named[queue.message_type, queue.name]
        if queue.publish_target == queue.name and not queue.underlying_is_regex:
            self._targets[queue.message_type, queue.name] = key
            return
        target = self._topic(queue.publish_target, queue.message_type)
        self._targets[queue.message_type, queue.name] = target
        if queue.underlying_is_regex:
            self._pattern(queue.underlying, queue.message_type, key, graph.FEEDS, queue.place)
        else:
            source = self._topic(queue.underlying, queue.message_type)
            self.flow.connect(Edge(source, key, graph.FEEDS, "", place=queue.place))

    def _topic(self, name: str, message_type: str) -> str:
        """The node of a topic by its name; one of its own when nothing in the SOW is called so."""
        named = self._named.get((message_type, name))
        if named is not None and self.flow.nodes[named].kind != graph.QUEUE:
            return named
        if named is not None and self._targets.get((message_type, name)) in (None, named):
            return named
        known = self._topics.get((message_type, name))
        if known is None:
            node = Node(f"topic:{message_type}:{name}", graph.TOPIC, name, (message_type,))
            known = self._topics[message_type, name] = self.flow.add(node)
        return known

    def _published(self, name: str, message_type: str) -> str:
        """Where a publish to that name goes."""
        return self._targets.get((message_type, name)) or self._topic(name, message_type)

    def _pattern(self, pattern: str, message_type: str, target: str, kind: str, place: str) -> None:
        """Every topic that is known and matches, and the pattern itself for those that are not."""
        node = self.flow.add(Node(f"pattern:{message_type}:{pattern}", graph.PATTERN, pattern, (message_type,)))
        self.flow.connect(Edge(node, target, kind, "", place=place))
        regex = compile_regex(pattern.encode("utf-8", "surrogateescape"))
        for (type_name, name), key in [*self._topics.items(), *self._plain_names()]:
            if type_name == message_type and regex.search(name.encode("utf-8", "surrogateescape")) and key != target:
                self.flow.connect(Edge(key, target, kind, "", place=place))

    def _plain_names(self) -> list[tuple[tuple[str, str], str]]:
        return [(name, key) for name, key in self._named.items() if self._targets.get(name, key) == key]

    def _sources(self, entry: Definition) -> None:
        """What views and conflated topics are made of."""
        message_type, name = str(getattr(entry, "message_type", "")), str(getattr(entry, "name", ""))
        target = self._named[message_type, name]
        if isinstance(entry, ConflatedTopicDefinition):
            source = self._named.get((message_type, entry.underlying_topic)) or self._topic(
                entry.underlying_topic, message_type
            )
            self.flow.connect(Edge(source, target, graph.FEEDS, "", place=entry.place))
        elif isinstance(entry, ViewDefinition):
            for source_type, source_name in _sources_of(entry):
                source = self._named.get((source_type, source_name)) or self._topic(source_name, source_type)
                self.flow.connect(Edge(source, target, graph.FEEDS, "", place=entry.place))

    def _steps(self, action: ActionDefinition) -> None:
        """An action's node, and where its steps send messages and events."""
        key = f"action:{action.name}"
        lines = tuple(_step_line(step) for step in action.steps)
        self.flow.add(Node(key, graph.ACTION, action.name, lines, action.place))
        is_conditional = False
        for step in action.steps:
            if isinstance(step, If):
                is_conditional = True
            for option in step.declared:
                value = getattr(step, option.attribute)
                if value is None:
                    continue
                if PUBLISHES_MARK in option.marks:
                    self._publish(key, step, str(_text(value)), is_conditional=is_conditional)
                elif RAISES_MARK in option.marks:
                    self._event(key, str(_text(value)), graph.RAISES, step, is_conditional=is_conditional)

    def _publish(self, key: str, step: Step, topic: str, *, is_conditional: bool) -> None:
        message_type = str(_text(getattr(step, "message_type", "")))
        if "{{" in topic or "<<" in topic:
            target = self.flow.add(Node(f"dynamic:{topic}", graph.DYNAMIC, topic, (message_type,)))
        else:
            target = self._published(topic, message_type)
        self.flow.connect(Edge(key, target, graph.PUBLISHES, "publish", is_conditional, step.place))

    def _event(self, key: str, name: str, kind: str, step: Step, *, is_conditional: bool = False) -> None:
        node = self.flow.add(Node(f"event:{name}", graph.EVENT, name, ("custom event",)))
        source, target = (key, node) if kind == graph.RAISES else (node, key)
        self.flow.connect(Edge(source, target, kind, "", is_conditional, step.place))

    def _trigger(self, action: ActionDefinition, on: Step) -> None:
        """What sets off an action."""
        key = f"action:{action.name}"
        label = on.module.removeprefix(PREFIX + "on-").removeprefix("sow-").removesuffix("-message").replace("-", " ")
        marked = {mark: option for option in on.declared for mark in option.marks}
        for option in on.declared:
            if RAISES_MARK in option.marks:
                self._event(key, str(getattr(on, option.attribute)), graph.RAISES, on)
        if HANDLES_MARK in marked:
            self._event(key, str(getattr(on, marked[HANDLES_MARK].attribute)), graph.HANDLES, on)
        elif WATCHES_MARK in marked:
            self._watch(key, on, str(getattr(on, marked[WATCHES_MARK].attribute)), label)
        else:
            text = f"{label} {getattr(on, 'every', None) or getattr(on, 'signal', None) or getattr(on, 'path', '')}"
            node = self.flow.add(Node(f"trigger:{text.strip()}", graph.TRIGGER, text.strip(), (), on.place))
            self.flow.connect(Edge(node, key, graph.WATCHES, "", place=on.place))

    def _watch(self, key: str, on: Step, topic: str, label: str) -> None:
        message_type = str(getattr(on, "message_type", ""))
        kind = graph.EXPIRES if on.module == _EXPIRE else graph.WATCHES
        named = self._named.get((message_type, topic))
        if is_regex(topic) and named is None:
            self._pattern(topic, message_type, key, kind, on.place)
            return
        is_of_entry = on.module.startswith(PREFIX + "on-sow-") and named is not None
        source = named if is_of_entry and named is not None else self._published(topic, message_type)
        self.flow.connect(Edge(source, key, kind, label, place=on.place))

    def _destinations(self, definition: InstanceDefinition) -> None:
        replication = definition.replication
        for destination in replication.destinations if replication else ():
            name = str(destination.name or destination.group or "destination")
            lines = (f"replication, {destination.sync_type}",)
            key = self.flow.add(Node(f"destination:{name}", graph.DESTINATION, name, lines, destination.place))
            for topic in destination.topics:
                if topic.name is None or is_regex(topic.name):
                    self._pattern(topic.name or ".*", topic.message_type, key, graph.REPLICATES, topic.place)
                else:
                    source = self._published(topic.name, topic.message_type)
                    self.flow.connect(Edge(source, key, graph.REPLICATES, "", place=topic.place))

    def _transports(self, definition: InstanceDefinition) -> None:
        for one in definition.transports:
            where = str(one.inet_addr or one.file_name or "")
            lines = (f"{one.type} {where}", f"{one.protocol}, {one.message_type or 'every type'}")
            self.flow.add(Node(f"transport:{one.name}", graph.TRANSPORT, one.name, lines, one.place))


def _kind_of(entry: Definition) -> tuple[str, tuple[str, ...]]:
    """The kind of something in the SOW, and what is worth saying about it."""
    if isinstance(entry, QueueDefinition):
        ends = [
            f"{number} {what}"
            for number, what in ((entry.max_cancels, "cancels"), (entry.max_deliveries, "deliveries"))
            if number
        ]
        return graph.QUEUE, (entry.semantics, *((f"expires after {' or '.join(ends)}",) if ends else ()))
    if isinstance(entry, ViewDefinition):
        return graph.VIEW, ()
    if isinstance(entry, ConflatedTopicDefinition):
        return graph.CONFLATED, ()
    return graph.SOW, (f"key {', '.join(entry.keys)}",) if isinstance(entry, TopicDefinition) and entry.keys else ()


def _sources_of(view: ViewDefinition) -> list[tuple[str, str]]:
    """Message types and topics that a view is made of."""
    if isinstance(view.underlying_topic, str):
        return [_reference(view.underlying_topic, view.message_type)]
    found = []
    for join in view.underlying_topic.joins:
        for operand in join.split("="):
            if operand.strip().startswith("["):
                found.append(_reference(operand, view.message_type))
    return list(dict.fromkeys(found))


def _reference(text: str, message_type: str) -> tuple[str, str]:
    """`topic`, `[topic]` or `[type].[topic]`, perhaps with a field behind it."""
    parts = [part.strip("[]. ") for part in text.strip().split("]") if part.strip("[]. ")]
    if not text.strip().startswith("["):
        return message_type, text.strip()
    names = [part for part in parts if not part.startswith("/")]
    return (names[0], names[1]) if len(names) > 1 else (message_type, names[0] if names else "")


def _text(value: object) -> object:
    return value.text.strip() if isinstance(value, Template | Filter | CommandLine | FilePatternTemplate) else value


def _step_line(step: Step) -> str:
    """A step as one line of an action's box."""
    name = short_name(step.module)
    shown = [
        str(_text(getattr(step, one.attribute)))
        for one in step.declared
        if one.xml in _SHOWN and getattr(step, one.attribute)
    ]
    line = " ".join([name, *shown])
    return line if len(line) <= _LINE_MAX else f"{line[: _LINE_MAX - 3]}..."


_SHOWN = ("Topic", "Condition", "Event", "Command", "Message", "Transport", "Path", "Age", "Pattern")
