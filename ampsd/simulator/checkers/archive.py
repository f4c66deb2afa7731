"""The archive: each message of the queues is in it once, as it was published, or refused and told so.

Looked at when the run is over and the archiver has nothing left to do.
"""

from collections.abc import Sequence

from ampsd.engine import lifecycle
from ampsd.engine.story import ARCHIVER
from ampsd.simulator.archive import SimArchive
from ampsd.simulator.ledger import Ledger
from ampsd.storage.tellings import Events

_ENDINGS = (lifecycle.ARCHIVED, lifecycle.ARCHIVING_SKIPPING)


def check(events: Sequence[Events], archive: SimArchive, ledger: Ledger, but: bytes) -> list[str]:
    """Violations. Messages of the queue `but` are not archived."""
    wrong: list[str] = []
    arrived: dict[int, None] = {}
    endings: dict[int, list[str]] = {}
    for run in events:
        status, _ = lifecycle.status_of(run.status, run.reason)
        if run.arrival is not None and not run.queue.startswith(b"action:") and run.queue != but:
            arrived.update(dict.fromkeys(run.every_position))
        elif run.queue == ARCHIVER and status in _ENDINGS:
            for position in run.positions:
                endings.setdefault(position, []).append(status)
    for position in arrived:
        if len(endings.get(position, [])) != 1:
            wrong.append(f"archive: the message at {position} ended as {endings.get(position, [])}")
    wrong += [f"archive: {position} never arrived" for position in endings if position not in arrived]
    for position, message in ledger.publishes.items():
        if endings.get(position) == [lifecycle.ARCHIVED] and message.data:
            found = archive.objects.get((message.publisher, message.sequence))
            if found != message.data:
                wrong.append(f"archive: {found!r} is kept of {message.data!r}")
    return wrong
