"""Rules about queues: what they need in the TransactionLog, and which of their settings exclude each other."""

from collections.abc import Callable, Iterable

from ampsd.config import codes
from ampsd.config.advice import nearest
from ampsd.config.build import Builder
from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.declare import Definition
from ampsd.definitions.sow import QueueDefinition
from ampsd.definitions.transaction_log import LoggedTopicDefinition, TransactionLogDefinition
from ampsd.expressions.regex import compile_regex, is_regex
from ampsd.message_types import registry
from ampsd.message_types.opaque import Opaque

_PATTERN_ONLY = "^$|*+?()[]{}\\"


def covers(topic: LoggedTopicDefinition, name: str) -> bool:
    """Whether a Topic of the TransactionLog records `name`; exactly what the engine does."""
    if not is_regex(topic.name):
        return topic.name == name
    return compile_regex(topic.name.encode()).search(name.encode("utf-8", "surrogateescape"))


def _element(name: str, message_type: str) -> str:
    return f"<Topic><Name>{name}</Name><MessageType>{message_type}</MessageType></Topic>"


def _queues(built: Builder) -> list[Placed[QueueDefinition]]:
    return built.all_of(QueueDefinition)


def _journal(built: Builder) -> Iterable[Finding]:
    """User Guide, Message Queues: the underlying topics must be recorded, with the queue's message type."""
    if built.has_unbuilt(TransactionLogDefinition) or built.has_unbuilt(LoggedTopicDefinition):
        return
    logs = built.all_of(TransactionLogDefinition)
    topics = logs[0].definition.topics if logs else ()
    for queue in _queues(built):
        definition = queue.definition
        if definition.message_type not in registry.names():
            continue
        wanted = definition.underlying
        if definition.underlying_is_regex:
            if definition.default_publish_target is None:
                continue
            wanted = definition.default_publish_target
        ours = [topic for topic in topics if topic.message_type == definition.message_type]
        what = "DefaultPublishTarget" if definition.underlying_is_regex else "underlying topic"
        if not any(covers(topic, wanted) for topic in ours):
            yield _not_journalled(queue, what, wanted, bool(logs), topics)
        elif wanted != definition.name and not any(covers(topic, definition.name) for topic in ours):
            yield queue.warning(
                codes.QUEUE_NOT_JOURNALLED,
                "",
                f"the TransactionLog records {wanted!r}, but not the queue topic {definition.name!r} itself",
                f"That is enough here; AMPS may want {_element(definition.name, definition.message_type)} too.",
            )


def _not_journalled(
    queue: Placed[QueueDefinition], what: str, topic: str, has_log: bool, topics: tuple[LoggedTopicDefinition, ...]
) -> Finding:
    definition = queue.definition
    others = [one.message_type for one in topics if covers(one, topic)]
    element = _element(topic, definition.message_type)
    because = f"; it is recorded with message type {others[0]!r} only" if others else ""
    if has_log:
        remedy = f"Add {element} to <TransactionLog>."
    else:
        remedy = (
            "Add <TransactionLog><JournalDirectory>./journal</JournalDirectory>"
            f"{element}</TransactionLog> to <AMPSConfig>, or start with --dev to try it out."
        )
    return queue.error(
        codes.NOT_JOURNALLED,
        "underlying_topic",
        f"queue {definition.name!r}: its {what} {topic!r} is not in the TransactionLog{because}",
        remedy,
    )


def _underlying(built: Builder) -> Iterable[Finding]:
    for queue in _queues(built):
        definition = queue.definition
        target = definition.default_publish_target
        if target is None and definition.underlying_is_regex:
            yield queue.error(
                codes.TARGET_MISSING,
                "underlying_topic",
                f"queue {definition.name!r} takes the topics that match {definition.underlying!r},"
                " but does not say which of them receives what is published to it",
                "Add <DefaultPublishTarget>TOPIC</DefaultPublishTarget> with a topic that matches.",
            )
        elif target is not None and not _is_underlying(definition, target):
            yield queue.error(
                codes.TARGET_ELSEWHERE,
                "default_publish_target",
                f"queue {definition.name!r}: DefaultPublishTarget {target!r} is not one of its underlying topics,"
                f" {definition.underlying!r}",
                "Name a topic that the queue holds; otherwise what is published to the queue never enters it.",
            )


def _is_underlying(definition: QueueDefinition, topic: str) -> bool:
    if not definition.underlying_is_regex:
        return topic == definition.underlying
    return compile_regex(definition.underlying.encode()).search(topic.encode("utf-8", "surrogateescape"))


def _queue_settings(built: Builder) -> Iterable[Finding]:
    for queue in _queues(built):
        definition = queue.definition
        if definition.is_at_most_once and definition.fairness != "round-robin":
            yield queue.error(
                codes.FAIRNESS,
                "fairness_model",
                f"queue {definition.name!r} is at-most-once; FairnessModel {definition.fairness!r} is not for such",
                "Write round-robin, or remove FairnessModel.",
            )
        if definition.filter is not None and isinstance(registry.find(definition.message_type), Opaque):
            yield queue.error(
                codes.OPAQUE_FILTER,
                "filter",
                f"queue {definition.name!r} has a Filter, but bodies of type {definition.message_type!r}"
                " cannot be read in this version",
                "Remove the Filter, or use message type json.",
            )
        if any(one in definition.name for one in _PATTERN_ONLY):
            yield queue.warning(
                codes.PATTERN_AS_NAME,
                "name",
                f"the queue name {definition.name!r} looks like a regular expression, but is taken literally",
                "Choose a plain name; a regular expression belongs into UnderlyingTopic.",
            )


_EXCLUSIVE = (
    ("Priority", "BarrierExpression"),
    ("TargetQueueDepth", "Priority"),
    ("TargetQueueDepth", "BarrierExpression"),
)


def _exclusive(built: Builder) -> Iterable[Finding]:
    """Pairs that AMPS forbids; looked for in the elements, since none of them runs yet."""
    for queue in _queues(built):
        for one, other in _EXCLUSIVE:
            if queue.element.find(one) is not None and queue.element.find(other) is not None:
                yield queue.error(
                    codes.EXCLUSIVE,
                    "",
                    f"queue {queue.definition.name!r} has both {one} and {other}, which exclude each other",
                    f"Remove {one} or {other}.",
                )


def _watched_queues(built: Builder) -> Iterable[Finding]:
    """An on-sow-expire-message waits for ever on a topic that is no queue, since nothing else expires yet."""
    if built.has_unbuilt(QueueDefinition):
        return
    queues = {(one.definition.name, one.definition.message_type): one for one in _queues(built)}
    for placed in built.all_of(Definition):
        definition = placed.definition
        if getattr(definition, "module", "") != "amps-action-on-sow-expire-message":
            continue
        topic, message_type = getattr(definition, "topic", ""), getattr(definition, "message_type", "")
        if (topic, message_type) not in queues:
            others = [name for name, kind in queues if kind == message_type]
            yield placed.warning(
                codes.NOT_A_QUEUE,
                "topic",
                f"the action waits for messages that expire from {topic!r}, which is no queue of type {message_type!r}",
                nearest(topic, others) if others else "Name a queue, or remove the action.",
            )


QUEUE_RULES: tuple[Callable[[Builder], Iterable[Finding]], ...] = (
    _underlying,
    _journal,
    _queue_settings,
    _exclusive,
    _watched_queues,
)
