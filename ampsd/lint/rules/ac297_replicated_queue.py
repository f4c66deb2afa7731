"""AC297: a replicated queue whose messages can get stuck."""

from collections.abc import Iterable, Iterator

from ampsd.config.advice import listed
from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.config.recorded import journal_topic
from ampsd.definitions.queues import LocalQueueDefinition, QueueDefinition
from ampsd.definitions.replication import DestinationDefinition, ReplicatedTopicDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.lint.replicated import INCOMING, covers, destinations, incoming, passes, what
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject

_START = (
    "<SOW><Queue><Name>jobs</Name><MessageType>json</MessageType></Queue></SOW>"
    "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
    "<Topic><Name>jobs</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    "<Transports><Transport><Name>any</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport>"
    "<Transport><Name>in</Name><Type>amps-replication</Type><InetAddr>10004</InetAddr></Transport></Transports>"
    "<Replication><Destination><Name>B</Name><SyncType>sync</SyncType>"
)
_END = (
    "<Topic><Name>jobs</Name><MessageType>json</MessageType></Topic>"
    "<Transport><Type>amps-replication</Type><InetAddr>b:10004</InetAddr></Transport></Destination></Replication>"
)


class ReplicatedQueue(Rule):
    """A queue is replicated, but what it needs for that is missing.

    The instances that have a queue hand its messages and acknowledgments to each other, whatever way is open. So the
    underlying topic must be replicated too, messages of other groups must be passed on (PassThrough), and this instance
    must have a transport that the others can replicate back to (User Guide, Replicated Queues). What a Topic leaves out
    with ExcludeValidation, queue_passthrough or replicate, is not looked for.
    """

    severity = "error"
    failing = f"{_START}{_END}"
    passing = f"{_START}<PassThrough>.*</PassThrough>{_END}"

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every queue but local ones, with every Destination that takes its topic."""
        pairs = [(destination, topic) for destination, topics in destinations(subject) for topic in topics]
        has_way_back = bool(incoming(subject)) or subject.has_unbuilt(TransportDefinition)
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            if isinstance(definition, LocalQueueDefinition):
                continue
            taking = [pair for pair in pairs if covers(pair[1].definition, definition.name, definition.message_type)]
            for destination, topic in taking:
                others = [one.definition for one, _ in taking if one is not destination]
                for sentence, remedy in _faults(definition, destination, topic, others, has_way_back=has_way_back):
                    yield self.finding(
                        topic.span("name"),
                        f"{what(destination.definition)} replicates the queue {definition.name!r}, but {sentence}",
                        remedy,
                    )


def _faults(
    queue: QueueDefinition,
    destination: Placed[DestinationDefinition],
    topic: Placed[ReplicatedTopicDefinition],
    others: list[DestinationDefinition],
    *,
    has_way_back: bool,
) -> Iterator[tuple[str, str]]:
    definition, excluded = destination.definition, topic.definition.exclude_validation
    underlying = journal_topic(queue)
    if underlying is not None and not any(covers(one, underlying, queue.message_type) for one in definition.topics):
        yield (
            f"not its underlying topic {underlying!r}",
            f"Add a <Topic> for {underlying!r} to the Destination.",
        )
    if "queue_passthrough" not in excluded:
        yield from _not_passed_on(destination, others)
    if not has_way_back and "replicate" not in excluded:
        yield (
            "this instance has no transport that the other can replicate back to",
            f"Add a <Transport> of <Type>{INCOMING[0]}</Type> to <Transports>.",
        )


def _not_passed_on(
    destination: Placed[DestinationDefinition], others: list[DestinationDefinition]
) -> Iterator[tuple[str, str]]:
    if not destination.is_set("pass_throughs"):
        yield "passes nothing on from other instances", "Add <PassThrough>.*</PassThrough> to the Destination."
        return
    groups = dict.fromkeys(one.group for one in others if one.group and not passes(destination.definition, one.group))
    if groups:
        yield (
            f"does not pass on what comes from the group {listed(map(repr, groups))}",
            "Write <PassThrough>.*</PassThrough>, or one that matches that group too.",
        )
