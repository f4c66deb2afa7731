"""Transports that actions let listen: what is recorded, and what is no fault."""

import asyncio
import socket

from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.network import InetAddr
from ampsd.definitions.transports import TransportDefinition, TransportsDefinition
from ampsd.server.listeners import Listeners
from ampsd.server.tcp import TcpNet


class Instance:
    """Listeners of one transport, and their records."""

    def __init__(self, port: int = 0) -> None:
        address = InetAddr("127.0.0.1", port)
        one = TransportDefinition(name="one", type="tcp", protocol="amps", message_type="json", inet_addr=address)
        self.records: list[str] = []
        self.net = TcpNet(lambda _: None)
        definition = InstanceDefinition(name="A", transport_section=TransportsDefinition(transports=(one,)))
        self.listeners = Listeners(self.net, definition, lambda code, **_: self.records.append(code))

    def set(self, is_listening: bool) -> str | None:
        return asyncio.run(self.listeners.set("one", is_listening))


def test_a_listener_refused_because_the_instance_stops_is_no_fault() -> None:
    instance = Instance()
    instance.net.stop_listening()
    assert instance.set(True) == "transport one cannot listen: the instance stops"
    assert instance.set(False) is None
    assert instance.records == []


def test_a_listener_that_was_under_way_when_the_instance_stopped_is_no_fault() -> None:
    instance = Instance()

    async def test() -> str | None:
        setting = asyncio.create_task(instance.listeners.set("one", True))
        await asyncio.sleep(0)
        instance.net.stop_listening()
        return await setting

    assert asyncio.run(test()) == "transport one cannot listen: the instance stops"
    assert instance.records == []


def test_an_address_in_use_is_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        instance = Instance(taken.getsockname()[1])
        assert "cannot listen: " in str(instance.set(True))
    assert instance.records == ["11-0002"]
