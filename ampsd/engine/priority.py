"""The entries of a queue with Priority: handed out by value, the greatest first, then by age.

User Guide, Message Queues, Priority Queues. Beside the columns is the order of what is available.
"""

from array import array
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush

from ampsd.engine.entries import AVAILABLE, LOWEST, NEVER, Block, Entries, Run
from ampsd.expressions.values import read_number
from ampsd.message_types.message_type import Value

_MAX = 2**64 - 1


def priority_of(value: Value) -> int:
    """The value as an unsigned number of 64 bits; LOWEST where it is none."""
    number = read_number(value) if isinstance(value, bytes) else value
    if number is None or number != number or number < 0:
        return LOWEST
    return _MAX if number >= _MAX else int(number)


class PrioritizedEntries(Entries):
    """Entries in the order of their priorities."""

    def __init__(self) -> None:
        super().__init__()
        self._priorities: dict[int, int] = {}
        self._order: list[tuple[int, int]] = []
        """A heap of negated priority and serial; what is not available any more is dropped when it comes to the top."""

    def extend_by(self, run: Run, expires_ns: int, priority: int) -> list[tuple[Block, int, int]]:
        """Add entries of one priority."""
        first = self.next_serial
        places = self.extend(run, expires_ns)
        for serial in range(first, self.next_serial):
            self._priorities[serial] = priority
            heappush(self._order, (-priority, serial))
        return places

    def extend_again(self, run: Run, expires_ns: int = NEVER, priority: int = LOWEST) -> int:
        """Add one message that was in the queue before, with its old priority; returns its serial."""
        serial = super().extend_again(run, expires_ns)
        self._priorities[serial] = priority
        heappush(self._order, (-priority, serial))
        return serial

    def priority(self, serial: int) -> int:
        """The message's priority."""
        return self._priorities[serial]

    def first(self) -> int:
        """Serial of the available entry that goes first, -1 when there is none."""
        order = self._order
        while order and not self.is_available(order[0][1]):
            heappop(order)
        return order[0][1] if order else -1

    def available(self) -> Iterator[int]:
        """Serials of what is available, in the order of delivery; they may change state on the way."""
        self._order.sort()  # a sorted list is a heap
        last = -1
        for _, serial in tuple(self._order):
            if serial != last and self.is_available(serial):
                last = serial
                yield serial

    def in_a_row(self, serial: int, most: int) -> int:
        """One at a time: what follows by age does not follow by priority."""
        return 1

    def move(self, serial: int, before: int, after: int) -> None:
        """Change the state of an entry; one that becomes available is in its old place."""
        super().move(serial, before, after)
        if after == AVAILABLE:
            heappush(self._order, (-self._priorities[serial], serial))

    def remove(self, serials: Sequence[int]) -> "array[int]":
        """Forget entries; returns their positions."""
        positions = super().remove(serials)
        for serial in serials:
            del self._priorities[serial]
        if len(self._order) > 2 * len(self._priorities) + 1024:
            self._order = [one for one in self._order if self.is_available(one[1])]
            heapify(self._order)
        return positions
