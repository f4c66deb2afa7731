"""Messages that are in a queue and of which no event says so: they came before it recorded events, or before there was
the queue."""

from itertools import islice

from ampsd.engine.entries import Run, Source
from ampsd.engine.lifecycle import State
from ampsd.engine.queue import Queue
from ampsd.engine.story import DUE
from ampsd.engine.turn import timestamp


class Untold:
    """Of one queue, while the log is read: by position, in the order of the log."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._positions: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._positions)

    def add(self, position: int) -> None:
        """A message entered."""
        self._positions[position] = None

    def forget(self, position: int) -> None:
        """It was told that the message was received, or it is gone."""
        self._positions.pop(position, None)

    def tell(self, most: int) -> None:
        """Tell of up to `most` messages that they were received. What is a row in the log is a row of events."""
        queue, entries = self._queue, self._queue.entries
        row: _Row | None = None
        for position in list(islice(self._positions, most)):
            del self._positions[position]
            serial = entries.find_position(position)
            if serial < 0:
                continue
            block, slot = entries.where(serial)
            number, sequence, length = block.publishers[slot], block.sequences[slot], block.lengths[slot]
            reason = self._due(serial)
            if row is None or not row.goes_on(number, position, sequence, reason):
                if row is not None:
                    row.tell(queue)
                row = _Row(number, reason)
            row.add(position, length, sequence)
        if row is not None:
            row.tell(queue)

    def _due(self, serial: int) -> bytes:
        """Why a message is not delivered yet, as its event says it."""
        note, moment = self._queue.notes.find(serial), self._queue.around.turn
        if note is None or note.label is not State.DELAYED or note.due_ns <= moment.now_ns:
            return b""
        return DUE + timestamp(moment.wall_of(note.due_ns))


class _Row:
    """Messages of one publisher that stand in the log one behind the other, numbered so, and are told of alike."""

    __slots__ = ("_end", "_lengths", "_number", "_positions", "_reason", "_sequences")

    def __init__(self, number: int, reason: bytes) -> None:
        self._number = number
        self._reason = reason
        self._positions: list[int] = []
        self._lengths: list[int] = []
        self._sequences: list[int] = []
        self._end = 0

    def goes_on(self, number: int, position: int, sequence: int, reason: bytes) -> bool:
        """Whether a message is the next of the row."""
        is_next = position == self._end and sequence == self._sequences[-1] + 1
        return is_next and number == self._number and reason == self._reason

    def add(self, position: int, length: int, sequence: int) -> None:
        """The next message."""
        self._positions.append(position)
        self._lengths.append(length)
        self._sequences.append(sequence)
        self._end = position + length

    def tell(self, queue: Queue) -> None:
        """Record that they are in the queue."""
        publisher = queue.around.publishers.table[self._number]
        source = Source(queue.name, publisher.id, b"", 0)
        run = Run(self._positions, self._lengths, self._number, self._sequences, source)
        queue.around.events.received(queue.key, run, self._reason)
