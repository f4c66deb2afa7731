"""The messages of one queue in columns: 25 bytes each, whatever the body's size, 33 when messages expire.

An entry is named by its serial, which counts arrivals, so the order of serials is the order of the queue. Entries live
in blocks of 1,024; a block goes when its last entry does. Bodies stay in the log, found by position and length; a
block with recent messages has a column with their bodies too, which `bodies` empties when it needs the memory.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from heapq import heappop, heappush

BLOCK_SHIFT = 10
BLOCK_SIZE = 1 << BLOCK_SHIFT
_MASK = BLOCK_SIZE - 1

AVAILABLE = 0
LEASED = 1
GONE = 2
NEVER = 2**63 - 1
_ALL_AVAILABLE = bytes((AVAILABLE,))
_LEASED = bytes((LEASED,)) * BLOCK_SIZE
_GONE = bytes((GONE,)) * BLOCK_SIZE


Body = bytes | tuple[bytes, bytes]
"""A message; with its correlation id, where it has one."""


def split_body(body: Body) -> tuple[bytes, bytes | None]:
    """The message, and its correlation id."""
    return body if isinstance(body, tuple) else (body, None)


class Block:
    """Up to BLOCK_SIZE entries that arrived one after the other."""

    __slots__ = (
        "bodies",
        "expirations",
        "expires_first",
        "lengths",
        "live",
        "positions",
        "publishers",
        "sequences",
        "states",
    )

    def __init__(self) -> None:
        self.positions = array("Q")
        self.sequences = array("Q")
        self.lengths = array("I")
        self.publishers = array("I")
        self.states = bytearray()
        self.bodies: list[Body | None] | None = None
        self.expirations: array[int] | None = None
        self.expires_first = NEVER
        self.live = 0

    def append(self, run: "Run", start: int, end: int, expires_ns: int) -> None:
        """Add messages `start` to `end` of a run behind the newest entry."""
        number = end - start
        slot = len(self.states)
        self.positions.extend(run.positions[start:end])
        self.sequences.extend(run.sequences[start:end])
        self.lengths.extend(run.lengths[start:end])
        self.publishers.extend((run.publisher,) * number)
        self.states.extend(bytes(number))
        if run.bodies:
            if self.bodies is None:
                self.bodies = [None] * slot
            self.bodies += run.bodies[start:end]
        elif self.bodies is not None:
            self.bodies += (None,) * number
        if expires_ns != NEVER or self.expirations is not None:
            if self.expirations is None:
                self.expirations = array("q", (NEVER,)) * slot
            self.expirations.extend((expires_ns,) * number)
            self.expires_first = min(self.expires_first, expires_ns)
        self.live += number

    def drop_bodies(self, start: int, end: int) -> None:
        """Keep the bodies of these slots no longer; the column goes with its last ones."""
        if self.bodies is not None:
            self.bodies[start:end] = (None,) * (end - start)
            if end == BLOCK_SIZE:
                self.bodies = None


class Run:
    """Messages of one publisher, one behind the other. Recovery leaves `bodies` empty: they are in the log."""

    __slots__ = ("bodies", "lengths", "positions", "publisher", "sequences")

    def __init__(
        self,
        positions: Sequence[int],
        lengths: Sequence[int],
        publisher: int,
        sequences: Sequence[int],
        bodies: "Sequence[Body]" = (),
    ) -> None:
        self.positions = positions
        self.lengths = lengths
        self.publisher = publisher
        self.sequences = sequences
        self.bodies = bodies


class Entries:
    """All entries of a queue, those leased included."""

    def __init__(self) -> None:
        self._blocks: dict[int, Block] = {}
        self._tail: Block | None = None
        self._next = 0
        self._fresh = 0
        self._hint = 0
        self._returned: list[int] = []
        self.count = 0
        self.expires_first = NEVER
        """No available entry expires before this monotonic time."""

    def extend(self, run: Run, expires_ns: int = NEVER) -> list[tuple[Block, int, int]]:
        """Add entries at the end; returns the blocks and slots they are in. Positions must rise."""
        places: list[tuple[Block, int, int]] = []
        done, total = 0, len(run.positions)
        while done < total:
            serial = self._next
            slot = serial & _MASK
            block = self._tail
            if slot == 0 or block is None:
                block = self._tail = self._blocks[serial >> BLOCK_SHIFT] = Block()
            number = min(total - done, BLOCK_SIZE - slot)
            block.append(run, done, done + number, expires_ns)
            self.expires_first = min(self.expires_first, block.expires_first)
            places.append((block, slot, slot + number))
            done += number
            self._next = serial + number
            self.count += number
        return places

    def where(self, serial: int) -> tuple[Block, int]:
        """Block and slot of an entry that is not gone."""
        return self._blocks[serial >> BLOCK_SHIFT], serial & _MASK

    def slots(self, serials: Sequence[int]) -> list[int]:
        """Slots of entries of one block."""
        return [serial & _MASK for serial in serials]

    def is_available(self, serial: int) -> bool:
        """Whether the entry is here and not leased."""
        block = self._blocks.get(serial >> BLOCK_SHIFT)
        return block is not None and block.states[serial & _MASK] == AVAILABLE

    def expires_ns(self, serial: int) -> int:
        """Monotonic time at which the entry expires; NEVER when it does not."""
        block, slot = self.where(serial)
        return NEVER if block.expirations is None else block.expirations[slot]

    def first(self) -> int:
        """Serial of the oldest available entry, -1 when there is none. It stays available until leased or removed."""
        returned = self._returned
        while returned and not self.is_available(returned[0]):
            heappop(returned)
        fresh = self._skip_to_available(self._fresh)
        self._fresh = self._next if fresh < 0 else fresh
        if returned and (fresh < 0 or returned[0] < fresh):
            return returned[0]
        return fresh

    def after(self, serial: int) -> int:
        """Serial of the oldest available entry that arrived after `serial`, -1 when there is none."""
        return self._skip_to_available(serial + 1)

    def in_a_row(self, serial: int, most: int) -> int:
        """How many entries from this one on are available, without a gap and in one block; `most` are looked at."""
        slot = serial & _MASK
        ahead = self._blocks[serial >> BLOCK_SHIFT].states[slot : slot + most]
        return len(ahead) - len(ahead.lstrip(_ALL_AVAILABLE))

    def lease(self, serial: int, number: int = 1) -> None:
        """Take available entries out of reach: so many in a row, of one block."""
        slot = serial & _MASK
        states = self._blocks[serial >> BLOCK_SHIFT].states
        if states.count(AVAILABLE, slot, slot + number) != number:
            raise AssertionError(f"{number} entries from {serial} on are leased although not all are available")
        states[slot : slot + number] = _LEASED[:number]

    def give_back(self, serial: int) -> None:
        """Make a leased entry available again, in its old place."""
        block, slot = self.where(serial)
        if block.states[slot] != LEASED:
            raise AssertionError(f"entry {serial} is given back although it is not leased")
        block.states[slot] = AVAILABLE
        heappush(self._returned, serial)

    def remove(self, serials: Sequence[int]) -> "array[int]":
        """Forget entries; returns their positions."""
        if _is_row(serials):
            return self._remove_row(serials[0], len(serials))
        positions = array("Q")
        at = -1
        for serial in serials:
            slot = serial & _MASK
            if serial >> BLOCK_SHIFT != at:
                at = serial >> BLOCK_SHIFT
                block = self._blocks[at]
                states, bodies = block.states, block.bodies
            if states[slot] == GONE:
                raise AssertionError(f"entry {serial} is removed twice")
            states[slot] = GONE
            if bodies is not None:
                bodies[slot] = None
            positions.append(block.positions[slot])
            block.live -= 1
            if block.live == 0:
                self._drop_empty(at, block)
                at = -1
        self.count -= len(positions)
        return positions

    def _remove_row(self, serial: int, number: int) -> "array[int]":
        """Forget entries of one block that follow each other."""
        at = serial >> BLOCK_SHIFT
        block = self._blocks[at]
        start = serial & _MASK
        end = start + number
        if block.states.count(GONE, start, end):
            raise AssertionError(f"one of {number} entries from {serial} on is removed twice")
        block.states[start:end] = _GONE[:number]
        if block.bodies is not None:
            block.bodies[start:end] = (None,) * number
        block.live -= number
        self.count -= number
        if block.live == 0:
            self._drop_empty(at, block)
        return block.positions[start:end]

    def _drop_empty(self, number: int, block: Block) -> None:
        if block is not self._tail:
            del self._blocks[number]
        elif len(block.states) == BLOCK_SIZE:
            del self._blocks[number]
            self._tail = None

    def find_position(self, position: int) -> int:
        """Serial of the entry whose message is at `position` of the log, -1 when there is none."""
        hint = self._blocks.get(self._hint)
        if hint is None or not hint.positions[0] <= position <= hint.positions[-1]:
            numbers = list(self._blocks)
            at = bisect_right(numbers, position, key=lambda number: self._blocks[number].positions[0]) - 1
            if at < 0:
                return -1
            self._hint = numbers[at]
            hint = self._blocks[self._hint]
        slot = bisect_right(hint.positions, position) - 1
        if hint.positions[slot] != position or hint.states[slot] == GONE:
            return -1
        return (self._hint << BLOCK_SHIFT) + slot

    def find_bookmark(self, publisher: int, sequence: int) -> int:
        """Serial of the entry with that bookmark, -1 when there is none. A search of all blocks: 1.5 us for each."""
        wanted = sequence.to_bytes(8, sys.byteorder)
        for number, block in self._blocks.items():
            column = block.sequences.tobytes()
            at = column.find(wanted)
            while at >= 0:
                slot, rest = divmod(at, 8)
                if rest == 0 and block.publishers[slot] == publisher and block.states[slot] != GONE:
                    return (number << BLOCK_SHIFT) + slot
                at = column.find(wanted, at + 1)
        return -1

    def expired(self, now_ns: int, limit: int) -> list[int]:
        """Serials of up to `limit` available entries whose end has come, oldest first."""
        found: list[int] = []
        self.expires_first = NEVER
        for number, block in self._blocks.items():
            if block.expirations is not None and block.expires_first <= now_ns and len(found) < limit:
                _expired_of(block, number << BLOCK_SHIFT, now_ns, limit, found)
            self.expires_first = min(self.expires_first, block.expires_first)
        return found

    def expires_again(self, serial: int) -> None:
        """A leased entry is available again: its end counts again."""
        block, slot = self.where(serial)
        if block.expirations is not None and block.expirations[slot] < block.expires_first:
            block.expires_first = block.expirations[slot]
            self.expires_first = min(self.expires_first, block.expires_first)

    def serials(self) -> list[int]:
        """Every entry's serial, in order."""
        return [
            (number << BLOCK_SHIFT) + slot
            for number, block in self._blocks.items()
            for slot, state in enumerate(block.states)
            if state != GONE
        ]

    def _skip_to_available(self, serial: int) -> int:
        """First available entry at or after `serial`, -1 when there is none."""
        while serial < self._next:
            block = self._blocks.get(serial >> BLOCK_SHIFT)
            if block is not None:
                slot = block.states.find(AVAILABLE, serial & _MASK)
                if slot >= 0:
                    return (serial & ~_MASK) + slot
            serial = (serial & ~_MASK) + BLOCK_SIZE
        return -1


def _is_row(serials: Sequence[int]) -> bool:
    """Whether these are several that follow each other in one block."""
    number = len(serials)
    if number < 2:
        return False
    first, last = serials[0], serials[-1]
    if last - first != number - 1 or first >> BLOCK_SHIFT != last >> BLOCK_SHIFT:
        return False
    return list(serials) == list(range(first, last + 1))


def _expired_of(block: Block, base: int, now_ns: int, limit: int, found: list[int]) -> None:
    """Add a block's expired entries to `found`, and note when its next one expires."""
    first = NEVER
    for slot, expires_ns in enumerate(block.expirations or ()):
        if block.states[slot] != AVAILABLE:
            continue
        if expires_ns <= now_ns and len(found) < limit:
            found.append(base + slot)
        elif expires_ns < first:
            first = expires_ns
    block.expires_first = first
