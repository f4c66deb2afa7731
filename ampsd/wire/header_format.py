"""Headers of the older protocols fix, nvfix and soap (User Guide, Transports).

Inside, every frame has the header of the `amps` protocol; a connection of another one has a HeaderFormat that reads
commands and rewrites frames on their way out. Lengths in front of the frames are the same in all of them.
"""

from typing import Protocol

from ampsd.wire.command import Command


class HeaderFormat(Protocol):
    """How a protocol writes headers."""

    def read(self, data: bytes, start: int, end: int, header_size_max: int) -> Command:
        """The command in one frame's bytes, its body copied out. Raises HeaderError."""
        ...

    def write(self, frame: bytes) -> bytes:
        """A frame of the `amps` protocol, its length in front, as one of this protocol."""
        ...
