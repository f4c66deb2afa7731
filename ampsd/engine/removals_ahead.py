"""Acknowledgments of messages that are not in the queue yet, kept until their publisher sends them (again).

A queue hands out a numbered message before it is durable. When a crash takes the message, the worker may come back
before the publisher does, and send its acknowledgment again. It is told that the removal is persisted, so the message
must not be handed out once more: it does not enter the queue. DeferredAckExpiration (User Guide, Message Queues) says
how long that is remembered. What is kept out is logged as removed, in the batch that has the message: the log then
needs the acknowledgment no longer.
"""

from array import array

from ampsd import limits
from ampsd.engine.entries import Run
from ampsd.engine.turn import Turn
from ampsd.storage import records
from ampsd.storage.log import Log


class RemovalsAhead:
    """Publisher and sequence of messages that shall not enter a queue, each with the time until which that counts."""

    def __init__(
        self, moment: Turn, log: Log, queue: bytes, expires_after_ns: int, most: int = limits.REMOVALS_AHEAD_MAX
    ) -> None:
        self._turn = moment
        self._log = log
        self._queue = queue
        self.expires_after_ns = expires_after_ns
        """How long those that are added from now on count."""
        self._most = most
        self._ends: dict[tuple[int, int], int] = {}
        self._unsaid: dict[int, None] | None = {}
        """Positions of messages that did not enter, and of which the log does not say so yet: while it is read.

        As long as it is read, which for a queue that is added to a running instance takes many turns, time stands
        still: a start reads in one.
        """

    def __len__(self) -> int:
        return len(self._ends)

    def _now_ns(self) -> int:
        return self._turn.now_ns if self._unsaid is None else 0

    def add(self, publisher: int, sequence: int) -> None:
        """One more. Of too many the oldest are forgotten: those messages are handed out again."""
        ends, now_ns = self._ends, self._now_ns()
        ends[(publisher, sequence)] = now_ns + self.expires_after_ns
        while len(ends) > self._most or ends[next(iter(ends))] <= now_ns:
            del ends[next(iter(ends))]
            if not ends:
                break

    def said(self, position: int) -> None:
        """The log, which is being read, says that the message is not in the queue."""
        if self._unsaid:
            self._unsaid.pop(position, None)

    def keep_out(self, position: int) -> None:
        """The message there is not in the queue, and the log, which is being read, does not say so yet."""
        if self._unsaid is not None:
            self._unsaid[position] = None

    def finish(self) -> None:
        """The log was read. Earlier versions did not say what was kept out: it is said now."""
        unsaid, self._unsaid = self._unsaid, None
        for key, end_ns in self._ends.items():
            self._ends[key] = self._turn.now_ns + end_ns
        if unsaid:
            self._say(list(unsaid))

    def _say(self, positions: list[int]) -> None:
        self._log.add(records.encode_queue_change(records.REMOVE, self._queue, array("Q", positions)))

    def waiting(self) -> list[tuple[int, int]]:
        """Publisher and sequence of what has not come yet, the oldest first."""
        now_ns = self._now_ns()
        return [key for key, end_ns in self._ends.items() if end_ns > now_ns]

    def without(self, run: Run) -> Run:
        """Those messages of a run that may enter; the others are forgotten here, having come."""
        publisher, now_ns = run.source.publisher, self._now_ns()
        ends = [self._ends.pop((publisher, sequence), 0) for sequence in run.sequences]
        kept = [at for at, end_ns in enumerate(ends) if end_ns <= now_ns]
        if len(kept) == len(ends):
            return run
        kept_out = [run.positions[at] for at, end_ns in enumerate(ends) if end_ns > now_ns]
        if self._unsaid is None:
            self._say(kept_out)
        else:
            self._unsaid.update(dict.fromkeys(kept_out))
        return Run(
            [run.positions[at] for at in kept],
            [run.lengths[at] for at in kept],
            run.publisher,
            [run.sequences[at] for at in kept],
            run.source,
            [run.bodies[at] for at in kept] if run.bodies else (),
            is_row=False,
        )
