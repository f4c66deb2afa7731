"""AC262: History where AMPS does not keep it."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class HistoryConflict(Rule):
    """A topic with History has Expiration or Pattern.

    Former states of a topic can be kept only where messages do not expire and where the topic is a single one
    (User Guide, State of the World). Decide for one of the two.
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>prices</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName>"
        "<Expiration>1d</Expiration><History><Window>7d</Window><Granularity>15m</Granularity></History></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>prices</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName>"
        "<History><Window>7d</Window><Granularity>15m</Granularity></History></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every topic with History."""
        for topic in subject.all_of(TopicDefinition):
            definition = topic.definition
            if definition.history is None:
                continue
            if definition.expiration_ns is not None:
                yield self.finding(
                    topic.span("expiration_ns"),
                    f"topic {definition.name!r} keeps a History, so its messages may not expire",
                    "Write <Expiration>disabled</Expiration>, or remove History.",
                )
            if definition.pattern is not None:
                yield self.finding(
                    topic.span("pattern"),
                    f"topic {definition.name!r} keeps a History, which a topic with a Pattern cannot",
                    "Remove History, or declare the topic without Pattern.",
                )
