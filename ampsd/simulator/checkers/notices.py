"""Every message that expired is told of by an action that waits for a command and is tried again until it succeeds.

At least once: a command may run again when its end was not known before a crash. A notice is only published after its
command has succeeded, so there are never more notices than commands that did.
"""

from collections import Counter

from ampsd.simulator.ledger import Ledger


def check(ledger: Ledger, queue: bytes, topic: bytes, succeeded: int) -> list[str]:
    """Violations; `succeeded` commands did well."""
    expected = Counter(ledger.publishes[position].data for position, reasons in ledger.removals(queue) if reasons & 15)
    found = Counter(one.data for one in ledger.publishes.values() if one.topic == topic)
    missing = list((expected - found).items())
    wrong = [f"no notice of {missing}"] if missing else []
    if found.total() > succeeded:
        wrong.append(f"{found.total()} notices of {succeeded} commands that succeeded")
    return wrong
