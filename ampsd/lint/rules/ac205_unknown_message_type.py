"""AC205: a message type that nothing provides."""

from collections.abc import Iterable

from ampsd.actions.template import Template
from ampsd.config.advice import nearest
from ampsd.config.finding import Finding
from ampsd.declare import MESSAGE_TYPE, Definition
from ampsd.definitions.message_types import MessageTypeDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.topics import message_types


class UnknownMessageType(Rule):
    """There is no message type of that name.

    It is neither one of those that are always there (json, fix, nvfix, xml, bson, msgpack, bflat, binary) nor
    declared in MessageTypes (User Guide, Message Types).
    """

    severity = "error"
    failing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>orders</Name><MessageType>jsn</MessageType></Topic></TransactionLog>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every setting that names a message type."""
        if subject.has_unbuilt(MessageTypeDefinition):
            return
        known = message_types(subject)
        for placed in subject.all_of(Definition):
            for option in placed.definition.declared:
                value = getattr(placed.definition, option.attribute)
                if isinstance(value, Template) and option.attribute == "message_type" and not value.names:
                    value = value.text.strip()
                elif option.kind is not MESSAGE_TYPE:
                    continue
                if isinstance(value, str) and value not in known:
                    yield self.finding(
                        placed.span(option.attribute), f"there is no message type {value!r}", nearest(value, known)
                    )
