"""The transports of an instance: which listen, and under which addresses."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Collection, Mapping, Sequence

from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.transports import TransportDefinition
from ampsd.ports import Report
from ampsd.server.inherited_sockets import address_text, assign
from ampsd.server.listening import sockets_of
from ampsd.server.tcp import TcpNet


class Listeners:
    """Lets transports listen at the start, and afterwards as actions ask for it."""

    def __init__(self, net: TcpNet, definition: InstanceDefinition, report: Report) -> None:
        self._net = net
        self._transports = {one.name: one for one in definition.transports}
        self._protocols = {one.name: one.module for one in definition.protocols}
        self._report = report
        self._inherited: dict[str, list[socket.socket]] = {}
        self._one_at_a_time = asyncio.Lock()
        """Held from the preparation of a reload to its end: what was prepared is still so then."""

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
        """Let one listen, or no more; "" means all. Returns why that could not be. A reload is waited for."""
        async with self._one_at_a_time:
            return await self._set(name, is_listening)

    async def _set(self, name: str, is_listening: bool) -> str | None:
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

    async def prepare(self, definition: InstanceDefinition) -> "PreparedListeners":
        """Listen wherever a configuration adds an address; nobody is accepted there yet. Raises OSError, which names
        the transport.

        A transport that goes or moves leaves its sockets to one that has the same InetAddr. What an action has
        disabled stays so. A transport whose sockets were handed to the process keeps them, wherever its InetAddr is,
        also when it comes again later.
        """
        await self._one_at_a_time.acquire()
        with contextlib.ExitStack() as undo:
            undo.callback(self._one_at_a_time.release)
            prepared = await self._prepare(definition)
            undo.pop_all()
        return prepared

    async def _prepare(self, definition: InstanceDefinition) -> "PreparedListeners":
        present = self._net.listening()
        wanted: dict[str, str] = {}
        renamed: dict[str, str] = {}
        missing: list[TransportDefinition] = []
        for one in definition.transports:
            if one.name not in self._transports:
                if one.initial_state != "disabled":
                    missing.append(one)
            elif one.name in present:
                old = self._transports[one.name]
                if old.inet_addr == one.inet_addr or one.name in self._inherited:
                    wanted[one.name] = one.name
                else:
                    missing.append(one)
        addresses = {name: self._transports[name].inet_addr for name in present if name not in wanted}
        leaving = {str(one): name for name, one in addresses.items() if one is not None and one.port}
        new: dict[TransportDefinition, list[socket.socket]] = {}
        with contextlib.ExitStack() as undo:
            for one in missing:
                left = leaving.pop(str(one.inet_addr), None)
                if left is not None:
                    wanted[one.name] = left
                    continue
                parked = await self._parked(one, {*present, *wanted.values(), *renamed.values()})
                if parked is not None:
                    renamed[one.name] = parked
                new[one] = sockets = await self._bind(one, self._inherited.get(parked or one.name, ()))
                for each in sockets:
                    undo.callback(each.close)
            return PreparedListeners(self, definition, wanted | renamed, new, undo.pop_all())

    async def _parked(self, definition: TransportDefinition, used: Collection[str]) -> str | None:
        """Who had sockets, handed to the process, that listen on the transport's address and that nobody uses."""
        for name, sockets in self._inherited.items():
            if name not in used and definition.name in (await assign({"": sockets}, [definition]))[0]:
                return name
        return None

    async def _bind(self, definition: TransportDefinition, inherited: Sequence[socket.socket]) -> list[socket.socket]:
        try:
            return await sockets_of(definition, inherited)
        except OSError as error:
            reason = error.strerror or str(error)
            text = f"transport {definition.name} cannot listen on {definition.inet_addr}: {reason}"
            raise OSError(error.errno, text) from error

    def adopt(self, prepared: "PreparedListeners") -> None:
        """What was prepared is so from now on."""
        before = self._net.listening()
        definition, new = prepared.definition, prepared.new
        self._net.replace_listening({name: before[old] for name, old in prepared.wanted.items() if old in before}, new)
        moved = {name: self._inherited.pop(old) for name, old in prepared.wanted.items() if old in self._inherited}
        self._inherited |= moved
        self._transports = {one.name: one for one in definition.transports}
        self._protocols = {one.name: one.module for one in definition.protocols}
        for name, one in self._net.listening().items():
            one.definition = self._transports[name]
            if before.get(name) is not one:
                for address in one.addresses:
                    self._report("11-0001", transport=name, address=_text(address))
        for name in before:
            if not self._net.is_listening(name):
                self._report("11-0003", transport=name)
        self._one_at_a_time.release()

    def stay(self) -> None:
        """What was prepared is not wanted any more."""
        self._one_at_a_time.release()

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
        for address_in_use in bound:
            text = _text(address_in_use)
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


class PreparedListeners:
    """What a reload lets listen. One of the two is to be called, in the loop's thread; neither fails."""

    def __init__(
        self,
        listeners: Listeners,
        definition: InstanceDefinition,
        wanted: Mapping[str, str],
        new: Mapping[TransportDefinition, Sequence[socket.socket]],
        bound: contextlib.ExitStack,
    ) -> None:
        self.definition = definition
        self.wanted = wanted
        """Transports whose sockets listen already, and the names of those that had them."""
        self.new = new
        self._listeners = listeners
        self._bound = bound

    def commit(self) -> None:
        """The configuration is taken over."""
        self._bound.pop_all()
        self._listeners.adopt(self)

    def undo(self) -> None:
        """It is not."""
        self._bound.close()
        self._listeners.stay()


def _text(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
