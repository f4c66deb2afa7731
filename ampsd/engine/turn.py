"""The moment a turn runs at. Everything decided in one turn is decided at one time."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR_FUTURE = b"99991231T235959.999999Z"
"""The lease time given with a message whose lease never ends: clients tell queue messages by the field's presence."""


def timestamp(wall_ns: int) -> bytes:
    """AMPS's text of a time: `20250909T171919.976304Z`, UTC, microseconds."""
    moment = _EPOCH + timedelta(microseconds=wall_ns // 1000)
    return moment.strftime("%Y%m%dT%H%M%S.%fZ").encode()


class Turn:
    """Monotonic time for decisions, wall time for labels; both in nanoseconds."""

    __slots__ = ("_timestamp", "now_ns", "wall_ns")

    def __init__(self) -> None:
        self.now_ns = 0
        self.wall_ns = 0
        self._timestamp: bytes | None = None

    def begin(self, now_ns: int, wall_ns: int) -> None:
        """Start the next turn."""
        self.now_ns = now_ns
        self.wall_ns = wall_ns
        self._timestamp = None

    def monotonic_of(self, wall_ns: int) -> int:
        """The monotonic time of a wall time, as the clocks stand in this turn."""
        return self.now_ns + wall_ns - self.wall_ns

    def wall_of(self, monotonic_ns: int) -> int:
        """The same, back."""
        return self.wall_ns + monotonic_ns - self.now_ns

    @property
    def timestamp(self) -> bytes:
        """The wall time as AMPS writes it, made once per turn."""
        if self._timestamp is None:
            self._timestamp = timestamp(self.wall_ns)
        return self._timestamp
