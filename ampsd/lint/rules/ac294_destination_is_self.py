"""AC294: an instance that replicates to itself."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.network import InetAddr
from ampsd.definitions.replication import DestinationDefinition
from ampsd.lint.replicated import incoming, what
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_HERE = ("localhost", "127.0.0.1", "::1")


class DestinationIsSelf(Rule):
    """A Destination is this instance itself.

    Its Name is the name of this instance, its Group is what only this instance can be called, or its address is that of
    a replication transport in the same file. Usually the file was copied from the other instance. Every instance needs
    a Name of its own, and a Group that is not set is its Name (User Guide, Replication and High Availability).
    """

    severity = "warning"
    failing = (
        "<AMPSConfig><Name>amps-1</Name><Transports><Transport><Name>any</Name><Type>tcp</Type>"
        "<InetAddr>9007</InetAddr></Transport></Transports><Replication><Destination><Name>amps-1</Name>"
        "<SyncType>sync</SyncType><Topic><Name>orders</Name><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>host-2:10004</InetAddr></Transport>"
        "</Destination></Replication></AMPSConfig>"
    )
    passing = (
        "<AMPSConfig><Name>amps-1</Name><Transports><Transport><Name>any</Name><Type>tcp</Type>"
        "<InetAddr>9007</InetAddr></Transport></Transports><Replication><Destination><Name>amps-2</Name>"
        "<SyncType>sync</SyncType><Topic><Name>orders</Name><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>host-2:10004</InetAddr></Transport>"
        "</Destination></Replication></AMPSConfig>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Destination: one finding for its name or group, and one for each address of ours."""
        instances = [one.definition for one in subject.all_of(InstanceDefinition)]
        listening = [one.definition.inet_addr for one in incoming(subject)]
        for destination in subject.all_of(DestinationDefinition):
            definition = destination.definition
            for instance in instances:
                if definition.name == instance.name:
                    yield self.finding(
                        destination.span("name"),
                        f"{what(definition)} has the name of this instance",
                        "Write the Name of the other instance.",
                    )
                elif definition.group == instance.name and instance.group not in (None, instance.name):
                    yield self.finding(
                        destination.span("group"),
                        f"{what(definition)}: its Group {definition.group!r} is the name of this instance,"
                        f" whose Group is {instance.group!r}",
                        "Write the Group of the other instance; without one, it is the other instance's Name.",
                    )
            for transport in definition.transports:
                placed = subject.placed(transport)
                for address, span in zip(transport.inet_addrs, placed.spans("inet_addrs"), strict=True):
                    if any(_is_ours(address, own) for own in listening):
                        yield self.finding(
                            span,
                            f"{what(definition)}: {address} is the replication transport of this instance",
                            "Write the address of the other instance.",
                        )


def _is_ours(address: InetAddr, own: InetAddr | None) -> bool:
    return own is not None and address.port == own.port != 0 and (address.host in _HERE or address.host == own.host)
