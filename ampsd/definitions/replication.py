"""Replication: instances that messages are copied to (User Guide, Replication and High Availability)."""

from ampsd.declare import (
    ANY,
    AT_LEAST_ONE,
    BOOLEAN,
    MESSAGE_TYPE,
    PATH,
    TEXT,
    TOPIC_OR_REGEX,
    Definition,
    one_of,
    option,
    words_of,
)
from ampsd.definitions.kinds import FILTER_WITH_FUNCTIONS, INTERVALS, PATTERN
from ampsd.definitions.network import INET_ADDR, InetAddr
from ampsd.definitions.security import AuthenticationDefinition, AuthenticatorDefinition, EntitlementDefinition

VALIDATIONS = ("txlog", "replicate", "sow", "cascade", "keys", "replicate_filter", "queue_passthrough")
"""Checks of a destination's configuration that may be left out, by AMPS's names."""
FIXED_VALIDATIONS = ("queue", "queue_underlying")
"""Checks that may not be left out."""


class ReplicatedTopicDefinition(Definition, element="Topic"):
    """A topic that is copied, or a regular expression for several.

    User Guide, Replication and High Availability.
    """

    name: str | None = option(
        TOPIC_OR_REGEX,
        "Topic, or regular expression, among those that the TransactionLog records; without it, all of them.",
        default=None,
        reload="live",
    )
    message_type: str = option(MESSAGE_TYPE, "Message type of the topic.", refers_to="message type", reload="live")
    filter: str | None = option(
        FILTER_WITH_FUNCTIONS, "Messages that are copied; without it, all.", default=None, reload="live"
    )
    exclude_validation: tuple[str, ...] = option(
        words_of(*VALIDATIONS, *FIXED_VALIDATIONS),
        "Checks of the other instance's configuration that are left out; queue and queue_underlying cannot be.",
        default=(),
        reload="reconnect",
    )


class DestinationTransportDefinition(Definition, element="Transport"):
    """How a destination is reached (User Guide, Replication and High Availability)."""

    name: str | None = option(TEXT, "Name of the connection, in the log.", default=None, reload="reconnect")
    type: str = option(
        one_of("amps-replication", "amps-replication-secure"), "Network that is used.", reload="reconnect"
    )
    inet_addrs: tuple[InetAddr, ...] = option(
        INET_ADDR,
        "Address of the other instance; of several, the first that answers. Without it, the other one connects.",
        xml="InetAddr",
        repeatable=True,
        reload="reconnect",
    )
    reconnect_timeout_ns: tuple[int, ...] = option(
        INTERVALS,
        "How long a connection to an address is tried: one interval for all, or one for each address.",
        default=(),
        reload="reconnect",
    )
    authenticator: AuthenticatorDefinition | None = option(
        AuthenticatorDefinition, "How this instance logs on there; without it, as for the instance.", default=None
    )
    authentication: AuthenticationDefinition | None = option(
        AuthenticationDefinition, "Who may be the other instance when that one connects.", default=None
    )
    entitlement: EntitlementDefinition | None = option(
        EntitlementDefinition, "What the other instance may do when it connects.", default=None
    )
    ip_protocol_prefer: str | None = option(
        TEXT,
        "Kind of address that a host's name is looked up for first; without it, IPv4.",
        default=None,
        reload="reconnect",
    )
    certificate: str | None = option(PATH, "TLS certificate of this instance.", default=None, reload="reconnect")
    private_key: str | None = option(PATH, "TLS key that belongs to Certificate.", default=None, reload="reconnect")
    ciphers: str | None = option(TEXT, "TLS ciphers, as OpenSSL writes them.", default=None, reload="reconnect")
    verify_client: bool = option(
        BOOLEAN, "Whether the other instance's certificate is verified.", default=False, reload="reconnect"
    )
    ca_file: str | None = option(
        PATH, "Trusted certificates, one file.", xml="CAFile", default=None, reload="reconnect"
    )
    ca_path: str | None = option(
        PATH, "Trusted certificates, a directory.", xml="CAPath", default=None, reload="reconnect"
    )


class DestinationDefinition(Definition, element="Destination"):
    """An instance, or several that stand for each other, that messages are copied to.

    User Guide, Replication and High Availability.
    """

    name: str | None = option(TEXT, "Name of the destination, in the log and in actions.", default=None)
    group: str | None = option(
        TEXT, "Group of the other instance, which must have the same.", default=None, reload="reconnect"
    )
    sync_type: str = option(
        one_of("sync", "async"),
        "Whether publishers are told that a message is kept when it is kept there too (sync), or already here.",
        reload="reconnect",
    )
    pass_throughs: tuple[str, ...] = option(
        PATTERN,
        "Groups whose messages are passed on; without it, only what clients of this instance published.",
        xml="PassThrough",
        repeatable=True,
        reload="reconnect",
    )
    compression: str | None = option(
        ANY, "How messages are compressed on the way; without it, they are not.", default=None, reload="reconnect"
    )
    topics: tuple[ReplicatedTopicDefinition, ...] = option(
        ReplicatedTopicDefinition, "What is copied.", repeatable=True, marks=(AT_LEAST_ONE,), reload="live"
    )
    transports: tuple[DestinationTransportDefinition, ...] = option(
        DestinationTransportDefinition,
        "How the destination is reached.",
        repeatable=True,
        marks=(AT_LEAST_ONE,),
        reload="reconnect",
    )


class ReplicationDefinition(Definition, element="Replication"):
    """Instances that messages are copied to (User Guide, Replication and High Availability)."""

    destinations: tuple[DestinationDefinition, ...] = option(
        DestinationDefinition, "One destination.", repeatable=True, marks=(AT_LEAST_ONE,), reload="live"
    )
