"""AC298: one topic twice in a Destination."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.lint.replicated import destinations, shown, what
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class ReplicatedTwice(Rule):
    """A Destination names the same topic twice.

    Both have the same Name and MessageType. It is not documented which Filter and which ExcludeValidation then apply;
    write one Topic with what is meant (User Guide, Replication and High Availability).
    """

    severity = "warning"
    failing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType></Topic></TransactionLog>"
        "<Replication><Destination><Name>B</Name><SyncType>sync</SyncType>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType><Filter>/region = 'EU'</Filter></Topic>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
    )
    passing = (
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType></Topic></TransactionLog>"
        "<Replication><Destination><Name>B</Name><SyncType>sync</SyncType>"
        "<Topic><Name>orders</Name><MessageType>json</MessageType><Filter>/region = 'EU'</Filter></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The topics of every Destination."""
        for destination, topics in destinations(subject):
            lines: dict[tuple[str | None, str], int] = {}
            for topic in topics:
                definition = topic.definition
                key = (definition.name, definition.message_type)
                if key in lines:
                    yield self.finding(
                        topic.span("name"),
                        f"{what(destination.definition)}: {shown(definition)} of type {definition.message_type!r}"
                        f" is there already, in line {lines[key]}",
                        "Keep one Topic; join both filters with OR.",
                    )
                lines.setdefault(key, topic.span("name").line)
