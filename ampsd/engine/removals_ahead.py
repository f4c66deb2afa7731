"""Acknowledgments of messages that a crash took, kept until their publisher sends them again.

A queue hands out a numbered message before it is durable. When a crash takes the message, the worker may come back
before the publisher does, and send its acknowledgment again. It is told that the removal is persisted, so the message
must not be handed out once more: it does not enter the queue.
"""

from ampsd import limits
from ampsd.engine.entries import Run


class RemovalsAhead:
    """Publisher and sequence of messages that shall not enter a queue."""

    def __init__(self, most: int = limits.REMOVALS_AHEAD_MAX) -> None:
        self._most = most
        self._bookmarks: dict[tuple[int, int], None] = {}

    def __len__(self) -> int:
        return len(self._bookmarks)

    def add(self, publisher: int, sequence: int) -> None:
        """One more. Of too many the oldest are forgotten: those messages are handed out again."""
        self._bookmarks[(publisher, sequence)] = None
        if len(self._bookmarks) > self._most:
            del self._bookmarks[next(iter(self._bookmarks))]

    def without(self, run: Run, publisher: int) -> Run:
        """Those messages of a run that may enter; the others are forgotten here, having come."""
        kept = [at for at, sequence in enumerate(run.sequences) if (publisher, sequence) not in self._bookmarks]
        if len(kept) == len(run.sequences):
            return run
        for sequence in run.sequences:
            self._bookmarks.pop((publisher, sequence), None)
        return Run(
            [run.positions[at] for at in kept],
            [run.lengths[at] for at in kept],
            run.publisher,
            [run.sequences[at] for at in kept],
            [run.bodies[at] for at in kept] if run.bodies else (),
        )
