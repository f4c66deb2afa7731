"""AC272: an index that is there already."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.declare import Definition
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.definitions.sow_topics import HashIndexDefinition, TopicDefinition
from ampsd.definitions.views import ViewDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.subject import Subject


class RedundantIndex(Rule):
    """A HashIndex has the fields of the key, or of another HashIndex.

    AMPS itself makes an index over the Key of a topic, also in its conflated copies, and over the Grouping of a view.
    A second one over the same fields costs memory and time and answers nothing faster (User Guide, State of the World).
    """

    severity = "info"
    failing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName><Key>/id</Key>"
        "<HashIndex><Key>/id</Key></HashIndex></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName><Key>/id</Key>"
        "<HashIndex><Key>/region</Key></HashIndex></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every HashIndex of a topic, view or conflated topic."""
        for topic in subject.all_of(TopicDefinition):
            yield from self._of(topic, topic.definition.hash_indexes, topic.definition.keys, "Key")
        for view in subject.all_of(ViewDefinition):
            yield from self._of(view, view.definition.hash_indexes, view.definition.grouping.fields, "Grouping")
        entries = SowEntries(subject)
        for conflated in subject.all_of(ConflatedTopicDefinition):
            definition = conflated.definition
            entry = entries.find(definition.message_type, definition.underlying_topic)
            source = entry.placed.definition if entry is not None else None
            keys = source.keys if isinstance(source, TopicDefinition) else ()
            yield from self._of(conflated, definition.hash_indexes, keys, "UnderlyingTopic's Key")

    def _of(
        self, placed: Placed[Definition], indexes: tuple[HashIndexDefinition, ...], keys: tuple[str, ...], by: str
    ) -> Iterable[Finding]:
        made = {tuple(sorted(keys)): f"its {by}"}
        for index, span in zip(indexes, placed.spans("hash_indexes"), strict=True):
            fields = tuple(sorted(index.keys))
            already = made.get(fields)
            made.setdefault(fields, f"the HashIndex in line {span.line}")
            if already is not None:
                name = getattr(placed.definition, "name", "")
                yield self.finding(
                    span, f"{name!r} is indexed over {', '.join(fields)} already by {already}", "Remove this HashIndex."
                )
