"""AC265: keys that are computed in two ways."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class TwoWaysToKey(Rule):
    """A topic has both Key and KeyGenerator.

    Keys come either from the fields that Key names, or from a module, or from the publishers; all messages of a topic
    get theirs in one way (User Guide, State of the World). Fields that a module needs belong into its Options.
    """

    severity = "warning"
    failing = (
        "<Modules><Module><Name>chain</Name><Library>libamps_id_chaining_key_generator.so</Library></Module></Modules>"
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName><Key>/id</Key>"
        "<KeyGenerator><Module>chain</Module>"
        "<Options><Key>/id</Key><Key>/origId</Key></Options></KeyGenerator></Topic></SOW>"
    )
    passing = (
        "<Modules><Module><Name>chain</Name><Library>libamps_id_chaining_key_generator.so</Library></Module></Modules>"
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName>"
        "<KeyGenerator><Module>chain</Module>"
        "<Options><Key>/id</Key><Key>/origId</Key></Options></KeyGenerator></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every topic with a KeyGenerator."""
        for topic in subject.all_of(TopicDefinition):
            definition = topic.definition
            if definition.keys and definition.key_generator is not None:
                yield self.finding(
                    topic.span("keys"),
                    f"topic {definition.name!r} has both Key and KeyGenerator, but keys are computed in one way only",
                    "Remove Key, or remove KeyGenerator.",
                )
