"""Messages that left a queue without success, as long as they can be reset.

Only the newest are kept, so that a queue whose messages all expire does not fill the memory.
"""

from ampsd import limits
from ampsd.engine.lifecycle import State


class Ended:
    """Where a message is in the log, and how it ended."""

    __slots__ = ("length", "priority", "publisher", "sequence", "state")

    def __init__(self, length: int, publisher: int, sequence: int, state: State, priority: int) -> None:
        self.priority = priority
        self.length = length
        self.publisher = publisher
        self.sequence = sequence
        self.state = state


class Exceeded:
    """By position in the log, oldest first."""

    def __init__(self, most: int = limits.EXCEEDED_KEPT_MAX) -> None:
        self._most = most
        self._ended: dict[int, Ended] = {}
        self._positions: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._ended)

    def add(self, position: int, ended: Ended) -> None:
        """One more; of too many the oldest is forgotten, and cannot be reset any more."""
        self._ended[position] = ended
        self._positions[ended.publisher, ended.sequence] = position
        if len(self._ended) > self._most:
            self.take(next(iter(self._ended)))

    def find(self, publisher: int, sequence: int) -> int:
        """Position of the message with that bookmark, -1 when it is not here."""
        return self._positions.get((publisher, sequence), -1)

    def all(self) -> list[Ended]:
        """All of them, oldest first."""
        return list(self._ended.values())

    def get(self, position: int) -> Ended | None:
        """How the message there ended, None when it is not here."""
        return self._ended.get(position)

    def drop_before(self, position: int) -> None:
        """The log will not hold messages before that position any more: they cannot be reset."""
        for one in [known for known in self._ended if known < position]:
            self.take(one)

    def take(self, position: int) -> Ended | None:
        """The same, and it is not here any more."""
        ended = self._ended.pop(position, None)
        if ended is not None:
            del self._positions[ended.publisher, ended.sequence]
        return ended
