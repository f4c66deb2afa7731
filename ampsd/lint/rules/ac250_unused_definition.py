"""AC250."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.declare import Definition
from ampsd.definitions.modules import ModuleDefinition
from ampsd.definitions.protocols import ProtocolDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class UnusedDefinition(Rule):
    """A message type, protocol or module is defined, and nothing uses it.

    It may be left over, or its name may be misspelt where it was meant to be used.
    """

    severity = "info"
    is_strict_only = True
    failing = "<Protocols><Protocol><Name>ws</Name><Module>websocket</Module></Protocol></Protocols>"
    passing = (
        "<Protocols><Protocol><Name>ws</Name><Module>websocket</Module></Protocol></Protocols><Transports>"
        "<Transport><Name>a</Name><Type>tcp</Type><InetAddr>9007</InetAddr><Protocol>ws</Protocol>"
        "</Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Protocol and Module; message types may be used by clients alone."""
        if subject.has_unbuilt(TransportDefinition):
            return
        used = [str(getattr(one.definition, "module", "")) for one in subject.all_of(Definition)]
        used += [one.definition.protocol for one in subject.all_of(TransportDefinition)]
        for cls, what in ((ProtocolDefinition, "protocol"), (ModuleDefinition, "module")):
            checked: type[Definition] = cls
            for one in subject.all_of(checked):
                name = str(getattr(one.definition, "name", ""))
                if name not in used:
                    yield self.finding(one.span("name"), f"nothing uses the {what} {name!r}", "Remove it, or use it.")
