"""Sockets of the service manager: by real inheritance in a child, and which transport takes which."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop
from daemon_process import free_port

from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.network import InetAddr
from ampsd.definitions.transports import TransportDefinition, TransportsDefinition
from ampsd.server.inherited_sockets import listening_sockets
from ampsd.server.listeners import Listeners
from ampsd.server.tcp import TcpNet

ROOT = Path(__file__).parent.parent.parent
WAIT_SECONDS = 20

SHIM = """
import fcntl, os, sys
kept = [fcntl.fcntl(int(one), fcntl.F_DUPFD_CLOEXEC, 100) for one in sys.argv[1].split()]
for number, one in enumerate(kept):
    os.dup2(one, 3 + number)
os.environ["LISTEN_PID"] = sys.argv[2] or str(os.getpid())
os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
"""
"""What a service manager does between fork and exec."""

REPORT = """
import json, os, subprocess, sys
from ampsd.server.inherited_sockets import listening_sockets
found = listening_sockets(os.environ)
def show(one):
    return [one.fileno(), one.getsockname()[:2], one.get_inheritable(), one.getblocking()]
is_open = []
for number in json.loads(sys.argv[1]):
    try:
        os.fstat(number)
        is_open.append(number)
    except OSError:
        pass
child = subprocess.run(["/usr/bin/env"], capture_output=True, text=True, close_fds=False).stdout
print(json.dumps([
    {name: [show(one) for one in sockets] for name, sockets in found.items()},
    is_open,
    [line for line in child.splitlines() if line.startswith("LISTEN_")],
]))
"""

SERVE = """
import asyncio, os, sys
import uvloop
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.network import InetAddr
from ampsd.definitions.transports import TransportDefinition, TransportsDefinition
from ampsd.server.inherited_sockets import listening_sockets
from ampsd.server.listeners import Listeners
from ampsd.server.tcp import TcpNet
from ampsd.reactor import Connected, Disconnected

async def main():
    inherited = listening_sockets(os.environ)
    ended = asyncio.Event()
    def post(one):
        if isinstance(one, tuple):
            net.send(one[0], one[1].upper())
        elif isinstance(one, Disconnected):
            ended.set()
    net = TcpNet(post)
    address = InetAddr("127.0.0.1", int(sys.argv[1]))
    one = TransportDefinition(name="any-tcp", type="tcp", inet_addr=address)
    definition = InstanceDefinition(name="A", transport_section=TransportsDefinition(transports=(one,)))
    listeners = Listeners(net, definition, lambda code, **values: print(code, values, flush=True))
    print(*await listeners.start(inherited), flush=True)
    await ended.wait()

