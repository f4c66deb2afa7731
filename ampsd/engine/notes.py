"""What is special about a few of a queue's messages: they wait, were tried before, are on hold, or shall be skipped.

Most messages never have a note; so whatever a note costs, the others do not pay it.
"""

from collections import Counter
from collections.abc import Iterable
from heapq import heappop, heappush

from ampsd.engine.entries import LEASED, NEVER, Entries
from ampsd.engine.lifecycle import State


class Note:
    """About one message. `label` is its state while it is not leased; `attempts` how often a lease came back."""

    __slots__ = ("attempts", "completed_by", "due_ns", "label", "skip_by", "suspend_by")

    def __init__(self) -> None:
        self.label = State.AVAILABLE
        self.due_ns = 0
        self.attempts = 0
        self.skip_by: bytes | None = None
        self.suspend_by: bytes | None = None
        self.completed_by: bytes | None = None
        """Who acknowledged it while it was on hold: it is done when it is let go."""


class Notes:
    """The notes of a queue, by serial."""

    def __init__(self) -> None:
        self._of: dict[int, Note] = {}
        self._due: list[tuple[int, int]] = []
        self.skips = 0
        """How many messages shall be skipped."""

    def __bool__(self) -> bool:
        return bool(self._of)

    def of(self, serial: int) -> Note:
        """The note about a message, made where there is none."""
        note = self._of.get(serial)
        if note is None:
            note = self._of[serial] = Note()
        return note

    def find(self, serial: int) -> Note | None:
        """The note about a message, None where there is none."""
        return self._of.get(serial)

    def label(self, serial: int) -> State:
        """State of a message that is in the queue and not leased."""
        note = self._of.get(serial)
        return State.AVAILABLE if note is None else note.label

    def forget(self, serial: int) -> None:
        """The message is gone."""
        note = self._of.pop(serial, None)
        if note is not None and note.skip_by is not None:
            self.skips -= 1

    def skip(self, serial: int, actor: bytes) -> None:
        """Pass the message over when its turn comes."""
        note = self.of(serial)
        if note.skip_by is None:
            self.skips += 1
        note.skip_by = actor

    def wait(self, serial: int, due_ns: int) -> None:
        """Not before this monotonic time."""
        self.of(serial).due_ns = due_ns
        heappush(self._due, (due_ns, serial))

    def due(self, now_ns: int) -> list[int]:
        """Serials of messages whose time has come, in that order; each is told once."""
        found: list[int] = []
        while self._due and self._due[0][0] <= now_ns:
            due_ns, serial = heappop(self._due)
            note = self._of.get(serial)
            if note is not None and note.due_ns == due_ns:
                note.due_ns = 0
                found.append(serial)
        return found

    @property
    def next_ns(self) -> int:
        """When the next message is due; NEVER when none waits."""
        return self._due[0][0] if self._due else NEVER

    def count_states(self, entries: Entries) -> dict[State, int]:
        """How many of a queue's messages that nobody holds are in which state."""
        labels = Counter(note.label for serial, note in self.items() if entries.state(serial) != LEASED)
        labels[State.AVAILABLE] = entries.count - entries.count_leased() - (labels.total() - labels[State.AVAILABLE])
        return dict(labels)

    def items(self) -> Iterable[tuple[int, Note]]:
        """Every note, with its serial."""
        return self._of.items()
