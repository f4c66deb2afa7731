"""AC266: enrichment of messages that take no further fields."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.declare import Definition
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.type_modules import NEVER_ENRICHED, TypeModules


class EnrichmentUnsupported(Rule):
    """A topic of a protobuf or struct type has Preprocessing or Enrichment.

    The fields of these messages are fixed by their type, so AMPS does not build such messages and cannot add computed
    fields to them (User Guide, Message Types). A view of another type, json say, can hold computed fields.
    """

    severity = "error"
    failing = (
        "<MessageTypes><MessageType><Name>tick</Name><Module>struct</Module><Field>price = d</Field></MessageType>"
        "</MessageTypes><SOW><Topic><Name>ticks</Name><MessageType>tick</MessageType><FileName>%n.sow</FileName>"
        "<Enrichment><Field>/price * 2 AS /double</Field></Enrichment></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>ticks</Name><MessageType>json</MessageType><FileName>%n.sow</FileName>"
        "<Enrichment><Field>/price * 2 AS /double</Field></Enrichment></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every topic and conflated topic."""
        topics: list[Placed[Definition]] = [
            *subject.all_of(TopicDefinition),
            *subject.all_of(ConflatedTopicDefinition),
        ]
        modules = TypeModules(subject)
        for topic in topics:
            name, message_type = (str(getattr(topic.definition, one)) for one in ("name", "message_type"))
            module = modules.of(message_type)
            if module not in NEVER_ENRICHED:
                continue
            for option in topic.definition.declared:
                if option.attribute in ("preprocessing", "enrichment") and getattr(topic.definition, option.attribute):
                    yield self.finding(
                        topic.span(option.attribute),
                        f"topic {name!r}: {option.xml} cannot change messages of type {message_type!r}, a {module}",
                        f"Remove {option.xml}; a View with another MessageType can compute fields.",
                    )
