"""AC293: a queue that stays on this instance is replicated."""

from collections.abc import Iterable

from ampsd.config.advice import listed
from ampsd.config.finding import Finding
from ampsd.definitions.queues import LocalQueueDefinition
from ampsd.lint.replicated import covers, destinations, shown, what
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_LISTED_MAX = 3


class LocalQueueReplicated(Rule):
    """A Destination replicates the topic of a LocalQueue.

    A LocalQueue is on one instance only, and AMPS reports an error when its topic is replicated; the underlying topic
    may be (User Guide, Replicated Queues). Give the queue another name than its UnderlyingTopic and replicate that one,
    or let a regular expression leave the queue's name out.
    """

    severity = "error"
    failing = (
        "<SOW><LocalQueue><Name>jobs</Name><UnderlyingTopic>work</UnderlyingTopic><MessageType>json</MessageType>"
        "</LocalQueue></SOW><Replication><Destination><Name>B</Name><SyncType>sync</SyncType>"
        "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
    )
    passing = (
        "<SOW><LocalQueue><Name>jobs</Name><UnderlyingTopic>work</UnderlyingTopic><MessageType>json</MessageType>"
        "</LocalQueue></SOW><Replication><Destination><Name>B</Name><SyncType>sync</SyncType>"
        "<Topic><Name>work</Name><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every replicated topic, against every LocalQueue."""
        local = [one.definition for one in subject.all_of(LocalQueueDefinition)]
        for destination, topics in destinations(subject):
            for topic in topics:
                names = [one.name for one in local if covers(topic.definition, one.name, one.message_type)]
                if names:
                    more = f" and {len(names) - _LISTED_MAX} more" if len(names) > _LISTED_MAX else ""
                    yield self.finding(
                        topic.span("name"),
                        f"{what(destination.definition)}: {shown(topic.definition)} takes in the LocalQueue"
                        f" {listed(map(repr, names[:_LISTED_MAX]))}{more}, which cannot be replicated",
                        f"Leave {names[0]!r} out, and replicate its UnderlyingTopic under another name.",
                    )
