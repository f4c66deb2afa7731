"""How long a queued message lives (User Guide, Message Queues, ExpirationModel)."""

from ampsd import limits
from ampsd.definitions.queues import QueueDefinition


def expiration_of(definition: QueueDefinition, message_ns: int | None) -> int | None:
    """How long a message lives by ExpirationModel, None for ever. A message's own 0 means for ever too."""
    lives_ns = _combined(definition, message_ns)
    return None if lives_ns is None else min(lives_ns, limits.LIFETIME_MAX_NS)


def _combined(definition: QueueDefinition, message_ns: int | None) -> int | None:
    model = definition.expiration_model
    queue_ns = definition.expiration_ns
    if model == "queue" or message_ns is None:
        return queue_ns
    own_ns = message_ns or None
    if model == "default":
        return own_ns
    lives = [one for one in (queue_ns, own_ns) if one is not None]
    if model == "earliest":
        return min(lives, default=None)
    return max(lives) if len(lives) == 2 else None
