"""Bootstrap: where an instance without messages gets its first ones (User Guide, Replication and High Availability)."""

from ampsd.declare import MESSAGE_TYPE, TOPIC_OR_REGEX, Definition, option, words_of
from ampsd.definitions.replication import DestinationTransportDefinition


class BootstrapTopicDefinition(Definition, element="Topic"):
    """A topic that is taken over, or a regular expression for several.

    User Guide, Replication and High Availability.
    """

    name: str = option(TOPIC_OR_REGEX, "Topic, or regular expression, on the other instance.")
    message_type: str = option(MESSAGE_TYPE, "Message type of the topic.", refers_to="message type")


class BootstrapDefinition(Definition, element="Bootstrap"):
    """Where an instance that starts without messages gets its first ones.

    User Guide, Replication and High Availability.
    """

    topics: tuple[BootstrapTopicDefinition, ...] = option(
        BootstrapTopicDefinition, "A topic that is taken over.", repeatable=True
    )
    data_type: tuple[str, ...] = option(
        words_of("sow", "txlog"), "What is taken over: the SOW, the transaction log, or both.", default=()
    )
    transport: DestinationTransportDefinition = option(
        DestinationTransportDefinition, "How the other instance is reached; several addresses stand for each other."
    )
