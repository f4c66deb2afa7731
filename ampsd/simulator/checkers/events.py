"""The event log: no gap, every step one of the table, sessions that open and close, and the same states as the queues.

Looked at when the run is over and the store holds all that is durable, whatever crashed on the way.
"""

from collections.abc import Sequence

from ampsd.engine import lifecycle
from ampsd.engine.lifecycle import State
from ampsd.engine.queue import Queue
from ampsd.engine.story import Story
from ampsd.storage.tellings import Events


def check(events: Sequence[Events], queues: Sequence[Queue], floor: int = 0, visitor: bytes = b"") -> list[str]:
    """Violations. The log begins at `floor`; what was before it may be missing in the queue `visitor`, which no file
    was kept for while it was not configured."""
    wrong: list[str] = []
    stories: dict[tuple[bytes, int], Story] = {}
    next_number = 1
    for run in events:
        if run.first != next_number:
            wrong.append(f"events: {run.first} follows {next_number - 1}")
        next_number = run.first + len(run.every_position)
        status, reason = lifecycle.status_of(run.status, run.reason)
        for at, position in enumerate(run.every_position):
            story = stories.setdefault((run.queue, position), Story(run.queue))
            session = run.sessions[at] if run.sessions else 0
            story.add(run.first + at, run.wall_ns, status, reason, run.client, session)
    for (key, position), story in stories.items():
        wrong += [f"events: {key!r} at {position}: {fault}" for fault in story.faults]
    for queue in queues:
        least = floor if queue.name == visitor else 0
        its = {at: story for (name, at), story in stories.items() if name == queue.key and at >= least}
        wrong += _compare(queue, its)
    return wrong


def _compare(queue: Queue, stories: dict[int, Story]) -> list[str]:
    held = {queue.entries.position(serial): queue.state_of(serial) for serial in queue.entries.serials()}
    if queue.is_at_most_once:
        held.update({lease[0]: State.LEASED for lease in queue.leases.values()})
    told = {position: story.state for position, story in stories.items() if story.state in lifecycle.IN_QUEUE}
    if held != told:
        return [f"events: {queue.name!r} has {_named(held, told)}, but the events say {_named(told, held)}"]
    return []


def _named(states: dict[int, State], others: dict[int, State]) -> list[tuple[int, str]]:
    return [(position, state.value) for position, state in states.items() if others.get(position) is not state][:5]
