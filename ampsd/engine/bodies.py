"""Bodies of queued messages: recent ones from memory, older ones from the log.

Memory is bounded; what is not yet durable is always kept, because the log cannot be read there. The bodies themselves
are a column of the entries' blocks; here is the order in which they came, so that the oldest go first.
"""

from collections import deque
from collections.abc import Iterable

from ampsd import limits
from ampsd.engine.entries import Block, Body
from ampsd.storage.log import Log
from ampsd.storage.records import message_of

_OVERHEAD = 100
"""Bytes one remembered body costs beside its own, measured."""


class Bodies:
    """Which bodies are in memory, over the log."""

    def __init__(self, log: Log, bytes_max: int = limits.BODY_CACHE_BYTES_MAX) -> None:
        self._log = log
        self._bytes_max = bytes_max
        self._bytes = 0
        self._recent: deque[tuple[Block, int, int, int]] = deque()

    def keep(self, places: Iterable[tuple[Block, int, int]]) -> None:
        """Messages entered a queue in these blocks and slots, with their bodies."""
        for block, start, end in places:
            size = sum(block.lengths[start:end]) + (end - start) * _OVERHEAD
            self._recent.append((block, start, end, size))
            self._bytes += size
        if self._bytes > self._bytes_max:
            self._evict()

    def get(self, block: Block, slot: int) -> Body:
        """The message of an entry. Raises JournalDamageError."""
        body = block.bodies[slot] if block.bodies is not None else None
        if body is None:
            data, correlation_id, origin = message_of(self._log.read(block.positions[slot], block.lengths[slot]))
            return data if correlation_id is None and origin is None else (data, correlation_id, origin)
        return body

    def _evict(self) -> None:
        durable = self._log.durable
        recent = self._recent
        while self._bytes > self._bytes_max and recent:
            block, start, end, size = recent[0]
            if block.positions[end - 1] >= durable:
                return
            block.drop_bodies(start, end)
            self._bytes -= size
            recent.popleft()
