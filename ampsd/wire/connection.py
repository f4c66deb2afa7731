"""One client's byte stream: frames out of reads, commands out of frames.

Theory of operation. A connection is FRESH until the engine calls `logged_on`, then OPEN, and CLOSED after `close` or a
protocol error. In every state bytes are cut into frames of four bytes length plus that many bytes; a frame may span
reads and a read may hold many frames. A FRESH connection may send only small frames. After CLOSED nothing is read.
"""

from enum import Enum

from ampsd import limits
from ampsd.wire import amps
from ampsd.wire.command import Command, PublishRun
from ampsd.wire.header_format import HeaderFormat


class State(Enum):
    """Where a connection stands; see the theory of operation above."""

    FRESH = "fresh"
    OPEN = "open"
    CLOSED = "closed"


class ProtocolError(Exception):
    """The peer sent what cannot be read. What came before it in the same read is in `commands`."""

    def __init__(self, reason: str, commands: list[Command | PublishRun]) -> None:
        super().__init__(reason)
        self.commands = commands


_NOTHING = b"\xff"
"""What no header begins with."""
_DIGITS_MAX = 19
"""A number of so many digits fits 64 bits."""


def _match_nothing(data: bytes, start: int, end: int) -> None:
    """In other protocols than `amps` no frame is of the common shape."""


class Connection:
    """Cuts a client's bytes into commands. Bodies are copied out; nothing refers to the read buffer afterwards."""

    __slots__ = ("_buffer", "_frame_size_max", "_needed", "format", "state")

    def __init__(self, header_format: HeaderFormat | None = None) -> None:
        """`header_format` is how another protocol than `amps` writes headers."""
        self.format = header_format
        self.state = State.FRESH
        self._buffer = bytearray()
        self._needed = 4
        self._frame_size_max = limits.FRAME_BEFORE_LOGON_MAX

    def logged_on(self) -> None:
        """Allow frames of full size from now on."""
        if self.state is not State.FRESH:
            raise AssertionError(f"logged on while {self.state.value}")
        self.state = State.OPEN
        self._frame_size_max = limits.FRAME_SIZE_MAX

    def close(self) -> None:
        """Read nothing more."""
        self.state = State.CLOSED
        self._buffer = bytearray()

    def receive(self, data: bytes) -> list[Command | PublishRun]:
        """The commands that `data` completes. Raises ProtocolError."""
        if self.state is State.CLOSED:
            return []
        if self._buffer:
            self._buffer += data
            if len(self._buffer) < self._needed:
                return []
            data = bytes(self._buffer)
            self._buffer.clear()
        return self._cut(data)

    def written(self, frames: bytes) -> bytes:
        """Whole frames of the `amps` protocol as this connection writes them."""
        if self.format is None:
            return frames
        parts: list[bytes] = []
        start = 0
        while start < len(frames):
            end = start + 4 + int.from_bytes(frames[start : start + 4], "big")
            parts.append(self.format.write(frames[start:end]))
            start = end
        return b"".join(parts)

    def _cut(self, data: bytes) -> list[Command | PublishRun]:
        """Frame by frame. Where a header begins as the one before did, it is not read again: only its number is."""
        commands: list[Command | PublishRun] = []
        header_format = self.format
        match_publish = amps.PLAIN_PUBLISH.match if header_format is None else _match_nothing
        read = amps.read_command if header_format is None else header_format.read
        total = len(data)
        start = 0
        bodies: list[bytes] = []
        sequences: list[int] = []
        expected = _NOTHING
        ending = b""
        size = -1
        while total - start >= 4:
            begin = start + 4
            size_before, size = size, int.from_bytes(data[start:begin], "big")
            end = begin + size
            if end > total:
                if size > self._frame_size_max:
                    raise ProtocolError(f"a frame of {size} bytes is larger than {self._frame_size_max}", commands)
                self._needed = 4 + size
                break
            if data.startswith(expected, begin):
                if size == size_before:
                    alike = _take_alike(data, start, expected, ending, bodies, sequences)
                    if alike > start:
                        start = alike
                        continue
                at = begin + len(expected)
                if ending:
                    closing = data.find(ending, at, end)
                    if at < closing <= at + _DIGITS_MAX and (digits := data[at:closing]).isdigit():
                        sequences.append(int(digits))
                        bodies.append(data[closing + len(ending) : end])
                        start = end
                        continue
                elif at <= end:
                    bodies.append(data[at:end])
                    start = end
                    continue
            start = end
            common = match_publish(data, begin, end)
            if common is not None:
                topic, persisted, quote, digits = common.groups()
                body_at = common.end()
                run = PublishRun(topic, persisted is not None)
                commands.append(run)
                bodies, sequences = run.bodies, run.sequences
                bodies.append(data[body_at:end])
                if digits is None:
                    expected, ending = data[begin:body_at], b""
                else:
                    sequences.append(int(digits))
                    expected, ending = data[begin : common.start(4)], quote + b"}"
            elif size:
                expected = _NOTHING
                try:
                    commands.append(read(data, begin, end, limits.HEADER_SIZE_MAX))
                except amps.HeaderError as error:
                    raise ProtocolError(str(error), commands) from error
        else:
            self._needed = 4
        if start < total:
            self._buffer += data[start:]
        return commands


def _take_alike(
    data: bytes, start: int, expected: bytes, ending: bytes, bodies: list[bytes], sequences: list[int]
) -> int:
    """Take frames from `start` on that are all of one size, with the header that is expected and numbers in a row.

    Returns where the next frame begins. This is what a publisher's stream looks like, so nothing else is looked at:
    one comparison for length and header.
    """
    begin = start + 4
    lead = data[start:begin] + expected
    step = 4 + int.from_bytes(data[start:begin], "big")
    last = len(data) - step
    if not ending:
        header = len(lead)
        if header > step:
            return start
        while start <= last and data.startswith(lead, start):
            bodies.append(data[start + header : start + step])
            start += step
        return start
    number = sequences[-1] + 1
    while start <= last:
        whole = b"%b%d%b" % (lead, number, ending)
        if not data.startswith(whole, start) or len(whole) > step:
            return start
        bodies.append(data[start + len(whole) : start + step])
        sequences.append(number)
        number += 1
        start += step
    return start
