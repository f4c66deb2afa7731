"""AC282: a conflated topic without its source."""

from collections.abc import Iterable

from ampsd.config.advice import listed, nearest
from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.subject import Subject


class ConflatedSource(Rule):
    """What a conflated topic copies is not there, or is of another type.

    UnderlyingTopic is the exact Name of a topic, view or conflated topic of the SOW with the same MessageType; of a
    topic with a Pattern it is the Name too, not one of the topics in it (User Guide, Conflated Topics).
    """

    severity = "error"
    failing = (
        "<SOW><ConflatedTopic><Name>slow</Name><MessageType>json</MessageType>"
        "<UnderlyingTopic>prices</UnderlyingTopic></ConflatedTopic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>prices</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<ConflatedTopic><Name>slow</Name><MessageType>json</MessageType>"
        "<UnderlyingTopic>prices</UnderlyingTopic></ConflatedTopic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every conflated topic."""
        entries = SowEntries(subject)
        for topic in subject.all_of(ConflatedTopicDefinition):
            found = _fault(entries, topic)
            if found is not None:
                sentence, remedy = found
                what = f"conflated topic {topic.definition.name!r}"
                yield self.finding(topic.span("underlying_topic"), f"{what}: {sentence}", remedy)


def _fault(entries: SowEntries, topic: Placed[ConflatedTopicDefinition]) -> tuple[str, str] | None:
    source, message_type = topic.definition.underlying_topic, topic.definition.message_type
    entry = entries.find(message_type, source)
    if entry is not None:
        if entry.placed.definition is topic.definition:
            return "it is its own source", "Name another topic."
        if isinstance(entry.placed.definition, QueueDefinition):
            return f"its source {source!r} is a queue", "Name a topic, view or conflated topic of the SOW."
        return None
    keeper = entries.keeper(message_type, source)
    if keeper is not None:
        return (
            f"its source {source!r} is kept by {keeper.what}, which has a Pattern",
            f"Write <UnderlyingTopic>{keeper.name}</UnderlyingTopic>, and a TopicFormat.",
        )
    if not entries.is_complete:
        return None
    others = [one.message_type for one in entries.called(source)]
    if others:
        return (
            f"its source {source!r} is there with message type {listed(others)} only, not with {message_type!r}",
            f"Write <MessageType>{others[0]}</MessageType>.",
        )
    near = nearest(source, [one for one in entries.names(message_type) if one != topic.definition.name])
    return (
        f"there is no topic {source!r} of type {message_type!r} in the SOW",
        near if near.startswith("Did you") else f"Add a Topic {source!r} to <SOW>.",
    )
