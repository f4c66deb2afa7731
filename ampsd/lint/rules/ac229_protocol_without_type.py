"""AC229."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.protocols import ProtocolDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_LEGACY = ("fix-session", "fix", "nvfix", "soap", "xml")


class ProtocolWithoutType(Rule):
    """A transport with a legacy protocol does not name its message type.

    fix, nvfix, soap and xml carry one type of message, which the client cannot choose (User Guide, Transports).
    """

    severity = "error"
    failing = (
        "<Transports><Transport><Name>a</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
        "<Protocol>fix</Protocol></Transport></Transports>"
    )
    passing = (
        "<Transports><Transport><Name>a</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
        "<Protocol>fix</Protocol><MessageType>fix</MessageType></Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every transport with such a protocol, or one made of such."""
        modules = {one.definition.name: one.definition.module for one in subject.all_of(ProtocolDefinition)}
        for one in subject.all_of(TransportDefinition):
            protocol = modules.get(one.definition.protocol, one.definition.protocol)
            if protocol in _LEGACY and one.definition.message_type is None:
                yield self.finding(
                    one.span("protocol"),
                    f"transport {one.definition.name!r} speaks {protocol}, which needs a MessageType",
                    "Add <MessageType>...</MessageType>.",
                )
