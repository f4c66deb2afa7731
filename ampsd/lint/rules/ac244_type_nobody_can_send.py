"""AC244."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import Definition
from ampsd.definitions.sow import SOW_CLASSES
from ampsd.definitions.transaction_log import LoggedTopicDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class TypeNobodyCanSend(Rule):
    """A topic has a message type that no transport accepts.

    All transports are restricted to other types, so no client can publish to it or read it (User Guide, Transports).
    """

    severity = "warning"
    failing = (
        "<Transports><Transport><Name>a</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
        "<MessageType>fix</MessageType></Transport></Transports><TransactionLog>"
        "<JournalDirectory>j</JournalDirectory><Topic><Name>orders</Name><MessageType>json</MessageType>"
        "</Topic></TransactionLog>"
    )
    passing = (
        "<Transports><Transport><Name>a</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
        "<MessageType>json</MessageType></Transport></Transports><TransactionLog>"
        "<JournalDirectory>j</JournalDirectory><Topic><Name>orders</Name><MessageType>json</MessageType>"
        "</Topic></TransactionLog>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Everything in the SOW and the transaction log, when every transport is for one type."""
        if subject.has_unbuilt(TransportDefinition):
            return
        transports = [
            one.definition for one in subject.all_of(TransportDefinition) if "replication" not in one.definition.type
        ]
        accepted = [one.message_type for one in transports]
        if not transports or None in accepted:
            return
        kinds: tuple[type[Definition], ...] = (*SOW_CLASSES, LoggedTopicDefinition)
        for placed in subject.all_of(Definition):
            message_type = getattr(placed.definition, "message_type", None)
            if type(placed.definition) in kinds and message_type not in accepted:
                yield self.finding(
                    placed.span("message_type"),
                    f"no transport accepts message type {message_type!r}",
                    "Add a transport for it, or remove MessageType from one.",
                )
