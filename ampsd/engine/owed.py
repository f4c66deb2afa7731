"""What one client has not been sent yet: bytes in the network's hands, then files, then memory; oldest first."""

from collections import deque
from typing import TYPE_CHECKING

from ampsd.engine.client import Client
from ampsd.engine.entries import NEVER

if TYPE_CHECKING:
    from ampsd.engine.slow_clients import Policy


class OfflineFile:
    """A file of bytes for one client: written at its end, read from its start, removed when all is read."""

    __slots__ = ("marks", "path", "read", "written")

    def __init__(self, path: str) -> None:
        self.path = path
        self.written = 0
        self.read = 0
        self.marks: deque[tuple[int, int]] = deque()
        """Ends of what was written together, each with the time since when it waits."""


class Owed:
    """The bytes that wait for one client that does not keep up."""

    __slots__ = (
        "client",
        "files",
        "is_busy",
        "is_offline",
        "is_throttled",
        "left",
        "left_since_ns",
        "memory",
        "memory_bytes",
        "policy",
        "writing",
        "writing_since_ns",
    )

    def __init__(self, client: Client, policy: "Policy", left: int, now_ns: int) -> None:
        self.client = client
        self.policy = policy
        """What holds for it, whatever becomes of its transport."""
        self.left = left
        """Bytes that the network took and could not send; while there are any, it is given no more."""
        self.left_since_ns = now_ns
        self.memory: deque[tuple[bytes, int]] = deque()
        self.memory_bytes = 0
        self.files: deque[OfflineFile] = deque()
        self.is_busy = False
        """Whether a verb of the disk is under way for it: one at a time."""
        self.is_offline = False
        self.is_throttled = False
        self.writing = 0
        """Bytes that are being written; they are still in memory."""
        self.writing_since_ns = NEVER

    @property
    def memory_used(self) -> int:
        """Bytes in memory, the network's included."""
        return self.left + self.memory_bytes + self.writing

    @property
    def disk_used(self) -> int:
        """Bytes in files, those read already included while their file is there."""
        return sum(file.written for file in self.files)

    @property
    def oldest_ns(self) -> int:
        """Since when the oldest of it waits; NEVER when nothing does."""
        if self.left:
            return self.left_since_ns
        for file in self.files:
            if file.marks:
                return file.marks[0][1]
        if self.writing:
            return self.writing_since_ns
        return self.memory[0][1] if self.memory else NEVER

    def add(self, data: bytes, now_ns: int) -> None:
        """More bytes, behind all others."""
        self.memory.append((data, now_ns))
        self.memory_bytes += len(data)

    def take(self, most: int) -> tuple[bytes, int]:
        """The oldest bytes in memory, about `most` of them, and since when they wait."""
        since_ns = self.memory[0][1]
        pieces: list[bytes] = []
        size = 0
        while self.memory and (not pieces or size + len(self.memory[0][0]) <= most):
            data, _ = self.memory.popleft()
            pieces.append(data)
            size += len(data)
        self.memory_bytes -= size
        return b"".join(pieces), since_ns
