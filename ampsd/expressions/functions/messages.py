"""Functions of the message around the body, of the client that sent it, and of the instance.

User Guide, AMPS Functions: Message Functions, Client Functions, AMPS Information Functions.
"""

from collections.abc import Callable

from ampsd.expressions.environment import Environment
from ampsd.expressions.functions.function import Function
from ampsd.message_types.message_type import Value


def _asks(name: str, apply: Callable[[Environment], Value], doc: str, *, is_deterministic: bool = True) -> Function:
    return Function(name, 0, 0, apply, doc, asks_environment=True, is_deterministic=is_deterministic)


def seconds(time_ns: int | None) -> float | None:
    """A time as expressions have it: seconds since 1970, to the microsecond."""
    return None if time_ns is None else time_ns // 1000 / 1e6


def _updated(environment: Environment) -> Value:
    """Of a message that comes from no SOW, the time is now."""
    return seconds(environment.now_ns if environment.last_updated_ns is None else environment.last_updated_ns)


def _leases(environment: Environment) -> Value:
    return None if environment.lease_count is None else float(environment.lease_count)


FUNCTIONS = (
    _asks("AMPS_INSTANCE_NAME", lambda e: e.instance_name, "Name of the instance."),
    _asks("AMPS_GROUP_NAME", lambda e: e.group_name, "Name of the instance's group."),
    _asks("MESSAGE_SIZE", lambda e: e.size, "Bytes of the message's body."),
    _asks("TOPIC_NAME", lambda e: e.topic, "Topic of the message."),
    _asks("CORRELATION_ID", lambda e: e.correlation_id, "Correlation id of the message."),
    _asks("BOOKMARK", lambda e: e.bookmark, "Bookmark of the message; NULL where it is not in the transaction log."),
    _asks("SOW_KEY", lambda e: e.sow_key, "Key of the message in the SOW."),
    _asks("SOW_KEY_HASH", lambda e: e.sow_key_hash, "Hash of that key."),
    _asks("LAST_UPDATED", _updated, "When the message was last changed in the SOW; for a new message, now."),
    _asks(
        "LAST_READ",
        lambda e: seconds(e.last_read_ns),
        "When the message was last read from the SOW.",
        is_deterministic=False,
    ),
    _asks("LAST_LEASED", lambda e: seconds(e.last_leased_ns), "When the message was last leased from its queue."),
    _asks("LEASE_COUNT", _leases, "How often the message was leased from its queue."),
    _asks("CLIENT_NAME", lambda e: e.client_name, "Name of the client that sent the message."),
    _asks("USER", lambda e: e.user, "User of the client that sent the message."),
    _asks("REMOTE_ADDRESS", lambda e: e.remote_address, "Address of the client that sent the message."),
    _asks("CLIENT_VERSION", lambda e: e.client_version, "Version that the client gave when it logged on."),
)
