"""Which topics are recorded, and what a queue takes in: what several rules ask."""

from ampsd.definitions.message_types import BUILT_IN, MessageTypeDefinition
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.transaction_log import LoggedTopicDefinition, TransactionLogDefinition
from ampsd.expressions.regex import compile_regex, is_regex
from ampsd.lint.subject import Subject


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic is the name, or matches the regular expression, `pattern`; exactly what the engine does."""
    if not is_regex(pattern):
        return pattern == topic
    return compile_regex(pattern.encode()).search(topic.encode("utf-8", "surrogateescape"))


def recorded(subject: Subject) -> tuple[LoggedTopicDefinition, ...] | None:
    """Topics of the TransactionLog; None when there is none, or what it records cannot be told."""
    if subject.has_unbuilt(TransactionLogDefinition, LoggedTopicDefinition):
        return None
    logs = subject.all_of(TransactionLogDefinition)
    return logs[0].definition.topics if logs else None


def is_recorded(topics: tuple[LoggedTopicDefinition, ...], topic: str, message_type: str) -> bool:
    """Whether one of the TransactionLog's topics records the topic with that message type."""
    return any(one.message_type == message_type and matches(one.name, topic) for one in topics)


def message_types(subject: Subject) -> list[str]:
    """Names of all message types: those that are always there, and those of the file."""
    return [*BUILT_IN, *(one.definition.name for one in subject.all_of(MessageTypeDefinition))]


def journal_topic(queue: QueueDefinition) -> str | None:
    """The topic that must be recorded for a queue; None when its regular expression names none."""
    return queue.default_publish_target if queue.underlying_is_regex else queue.underlying


def topic_element(name: str, message_type: str) -> str:
    """What to add to a TransactionLog so that it records the topic."""
    return f"<Topic><Name>{name}</Name><MessageType>{message_type}</MessageType></Topic>"
