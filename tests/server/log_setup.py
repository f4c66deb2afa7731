"""What the logging tests share: a clock that stands still, targets with defaults, pipes to read from."""

import os
import re
from typing import Any

from ampsd.definitions.logging import TargetDefinition
from ampsd.server.logging import Logging

SECOND_NS = 1_000_000_000
START_NS = 1_322_088_578_344_251_099
"""2011-11-23T22:49:38.344251099 UTC."""

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}[+-]\d\d:\d\d \[1\] "
    r"(?P<level>[a-z]+): (?P<code>[0-9A-F]{2}-[0-9]{4}) (?P<text>.*)"
)


class SetClock:
    """The Clock port; moves when a test says so."""

    def __init__(self, wall_ns: int = START_NS) -> None:
        self.now_ns = wall_ns

    def monotonic_ns(self) -> int:
        return self.now_ns - START_NS

    def wall_ns(self) -> int:
        return self.now_ns

    def advance(self, seconds: float) -> None:
        self.now_ns += int(seconds * SECOND_NS)


def target(protocol: str = "stdout", **values: Any) -> TargetDefinition:
    return TargetDefinition(protocol=protocol, **values)


class Pipe:
    """A descriptor to log to, and what came out of it."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self._is_open = True

    def read(self) -> str:
        read = b""
        while True:
            try:
                chunk = os.read(self.reader, 1 << 20)
            except BlockingIOError:
                break
            if not chunk:
                break
            read += chunk
        return read.decode()

    def lines(self) -> list[str]:
        return self.read().splitlines()

    def fill(self) -> int:
        """Fill the pipe; returns how many bytes it took."""
        os.set_blocking(self.writer, False)
        size = 0
        try:
            while True:
                size += os.write(self.writer, b"." * 4096)
        except BlockingIOError:
            os.set_blocking(self.writer, True)
            return size

    def close(self) -> None:
        if self._is_open:
            os.close(self.reader)
            os.close(self.writer)
            self._is_open = False


def codes(lines: list[str]) -> list[str]:
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    return [one["code"] for one in found if one]


class Bench:
    """A Logging over pipes, with the clock it reads."""

    def __init__(self, *targets: TargetDefinition, name: str = "Test", syslog_path: str = "/nonexistent/log") -> None:
        self.clock = SetClock()
        self.out = Pipe()
        self.err = Pipe()
        self.logging = Logging(
            targets, name, self.clock, stdout=self.out.writer, stderr=self.err.writer, syslog_path=syslog_path
        )

    def close(self) -> None:
        self.logging.close()
        self.out.close()
        self.err.close()
