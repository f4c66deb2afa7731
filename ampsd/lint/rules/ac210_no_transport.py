"""AC210: no client can connect."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.transports import TransportDefinition, TransportsDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class NoTransport(Rule):
    """No transport is there, or none that listens, so no client can connect.

    Such an instance starts, but only its actions do anything. Transports for replication are not for clients (User
    Guide, Transports).
    """

    severity = "warning"
    failing = "<AMPSConfig><Name>Orders</Name></AMPSConfig>"
    passing = (
        "<AMPSConfig><Name>Orders</Name><Transports><Transport><Name>any-tcp</Name><Type>tcp</Type>"
        "<InetAddr>9007</InetAddr><Protocol>amps</Protocol></Transport></Transports></AMPSConfig>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The transports together."""
        if subject.has_unbuilt(TransportDefinition):
            return
        transports = [one for one in subject.all_of(TransportDefinition) if "replication" not in one.definition.type]
        if not transports:
            section = subject.all_of(TransportsDefinition)
            yield self.finding(
                section[0].span() if section else subject.span,
                "there is no transport for clients, so none can connect",
                "Add <Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
                "<Protocol>amps</Protocol></Transport></Transports>.",
            )
        elif all(one.definition.initial_state == "disabled" for one in transports) and not _may_be_enabled(subject):
            yield self.finding(
                transports[0].span("initial_state"),
                "every transport is disabled, so no client can connect, and no action enables one",
                "Remove InitialState from one of them.",
            )


def _may_be_enabled(subject: Subject) -> bool:
    return any(
        step.definition.module == "amps-action-do-enable-transport"
        for _, _, steps in subject.actions()
        for step in steps
    )
