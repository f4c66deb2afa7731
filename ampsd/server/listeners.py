"""The transports of an instance: which listen, and under which addresses."""

import errno
import socket
from collections.abc import Mapping, Sequence

from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.ports import Report
from ampsd.server.inherited_sockets import address_text, assign
from ampsd.server.tcp import TcpNet


class Listeners:
    """Lets transports listen at the start, and afterwards as actions ask for it."""

    def __init__(self, net: TcpNet, definition: InstanceDefinition, report: Report) -> None:
        self._net = net
        self._transports = {one.name: one for one in definition.transports}
        self._protocols = {one.name: one.module for one in definition.protocols}
        self._report = report
        self._inherited: dict[str, list[socket.socket]] = {}

    async def start(self, inherited: Mapping[str, Sequence[socket.socket]] | None = None) -> list[str]:
        """Let all listen that are not disabled; the addresses in use. Raises OSError.

        `inherited` are sockets that listen already, by name (`listening_sockets`). Their transports take them over
        now or when they are enabled; what fits none is closed.
        """
        self._inherited, unfit = await assign(inherited or {}, self._transports.values())
        for name, one in unfit:
            self._report("11-0004", name=name, address=address_text(one))
            one.close()
        found: list[str] = []
        for definition in self._transports.values():
            if definition.initial_state != "disabled":
                found += await self._listen(definition)
        return found

    async def set(self, name: str, is_listening: bool) -> str | None:
        """Let one listen, or no more; "" means all. Returns why that could not be."""
        if name and name not in self._transports:
            return f"there is no transport {name!r}; there are {', '.join(self._transports)}"
        for definition in [self._transports[name]] if name else self._transports.values():
            if is_listening:
                try:
                    await self._listen(definition)
                except OSError as error:
                    return f"transport {definition.name} cannot listen: {error.strerror or error}"
            elif self._net.stop_listening_of(definition.name):
                self._report("11-0003", transport=definition.name)
        return None

    async def _listen(self, definition: TransportDefinition) -> list[str]:
        """The addresses under which clients find it. Raises OSError."""
        was_listening = self._net.is_listening(definition.name)
        try:
            bound = await self._net.listen(definition, self._inherited.get(definition.name, ()))
        except OSError as error:
            if error.errno == errno.ECANCELED:
                raise  # it was not tried, because the instance stops
            address, reason = str(definition.inet_addr), error.strerror or str(error)
            self._report("11-0002", transport=definition.name, address=address, error=reason)
            raise
        found: list[str] = []
        for host, port in bound:
            text = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            if not was_listening:
                self._report("11-0001", transport=definition.name, address=text)
            found.append(f"tcp://{text}/{self._path_of(definition)}")
        return found

    def _path_of(self, definition: TransportDefinition) -> str:
        """What clients write behind the address: the protocol, and with `amps` the message type."""
        protocol = self._protocols.get(definition.protocol, definition.protocol)
        if protocol == "amps":
            return f"amps/{definition.message_type or 'json'}"
        return "xml" if protocol == "soap" else protocol
