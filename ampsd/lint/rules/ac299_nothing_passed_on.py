"""AC299: an instance between others that passes nothing on."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.definitions.replication import DestinationDefinition
from ampsd.lint.replicated import incoming, what
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class NothingPassedOn(Rule):
    """An instance between several others has a Destination without PassThrough.

    Without PassThrough a destination gets only what clients publish to this very instance, not what other instances
    replicate to it (User Guide, PassThrough Replication). With more than two instances that is right only when each is
    connected with each, and even then messages are missing while one connection is down.
    """

    severity = "info"
    is_strict_only = True
    failing = (
        "<Transports><Transport><Name>any</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport>"
        "<Transport><Name>in</Name><Type>amps-replication</Type><InetAddr>10004</InetAddr></Transport></Transports>"
        "<Replication><Destination><Name>B</Name><Group>east</Group><SyncType>sync</SyncType>"
        "<Topic><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination>"
        "<Destination><Name>C</Name><Group>west</Group><SyncType>sync</SyncType><PassThrough>.*</PassThrough>"
        "<Topic><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>c:10004</InetAddr></Transport></Destination></Replication>"
    )
    passing = failing.replace(
        "<SyncType>sync</SyncType><Topic>", "<SyncType>sync</SyncType><PassThrough>.*</PassThrough><Topic>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every Destination, where there are several and something can come in."""
        all_destinations = subject.all_of(DestinationDefinition)
        if len(all_destinations) < 2 or not incoming(subject):
            return
        for destination in all_destinations:
            if not destination.is_set("pass_throughs"):
                yield self.finding(
                    destination.span(),
                    f"{what(destination.definition)} gets nothing of what other instances replicate to this one",
                    "Add <PassThrough>.*</PassThrough> to the Destination.",
                )
