"""AC206: a protocol that nothing provides."""

from collections.abc import Iterable

from ampsd.config.advice import nearest
from ampsd.config.finding import Finding
from ampsd.definitions.protocols import BUILT_IN, ProtocolDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class UnknownProtocol(Rule):
    """There is no protocol of that name.

    It is neither one of AMPS's own (amps, json, websocket, fix-session, fix, nvfix, soap, xml) nor declared in
    Protocols (User Guide, Transports).
    """

    severity = "error"
    failing = (
        "<Transports><Transport><Name>any</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
        "<Protocol>apms</Protocol></Transport></Transports>"
    )
    passing = (
        "<Transports><Transport><Name>any</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
        "<Protocol>amps</Protocol></Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every transport's Protocol."""
        if subject.has_unbuilt(ProtocolDefinition):
            return
        known = [*BUILT_IN, *(one.definition.name for one in subject.all_of(ProtocolDefinition))]
        for transport in subject.all_of(TransportDefinition):
            protocol = transport.definition.protocol
            if protocol not in known:
                yield self.finding(
                    transport.span("protocol"), f"there is no protocol {protocol!r}", nearest(protocol, known)
                )
