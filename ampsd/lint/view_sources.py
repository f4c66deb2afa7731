"""What views are computed from: the topics that UnderlyingTopic and its Joins name."""

from collections.abc import Iterator
from dataclasses import dataclass

from ampsd.config.finding import Span
from ampsd.config.placed import Placed
from ampsd.definitions.views import JoinsDefinition, ViewDefinition
from ampsd.lint.fields import join_operands, topic_reference
from ampsd.lint.sow_entries import SowEntries, SowEntry
from ampsd.lint.subject import Subject


@dataclass(frozen=True, slots=True)
class ViewSource:
    """A topic that a view is computed from. Without a type in the text it is of the type of the view."""

    message_type: str
    topic: str
    says_type: bool
    span: Span
    entry: SowEntry | None
    """What it is in the SOW; None when there is no such thing."""


class SourcedView:
    """A view and its sources, each once, in the order in which they are named."""

    __slots__ = ("entry", "placed", "sources")

    def __init__(self, subject: Subject, entries: SowEntries, placed: Placed[ViewDefinition]) -> None:
        self.placed = placed
        self.entry = entries.of(placed)
        found: dict[tuple[str, str], ViewSource] = {}
        for message_type, topic, span in _named(subject, placed):
            wanted = message_type or placed.definition.message_type
            source = ViewSource(wanted, topic, bool(message_type), span, entries.find(wanted, topic))
            found.setdefault((wanted, topic), source)
        self.sources = tuple(found.values())

    @property
    def definition(self) -> ViewDefinition:
        """The view."""
        return self.placed.definition

    @property
    def is_join(self) -> bool:
        """Whether it is computed from several topics."""
        return isinstance(self.definition.underlying_topic, JoinsDefinition)

    @property
    def message_types(self) -> list[str]:
        """The message types of its sources, each once."""
        return list(dict.fromkeys(one.message_type for one in self.sources))


def _named(subject: Subject, view: Placed[ViewDefinition]) -> Iterator[tuple[str, str, Span]]:
    underlying = view.definition.underlying_topic
    if isinstance(underlying, str):
        message_type, topic = topic_reference(underlying)
        yield message_type, topic, view.span("underlying_topic")
        return
    for text, span in zip(underlying.joins, subject.placed(underlying).spans("joins"), strict=True):
        for operand in join_operands(text) or ():
            yield operand.message_type, operand.topic, span


def sourced_views(subject: Subject) -> list[SourcedView]:
    """Every view that could be built, in the order of the file."""
    entries = SowEntries(subject)
    return [SourcedView(subject, entries, view) for view in subject.all_of(ViewDefinition)]
