"""P4: at-least-once never has two live leases on one message; at-most-once never delivers a message twice.

A lease may end early by its holder's answer or end, otherwise only when the LeasePeriod is over. An answer names the
message, not the lease, so a late one may end a later lease: each answer accounts for one early end.
"""

from collections import Counter

from ampsd.simulator.history import Crash, Delivery, Ending, History, Leased, Removed


def check(history: History, lease_ns: int, once: bytes) -> list[str]:
    """Violations. `lease_ns` is the LeasePeriod, 0 for none; `once` the name of the at-most-once queue."""
    wrong: list[str] = []
    live: dict[bytes, Leased] = {}
    answers: Counter[bytes] = Counter()
    ever: Counter[bytes] = Counter()
    delivered: dict[bytes, None] = {}
    for one in history.observations:
        if isinstance(one, Leased):
            before = live.get(one.bookmark)
            if before is not None and not (lease_ns and one.time_ns - before.time_ns >= lease_ns):
                if not answers[one.bookmark]:
                    wrong.append(f"P4: {one.bookmark!r} is leased at {one.time_ns}, and still since {before.time_ns}")
                answers[one.bookmark] -= 1
            live[one.bookmark] = one
        elif isinstance(one, Ending):
            if one.bookmark:
                answers[one.bookmark] += 1
                ever[one.bookmark] += 1
            else:
                live = {key: lease for key, lease in live.items() if lease.connection != one.connection}
        elif isinstance(one, Removed):
            live = {key: lease for key, lease in live.items() if lease.queue != one.queue}
        elif isinstance(one, Crash):
            live = {}
            answers = ever.copy()  # a client sends again what was not persisted
        elif isinstance(one, Delivery) and one.queue == once:
            if one.body in delivered:
                wrong.append(f"P4: {one.body!r} is delivered twice at most once")
            delivered[one.body] = None
    return wrong
