"""What the SOW section holds, in the order of the file: what rules about topics, views and their sources ask."""

from dataclasses import dataclass

from ampsd.config.placed import Placed
from ampsd.declare import Definition
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.sow import SOW_CLASSES
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.expressions.regex import Regex, compile_regex
from ampsd.lint.subject import Subject


@dataclass(frozen=True, slots=True)
class SowEntry:
    """A topic, queue, view or conflated topic; `position` counts from 0 in the order of the file."""

    position: int
    name: str
    message_type: str
    placed: Placed[Definition]
    pattern: Regex | None
    """The Pattern of a topic that has one."""

    @property
    def what(self) -> str:
        """Its kind and name, for sentences."""
        definition = self.placed.definition
        if isinstance(definition, QueueDefinition):
            kind = "queue"
        else:
            kind = {"ConflatedTopic": "conflated topic", "View": "view"}.get(definition.element, "topic")
        return f"{kind} {self.name!r}"

    def keeps(self, message_type: str, topic: str) -> bool:
        """Whether this is a topic with a Pattern that the name of another topic of its type matches."""
        if self.pattern is None or self.message_type != message_type:
            return False
        return self.pattern.search(topic.encode("utf-8", "surrogateescape"))


class SowEntries:
    """Everything in the SOW that has a name and could be built."""

    __slots__ = ("_by_name", "_by_place", "is_complete", "listed", "patterned")

    def __init__(self, subject: Subject) -> None:
        self.is_complete = not subject.has_unbuilt(*SOW_CLASSES)
        """Whether nothing is missing, so that a name which is not here does not exist."""
        placed = [one for one in subject.all_of(Definition) if type(one.definition) in SOW_CLASSES]
        self.listed = tuple(_entry(number, one) for number, one in enumerate(placed))
        self.patterned = tuple(one for one in self.listed if one.pattern is not None)
        """The topics with a Pattern."""
        self._by_name: dict[str, list[SowEntry]] = {}
        self._by_place: dict[str, SowEntry] = {}
        for one in self.listed:
            self._by_name.setdefault(one.name, []).append(one)
            self._by_place[one.placed.definition.place] = one

    def of(self, placed: Placed[Definition]) -> SowEntry:
        """The entry of a definition that is in the SOW."""
        return self._by_place[placed.definition.place]

    def find(self, message_type: str, name: str) -> SowEntry | None:
        """The entry of that name within a message type."""
        return next((one for one in self._by_name.get(name, ()) if one.message_type == message_type), None)

    def called(self, name: str) -> list[SowEntry]:
        """All entries of that name, each of another message type."""
        return self._by_name.get(name, [])

    def keeper(self, message_type: str, topic: str) -> SowEntry | None:
        """The topic with a Pattern that keeps messages of another topic."""
        return next((one for one in self.patterned if one.keeps(message_type, topic)), None)

    def names(self, message_type: str) -> list[str]:
        """The names within a message type."""
        return [one.name for one in self.listed if one.message_type == message_type]


def _entry(position: int, placed: Placed[Definition]) -> SowEntry:
    definition = placed.definition
    pattern = definition.pattern if isinstance(definition, TopicDefinition) else None
    return SowEntry(
        position,
        str(getattr(definition, "name", "")),
        str(getattr(definition, "message_type", "")),
        placed,
        None if pattern is None else compile_regex(pattern.encode()),
    )
