"""AC269: a topic that a Pattern has taken already."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.rule import Rule
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.subject import Subject


class ShadowedTopic(Rule):
    """Something in the SOW matches the Pattern of a topic that stands before it.

    A topic with a Pattern keeps the messages of every topic whose name matches. A topic, queue, view or conflated topic
    with a definition of its own must stand before it in the file (User Guide, State of the World).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>all</Name><Pattern>^/orders/</Pattern><MessageType>json</MessageType><Key>/id</Key>"
        "<FileName>%n.sow</FileName></Topic>"
        "<Topic><Name>/orders/special</Name><MessageType>json</MessageType><Key>/id</Key>"
        "<FileName>special.sow</FileName></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>/orders/special</Name><MessageType>json</MessageType><Key>/id</Key>"
        "<FileName>special.sow</FileName></Topic>"
        "<Topic><Name>all</Name><Pattern>^/orders/</Pattern><MessageType>json</MessageType><Key>/id</Key>"
        "<FileName>%n.sow</FileName></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Everything without a Pattern, against the Patterns before it."""
        entries = SowEntries(subject)
        for entry in entries.listed:
            keeper = entries.keeper(entry.message_type, entry.name) if entry.pattern is None else None
            if keeper is not None and keeper.position < entry.position:
                yield self.finding(
                    entry.placed.span("name"),
                    f"{entry.what} matches the Pattern of {keeper.what}, which stands before it in line"
                    f" {keeper.placed.span().line}",
                    f"Move it before {keeper.what}.",
                )
