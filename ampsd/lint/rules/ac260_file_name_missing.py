"""AC260: a topic is to outlive a restart, but has no file."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class FileNameMissing(Rule):
    """A persistent topic of the SOW has no FileName.

    Topics are persistent unless Durability says transient: their messages are kept in a file, one for each topic, and
    AMPS must be told which (User Guide, State of the World). Name one; `%n` in it stands for the topic's name and
    message type, so that the same text serves for every topic.
    """

    severity = "error"
    failing = "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><Key>/id</Key></Topic></SOW>"
    passing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><Key>/id</Key>"
        "<FileName>./sow/%n.sow</FileName></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every persistent topic."""
        for topic in subject.all_of(TopicDefinition):
            definition = topic.definition
            if definition.durability == "persistent" and definition.file_name is None:
                yield self.finding(
                    topic.span("durability"),
                    f"topic {definition.name!r} is persistent, but has no FileName",
                    "Add <FileName>./sow/%n.sow</FileName>, or write <Durability>transient</Durability>.",
                )
