"""What a start with a configuration would do, in the order in which it would do it."""

from collections.abc import Iterator
from dataclasses import dataclass

from ampsd import units
from ampsd.actions.module import short_name
from ampsd.config.values import name_of
from ampsd.declare import Definition
from ampsd.definitions.actions import ActionDefinition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.queues import QueueDefinition


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that a start would do: a verb, what it is about, and how."""

    verb: str
    subject: str
    how: str
    place: str


def intents(definition: InstanceDefinition) -> list[Intent]:
    """Everything that a start would do."""
    return [
        *_logging(definition),
        *_journal(definition),
        *_sow(definition),
        *(_action(one) for one in definition.actions),
        *_listeners(definition),
    ]


def _logging(definition: InstanceDefinition) -> Iterator[Intent]:
    for target in definition.logging_targets:
        into = target.file_name if target.protocol in ("file", "gzip") else target.protocol
        yield Intent("log", into, f"{target.protocol}, level {target.level}", target.place)


def _journal(definition: InstanceDefinition) -> Iterator[Intent]:
    log = definition.transaction_log
    if log is None:
        return
    yield Intent("open", log.journal_directory, "the transaction log; what it holds is recovered", log.place)
    for topic in log.topics:
        yield Intent("record", topic.name, f"messages of type {topic.message_type}", topic.place)


def _sow(definition: InstanceDefinition) -> Iterator[Intent]:
    for queue in definition.queues:
        yield Intent("fill", queue.name, _queue(queue), queue.place)
    section = definition.sow_section
    for option in section.declared if section else ():
        for one in getattr(section, option.attribute):
            if isinstance(one, Definition) and not isinstance(one, QueueDefinition):
                yield Intent("keep", name_of(one), f"{one.element}, {getattr(one, 'message_type', '')}", one.place)


def _queue(queue: QueueDefinition) -> str:
    words = [f"{queue.message_type} queue, {queue.semantics}, from {queue.underlying}"]
    if queue.lease_period_ns is not None:
        words.append(f"leased for {units.interval_text(queue.lease_period_ns)}")
    ends = [
        f"{number} {what}"
        for number, what in ((queue.max_cancels, "cancels"), (queue.max_deliveries, "deliveries"))
        if number
    ]
    if queue.expiration_ns is not None:
        ends.append(units.interval_text(queue.expiration_ns))
    words.append(f"expires after {' or '.join(ends)}" if ends else "never expires by itself")
    return ", ".join(words)


def _action(action: ActionDefinition) -> Intent:
    ons = " or ".join(_step(on) for on in action.ons)
    return Intent("automate", ons, ", then ".join(_step(step) for step in action.steps), action.place)


def _step(step: Definition) -> str:
    name = short_name(name_of(step))
    topic = getattr(step, "topic", None)
    text = getattr(topic, "text", topic)
    return f"{name} {text}" if text else name


def _listeners(definition: InstanceDefinition) -> Iterator[Intent]:
    for one in definition.transports:
        kind = one.message_type or "every message type"
        verb = "listen" if one.initial_state == "enabled" else "reserve"
        yield Intent(
            verb, str(one.inet_addr or one.file_name), f"{one.name}: {one.type}, {one.protocol}, {kind}", one.place
        )
