"""A start knows what the end knew, whatever journal files were removed between: numbers of publishers and of events."""

from ampsd.instance import Instance


def check(ended: Instance, begun: Instance) -> list[str]:
    """Violations. `ended` stopped in order; `begun` has folded the log it left."""
    wrong: list[str] = []
    for one in ended.publishers.table:
        known = begun.publishers.known(one.id)
        if one.last != (0 if known is None else known.last):
            wrong.append(f"restart: publisher {one.id} was at {one.last}, and is at {known and known.last}")
    if ended.events.numbered() != begun.events.numbered():
        wrong.append("restart: the next event has another number")
    for before, after in zip(ended.queues, begun.queues, strict=True):
        if before.ahead.waiting() != after.ahead.waiting():
            wrong.append(f"restart: {before.name!r} waits for {before.ahead.waiting()}, then {after.ahead.waiting()}")
    return wrong
