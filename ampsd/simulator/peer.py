"""A client from the outside: bytes out, frames in. What a frame says is told; what it means is for others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ampsd.reactor import Disconnected, Input, Writable
from ampsd.simulator.network import SimNet
from ampsd.wire import amps
from ampsd.wire.command import CONNECTION_CLOSED

_FIELD = re.compile(rb'"([a-z_]+)":(?:"((?:[^"\\]|\\.)*)"|([0-9]+))')
_HEADER = re.compile(rb'\{(?:"[a-z_]+":(?:"(?:[^"\\]|\\.)*"|[0-9]+),?)*\}')
_WITH_BODY = ("sow", "p", "oof")


class Place(Protocol):
    """What a peer is connected to: the network, and somebody who takes inputs and runs turns."""

    net: SimNet

    def post(self, one: Input) -> None:
        """An input for the next turn."""
        ...

    def settle(self) -> None:
        """Turns until nothing more happens."""
        ...


@dataclass(frozen=True, slots=True)
class Frame:
    """What arrived: header fields by their short names, as they were written, and the body; None where there is none.

    Bytes that are no UTF-8 are surrogates.
    """

    fields: Mapping[str, str]
    body: str | None


class Peer:
    """One connection."""

    def __init__(self, place: Place, connection: int) -> None:
        self.place = place
        self.connection = connection

    def raw(self, data: bytes) -> None:
        """Send bytes as they are, and let the instance deal with them."""
        self.place.post((self.connection, data))
        self.place.settle()

    def send(self, body: str | bytes = b"", **fields: object) -> None:
        """A command: header fields by their short names, numbers unquoted, texts as they stand in JSON."""
        pairs = (
            f'"{key}":{value}' if isinstance(value, int) else f'"{key}":"{value}"' for key, value in fields.items()
        )
        header = "{" + ",".join(pairs) + "}"
        self.raw(amps.frame(header.encode(), body.encode() if isinstance(body, str) else body))

    def receive(self) -> list[Frame]:
        """The frames that arrived since the last call. Raises AssertionError on what no client can read."""
        waiting = self.place.net.to_client.get(self.connection)
        data = b"".join(waiting) if waiting else b""
        if waiting:
            waiting.clear()
        frames: list[Frame] = []
        at = 0
        while at < len(data):
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            header = _HEADER.match(data, at + 4, end)
            assert header is not None, f"no client can read {data[at:end]!r}"
            fields = {key.decode(): (quoted or bare).decode() for key, quoted, bare in _FIELD.findall(header.group())}
            body = None
            if fields["c"] in _WITH_BODY:
                body = data[header.end() : end].decode("utf-8", "surrogateescape")
                assert fields["c"] == "sow" or int(fields["l"]) == end - header.end()
            frames.append(Frame(fields, body))
            at = end
        return frames

    def stall(self) -> None:
        """Read nothing from now on."""
        self.place.net.stalled[self.connection] = 0

    def read_on(self) -> None:
        """Read again, as fast as it comes."""
        self.place.net.stalled.pop(self.connection)
        self.place.post(Writable(self.connection))
        self.place.settle()

    def hang_up(self) -> None:
        """The connection is gone."""
        self.place.net.forget(self.connection)
        self.place.post(Disconnected(self.connection, CONNECTION_CLOSED))
        self.place.settle()

    @property
    def is_closed(self) -> bool:
        """Whether the server closed the connection."""
        return self.connection in self.place.net.closed_by_server
