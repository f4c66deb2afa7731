"""What a client wants delivered, and how the frames to it begin."""

from typing import TYPE_CHECKING

from ampsd.engine.client import Client
from ampsd.expressions.compile import Filter
from ampsd.expressions.regex import Regex
from ampsd.wire import amps

if TYPE_CHECKING:
    from ampsd.engine.queue import Queue


RESERVED = b"/AMPS"
"""How topics begin that are the instance's own."""


class Subscription:
    """One subscription. `unacked` and `backlog_max` count over all queues it matches (User Guide, Message Queues)."""

    __slots__ = (
        "backlog_max",
        "backlog_wanted",
        "client",
        "filter",
        "former_queues",
        "number",
        "options",
        "pattern",
        "queues",
        "sub_id",
        "topic",
        "unacked",
        "wants_bookmark",
        "wants_timestamp",
    )

    def __init__(
        self,
        client: Client,
        sub_id: bytes,
        topic: bytes,
        pattern: Regex | None,
        content: Filter | None,
        backlog_wanted: int,
        wants_timestamp: bool,
        wants_bookmark: bool,
        wanted: bytes = b"",
    ) -> None:
        self.client = client
        self.sub_id = sub_id
        self.topic = topic
        self.pattern = pattern
        self.filter = content
        self.backlog_wanted = backlog_wanted
        self.backlog_max = backlog_wanted
        self.unacked = 0
        self.queues: list[Queue] = []
        self.former_queues: list[Queue] = []
        self.wants_timestamp = wants_timestamp
        self.wants_bookmark = wants_bookmark
        self.options = wanted
        """The options of the command, as it was written."""
        self.number = 0
        """Its place in the order in which subscriptions came."""

    @property
    def is_plain(self) -> bool:
        """Whether it gets every message, with nothing but what every message has."""
        return self.filter is None and not self.wants_timestamp and not self.wants_bookmark

    def limit(self) -> None:
        """Let its backlog be what it asked for, but no more than any of its queues gives."""
        most = [queue.definition.max_per_subscription_backlog for queue in self.queues]
        self.backlog_max = min([self.backlog_wanted, *most])

    def matches(self, topic: bytes) -> bool:
        """Whether the subscription's topic, literal or pattern, names `topic`."""
        if self.pattern is None:
            return self.topic == topic
        if topic.startswith(RESERVED) and RESERVED not in self.topic:
            return False  # a pattern for everything does not mean what the instance says of itself
        return self.pattern.search(topic)


def frame_start(topic: bytes, sub_ids: bytes) -> bytes:
    """How every message of `topic` to these subscriptions begins."""
    return b'{"c":"p","t":"%b","sids":"%b"' % (amps.escape(topic), amps.escape(sub_ids))
