"""The entries of a queue with TargetQueueDepth: only the oldest are handed out, shown, or removed by filter.

User Guide, Message Queues, Limiting Currently Deliverable Messages. Later ones take 25 bytes each.
"""

from array import array
from collections.abc import Sequence

from ampsd.engine.entries import BLOCK_SHIFT, BLOCK_SIZE, GONE, Block, Entries, Run


class LimitedEntries(Entries):
    """Entries of which the first `depth` that are in the queue are active."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self._depth = depth
        self._active = 0
        self.active_end = 0

    def _append(self, run: Run, expires_ns: int) -> list[tuple[Block, int, int]]:
        places = super()._append(run, expires_ns)
        self._activate()
        return places

    def remove(self, serials: Sequence[int]) -> "array[int]":
        """Forget entries; returns their positions."""
        positions = super().remove(serials)
        self._active -= sum(serial < self.active_end for serial in serials)
        self._activate()
        return positions

    def _activate(self) -> None:
        while self._active < self._depth and self.active_end < self.next_serial:
            self._active += self._is_here(self.active_end)
            self.active_end += 1

    def _is_here(self, serial: int) -> bool:
        """Whether there is an entry; a block in front of one for messages that came again ends early."""
        block, slot = self._blocks.get(serial >> BLOCK_SHIFT), serial & (BLOCK_SIZE - 1)
        return block is not None and slot < len(block.states) and block.states[slot] != GONE
