"""What an expression can ask beside the fields of a body: the message around it, who sent it, and the instance."""

from collections.abc import Mapping

Variables = Mapping[str, bytes]

NO_VARIABLES: Variables = {}


class Environment:
    """Surroundings of one message, for functions such as TOPIC_NAME and CLIENT_NAME (User Guide, AMPS Functions).

    What is not known is None, and NULL in expressions. Times are nanoseconds since 1970 in UTC. `variables` are the
    context variables of a condition.
    """

    __slots__ = (
        "bookmark",
        "client_name",
        "client_version",
        "correlation_id",
        "group_name",
        "instance_name",
        "last_leased_ns",
        "last_read_ns",
        "last_updated_ns",
        "lease_count",
        "now_ns",
        "remote_address",
        "size",
        "sow_key",
        "sow_key_hash",
        "topic",
        "user",
        "variables",
    )

    def __init__(self, *, now_ns: int | None = None, variables: Variables = NO_VARIABLES) -> None:
        self.now_ns = now_ns
        self.variables = variables
        self.instance_name: bytes | None = None
        self.group_name: bytes | None = None
        self.size: int | None = None
        self.topic: bytes | None = None
        self.correlation_id: bytes | None = None
        self.bookmark: bytes | None = None
        self.sow_key: bytes | None = None
        self.sow_key_hash: bytes | None = None
        self.last_updated_ns: int | None = None
        self.last_read_ns: int | None = None
        self.last_leased_ns: int | None = None
        self.lease_count: int | None = None
        self.client_name: bytes | None = None
        self.user: bytes | None = None
        self.remote_address: bytes | None = None
        self.client_version: bytes | None = None


NOWHERE = Environment()
"""The surroundings of nothing: every function that asks for them is NULL."""
