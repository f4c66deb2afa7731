"""Queues of the SOW: of what the SOW takes, these run (User Guide, Message Queues)."""

import re
from typing import ClassVar

from ampsd import limits
from ampsd.declare import (
    BOOLEAN,
    COUNT,
    INTERVAL,
    MESSAGE_TYPE,
    TEXT,
    TOPIC,
    TOPIC_OR_REGEX,
    TUNING,
    Definition,
    Kind,
    one_of,
    option,
    ranged,
)
from ampsd.definitions.backoff import BackoffDefinition
from ampsd.definitions.kinds import FILTER, VALUE, is_moment

AT_LEAST_ONCE = "at-least-once"
AT_MOST_ONCE = "at-most-once"
EPOCH, NOW, CREATION = "epoch", "now", "creation"

_REGEX = re.compile(r"[\^$|*+?()\[\]{}\\]")


def _recovery_point(text: str) -> str:
    given = text.strip()
    word = given.lower()
    if word in (EPOCH, NOW, CREATION):
        return word
    if is_moment(given):
        return given
    raise ValueError(f"{given!r} is not a recovery point: write epoch, now, creation, a bookmark or a timestamp")


RECOVERY_POINT = Kind("recovery point", _recovery_point, pattern=TEXT.pattern, choices=(EPOCH, NOW, CREATION))
_LIFETIME = ranged(INTERVAL, low=1, text="more than 0; leave it out for no limit")
_SOME = ranged(COUNT, low=1, text="at least 1")
_BACKLOG = ranged(COUNT, low=1, high=limits.BACKLOG_MAX, text=f"1 to {limits.BACKLOG_MAX}")


