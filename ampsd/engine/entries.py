"""The messages of one queue in columns: 25 bytes each, whatever the body's size, 33 when messages expire.

An entry is named by its serial, which counts arrivals, so the order of serials is the order of the queue. Entries live
in blocks of 1,024; a block goes when its last entry does. Bodies stay in the log, found by position and length; a
block with recent messages has a column with their bodies too, which `bodies` empties when it needs the memory.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush

from ampsd.storage.records import Origin
from ampsd.units import NEVER as NEVER

BLOCK_SHIFT = 10
BLOCK_SIZE = 1 << BLOCK_SHIFT
_MASK = BLOCK_SIZE - 1

AVAILABLE = 0
LEASED = 1
GONE = 2
WAITING = 3
ON_HOLD = 4
LOWEST = -1
"""Priority of a message whose value is no number: below all others."""
_STATE_NAMES = ("available", "leased", "gone", "waiting", "on hold")
_ALL_AVAILABLE = bytes((AVAILABLE,))
_ONE_GONE = bytes((GONE,))
_LEASED = bytes((LEASED,)) * BLOCK_SIZE
_GONE = bytes((GONE,)) * BLOCK_SIZE


Body = bytes | tuple[bytes, bytes | None, Origin | None]
"""A message; with its correlation id and what it was made of, where it has any of them."""


def split_body(body: Body) -> tuple[bytes, bytes | None, Origin | None]:
    """The message, its correlation id, and what it was made of."""
    return body if isinstance(body, tuple) else (body, None, None)


class Block:
    """Up to BLOCK_SIZE entries that arrived one after the other."""

    __slots__ = (
        "bodies",
        "came_again",
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
        self.came_again = False

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


class Source:
    """Where the messages of a run come from. `overhead` is what a record has beside the body, in bytes."""

    __slots__ = ("client", "correlation_id", "overhead", "publisher", "topic")

    def __init__(
        self, topic: bytes, publisher: int, client: bytes, overhead: int, correlation_id: bytes | None = None
    ) -> None:
        self.topic = topic
        self.publisher = publisher
        self.client = client
        self.overhead = overhead
        self.correlation_id = correlation_id


class Run:
    """Messages of one publisher. Recovery leaves `bodies` empty: they are in the log.

    In a row means that they are numbered, and stand in the log, one behind the other.
    """

    __slots__ = ("bodies", "is_row", "lengths", "positions", "publisher", "sequences", "source")

    def __init__(
        self,
        positions: Sequence[int],
        lengths: Sequence[int],
        publisher: int,
        sequences: Sequence[int],
        source: Source,
        bodies: "Sequence[Body]" = (),
        is_row: bool = True,
    ) -> None:
        self.source = source
        self.is_row = is_row
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
        self._again: dict[int, int] = {}
        """Serials by position of entries that came back: their positions do not rise."""
        self._returned: list[int] = []
        self.active_end = NEVER
        """Serial from which on no entry is handed out or shown."""
        self.count = 0
        self.expires_first = NEVER
        """No entry that may expire does so before this monotonic time."""

    def extend(self, run: Run, expires_ns: int = NEVER) -> list[tuple[Block, int, int]]:
        """Add entries at the end; returns the blocks and slots they are in. Positions must rise."""
        if self._tail is not None and self._tail.came_again:
            self._close_tail()
        return self._append(run, expires_ns)

    def _append(self, run: Run, expires_ns: int) -> list[tuple[Block, int, int]]:
        places: list[tuple[Block, int, int]] = []
        done, total = 0, len(run.positions)
        while done < total:
            serial = self._next
            slot = serial & _MASK
            block = self._tail
            if block is None or len(block.states) == BLOCK_SIZE:
                block = self._tail = self._blocks[serial >> BLOCK_SHIFT] = Block()
            number = min(total - done, BLOCK_SIZE - slot)
            block.append(run, done, done + number, expires_ns)
            self.expires_first = min(self.expires_first, block.expires_first)
            places.append((block, slot, slot + number))
            done += number
            self._next = serial + number
            self.count += number
        return places

    @property
    def next_serial(self) -> int:
        """Serial of the next entry to come."""
        return self._next

    def extend_again(self, run: Run, expires_ns: int = NEVER, priority: int = LOWEST) -> int:
        """Add one message that was in the queue before, at the end, in a block apart; returns its serial."""
        if self._tail is None or not self._tail.came_again:
            self._close_tail()
            self._tail = self._blocks[self._next >> BLOCK_SHIFT] = Block()
            self._tail.came_again = True
        self._append(run, expires_ns)
        serial = self._again[run.positions[0]] = self._next - 1
        return serial

    def _close_tail(self) -> None:
        """Let the next entry begin a block."""
        tail, self._tail = self._tail, None
        if tail is not None and tail.live == 0:
            self._blocks.pop(self._next >> BLOCK_SHIFT, None)
        self._next = (self._next + _MASK) & ~_MASK

    def priority(self, serial: int) -> int:
        """The message's priority; LOWEST in a queue without."""
        return LOWEST

    def where(self, serial: int) -> tuple[Block, int]:
        """Block and slot of an entry that is not gone."""
        return self._blocks[serial >> BLOCK_SHIFT], serial & _MASK

    def slots(self, serials: Sequence[int]) -> list[int]:
        """Slots of entries of one block."""
        return [serial & _MASK for serial in serials]

    def state(self, serial: int) -> int:
        """AVAILABLE, LEASED, GONE, WAITING or ON_HOLD."""
        block = self._blocks.get(serial >> BLOCK_SHIFT)
        return GONE if block is None else block.states[serial & _MASK]

    def is_available(self, serial: int) -> bool:
        """Whether the entry is here, and nothing keeps it from being leased."""
        return self.state(serial) == AVAILABLE

    def position(self, serial: int) -> int:
        """Position in the log of the entry's message."""
        block, slot = self.where(serial)
        return block.positions[slot]

    def expires_ns(self, serial: int) -> int:
        """Monotonic time at which the entry expires; NEVER when it does not."""
        block, slot = self.where(serial)
        return NEVER if block.expirations is None else block.expirations[slot]

    def first(self) -> int:
        """Serial of the oldest available entry that is active, -1 when there is none."""
        returned = self._returned
        while returned and not self.is_available(returned[0]):
            heappop(returned)
        fresh = self._skip_to_available(self._fresh)
        self._fresh = self._next if fresh < 0 else fresh
        if returned and (fresh < 0 or returned[0] < fresh):
            fresh = returned[0]
        return fresh if fresh < self.active_end else -1

    def oldest(self) -> int:
        """Serial of the oldest entry, whatever its state; -1 when there is none."""
        for number, block in self._blocks.items():
            gone = len(block.states) - len(block.states.lstrip(_ONE_GONE))
            if gone < len(block.states):
                return (number << BLOCK_SHIFT) + gone
        return -1

    def lowest_position(self) -> int:
        """The lowest position in the log of any entry; NEVER when there is none."""
        fresh = (block for block in self._blocks.values() if block.live and not block.came_again)
        at = (block.positions[len(block.states) - len(block.states.lstrip(_ONE_GONE))] for block in fresh)
        return min(next(at, NEVER), NEVER, *self._again)

    def available(self) -> Iterator[int]:
        """Serials of what is available and active, in the order of delivery; they may change state on the way."""
        serial = self.first()
        while 0 <= serial < self.active_end:
            yield serial
            serial = self._skip_to_available(serial + 1)

    def in_a_row(self, serial: int, most: int) -> int:
        """How many entries from this one on are available, without a gap and in one block; `most` are looked at."""
        slot = serial & _MASK
        most = min(most, self.active_end - serial)
        ahead = self._blocks[serial >> BLOCK_SHIFT].states[slot : slot + most]
        return len(ahead) - len(ahead.lstrip(_ALL_AVAILABLE))

    def lease(self, serial: int, number: int = 1) -> None:
        """Take available entries out of reach: so many in a row, of one block."""
        slot = serial & _MASK
        states = self._blocks[serial >> BLOCK_SHIFT].states
        if states.count(AVAILABLE, slot, slot + number) != number:
            raise AssertionError(f"{number} entries from {serial} on are leased although not all are available")
        states[slot : slot + number] = _LEASED[:number]

    def move(self, serial: int, before: int, after: int) -> None:
        """Change the state of an entry that is in the queue; one that becomes available is in its old place."""
        block, slot = self.where(serial)
        if block.states[slot] != before:
            was, wanted = _STATE_NAMES[block.states[slot]], _STATE_NAMES[before]
            raise AssertionError(f"entry {serial} is {was} and not {wanted}")
        block.states[slot] = after
        if after == AVAILABLE:
            heappush(self._returned, serial)
        if before in (LEASED, ON_HOLD) and block.expirations is not None:
            block.expires_first = min(block.expires_first, block.expirations[slot])
            self.expires_first = min(self.expires_first, block.expires_first)

    def remove(self, serials: Sequence[int]) -> "array[int]":
        """Forget entries; returns their positions."""
        positions = self._remove_row(serials[0], len(serials)) if _is_row(serials) else self._remove_each(serials)
        if self._again:
            for position in positions:
                self._again.pop(position, None)
        return positions

    def _remove_each(self, serials: Sequence[int]) -> "array[int]":
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
        if self._again and position in self._again:
            return self._again[position]
        hint = self._blocks.get(self._hint)
        if hint is None or not hint.positions[0] <= position <= hint.positions[-1]:
            numbers = [number for number, block in self._blocks.items() if not block.came_again]
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

    def find_bookmarks(self, wanted: Mapping[tuple[int, int], object]) -> dict[tuple[int, int], int]:
        """Serials of the entries with these publishers and sequences: one pass for all of them, 30 us a block."""
        found: dict[tuple[int, int], int] = {}
        sequences = frozenset(sequence for _, sequence in wanted)
        for number, block in self._blocks.items():
            if sequences.isdisjoint(block.sequences):
                continue
            for slot, sequence in enumerate(block.sequences):
                key = (block.publishers[slot], sequence)
                if key in wanted and block.states[slot] != GONE:
                    found[key] = (number << BLOCK_SHIFT) + slot
        return found

    def expired(self, now_ns: int, limit: int) -> list[int]:
        """Serials of up to `limit` entries whose end has come, oldest first; not of those leased or on hold."""
        found: list[int] = []
        self.expires_first = NEVER
        for number, block in self._blocks.items():
            if block.expirations is not None and block.expires_first <= now_ns and len(found) < limit:
                _expired_of(block, number << BLOCK_SHIFT, now_ns, limit, found)
            self.expires_first = min(self.expires_first, block.expires_first)
        return found

    def count_leased(self) -> int:
        """How many entries are leased."""
        return sum(block.states.count(LEASED) for block in self._blocks.values())

    def serials(self, start: int = 0) -> Iterator[int]:
        """Every entry's serial from `start` on, in order; entries may go on the way."""
        for number, block in list(self._blocks.items()):
            first = number << BLOCK_SHIFT
            if first + BLOCK_SIZE > start:
                for serial, state in enumerate(bytes(block.states), first):
                    if state != GONE and serial >= start:
                        yield serial

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
    if len(serials) < 2:
        return False
    first, last = serials[0], serials[-1]
    is_tight = last - first == len(serials) - 1 and first >> BLOCK_SHIFT == last >> BLOCK_SHIFT
    return is_tight and list(serials) == list(range(first, last + 1))


def _expired_of(block: Block, base: int, now_ns: int, limit: int, found: list[int]) -> None:
    """Add a block's expired entries to `found`, and note when its next one expires."""
    first = NEVER
    for slot, expires_ns in enumerate(block.expirations or ()):
        if block.states[slot] not in (AVAILABLE, WAITING):
            continue
        if expires_ns <= now_ns and len(found) < limit:
            found.append(base + slot)
        elif expires_ns < first:
            first = expires_ns
    block.expires_first = first
