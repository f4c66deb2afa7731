"""Listening sockets that the service manager opened and handed over (sd_listen_fds(3)), each for a transport."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterable, Mapping, MutableMapping, Sequence

from ampsd import limits
from ampsd.definitions.transports import TransportDefinition

_FIRST_DESCRIPTOR = 3
_EVERY_INTERFACE = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound

Address = tuple[str, int]
"""Host and port of a socket, the host as a number."""


def listening_sockets(environ: MutableMapping[str, str]) -> dict[str, list[socket.socket]]:
    """The sockets handed to this process, by the names that LISTEN_FDNAMES gives them, `unknown` where it gives none.

    Empty without a service manager, or where they were meant for another process. Descriptors that are no sockets are
    closed. The variables are taken out of `environ`, and no child inherits the sockets. To be called once, before
    anything else opens a file.
    """
    count, process_id = environ.pop("LISTEN_FDS", ""), environ.pop("LISTEN_PID", "")
    names = environ.pop("LISTEN_FDNAMES", "").split(":")
    if process_id != str(os.getpid()) or not count.isdecimal():
        return {}
    found: dict[str, list[socket.socket]] = {}
    for number in range(min(int(count), limits.INHERITED_SOCKETS_MAX)):
        one = _socket_of(_FIRST_DESCRIPTOR + number)
        if one is not None:
            name = names[number] if number < len(names) else ""
            found.setdefault(name or "unknown", []).append(one)
    return found


def address_text(one: socket.socket) -> str:
    """Where a socket listens, for people."""
    name = one.getsockname()
    if not isinstance(name, tuple):
        return os.fsdecode(name)
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"


Assigned = dict[str, list[socket.socket]]
"""Sockets by the transport's name."""


async def assign(
    inherited: Mapping[str, Sequence[socket.socket]], transports: Iterable[TransportDefinition]
) -> tuple[Assigned, list[tuple[str, socket.socket]]]:
    """The sockets of each transport, and those that fit none, with their names.

    A socket is for the transport of its name; otherwise for the one whose InetAddr is its address, where a port
    alone is every interface.
    """
    definitions = {one.name: one for one in transports}
    by_address: dict[Address, str] = {}
    for definition in definitions.values() if inherited else ():
        for address in await _addresses_of(definition):
            by_address.setdefault(address, definition.name)
    assigned: Assigned = {}
    unfit: list[tuple[str, socket.socket]] = []
    for name, sockets in inherited.items():
        for one in sockets:
            transport = None
            if _takes_clients(one):
                transport = name if name in definitions else by_address.get(one.getsockname()[:2])
            if transport is None:
                unfit.append((name, one))
            else:
                assigned.setdefault(transport, []).append(one)
    return assigned, unfit


def _socket_of(descriptor: int) -> socket.socket | None:
    try:
        one = socket.socket(fileno=descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.close(descriptor)
        return None
    one.set_inheritable(False)
    one.setblocking(False)
    return one


def _takes_clients(one: socket.socket) -> bool:
    """Whether it listens for TCP connections: a unit may as well hand over datagrams, local sockets, a connection."""
    is_tcp = one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM
    return is_tcp and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1


async def _addresses_of(definition: TransportDefinition) -> list[Address]:
    """What a socket that listens for this transport may be bound to."""
    address = definition.inet_addr
    if address is None or address.port == 0:
        return []
    if address.host is None:
        return [(host, address.port) for host in _EVERY_INTERFACE]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # a name that nobody knows, or that is none: to listen on it will tell
        return []
    return [(str(name[0]), int(name[1])) for *_, name in found]
