"""Which subscription gets the next message (User Guide, Message Queues, Delivery Fairness).

Each model is a function: the candidates that have room, in order of arrival, and where the last choice stood.
"""

from collections.abc import Callable, Sequence

from ampsd.engine.subscription import Subscription

Choice = Callable[[Sequence[Subscription], int], int]
"""Subscriptions and the index after the last chosen one; returns the chosen index, -1 when none has room."""


def has_room(subscription: Subscription) -> bool:
    """Whether the subscription may have one more unacknowledged message."""
    return subscription.unacked < subscription.backlog_max


def fast(subscriptions: Sequence[Subscription], start: int) -> int:
    """The first found with room."""
    for index, one in enumerate(subscriptions):
        if one.unacked < one.backlog_max:
            return index
    return -1


def round_robin(subscriptions: Sequence[Subscription], start: int) -> int:
    """The next one with room, in turn."""
    total = len(subscriptions)
    for step in range(total):
        index = (start + step) % total
        if has_room(subscriptions[index]):
            return index
    return -1


def proportional(subscriptions: Sequence[Subscription], start: int) -> int:
    """The one whose backlog is used least in proportion; ties go to the first found."""
    chosen = -1
    best_unacked = best_max = 1
    for index, one in enumerate(subscriptions):
        unacked, most = one.unacked, one.backlog_max
        if unacked < most and (chosen < 0 or unacked * best_max < best_unacked * most):
            chosen, best_unacked, best_max = index, unacked, most
    return chosen


MODELS: dict[str, Choice] = {"fast": fast, "round-robin": round_robin, "proportional": proportional}
"""By the value of FairnessModel."""
