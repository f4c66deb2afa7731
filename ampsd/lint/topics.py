"""Which topics are recorded, and which message types there are: what several rules ask."""

from ampsd.config.recorded import RecordedTopics
from ampsd.definitions.message_types import BUILT_IN, MessageTypeDefinition
from ampsd.definitions.transaction_log import LoggedTopicDefinition, TransactionLogDefinition
from ampsd.lint.subject import Subject


def recorded(subject: Subject) -> RecordedTopics | None:
    """Topics of the TransactionLog; None when there is none, or what it records cannot be told."""
    if subject.has_unbuilt(TransactionLogDefinition, LoggedTopicDefinition):
        return None
    logs = subject.all_of(TransactionLogDefinition)
    return RecordedTopics(logs[0].definition.topics) if logs else None


def message_types(subject: Subject) -> list[str]:
    """Names of all message types: those that are always there, and those of the file."""
    return [*BUILT_IN, *(one.definition.name for one in subject.all_of(MessageTypeDefinition))]


def topic_element(name: str, message_type: str) -> str:
    """What to add to a TransactionLog so that it records the topic."""
    return f"<Topic><Name>{name}</Name><MessageType>{message_type}</MessageType></Topic>"
