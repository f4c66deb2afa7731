"""Bodies of queued messages: recent ones from memory, older ones from the log.

Memory is bounded; what is not yet durable is always kept, because the log cannot be read there.
"""

from collections import deque

from ampsd import limits
from ampsd.storage.log import Log
from ampsd.storage.records import decode_publish

_OVERHEAD = 300
"""Bytes one remembered body costs beside its own: objects and table entries, measured."""

Body = tuple[bytes, bytes | None]
"""The message and its correlation id."""


class Bodies:
    """A bounded cache in order of arrival, over the log."""

    def __init__(self, log: Log, bytes_max: int = limits.BODY_CACHE_BYTES_MAX) -> None:
        self._log = log
        self._bytes_max = bytes_max
        self._bytes = 0
        self._recent: dict[int, Body] = {}
        self._order: deque[int] = deque()

    def put(self, position: int, data: bytes, correlation_id: bytes | None) -> None:
        """Remember the message logged at `position`."""
        self._recent[position] = (data, correlation_id)
        self._order.append(position)
        self._bytes += len(data) + _OVERHEAD
        if self._bytes > self._bytes_max:
            self._evict()

    def get(self, position: int, length: int) -> Body:
        """The message logged at `position`. Raises JournalDamageError."""
        body = self._recent.get(position)
        if body is None:
            publish = decode_publish(self._log.read(position, length))
            return publish.data, publish.correlation_id
        return body

    def drop(self, position: int) -> None:
        """The message is not expected to be delivered again by one of its queues."""
        if position >= self._log.durable:
            return  # another queue may need it, and the log cannot be read there yet
        body = self._recent.pop(position, None)
        if body is None:
            return
        self._bytes -= len(body[0]) + _OVERHEAD
        order = self._order
        while order and order[0] not in self._recent:
            order.popleft()

    def _evict(self) -> None:
        durable = self._log.durable
        while self._bytes > self._bytes_max and self._order[0] < durable:
            self.drop(self._order[0])