asyncio.Runner(loop_factory=getattr(sys.modules[sys.argv[2]], "new_event_loop")).run(main())
"""


def listener(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((host, port))
    one.listen()
    return one


def port_of(one: socket.socket) -> int:
    port: int = one.getsockname()[1]
    return port


def child(
    sockets: list[int], names: str | None, *arguments: str, process_id: str = "", count: str | None = None
) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LISTEN_")}
    environment |= {"PYTHONPATH": str(ROOT), "LISTEN_FDS": str(len(sockets)) if count is None else count}
    if names is not None:
        environment["LISTEN_FDNAMES"] = names
    return subprocess.Popen(
        [sys.executable, "-c", SHIM, " ".join(map(str, sockets)), process_id, *arguments],
        pass_fds=sockets,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def reported(
    sockets: list[int], names: str | None, process_id: str = "", count: str | None = None
) -> tuple[dict[str, list[list[object]]], list[int], list[str]]:
    numbers = json.dumps([3 + number for number in range(len(sockets))])
    process = child(sockets, names, "-c", REPORT, numbers, process_id=process_id, count=count)
    output, _ = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0
    found, is_open, variables = json.loads(output)
    return found, is_open, variables


def test_a_child_finds_its_sockets_by_name_and_hands_them_to_nobody() -> None:
    with listener() as one, listener() as two, listener() as three:
        sockets = [one.fileno(), two.fileno(), three.fileno()]
        found, is_open, variables = reported(sockets, "any-tcp:fix:any-tcp")
        assert found == {
            "any-tcp": [
                [3, ["127.0.0.1", port_of(one)], False, False],
                [5, ["127.0.0.1", port_of(three)], False, False],
            ],
            "fix": [[4, ["127.0.0.1", port_of(two)], False, False]],
        }
        assert is_open == [3, 4, 5]
        assert variables == []


@pytest.mark.parametrize("names", [None, "", "a"])
def test_missing_names_are_unknown(names: str | None) -> None:
    with listener() as one, listener() as two:
        found, _, _ = reported([one.fileno(), two.fileno()], names)
        expected = {"a": 1, "unknown": 1} if names else {"unknown": 2}
        assert {name: len(sockets) for name, sockets in found.items()} == expected


@pytest.mark.parametrize(("process_id", "count"), [("1", None), ("me", None), ("", "some"), ("", "-1"), ("", "")])
def test_what_was_meant_for_another_process_is_left_alone(process_id: str, count: str | None) -> None:
    with listener() as one:
        found, is_open, variables = reported([one.fileno()], "any-tcp", process_id, count)
        assert (found, is_open, variables) == ({}, [3], [])


def test_a_descriptor_that_is_no_socket_is_closed(tmp_path: Path) -> None:
    with listener() as one, (tmp_path / "file").open("w") as file:
        found, is_open, _ = reported([file.fileno(), one.fileno()], "a:b")
        assert list(found) == ["b"]
        assert is_open == [4]


def test_without_the_variables_there_are_none() -> None:
    environment = {"HOME": "/"}
    assert listening_sockets(environment) == {}
    assert environment == {"HOME": "/"}


# ---- which transport takes which


def transport(name: str, address: str | None, initial_state: str = "enabled") -> TransportDefinition:
    host, _, port = (address or "").rpartition(":")
    inet_addr = InetAddr(host.strip("[]") or None, int(port)) if address else None
    return TransportDefinition(
        name=name, type="tcp", inet_addr=inet_addr, initial_state=initial_state, transport_filters=(), http_headers=()
    )


class Instance:
    """Listeners of some transports, and what they report."""

    def __init__(self, *transports: TransportDefinition) -> None:
        self.records: list[tuple[str, dict[str, object]]] = []
        self.net = TcpNet(lambda _: None)
        section = TransportsDefinition(transports=transports)
        definition = InstanceDefinition(name="A", transport_section=section)
        self.listeners = Listeners(self.net, definition, lambda code, **values: self.records.append((code, values)))

    def codes(self, code: str) -> list[dict[str, object]]:
        return [values for found, values in self.records if found == code]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    one = request.param()
    yield one
    one.close()


def answers(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        return one.connect_ex((host, port)) == 0


def test_the_transport_of_the_name_takes_it_whatever_its_address(loop: asyncio.AbstractEventLoop) -> None:
    with listener() as one:
        instance = Instance(transport("any-tcp", "127.0.0.1:1"))
        found = loop.run_until_complete(instance.listeners.start({"any-tcp": [one]}))
        assert found == [f"tcp://127.0.0.1:{port_of(one)}/amps/json"]
        assert [values["address"] for values in instance.codes("11-0001")] == [f"127.0.0.1:{port_of(one)}"]
        instance.net.stop_listening()


@pytest.mark.parametrize("name", ["unknown", "ampsd.socket"])
@pytest.mark.parametrize("form", ["127.0.0.1:{}", "localhost:{}"])
def test_another_name_is_looked_up_by_address(loop: asyncio.AbstractEventLoop, form: str, name: str) -> None:
    with listener() as one:
        instance = Instance(transport("other", "127.0.0.1:0"), transport("any-tcp", form.format(port_of(one))))
        found = loop.run_until_complete(instance.listeners.start({name: [one]}))
        assert f"tcp://127.0.0.1:{port_of(one)}/amps/json" in found
        assert len(found) == 2
        assert not instance.codes("11-0004")
        instance.net.stop_listening()


@pytest.mark.parametrize("host", ["::", "0.0.0.0"])
def test_a_port_alone_is_every_interface(loop: asyncio.AbstractEventLoop, host: str) -> None:
    with listener(host) as one:
        port = port_of(one)
        instance = Instance(transport("any-tcp", f":{port}"))
        found = loop.run_until_complete(instance.listeners.start({"unknown": [one]}))
        assert found == [f"tcp://{'[::]' if host == '::' else host}:{port}/amps/json"]
        instance.net.stop_listening()


def test_a_transport_takes_several(loop: asyncio.AbstractEventLoop) -> None:
    with listener() as one, listener() as two:
        instance = Instance(transport("any-tcp", f"127.0.0.1:{port_of(two)}"))
        found = loop.run_until_complete(instance.listeners.start({"any-tcp": [one], "unknown": [two]}))
        assert found == [f"tcp://127.0.0.1:{port_of(x)}/amps/json" for x in (one, two)]
        loop.run_until_complete(instance.listeners.set("any-tcp", False))
        assert not instance.net.is_listening("any-tcp")
        instance.net.stop_listening()


def test_what_fits_no_transport_is_reported_and_closed(loop: asyncio.AbstractEventLoop, tmp_path: Path) -> None:
    stranger = listener()
    every = listener("0.0.0.0")
    local = socket.socket(socket.AF_UNIX)
    local.bind(str(tmp_path / "local"))
    local.listen()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    misfits = {"x": [stranger], "every": [every], "any-tcp": [local, datagrams, bound]}
    instance = Instance(transport("any-tcp", f"127.0.0.1:{port_of(every)}", initial_state="disabled"))
    address = f"127.0.0.1:{port_of(stranger)}"
    assert loop.run_until_complete(instance.listeners.start(misfits)) == []
    told = instance.codes("11-0004")
    assert told[0] == {"name": "x", "address": address}
    assert [values["name"] for values in told] == ["x", "every", "any-tcp", "any-tcp", "any-tcp"]
    assert told[2]["address"] == str(tmp_path / "local")
    assert all(one.fileno() < 0 for sockets in misfits.values() for one in sockets)
    instance.net.stop_listening()


def test_a_disabled_transport_takes_it_when_it_is_enabled(loop: asyncio.AbstractEventLoop) -> None:
    with listener() as one:
        port = port_of(one)
        instance = Instance(transport("any-tcp", f"127.0.0.1:{port}", initial_state="disabled"))
        assert loop.run_until_complete(instance.listeners.start({"any-tcp": [one]})) == []
        for _ in range(3):  # while the service manager has the address, nobody could listen on it anew
            assert loop.run_until_complete(instance.listeners.set("any-tcp", True)) is None
            assert instance.net.is_listening("any-tcp")
            assert loop.run_until_complete(instance.listeners.set("any-tcp", False)) is None
            assert not instance.net.is_listening("any-tcp")
        assert one.fileno() >= 0
        assert answers(port)  # connections wait in the socket
        assert not instance.codes("11-0002")
        instance.net.stop_listening()


def test_a_name_that_nobody_knows_is_told_when_it_is_listened_on(loop: asyncio.AbstractEventLoop) -> None:
    one = listener()
    instance = Instance(transport("any-tcp", f"{'x' * 70}.invalid:{port_of(one)}", initial_state="disabled"))
    assert loop.run_until_complete(instance.listeners.start({"unknown": [one]})) == []
    assert [values["name"] for values in instance.codes("11-0004")] == ["unknown"]


# ---- from the outside


def say(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as client:
        client.sendall(b"hello")
        return client.recv(5, socket.MSG_WAITALL)


@pytest.mark.parametrize("loop_name", ["asyncio", "uvloop"])
def test_connections_wait_for_the_process_and_survive_its_restart(loop_name: str) -> None:
    with listener() as one:
        port = port_of(one)
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as early:
                early.sendall(b"early")
                process = child([one.fileno()], "any-tcp", "-c", SERVE, str(port), loop_name)
                assert early.recv(5, socket.MSG_WAITALL) == b"EARLY"
            output, _ = process.communicate(timeout=WAIT_SECONDS)
            assert f"tcp://127.0.0.1:{port}/amps/json" in output
            assert process.returncode == 0


@pytest.mark.skipif(shutil.which("systemd-socket-activate") is None, reason="systemd-socket-activate is not installed")
def test_systemd_hands_a_socket_over() -> None:
    port = free_port()
    process = subprocess.Popen(
        [
            *("systemd-socket-activate", f"--listen=127.0.0.1:{port}", "--fdname=any-tcp"),
            *(f"--setenv=PYTHONPATH={ROOT}", sys.executable, "-c", SERVE, str(port), "asyncio"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        assert "Listening on" in process.stderr.readline()
        assert say(port) == b"HELLO"
        output, _ = process.communicate(timeout=WAIT_SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert f"tcp://127.0.0.1:{port}/amps/json" in output
