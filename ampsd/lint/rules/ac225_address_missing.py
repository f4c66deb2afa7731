"""AC225."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class AddressMissing(Rule):
    """A transport does not say where it listens.

    amps-unix needs FileName, all other types need InetAddr (User Guide, Transports).
    """

    severity = "error"
    failing = "<Transports><Transport><Name>a</Name><Type>tcp</Type></Transport></Transports>"
    passing = "<Transports><Transport><Name>a</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport></Transports>"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every transport."""
        for one in subject.all_of(TransportDefinition):
            is_unix = one.definition.type == "amps-unix"
            attribute, element = ("file_name", "FileName") if is_unix else ("inet_addr", "InetAddr")
            if not one.is_set(attribute):
                yield self.finding(
                    one.span(),
                    f"transport {one.definition.name!r} of Type {one.definition.type} lacks {element}",
                    f"Add <{element}>{'/var/run/amps.sock' if is_unix else 'localhost:9007'}</{element}>.",
                )