class QueueDefinition(Definition, element="Queue", synonyms=("QueueDefinition",)):
    """A queue: each message of its underlying topics goes to one consumer (User Guide, Message Queues)."""

    is_local: ClassVar[bool] = False

    name: str = option(
        TOPIC, "Queue topic that consumers subscribe to.", synonyms=("Topic",), refers_to="queue", reload="refused"
    )
    message_type: str = option(
        MESSAGE_TYPE, "Type of the messages, and of the underlying topics.", refers_to="message type", reload="refused"
    )
    underlying_topic: str | None = option(
        TOPIC_OR_REGEX,
        "Topic whose messages the queue holds, or a regular expression for several; without it, the queue's name.",
        default=None,
        reload="refused",
    )
    default_publish_target: str | None = option(
        TOPIC,
        "Topic that receives what is published to the queue; needed when UnderlyingTopic is a regular expression.",
        synonyms=("DefaultPublishTopic",),
        default=None,
        reload="live",
    )
    lease_period_ns: int | None = option(
        _LIFETIME,
        "How long a consumer may keep a message before it goes to another; without it, for ever.",
        default=None,
        reload="live",
    )
    semantics: str = option(
        one_of(AT_LEAST_ONCE, AT_MOST_ONCE),
        "at-least-once leases a message until it is acknowledged; at-most-once removes it when it is sent.",
        default=AT_LEAST_ONCE,
        reload="restart",
    )
    max_backlog: int | None = option(
        _SOME, "Unacknowledged messages of all consumers together; without it, no limit.", default=None, reload="live"
    )
    max_per_subscription_backlog: int = option(
        _BACKLOG,
        "Unacknowledged messages of one subscription; the client's max_backlog may ask for fewer.",
        default=1,
        reload="live",
    )
    expiration_ns: int | None = option(
        _LIFETIME, "How long a message stays in the queue; without it, no limit.", default=None, reload="live"
    )
    expiration_model: str = option(
        one_of("default", "queue", "latest", "earliest"),
        "How the queue's Expiration and a message's own combine: default takes the message's when it has one.",
        default="default",
        reload="live",
    )
    filter: str | None = option(
        FILTER, "Messages that enter the queue; without it, all.", default=None, reload="restart"
    )
    recovery_point: str = option(
        RECOVERY_POINT, "Where in the transaction log a new queue begins.", default=EPOCH, reload="restart"
    )
    fairness_model: str | None = option(
        one_of("fast", "round-robin", "proportional"),
        "Which of the subscriptions with room gets a message; without it, proportional (at-most-once: round-robin).",
        default=None,
        reload="live",
    )
    leasing: str = option(
        one_of("sublet", "strict"),
        "Whether only the holder of a lease may acknowledge (strict), or everyone (sublet).",
        default="sublet",
        reload="live",
    )
    max_deliveries: int = option(
        COUNT, "Deliveries after which an unacknowledged message expires; 0 is no limit.", default=0, reload="live"
    )
    max_cancels: int = option(COUNT, "Cancels after which a message expires; 0 is no limit.", default=0, reload="live")
    priority: str | None = option(
        VALUE, "Expression whose greater value is delivered first.", default=None, reload="restart"
    )
    barrier_expression: str | None = option(
        FILTER,
        "Marks messages that wait for all earlier ones and then go to every subscriber.",
        default=None,
        reload="restart",
    )
    file_backed_metadata: bool = option(
        BOOLEAN,
        "Whether the state of the queue is kept in a file next to the journals.",
        default=False,
        marks=(TUNING,),
        advice="Remove it; a waiting message takes 25 bytes of memory, and its state is always in the journals.",
    )
    target_queue_depth: int | None = option(
        ranged(COUNT, low=1000, text="at least 1000"),
        "Messages that are kept active; later ones wait.",
        synonyms=("MaxQueueDepth",),
        default=None,
        reload="restart",
    )
    deferred_ack_expiration_ns: int = option(
        INTERVAL,
        "How long an acknowledgment is remembered that arrives before its message.",
        default=86_400_000_000_000,
        reload="live",
    )
    backoff: BackoffDefinition | None = option(
        BackoffDefinition, "Waits between deliveries of one message; without it, there are none.", default=None
    )
    start_after: str | None = option(
        VALUE,
        "Expression for the earliest time of delivery: a UNIX time in seconds or a text such as 2026-11-21T10:00:00Z;"
        " a message for which it is neither is delivered at once.",
        xml="ampsd:StartAfter",
        default=None,
        reload="restart",
    )
    stuck_after_ns: int | None = option(
        _LIFETIME,
        "How long a message may be leased before it counts as stuck and is delivered again; without it, messages that"
        " are leased for 30 minutes are reported as stuck, and stay leased.",
        xml="ampsd:StuckAfter",
        default=None,
        reload="live",
    )
    has_events: bool = option(
        BOOLEAN,
        "Whether what happens to each message is recorded.",
        xml="ampsd:Events",
        default=True,
        reload="restart",
    )
    is_archived: bool = option(
        BOOLEAN,
        "Whether the messages are copied to the ampsd:MessageArchive, where there is one; the queue must have events.",
        xml="ampsd:Archive",
        default=True,
        reload="restart",
    )

    @property
    def key(self) -> bytes:
        """What the log and the engine call the queue: names are of one message type."""
        return f"{self.message_type}:{self.name}".encode()

    @property
    def underlying(self) -> str:
        """The topic, or regular expression for topics, whose messages the queue holds."""
        return self.underlying_topic or self.name

    @property
    def underlying_is_regex(self) -> bool:
        """Whether UnderlyingTopic is a regular expression: a dot alone is none, and neither is a queue's name."""
        return self.underlying_topic is not None and _REGEX.search(self.underlying_topic) is not None

    @property
    def publish_target(self) -> str:
        """The topic that receives what is published to the queue."""
        return self.default_publish_target or self.underlying

    @property
    def is_at_most_once(self) -> bool:
        """Whether a message leaves the queue when it is sent."""
        return self.semantics == AT_MOST_ONCE

    @property
    def fairness(self) -> str:
        """The fairness model, default included."""
        return self.fairness_model or ("round-robin" if self.is_at_most_once else "proportional")


class LocalQueueDefinition(QueueDefinition, element="LocalQueue"):
    """A queue that is never replicated; on a single instance the same as a Queue (User Guide, Message Queues)."""

    is_local = True


class GroupLocalQueueDefinition(QueueDefinition, element="GroupLocalQueue"):
    """A queue whose messages one instance of a replication group owns at first (User Guide, Message Queues)."""

    initial_owner: str = option(
        TEXT,
        "Name of the instance that owns every new message; the same on all instances that have the queue.",
        reload="refused",
    )
    group_local_queue_domain: str | None = option(
        TEXT,
        "What makes queues of one name the same queue on several instances; without it, the Group of the instance.",
        default=None,
        reload="refused",
    )
