"""Listeners of transports that come and go, with both loops."""

import asyncio
import socket
from collections.abc import Callable, Coroutine

import pytest
import uvloop

from ampsd.definitions.network import InetAddr
from ampsd.definitions.transports import TransportDefinition
from ampsd.reactor import Connected, Disconnected, Input
from ampsd.server.tcp import TcpNet

NewLoop = Callable[[], asyncio.AbstractEventLoop]

BOTH = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])


def run(new_loop: NewLoop, test: Coroutine[object, object, None]) -> None:
    loop = new_loop()
    try:
        loop.run_until_complete(asyncio.wait_for(test, 20))
    finally:
        loop.close()


def transport(port: int = 0, name: str = "one") -> TransportDefinition:
    return TransportDefinition(
        name=name, type="tcp", protocol="amps", message_type="json", inet_addr=InetAddr("127.0.0.1", port)
    )


class Inputs:
    """What the reactor would get."""

    def __init__(self) -> None:
        self._all: list[Input] = []
        self._arrived = asyncio.Event()

    def post(self, one: Input) -> None:
        self._all.append(one)
        self._arrived.set()

    async def wait(self, kind: type, number: int) -> None:
        while sum(isinstance(one, kind) for one in self._all) < number:
            self._arrived.clear()
            await self._arrived.wait()


def is_refused(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


@BOTH
def test_a_listener_stops_and_its_connections_stay(new_loop: NewLoop) -> None:
    async def test() -> None:
        inputs = Inputs()
        net = TcpNet(inputs.post)
        [(_, port)] = await net.listen(transport())
        [(_, other)] = await net.listen(transport(name="two"))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await inputs.wait(Connected, 1)
        assert net.stop_listening_of("one")
        assert not net.stop_listening_of("one")
        assert not net.stop_listening_of("no such transport")
        assert is_refused(port)
        net.send(1, b"still here")
        assert await reader.readexactly(10) == b"still here"
        writer.write(b"answer")
        await inputs.wait(tuple, 1)
        _, more = await asyncio.open_connection("127.0.0.1", other)
        await inputs.wait(Connected, 2)
        more.close()
        writer.close()
        await inputs.wait(Disconnected, 2)
        net.stop_listening()

    run(new_loop, test())


@BOTH
def test_it_listens_again_on_the_same_address(new_loop: NewLoop) -> None:
    async def test() -> None:
        inputs = Inputs()
        net = TcpNet(inputs.post)
        [(_, port)] = await net.listen(transport())
        writers = []
        for number in range(1, 6):
            writers.append((await asyncio.open_connection("127.0.0.1", port))[1])
            await inputs.wait(Connected, number)
            assert net.stop_listening_of("one")
            assert await net.listen(transport(port)) == [("127.0.0.1", port)]
        for writer in writers:
            writer.close()
        await inputs.wait(Disconnected, 5)
        net.stop_listening()

    run(new_loop, test())


@BOTH
def test_listening_twice_is_listening_once(new_loop: NewLoop) -> None:
    async def test() -> None:
        net = TcpNet(Inputs().post)
        first = await net.listen(transport())
        assert await net.listen(transport()) == first
        net.stop_listening_of("one")
        assert is_refused(first[0][1])

    run(new_loop, test())


@BOTH
def test_after_the_end_nothing_listens_again(new_loop: NewLoop) -> None:
    async def test() -> None:
        net = TcpNet(Inputs().post)
        net.stop_listening()
        with pytest.raises(OSError, match="the instance stops"):
            await net.listen(transport())

    run(new_loop, test())
