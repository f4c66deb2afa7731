"""P1 and P3: what was acknowledged is in the log as it was sent; no (publisher, sequence) pair is logged twice."""

from ampsd.simulator.history import History
from ampsd.simulator.ledger import Ledger


def check(history: History, ledger: Ledger) -> list[str]:
    """Violations."""
    wrong: list[str] = []
    logged: dict[tuple[int, int], bytes] = {}
    for position, publish in ledger.publishes.items():
        pair = (publish.publisher, publish.sequence)
        if pair in logged:
            wrong.append(f"P3: publisher {pair[0]} sequence {pair[1]} is logged twice, again at {position}")
        logged[pair] = publish.data
    numbered = {(one.publisher, one.sequence) for one in ledger.sequences}
    for pair in history.acknowledged:
        body = history.sent[pair]
        if body and logged.get(pair) != body:
            wrong.append(f"P1: the publish {pair} was acknowledged, but the log does not hold it")
        elif not body and pair not in numbered:
            wrong.append(f"P1: the command {pair} was acknowledged, but the log does not hold it")
    return wrong
