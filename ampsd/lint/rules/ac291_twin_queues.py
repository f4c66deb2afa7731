"""AC291: two queues that hold the same messages."""

from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.queues import QueueDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class TwinQueues(Rule):
    """Two queues hold the same messages of the same topic.

    Each queue keeps its own state: every message enters both, and is processed once from each (User Guide, Message
    Queues). That is right when two kinds of consumers must each see all messages. If the queues should share the
    work, give each a Filter, or let their consumers subscribe to one of them.
    """

    severity = "info"
    is_strict_only = True
    failing = (
        "<SOW><Queue><Name>Bill</Name><UnderlyingTopic>orders</UnderlyingTopic><MessageType>json</MessageType></Queue>"
        "<Queue><Name>Ship</Name><UnderlyingTopic>orders</UnderlyingTopic><MessageType>json</MessageType></Queue></SOW>"
    )
    passing = (
        "<SOW><Queue><Name>Bill</Name><UnderlyingTopic>orders</UnderlyingTopic><MessageType>json</MessageType></Queue>"
        "<Queue><Name>Ship</Name><UnderlyingTopic>orders</UnderlyingTopic><MessageType>json</MessageType>"
        "<Filter>/state = 'billed'</Filter></Queue></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Queues with the same underlying topic, message type and filter."""
        first: dict[tuple[str, str, str | None], Placed[QueueDefinition]] = {}
        for queue in subject.all_of(QueueDefinition):
            definition = queue.definition
            key = (definition.underlying, definition.message_type, definition.filter)
            earlier = first.setdefault(key, queue)
            if earlier is not queue and earlier.definition.name != definition.name:
                yield self.finding(
                    queue.span("underlying_topic"),
                    f"queue {definition.name!r} holds the same messages as queue {earlier.definition.name!r}"
                    f" in line {earlier.span().line}",
                    "Keep it if each message must be processed twice; otherwise remove one queue, or add a Filter.",
                )
