"""What clients saw, in order: the evidence the checkers judge. And the trace, which must repeat for the same seed."""

from hashlib import blake2b


class Delivery:
    """A queue message reached a worker."""

    __slots__ = ("body", "bookmark", "connection", "queue", "time_ns")

    def __init__(self, time_ns: int, connection: int, queue: bytes, bookmark: bytes, body: bytes) -> None:
        self.time_ns = time_ns
        self.connection = connection
        self.queue = queue
        self.bookmark = bookmark
        self.body = body


class Leased:
    """The server gave a lease, seen in its lease table at the end of the turn."""

    __slots__ = ("bookmark", "connection", "queue", "time_ns")

    def __init__(self, time_ns: int, connection: int, queue: bytes, bookmark: bytes) -> None:
        self.time_ns = time_ns
        self.connection = connection
        self.queue = queue
        self.bookmark = bookmark


class Ending:
    """A delivery's lease ended as far as its holder knows: it answered, or its connection is gone."""

    __slots__ = ("bookmark", "connection", "how", "time_ns")

    def __init__(self, time_ns: int, connection: int, bookmark: bytes, how: str) -> None:
        self.time_ns = time_ns
        self.connection = connection
        self.bookmark = bookmark
        self.how = how


class RemovalPersisted:
    """A persisted ack covered the acknowledgment of this bookmark."""

    __slots__ = ("bookmark",)

    def __init__(self, bookmark: bytes) -> None:
        self.bookmark = bookmark


class Reset:
    """An operator asks for a message that ended without success to be in the queue again."""

    __slots__ = ("bookmark",)

    def __init__(self, bookmark: bytes) -> None:
        self.bookmark = bookmark


class Removed:
    """A reload, or a start, may have removed a queue, and its leases with it."""

    __slots__ = ("queue",)

    def __init__(self, queue: bytes) -> None:
        self.queue = queue


class Crash:
    """The server died and came back."""

    __slots__ = ("time_ns",)

    def __init__(self, time_ns: int) -> None:
        self.time_ns = time_ns


Observation = Delivery | Leased | Ending | RemovalPersisted | Reset | Removed | Crash


class History:
    """Observations in order, and per publisher what was sent and what was acknowledged."""

    def __init__(self) -> None:
        self.observations: list[Observation] = []
        self.sent: dict[tuple[int, int], bytes] = {}
        self.acknowledged: dict[tuple[int, int], None] = {}
        self._trace = blake2b(digest_size=16)
        self.lines = 0

    def trace(self, line: bytes) -> None:
        """Add to the trace: every decision and every byte that crosses a port."""
        self._trace.update(len(line).to_bytes(4, "big") + line)
        self.lines += 1

    @property
    def digest(self) -> str:
        """Equal for equal histories."""
        return self._trace.hexdigest()
