"""TCP transports: bytes in and out of connections. What the bytes mean is decided by the reactor.

Reads are appended to the reactor's inputs and one turn is scheduled for all of them; writes are what the turn sends.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from ampsd import limits
from ampsd.definitions.transports import TransportDefinition
from ampsd.reactor import Connected, Disconnected, Input, Writable
from ampsd.server.listening import Listening, sockets_of
from ampsd.wire.command import CONNECTION_CLOSED

Post = Callable[[Input], None]
"""Hands an input to the next turn."""

_LINGER_SECONDS = 5.0


class Peer(asyncio.Protocol):
    """One connection. It says when the peer does not read; what follows from that is decided by the reactor."""

    def __init__(self, network: "TcpNet", listening: Listening) -> None:
        self._network = network
        self._listening = listening
        self._post = network.post
        self.connection = 0
        self.transport: asyncio.Transport
        self.is_blocked = False
        self.is_throttled = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A peer connected."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are not of asyncio's classes
        if self._listening.is_closed:  # since it was accepted
            self.transport.abort()
            return
        self.transport.set_write_buffer_limits(high=limits.NETWORK_BUFFER_BYTES)
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = self._network.register(self)
        peer = transport.get_extra_info("peername")
        address = f"{peer[0]}:{peer[1]}" if peer else "unknown"
        definition = self._listening.definition  # of this moment: a reload may have come since it was accepted
        self._post(Connected(self.connection, definition.name, definition.message_type, address))

    def data_received(self, data: bytes) -> None:
        """Bytes arrived."""
        self._post((self.connection, data))

    def pause_writing(self) -> None:
        """The peer does not read."""
        self.is_blocked = True

    def resume_writing(self) -> None:
        """The peer read what there was for it."""
        self.is_blocked = False
        self._post(Writable(self.connection))

    def read_or_pause(self) -> None:
        """Read commands unless this peer is behind with its answers, or the disk with everybody's."""
        if self.transport.is_closing():
            return
        if self.is_throttled or self._network.is_paused:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone, or we closed."""
        if self._network.forget(self.connection):
            self._post(Disconnected(self.connection, CONNECTION_CLOSED))


class TcpNet:
    """The Net port over asyncio: all connections of all TCP transports, by number."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self._peers: dict[int, Peer] = {}
        self._last = 0
        self._listening: dict[str, Listening] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self.is_paused = False

    async def listen(
        self, definition: TransportDefinition, inherited: Sequence[socket.socket] = ()
    ) -> list[tuple[str, int]]:
        """Accept clients on the transport's address; returns the addresses in use. Raises OSError.

        With `inherited` sockets on these instead. Changes nothing where it listens already. One call at a time for a
        transport. After `stop_listening` the error is ECANCELED, and nothing was tried.
        """
        present = self._listening.get(definition.name)
        if present is not None:
            return present.addresses
        self._check_stopping()
        one = Listening(definition, await sockets_of(definition, inherited), self._peer_of)
        await one.open()
        try:
            self._check_stopping()
        except OSError:
            one.close()
            raise
        self._listening[definition.name] = one
        return one.addresses

    def _peer_of(self, listening: Listening) -> Peer:
        return Peer(self, listening)

    def listening(self) -> dict[str, Listening]:
        """All that listens now, by the transport's name."""
        return dict(self._listening)

    def replace_listening(
        self, wanted: Mapping[str, Listening], new: Mapping[TransportDefinition, Sequence[socket.socket]]
    ) -> None:
        """From now on `wanted` listen under these names, and so do transports on new sockets, which become ours. What
        listens now and is not wanted is closed.
        """
        kept = list(wanted.values())
        for one in self._listening.values():
            if one not in kept:
                one.close()
        self._listening = dict(wanted)
        for definition, sockets in new.items():
            one = self._listening[definition.name] = Listening(definition, sockets, self._peer_of)
            task = asyncio.get_running_loop().create_task(one.open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _check_stopping(self) -> None:
        if self._is_stopping:
            raise OSError(errno.ECANCELED, "the instance stops")

    def is_listening(self, transport: str) -> bool:
        """Whether a transport accepts clients."""
        return transport in self._listening

    def stop_listening_of(self, transport: str) -> bool:
        """Accept no more clients on a transport; its connections stay. Whether it was listening."""
        one = self._listening.pop(transport, None)
        if one is None:
            return False
        one.close()
        return True

    def pause(self, is_paused: bool) -> None:
        """Stop or go on reading commands from all peers."""
        if is_paused != self.is_paused:
            self.is_paused = is_paused
            for peer in list(self._peers.values()):
                peer.read_or_pause()

    def register(self, peer: Peer) -> int:
        """A new connection's number, never used again."""
        self._last += 1
        self._peers[self._last] = peer
        peer.read_or_pause()
        return self._last

    def forget(self, connection: int) -> bool:
        """The connection is gone; whether it was known."""
        return self._peers.pop(connection, None) is not None

    def send(self, connection: int, data: bytes) -> int:
        """Queue bytes to a peer; returns what is queued when the peer does not read."""
        peer = self._peers.get(connection)
        if peer is None:
            return 0
        peer.transport.write(data)
        return peer.transport.get_write_buffer_size() if peer.is_blocked else 0

    def throttle(self, connection: int, is_throttled: bool) -> None:
        """Stop or go on reading commands from a peer."""
        peer = self._peers.get(connection)
        if peer is not None:
            peer.is_throttled = is_throttled
            peer.read_or_pause()

    def abort(self, connection: int) -> None:
        """Close at once."""
        peer = self._peers.pop(connection, None)
        if peer is not None:
            peer.transport.abort()

    def close(self, connection: int) -> None:
        """Send what is queued, then close."""
        peer = self._peers.pop(connection, None)
        if peer is not None:
            peer.transport.close()
            # A peer that does not read would keep the socket and the bytes for ever.
            asyncio.get_running_loop().call_later(_LINGER_SECONDS, peer.transport.abort)

    def stop_listening(self) -> None:
        """Accept no more clients, for good."""
        self._is_stopping = True
        for one in self._listening.values():
            one.close()
        self._listening.clear()

    def close_all(self) -> None:
        """Close every connection."""
        for connection in list(self._peers):
            self.close(connection)
