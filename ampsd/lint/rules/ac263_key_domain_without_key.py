"""AC263: a domain for keys that are not computed."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class KeyDomainWithoutKey(Rule):
    """A topic has a KeyDomain, but no Key.

    The domain goes into keys that AMPS computes from the fields named by Key. Where a publisher or a KeyGenerator gives
    the keys there is nothing for it to go into (User Guide, State of the World).
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName>"
        "<KeyDomain>order-ids</KeyDomain></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>%n.sow</FileName>"
        "<Key>/id</Key><KeyDomain>order-ids</KeyDomain></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every topic with a KeyDomain."""
        for topic in subject.all_of(TopicDefinition):
            definition = topic.definition
            if definition.key_domain is not None and not definition.keys and not topic.is_set("keys"):
                yield self.finding(
                    topic.span("key_domain"),
                    f"topic {definition.name!r} has a KeyDomain, but no Key that it could be used with",
                    "Add <Key>/FIELD</Key> for each field of the key, or remove KeyDomain.",
                )
