"""Conflated topics: copies of a topic that change at intervals (User Guide, Conflated Topics)."""

from ampsd.declare import INTERVAL, MESSAGE_TYPE, TEXT, TOPIC, Definition, option, ranged
from ampsd.definitions.kinds import FILTER_WITH_FUNCTIONS
from ampsd.definitions.sow_topics import EnrichmentDefinition, HashIndexDefinition


class ConflatedTopicDefinition(Definition, element="ConflatedTopic", synonyms=("ReplicaDefinition",)):
    """A copy of a topic that changes at intervals, so that its subscribers get less (User Guide, Conflated Topics)."""

    name: str = option(TOPIC, "Topic of the copy.", synonyms=("Topic",), reload="refused")
    underlying_topic: str = option(
        TOPIC,
        "Name of the topic, view or conflated topic of the SOW that is copied.",
        refers_to="sow topic",
        reload="refused",
    )
    message_type: str = option(
        MESSAGE_TYPE, "Type of the messages, as in the underlying topic.", refers_to="message type", reload="refused"
    )
    interval_ns: int = option(
        ranged(INTERVAL, low=100_000_000, text="at least 100ms"),
        "Time between two updates of a message.",
        default=5_000_000_000,
    )
    filter: str | None = option(
        FILTER_WITH_FUNCTIONS, "Messages of the underlying topic that are copied; without it, all.", default=None
    )
    hash_indexes: tuple[HashIndexDefinition, ...] = option(
        HashIndexDefinition, "An index for equality.", repeatable=True, reload="live"
    )
    enrichment: EnrichmentDefinition | None = option(
        EnrichmentDefinition, "Fields computed on the copies; OF PREVIOUS is not for them.", default=None
    )
    topic_format: str | None = option(
        TEXT,
        "Names of the copies of a topic that has a Pattern; %n stands for the name of the topic that is copied.",
        default=None,
        reload="refused",
    )
