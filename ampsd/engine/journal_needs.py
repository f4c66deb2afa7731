"""Who still needs old journal files: each says how far back."""

from collections.abc import Callable, Sequence

from ampsd.engine.action_runs import ActionRuns
from ampsd.engine.archiver import Archiver
from ampsd.engine.entries import NEVER
from ampsd.engine.message_events import MessageEvents
from ampsd.engine.queue import Queue


class Need:
    """`reason` ends the sentence `the file stays: ...`; `lowest` is the lowest position needed, NEVER for none."""

    __slots__ = ("lowest", "reason")

    def __init__(self, reason: str, lowest: Callable[[], int]) -> None:
        self.reason = reason
        self.lowest = lowest


def needs_of(queues: Sequence[Queue], action_runs: ActionRuns, archiver: Archiver, events: MessageEvents) -> list[Need]:
    """The needs of an instance's nouns."""
    return [
        *(Need(f"queue {queue.definition.name} holds a message of it", _lowest_of(queue)) for queue in queues),
        Need("an action is not done with a message of it", lambda: action_runs.lowest_position),
        Need("a message of it is not in the ampsd:MessageArchive yet", lambda: archiver.lowest_position),
        Need("the file of events lacks events of it", events.lowest_untold),
        Need("an operator's request in it may come again", events.lowest_audit),
    ]


def _lowest_of(queue: Queue) -> Callable[[], int]:
    def lowest() -> int:
        position = queue.entries.lowest_position()
        if queue.is_at_most_once:
            return min(position, NEVER, *(lease[0] for lease in queue.leases.values()))
        return position

    return lowest
