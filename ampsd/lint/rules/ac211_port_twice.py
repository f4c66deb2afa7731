"""AC211: two transports on one address."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class PortTwice(Rule):
    """Two transports listen on the same address.

    The second one cannot be opened, and the instance does not start. A port without a host is every interface, so it
    collides with the same port on any host (User Guide, Transports).
    """

    severity = "error"
    failing = (
        "<Transports><Transport><Name>a</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport>"
        "<Transport><Name>b</Name><Type>tcp</Type><InetAddr>localhost:9007</InetAddr></Transport></Transports>"
    )
    passing = (
        "<Transports><Transport><Name>a</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport>"
        "<Transport><Name>b</Name><Type>tcp</Type><InetAddr>localhost:9008</InetAddr></Transport></Transports>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every transport against those before it."""
        by_port: dict[int, list[Placed[TransportDefinition]]] = {}
        for one in subject.all_of(TransportDefinition):
            definition = one.definition
            if definition.inet_addr is None:
                continue
            listening = by_port.setdefault(definition.inet_addr.port, [])
            taken = next((other for other in listening if _collide(definition, other.definition)), None)
            if taken is None:
                listening.append(one)
                continue
            yield self.finding(
                one.span("inet_addr"),
                f"transport {definition.name!r} listens on {definition.inet_addr}, which transport"
                f" {taken.definition.name!r} in line {taken.span('inet_addr').line} does already",
                "Choose another port.",
            )


def _collide(one: TransportDefinition, other: TransportDefinition) -> bool:
    return one.inet_addr is not None and other.inet_addr is not None and one.inet_addr.collides(other.inet_addr)
