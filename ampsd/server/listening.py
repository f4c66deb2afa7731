"""One transport that accepts clients: the sockets it listens on, and what is said of those who come."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Sequence

from ampsd.definitions.network import InetAddr
from ampsd.definitions.transports import TransportDefinition

_BACKLOG = 1024
_NOT_HERE = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
"""An address family that this machine does not have."""

MakePeer = Callable[["Listening"], asyncio.Protocol]


async def bind(address: InetAddr) -> list[socket.socket]:
    """Sockets that listen on an address; clients can connect, and wait until somebody accepts them. Raises OSError."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except UnicodeError as error:
        raise OSError(errno.EINVAL, f"{address.host} is no name of a host") from error
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    with contextlib.ExitStack() as undo:
        for family, _, _, _, name in dict.fromkeys(found):
            try:
                one = socket.create_server(name, family=family, backlog=_BACKLOG)
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error
                continue
            undo.callback(one.close)
            one.setblocking(False)
            sockets.append(one)
        undo.pop_all()
    if missing is not None and not sockets:
        raise missing
    return sockets


def duplicates(sockets: Sequence[socket.socket]) -> list[socket.socket]:
    """The same sockets once more: they stay open when these are closed. Raises OSError."""
    found: list[socket.socket] = []
    with contextlib.ExitStack() as undo:
        for one in sockets:
            found.append(one.dup())
            undo.callback(found[-1].close)
        undo.pop_all()
    return found


async def sockets_of(definition: TransportDefinition, inherited: Sequence[socket.socket]) -> list[socket.socket]:
    """What a transport listens on: its InetAddr, or the `inherited` sockets. These stay open and the caller's: who
    opened them has the address, so that nobody, this process included, could listen on it anew. Raises OSError."""
    if inherited:
        return duplicates(inherited)
    assert definition.inet_addr is not None, "only amps-unix has no address, and such a transport does not run"
    return await bind(definition.inet_addr)


class Listening:
    """Begins with `open`. The sockets are its own from the beginning."""

    def __init__(self, definition: TransportDefinition, sockets: Sequence[socket.socket], make_peer: MakePeer) -> None:
        self.definition = definition
        """What those who come from now on are clients of."""
        self.addresses: list[tuple[str, int]] = [one.getsockname()[:2] for one in sockets]
        """Where clients find it."""
        self._sockets = sockets
        self._make_peer = make_peer
        self._servers: list[asyncio.Server] = []
        self.is_closed = False
        """Whether nobody is accepted any more."""

    async def open(self) -> None:
        """Accept clients, unless it is closed by then. Raises OSError, and is closed."""
        loop = asyncio.get_running_loop()
        try:
            for one in self._sockets:
                if not self.is_closed:
                    self._servers.append(await loop.create_server(self._peer, sock=one, backlog=_BACKLOG))
        except OSError:
            self.close()
            raise
        if self.is_closed:
            self.close()  # those that were on their way

    def close(self) -> None:
        """Accept nobody any more; who is connected stays so."""
        self.is_closed = True
        for server in self._servers:
            server.close()
        for one in self._sockets[len(self._servers) :]:
            one.close()

    def _peer(self) -> asyncio.Protocol:
        return self._make_peer(self)
