"""What goes to other instances, and whether anything comes back: what rules about replication ask."""

from collections.abc import Iterator

from ampsd.config.placed import Placed
from ampsd.config.recorded import matches
from ampsd.definitions.replication import DestinationDefinition, ReplicatedTopicDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.expressions.regex import compile_regex
from ampsd.lint.subject import Subject

INCOMING = ("amps-replication", "amps-replication-secure")
"""Types of the transports that other instances replicate to."""


def destinations(
    subject: Subject,
) -> Iterator[tuple[Placed[DestinationDefinition], list[Placed[ReplicatedTopicDefinition]]]]:
    """Every destination with its topics, each with its place."""
    for destination in subject.all_of(DestinationDefinition):
        yield destination, [subject.placed(topic) for topic in destination.definition.topics]


def what(destination: DestinationDefinition) -> str:
    """The destination, for sentences."""
    shown = destination.name or destination.group
    return f"destination {shown!r}" if shown else "the destination"


def shown(topic: ReplicatedTopicDefinition) -> str:
    """The topics that are replicated, for sentences."""
    return repr(topic.name) if topic.name is not None else "every topic"


def covers(replicated: ReplicatedTopicDefinition, topic: str, message_type: str) -> bool:
    """Whether the topic is among those that are replicated; a Filter may still leave out messages of it."""
    if replicated.message_type != message_type:
        return False
    return replicated.name is None or matches(replicated.name, topic)


def passes(destination: DestinationDefinition, group: str) -> bool:
    """Whether messages that come from the group are passed on to the destination."""
    wanted = group.encode("utf-8", "surrogateescape")
    return any(compile_regex(one.encode()).search(wanted) for one in destination.pass_throughs)


def incoming(subject: Subject) -> list[Placed[TransportDefinition]]:
    """The transports that other instances replicate to."""
    return [one for one in subject.all_of(TransportDefinition) if one.definition.type in INCOMING]
