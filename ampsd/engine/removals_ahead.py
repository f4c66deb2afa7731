"""Acknowledgments of messages that are not in the queue yet, kept until their publisher sends them (again).

A queue hands out a numbered message before it is durable. When a crash takes the message, the worker may come back
before the publisher does, and send its acknowledgment again. It is told that the removal is persisted, so the message
must not be handed out once more: it does not enter the queue. DeferredAckExpiration (User Guide, Message Queues) says
how long that is remembered.
"""

from ampsd import limits
from ampsd.engine.entries import Run
from ampsd.engine.turn import Turn


class RemovalsAhead:
    """Publisher and sequence of messages that shall not enter a queue, each with the time until which that counts."""

    def __init__(self, moment: Turn, expires_after_ns: int, most: int = limits.REMOVALS_AHEAD_MAX) -> None:
        self._turn = moment
        self._expires_after_ns = expires_after_ns
        self._most = most
        self._ends: dict[tuple[int, int], int] = {}
        self.kept_out: list[int] = []
        """Positions of messages that did not enter; the log does not say so in a record of their own."""

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, publisher: int, sequence: int) -> None:
        """One more. Of too many the oldest are forgotten: those messages are handed out again."""
        ends = self._ends
        ends[(publisher, sequence)] = self._turn.now_ns + self._expires_after_ns
        while len(ends) > self._most or ends[next(iter(ends))] <= self._turn.now_ns:
            del ends[next(iter(ends))]
            if not ends:
                break

    def waiting(self) -> list[tuple[int, int]]:
        """Publisher and sequence of what has not come yet, the oldest first."""
        return [key for key, end_ns in self._ends.items() if end_ns > self._turn.now_ns]

    def without(self, run: Run) -> Run:
        """Those messages of a run that may enter; the others are forgotten here, having come."""
        publisher, now_ns = run.source.publisher, self._turn.now_ns
        ends = [self._ends.pop((publisher, sequence), 0) for sequence in run.sequences]
        kept = [at for at, end_ns in enumerate(ends) if end_ns <= now_ns]
        if len(kept) == len(ends):
            return run
        self.kept_out += [run.positions[at] for at, end_ns in enumerate(ends) if end_ns > now_ns]
        return Run(
            [run.positions[at] for at in kept],
            [run.lengths[at] for at in kept],
            run.publisher,
            [run.sequences[at] for at in kept],
            run.source,
            [run.bodies[at] for at in kept] if run.bodies else (),
            is_row=False,
        )
