"""Time that moves when the world says so. The wall clock may jump; the monotonic one only goes on."""

WALL_START_NS = 1_700_000_000_000_000_000


class SimClock:
    """The Clock port. `monotonic` and `wall` are nanoseconds."""

    def __init__(self) -> None:
        self.monotonic = 1_000_000_000
        self.wall = WALL_START_NS

    def monotonic_ns(self) -> int:
        """Nanoseconds since the world began."""
        return self.monotonic

    def wall_ns(self) -> int:
        """Nanoseconds since 1970, as the machine believes."""
        return self.wall

    def advance(self, ns: int) -> None:
        """Both clocks go on."""
        self.monotonic += ns
        self.wall += ns

    def jump(self, ns: int) -> None:
        """Somebody sets the wall clock."""
        self.wall += ns
