"""P2: replay has no gap, duplicate or reorder: what was durable before a crash is how the log begins after it."""

from ampsd.simulator.ledger import Ledger

Entry = tuple[int, int, int]
"""Position, publisher and sequence of a message."""


def entries(ledger: Ledger) -> list[Entry]:
    """The messages of a log, in order."""
    return [(position, one.publisher, one.sequence) for position, one in ledger.publishes.items()]


def check(durable_before: list[Entry], after: list[Entry]) -> list[str]:
    """Violations."""
    wrong: list[str] = []
    if after[: len(durable_before)] != durable_before:
        wrong.append("P2: the log after a crash does not begin with what was durable before it")
    last: dict[int, int] = {}
    for position, publisher, sequence in after:
        if sequence <= last.get(publisher, 0):
            wrong.append(f"P2: publisher {publisher} goes back to {sequence} at {position}")
        last[publisher] = sequence
    return wrong
