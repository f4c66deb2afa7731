"""AC270: a topic whose name looks like a regular expression."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.expressions.regex import is_regex
from ampsd.lint.rule import Rule
from ampsd.lint.sow_entries import SowEntries
from ampsd.lint.subject import Subject


class PatternAsTopic(Rule):
    """The name of a topic, view or conflated topic has characters of regular expressions, but is taken literally.

    It is one topic with that very name, and clients that subscribe to the name ask for a regular expression instead
    (User Guide, State of the World). Many topics in one store have a plain Name and a Pattern.
    """

    severity = "warning"
    failing = (
        "<SOW><Topic><Name>^/orders/</Name><MessageType>json</MessageType><FileName>all.sow</FileName></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>all-orders</Name><Pattern>^/orders/</Pattern><MessageType>json</MessageType>"
        "<FileName>all.sow</FileName></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every name in the SOW but those of queues."""
        for entry in SowEntries(subject).listed:
            if is_regex(entry.name) and not isinstance(entry.placed.definition, QueueDefinition):
                is_topic = isinstance(entry.placed.definition, TopicDefinition)
                yield self.finding(
                    entry.placed.span("name"),
                    f"the name of {entry.what} looks like a regular expression, but is taken literally",
                    "Choose a plain name; a regular expression belongs into Pattern."
                    if is_topic
                    else "Choose a plain name.",
                )
