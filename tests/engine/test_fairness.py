"""The three fairness models (User Guide, Delivery Fairness)."""

import pytest

from ampsd.engine import fairness
from ampsd.engine.client import Client
from ampsd.engine.subscription import Subscription


def subscriptions(*backlogs: tuple[int, int]) -> list[Subscription]:
    """Subscriptions with (unacknowledged, most)."""
    found = []
    for number, (unacked, most) in enumerate(backlogs):
        client = Client(number, "t", None, "", 0)
        one = Subscription(client, b"%d" % number, b"q", None, None, most, False, False)
        one.unacked = unacked
        found.append(one)
    return found


@pytest.mark.parametrize(
    ("backlogs", "chosen"),
    [
        ([(1, 2), (3, 4), (4, 10)], 2),
        ([(0, 1), (0, 100)], 0),
        ([(1, 1), (2, 2)], -1),
        ([(1, 2), (2, 4)], 0),
        ([], -1),
    ],
)
def test_proportional_takes_the_least_used_share(backlogs: list[tuple[int, int]], chosen: int) -> None:
    assert fairness.proportional(subscriptions(*backlogs), 0) == chosen


def test_fast_takes_the_first_with_room() -> None:
    assert fairness.fast(subscriptions((1, 1), (5, 10), (0, 10)), 2) == 1
    assert fairness.fast(subscriptions((1, 1)), 0) == -1


def test_round_robin_takes_turns_and_skips_the_full() -> None:
    group = subscriptions((0, 9), (9, 9), (0, 9))
    assert [fairness.round_robin(group, start) for start in (0, 1, 2, 3)] == [0, 2, 2, 0]
