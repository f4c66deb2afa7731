"""Operators: what was answered is in the log, once; every child it speaks of was made, and no other."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ampsd.simulator.ledger import Ledger
from ampsd.storage import records
from ampsd.storage.tellings import Item

_CAUSES = {"reprocess": records.REPROCESS, "redrive": records.REDRIVE}


def check(answers: Mapping[str, Sequence[Item]], ledger: Ledger) -> list[str]:
    """Violations."""
    wrong: list[str] = []
    logged = Counter(audit.request_id for audit in ledger.audits)
    wrong += [
        f"operators: the request {name} is in the log {times} times" for name, times in logged.items() if times > 1
    ]
    wrong += [
        f"operators: the request {name} was answered, but the log lacks it" for name in answers if not logged[name]
    ]
    promised = Counter(
        (_CAUSES[audit.verb], item.reason)
        for audit in ledger.audits
        if audit.verb in _CAUSES
        for item in audit.items
        if item.outcome == "done"
    )
    made = Counter(
        (one.origin.cause, f"{one.publisher}|{one.sequence}|")
        for one in ledger.publishes.values()
        if one.origin is not None and one.origin.cause in _CAUSES.values()
    )
    if promised != made:
        lacking, extra = list((promised - made).items()), list((made - promised).items())
        wrong.append(f"operators: children that lack {lacking}, too many {extra}")
    return wrong
