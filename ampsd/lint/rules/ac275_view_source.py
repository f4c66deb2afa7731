"""AC275: a view without its source."""

from collections.abc import Iterable

from ampsd.config.advice import listed, nearest
from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.subject import Subject
from ampsd.lint.view_sources import SourcedView, ViewSource, sourced_views


class ViewSourceMissing(Rule):
    """What a view is computed from is not there for it.

    Each source must be a topic, view, conflated topic or queue of the SOW, stand before the view in the file, and
    be no topic with a Pattern. Without a type in the text, the source has the type of the view; write
    `[type].[topic]` for another one (User Guide, Aggregating and Analyzing Data in AMPS).
    """

    severity = "error"
    failing = (
        "<SOW><View><Name>totals</Name><MessageType>json</MessageType><UnderlyingTopic>orders</UnderlyingTopic>"
        "<Projection><Field>/id</Field></Projection><Grouping><Field>/id</Field></Grouping></View></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>totals</Name><MessageType>json</MessageType><UnderlyingTopic>orders</UnderlyingTopic>"
        "<Projection><Field>/id</Field></Projection><Grouping><Field>/id</Field></Grouping></View></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every source of every view."""
        entries = SowEntries(subject)
        for view in sourced_views(subject):
            for source in view.sources:
                found = self._missing(view, source, entries) if source.entry is None else self._wrong(view, source)
                if found is not None:
                    sentence, remedy = found
                    yield self.finding(source.span, f"{view.entry.what}: {sentence}", remedy)

    def _wrong(self, view: SourcedView, source: ViewSource) -> tuple[str, str] | None:
        assert source.entry is not None
        if source.entry.pattern is not None:
            return (
                f"its source {source.topic!r} has a Pattern, and no view is computed from such a topic",
                "Declare the topics that the view needs without Pattern.",
            )
        if source.entry.position == view.entry.position:
            return "it is its own source", "Name another topic."
        if source.entry.position > view.entry.position:
            return (
                f"its source {source.topic!r} is defined after it, in line {source.entry.placed.span().line}",
                f"Move the view behind {source.entry.what}.",
            )
        return None

    def _missing(self, view: SourcedView, source: ViewSource, entries: SowEntries) -> tuple[str, str] | None:
        keeper = entries.keeper(source.message_type, source.topic)
        if keeper is not None:
            return (
                f"its source {source.topic!r} is kept by {keeper.what}, which has a Pattern,"
                " and no view is computed from such a topic",
                f"Declare {source.topic!r} as a Topic of its own, before {keeper.what}.",
            )
        if not entries.is_complete:
            return None
        others = [one.message_type for one in entries.called(source.topic)]
        if others:
            return (
                f"its source {source.topic!r} is there with message type {listed(others)} only,"
                f" not with {source.message_type!r}",
                f"Write [{others[0]}].[{source.topic}], and so for its fields.",
            )
        near = nearest(source.topic, [one for one in entries.names(source.message_type) if one != view.entry.name])
        return (
            f"there is no topic {source.topic!r} of type {source.message_type!r} in the SOW",
            near if near.startswith("Did you") else f"Add a Topic {source.topic!r} to <SOW>, before the view.",
        )
