"""SOW: topics with state. Of these, queues run (User Guide, State of the World, and Message Queues)."""

from ampsd.declare import NOT_RUNNING, Definition, option
from ampsd.definitions.conflated_topics import ConflatedTopicDefinition
from ampsd.definitions.queues import GroupLocalQueueDefinition, LocalQueueDefinition, QueueDefinition
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.definitions.views import ViewDefinition

_NO_TOPICS = "Remove it; publish and subscribe work without it, but nothing is kept per key and nothing can be queried."


class SowDefinition(Definition, element="SOW", synonyms=("TopicMetaData",)):
    """Topics with state: of these, queues run (User Guide, State of the World)."""

    queues: tuple[QueueDefinition, ...] = option(
        (QueueDefinition, LocalQueueDefinition), "A queue.", repeatable=True, reload="live"
    )
    topics: tuple[TopicDefinition, ...] = option(
        TopicDefinition,
        "A topic whose last message per key is kept.",
        repeatable=True,
        reload="live",
        marks=(NOT_RUNNING,),
        advice=_NO_TOPICS,
    )
    views: tuple[ViewDefinition, ...] = option(
        ViewDefinition,
        "A topic computed from others.",
        repeatable=True,
        reload="live",
        marks=(NOT_RUNNING,),
        advice="Remove it; nothing is computed from topics yet.",
    )
    conflated_topics: tuple[ConflatedTopicDefinition, ...] = option(
        ConflatedTopicDefinition,
        "A copy of a topic, updated at intervals.",
        repeatable=True,
        reload="live",
        marks=(NOT_RUNNING,),
        advice="Remove it and subscribe to its underlying topic.",
    )
    group_local_queues: tuple[GroupLocalQueueDefinition, ...] = option(
        GroupLocalQueueDefinition,
        "A queue that one instance of a replication group owns.",
        repeatable=True,
        reload="live",
        marks=(NOT_RUNNING,),
        advice="Write Queue, without InitialOwner and GroupLocalQueueDomain; there is no replication yet.",
    )


SOW_CLASSES: tuple[type[Definition], ...] = (
    QueueDefinition,
    LocalQueueDefinition,
    GroupLocalQueueDefinition,
    TopicDefinition,
    ViewDefinition,
    ConflatedTopicDefinition,
)
"""Everything that has a name in the SOW; names are shared within a message type."""
