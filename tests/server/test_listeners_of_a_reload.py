"""Transports that a reload adds, moves, renames and removes: what listens when, and who is disturbed."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.network import InetAddr
from ampsd.definitions.transports import TransportDefinition, TransportsDefinition
from ampsd.reactor import Connected, Input
from ampsd.server.listeners import Listeners
from ampsd.server.tcp import TcpNet


def instance(**ports: int) -> InstanceDefinition:
    """Transports by their names and ports; one whose name begins with `off` is disabled."""
    transports = tuple(
        TransportDefinition(
            name=name,
            type="tcp",
            protocol="amps",
            message_type="json",
            inet_addr=InetAddr("127.0.0.1", port),
            initial_state="disabled" if name.startswith("off") else "enabled",
        )
        for name, port in ports.items()
    )
    return InstanceDefinition(name="A", transport_section=TransportsDefinition(transports=transports))


def free_ports(number: int) -> list[int]:
    probes = [socket.socket() for _ in range(number)]
    for one in probes:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in probes]
    for one in probes:
        one.close()
    return ports


class World:
    """Listeners and those who connect."""

    def __init__(self, **ports: int) -> None:
        self.inputs: list[Input] = []
        self.records: list[tuple[str, object]] = []
        self.net = TcpNet(self.inputs.append)
        self.listeners = Listeners(self.net, instance(**ports), self._report)

    def _report(self, code: str, **values: object) -> None:
        self.records.append((code, values["transport"]))

    async def reload(self, **ports: int) -> None:
        (await self.listeners.prepare(instance(**ports))).commit()

    async def transport_at(self, port: int) -> str | None:
        """Which transport says that somebody connected; None when nobody listens there."""
        seen = len(self.inputs)
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return None
        while not any(isinstance(one, Connected) for one in self.inputs[seen:]):
            await asyncio.sleep(0.001)
        writer.close()
        return next(one.transport for one in self.inputs[seen:] if isinstance(one, Connected))


Test = Callable[[World, int, int], Awaitable[None]]


def run(test: Test) -> None:
    async def whole() -> None:
        first, second = free_ports(2)
        world = World(a=first, b=second)
        await world.listeners.start()
        world.records.clear()
        await asyncio.wait_for(test(world, first, second), 30)
        world.net.stop_listening()
        world.net.close_all()

    asyncio.run(whole())


def test_one_is_added_and_one_is_removed() -> None:
    async def test(world: World, first: int, second: int) -> None:
        (third,) = free_ports(1)
        await world.reload(a=first, c=third, off=0)
        assert [await world.transport_at(port) for port in (first, second, third)] == ["a", None, "c"]
        assert world.records == [("11-0001", "c"), ("11-0003", "b")]

    run(test)


def test_addresses_and_names_change_hands() -> None:
    async def test(world: World, first: int, second: int) -> None:
        await world.reload(b=first, a=second)
        assert [await world.transport_at(port) for port in (first, second)] == ["b", "a"]
        await world.reload(renamed=first, a=second)
        assert [await world.transport_at(port) for port in (first, second)] == ["renamed", "a"]

    run(test)


def test_nobody_is_accepted_before_the_commit_but_waits() -> None:
    async def test(world: World, first: int, second: int) -> None:
        (third,) = free_ports(1)
        prepared = await world.listeners.prepare(instance(a=first, b=second, c=third))
        _, writer = await asyncio.open_connection("127.0.0.1", third)
        await asyncio.sleep(0.05)
        assert not any(isinstance(one, Connected) for one in world.inputs)
        prepared.commit()
        while not any(isinstance(one, Connected) for one in world.inputs):
            await asyncio.sleep(0.001)
        writer.close()

    run(test)


def test_what_is_undone_leaves_nothing_behind() -> None:
    async def test(world: World, first: int, second: int) -> None:
        (third,) = free_ports(1)
        (await world.listeners.prepare(instance(b=first, a=third))).undo()
        assert [await world.transport_at(port) for port in (first, second, third)] == ["a", "b", None]
        assert world.records == []

    run(test)


def test_an_address_that_is_taken_leaves_nothing_behind_and_is_named() -> None:
    async def test(world: World, first: int, second: int) -> None:
        (free,) = free_ports(1)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(OSError, match=rf"transport d cannot listen on 127\.0\.0\.1:{port}: "):
                await world.listeners.prepare(instance(a=first, c=free, d=port))
        assert await world.transport_at(free) is None
        await world.reload(a=first, b=second)  # the next one is not kept waiting

    run(test)


def test_what_an_action_has_disabled_stays_so() -> None:
    async def test(world: World, first: int, second: int) -> None:
        await world.listeners.set("a", False)
        (third,) = free_ports(1)
        await world.reload(a=third, b=second)
        assert [await world.transport_at(port) for port in (first, second, third)] == [None, "b", None]
        await world.listeners.set("a", True)
        assert await world.transport_at(third) == "a"

    run(test)


def test_an_action_waits_until_a_reload_is_over() -> None:
    async def test(world: World, first: int, second: int) -> None:
        prepared = await world.listeners.prepare(instance(a=first))
        setting = asyncio.create_task(world.listeners.set("b", False))
        await asyncio.sleep(0.01)
        assert not setting.done()
        prepared.commit()
        assert "there is no transport 'b'" in str(await setting)

    run(test)


def test_sockets_that_were_handed_over_are_kept_wherever_their_transport_goes() -> None:
    async def whole() -> None:
        (other,) = free_ports(1)
        with socket.create_server(("127.0.0.1", 0)) as handed:
            port = handed.getsockname()[1]
            world = World(a=other)
            await world.listeners.start({"a": [handed]})
            assert await world.transport_at(port) == "a"
            (elsewhere,) = free_ports(1)
            await world.reload(a=elsewhere)
            assert [await world.transport_at(one) for one in (port, elsewhere)] == ["a", None]
            await world.reload()
            await world.reload(a=port)
            assert await world.transport_at(port) == "a"
            world.net.stop_listening()
            world.net.close_all()

    asyncio.run(asyncio.wait_for(whole(), 30))


def test_sockets_of_a_transport_that_is_gone_are_taken_by_the_next_one_of_their_address() -> None:
    async def whole() -> None:
        with socket.create_server(("127.0.0.1", 0)) as handed:
            port = handed.getsockname()[1]
            world = World(a=0)
            await world.listeners.start({"a": [handed]})
            await world.reload()
            await world.reload(b=port)
            assert await world.transport_at(port) == "b"
            await world.reload(b=port)
            assert await world.transport_at(port) == "b"
            world.net.stop_listening()
            world.net.close_all()

    asyncio.run(asyncio.wait_for(whole(), 30))
