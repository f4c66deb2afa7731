"""AC231."""

from collections.abc import Iterable

from ampsd.config.advice import nearest
from ampsd.config.finding import Finding
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.protocols import ProtocolDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class SqlTransport(Rule):
    """SQLTransport does not name a transport that a browser can use.

    The admin console's query page speaks websocket (User Guide, Configuring Monitoring).
    """

    severity = "error"
    failing = "<Admin><InetAddr>8085</InetAddr><SQLTransport>any-tcp</SQLTransport></Admin>"
    passing = (
        "<Admin><InetAddr>8085</InetAddr><SQLTransport>web</SQLTransport></Admin><Transports><Transport>"
        "<Name>web</Name><Type>tcp</Type><InetAddr>9007</InetAddr><Protocol>websocket</Protocol>"
        "</Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The Admin."""
        if subject.has_unbuilt(TransportDefinition):
            return
        modules = {one.definition.name: one.definition.module for one in subject.all_of(ProtocolDefinition)}
        transports = {one.definition.name: one.definition.protocol for one in subject.all_of(TransportDefinition)}
        for admin in subject.all_of(AdminDefinition):
            name = admin.definition.sql_transport
            if name is None:
                continue
            protocol = transports.get(name)
            if protocol is None:
                yield self.finding(
                    admin.span("sql_transport"), f"there is no transport {name!r}", nearest(name, transports)
                )
            elif modules.get(protocol, protocol) != "websocket":
                yield self.finding(
                    admin.span("sql_transport"),
                    f"transport {name!r} speaks {protocol}, but a browser needs websocket",
                    "Name a transport with Protocol websocket.",
                )
