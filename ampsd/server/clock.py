"""The real clock, and local time."""

import os
import time
from contextlib import suppress
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo


class RealClock:
    """The Clock port over the machine's clocks."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since an arbitrary start."""
        return time.monotonic_ns()

    def wall_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        return time.time_ns()


def local_zone() -> tzinfo:
    """Local time: what TZ names, else the system's; UTC where neither can be read."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        with suppress(OSError, ValueError):
            return ZoneInfo(named)
    with suppress(OSError, ValueError), open("/etc/localtime", "rb") as file:
        return ZoneInfo.from_file(file, key="localtime")
    return UTC
