"""A start knows what the end knew, whatever journal files were removed between.

Numbers of publishers and of events; of each queue where it begins, what is in it, what is on hold, whether it is
paused, and what was acknowledged ahead.
"""

from collections.abc import Collection

from ampsd.engine.entries import NEVER, ON_HOLD
from ampsd.engine.queue import Queue
from ampsd.instance import Instance


def check(ended: Instance, begun: Instance, refused: Collection[int] = ()) -> list[str]:
    """Violations. `ended` stopped in order; `begun` has folded the log it left. Commands of the publishers `refused`
    may have been refused, which no log remembers."""
    wrong: list[str] = []
    for one in ended.publishers.table:
        known = begun.publishers.known(one.id)
        if one.id not in refused and one.last != (0 if known is None else known.last):
            wrong.append(f"restart: publisher {one.id} was at {one.last}, and is at {known and known.last}")
    if ended.events.numbered() != begun.events.numbered():
        wrong.append("restart: the next event has another number")
    if list(ended.replay.carried()) != list(begun.replay.carried()):
        wrong.append("restart: a queue begins elsewhere")
    for before, after in zip(ended.queues, begun.queues, strict=True):
        if before.ahead.waiting() != after.ahead.waiting():
            wrong.append(f"restart: {before.name!r} waits for {before.ahead.waiting()}, then {after.ahead.waiting()}")
        if _pause(before) != _pause(after):
            wrong.append(f"restart: {before.name!r} is paused {_pause(before)}, then {_pause(after)}")
        if _entries(before) != _entries(after):
            wrong.append(f"restart: {before.name!r} holds {_entries(before)}, then {_entries(after)}")
    return wrong


def _pause(queue: Queue) -> str:
    """Not until when: a wall clock that jumps means another moment to each life."""
    until_ns = queue.paused_until_ns
    return "not" if until_ns is None else "for ever" if until_ns == NEVER else "for a time"


def _entries(queue: Queue) -> list[tuple[int, bool]]:
    entries = queue.entries
    return sorted((entries.position(serial), entries.state(serial) == ON_HOLD) for serial in entries.serials())
