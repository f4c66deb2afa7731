"""AC264: fields of messages that have none."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.declare import Definition
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.type_modules import TypeModules

_READING = ("keys", "hash_indexes", "indexes", "preprocessing", "enrichment", "filter")


class OpaqueFields(Rule):
    """A topic of binary messages has settings that read fields.

    Nothing is read of a binary message, so there is no field for a Key, an index, a Filter or an enrichment. Such a
    topic can be kept in the SOW with keys that the publishers give (User Guide, Message Types).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>scans</Name><MessageType>binary</MessageType><FileName>%n.sow</FileName>"
        "<Key>/id</Key></Topic></SOW>"
    )
    passing = "<SOW><Topic><Name>scans</Name><MessageType>binary</MessageType><FileName>%n.sow</FileName></Topic></SOW>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every topic and conflated topic of a type made of binary."""
        topics: list[Placed[Definition]] = [
            *subject.all_of(TopicDefinition),
            *subject.all_of(ConflatedTopicDefinition),
        ]
        modules = TypeModules(subject)
        for topic in topics:
            name, message_type = (str(getattr(topic.definition, one)) for one in ("name", "message_type"))
            if modules.of(message_type) != "binary":
                continue
            for option in topic.definition.declared:
                if option.attribute in _READING and getattr(topic.definition, option.attribute):
                    yield self.finding(
                        topic.span(option.attribute),
                        f"topic {name!r}: {option.xml} reads fields, but messages of type {message_type!r} have none",
                        "Remove Key; publishers give the keys of such a topic."
                        if option.attribute == "keys"
                        else f"Remove {option.xml}, or use a message type that has fields.",
                    )
