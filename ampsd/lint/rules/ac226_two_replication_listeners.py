"""AC226."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class TwoReplicationListeners(Rule):
    """More than one transport is for incoming replication.

    An instance has one listener for other instances (User Guide, Replication).
    """

    severity = "error"
    failing = (
        "<Transports><Transport><Name>a</Name><Type>amps-replication</Type><InetAddr>10004</InetAddr>"
        "</Transport><Transport><Name>b</Name><Type>amps-replication</Type><InetAddr>10005</InetAddr>"
        "</Transport></Transports>"
    )
    passing = (
        "<Transports><Transport><Name>a</Name><Type>amps-replication</Type><InetAddr>10004</InetAddr>"
        "</Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every replication transport but the first."""
        listeners = [one for one in subject.all_of(TransportDefinition) if "replication" in one.definition.type]
        for one in listeners[1:]:
            yield self.finding(
                one.span("type"),
                f"transport {one.definition.name!r} is a second one for replication;"
                f" {listeners[0].definition.name!r} in line {listeners[0].span().line} is the first",
                "Keep one; all other instances connect to it.",
            )
