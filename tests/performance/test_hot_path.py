"""The hot path does not grow unseen: what it executes for a message stays within 10 % of what was written down."""

import json

import pytest
from hot_path import COUNTS, SCRIPTS, VERSION, counted

KEPT: dict[str, dict[str, float]] = json.loads(COUNTS.read_text()).get(VERSION, {})
TOLERANCE = 0.10


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_message_costs_what_it_did(name: str) -> None:
    found = counted(name)
    assert found["instructions"] > 0
    for kind, most in KEPT.get(name, {}).items():
        change = found[kind] / most - 1
        advice = "write it down with `python tests/performance/hot_path.py --write`"
        assert change <= TOLERANCE, f"{found[kind]} {kind} instead of {most}: make it cheaper, or say why and {advice}"
        assert change >= -TOLERANCE, f"{found[kind]} {kind} instead of {most}: well done; {advice}"


def test_what_filters_cost_does_not_depend_on_their_number() -> None:
    one, thousand = counted("pub/sub, one filter"), counted("pub/sub, 1,000 filters")
    assert thousand["instructions"] <= one["instructions"] * 1.02


def test_counts_are_the_same_each_time() -> None:
    assert counted("durable queue") == counted("durable queue")
