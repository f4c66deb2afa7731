"""What the service manager is told, read from a datagram socket of the test's own."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ampsd import limits
from ampsd.server.service import ServiceNotifier

DATAGRAM_MAX = 4096
"""Bytes of a message that systemd reads (PIPE_BUF)."""


class ServiceManager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.name = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(0)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)

    def environment(self, **more: str) -> dict[str, str]:
        return {"NOTIFY_SOCKET": self.name, "HOME": "/", **more}

    def heard(self) -> list[bytes]:
        """What has arrived and was not asked for yet; a local datagram has arrived when it is sent."""
        found = []
        while True:
            try:
                found.append(self.socket.recv(65536))
            except BlockingIOError:
                return found


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    one = ServiceManager(str(tmp_path / "notify"))
    yield one
    one.socket.close()


@pytest.fixture
def notifier(manager: ServiceManager) -> Iterator[ServiceNotifier]:
    one = ServiceNotifier(manager.environment(WATCHDOG_USEC="15000000"), lambda: 1_234_567_890)
    yield one
    one.close()


def fill(manager: ServiceManager) -> int:
    """Send until the manager's socket takes no more; how many."""
    number = 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        while True:
            try:
                other.sendto(b"X=1", manager.name)
            except BlockingIOError:
                return number
            number += 1


def test_every_message_is_as_the_protocol_has_it(manager: ServiceManager, notifier: ServiceNotifier) -> None:
    conversation: list[tuple[Callable[[], None], bytes]] = [
        (lambda: notifier.extend(2.5), b"EXTEND_TIMEOUT_USEC=2500000"),
        (lambda: notifier.ready("3 clients"), b"READY=1\nSTATUS=3 clients"),
        (lambda: notifier.status("4 clients"), b"STATUS=4 clients"),
        (lambda: notifier.watchdog(), b"WATCHDOG=1"),
        (lambda: notifier.reloading(), b"RELOADING=1\nMONOTONIC_USEC=1234567"),
        (lambda: notifier.reloaded("refused"), b"READY=1\nSTATUS=refused"),
        (lambda: notifier.stopping("closing"), b"STOPPING=1\nSTATUS=closing"),
        (lambda: notifier.failed(28, "the disk is full"), b"ERRNO=28\nSTATUS=the disk is full"),
    ]
    for tell, said in conversation:
        tell()
        assert manager.heard() == [said]


def test_a_status_is_told_when_it_is_another(manager: ServiceManager, notifier: ServiceNotifier) -> None:
    notifier.ready("idle")
    notifier.status("idle")
    notifier.status("busy")
    notifier.status("busy")
    notifier.status("idle")
    notifier.reloaded("idle")
    assert manager.heard() == [b"READY=1\nSTATUS=idle", b"STATUS=busy", b"STATUS=idle", b"READY=1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one\ntwo", b"one two"),
        ("one\r\nREADY=1", b"one  READY=1"),
        ("nul\0, bell\a, line\u2028separator", b"nul , bell , line separator"),
        ("half a pair \ud800!", b"half a pair  !"),
        ("größer\n", "größer".encode()),
    ],
)
def test_a_status_stays_one_line(manager: ServiceManager, notifier: ServiceNotifier, text: str, said: bytes) -> None:
    notifier.status(text)
    assert manager.heard() == [b"STATUS=" + said]


def test_the_longest_status_fits_what_is_read(manager: ServiceManager, notifier: ServiceNotifier) -> None:
    notifier.ready("\U0001f600" * 100_000)
    [data] = manager.heard()
    assert data.count("\U0001f600".encode()) == limits.SERVICE_STATUS_MAX
    assert len(data) < DATAGRAM_MAX / 2


def test_a_name_that_no_file_has() -> None:
    manager = ServiceManager(f"@ampsd-test-{os.getpid()}")
    notifier = ServiceNotifier(manager.environment(), lambda: 0)
    notifier.ready("here")
    assert manager.heard() == [b"READY=1\nSTATUS=here"]
    notifier.close()
    manager.socket.close()


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1234"}])
def test_without_a_service_manager_nothing_is_opened_or_said(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    notifier = ServiceNotifier({**environment, "WATCHDOG_USEC": "1000000"}, lambda: 0)
    assert notifier.watchdog_interval_ns is None
    notifier.ready("a")
    notifier.status("b")
    notifier.watchdog()
    notifier.reloading()
    notifier.reloaded("c")
    notifier.extend(1)
    notifier.failed(1, "d")
    notifier.stopping("e")
    notifier.close()


@pytest.mark.parametrize(
    ("variables", "interval_ns"),
    [
        ({"WATCHDOG_USEC": "15000000", "WATCHDOG_PID": str(os.getpid())}, 7_500_000_000),
        ({"WATCHDOG_USEC": "15000000"}, 7_500_000_000),
        ({"WATCHDOG_USEC": "15000000", "WATCHDOG_PID": str(os.getppid())}, None),
        ({"WATCHDOG_USEC": "15000000", "WATCHDOG_PID": "it"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "often"}, None),
        ({"WATCHDOG_PID": str(os.getpid())}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time_by_the_process_it_watches(
    manager: ServiceManager, variables: dict[str, str], interval_ns: int | None
) -> None:
    notifier = ServiceNotifier(manager.environment(**variables), lambda: 0)
    assert notifier.watchdog_interval_ns == interval_ns
    notifier.watchdog()
    assert manager.heard() == ([] if interval_ns is None else [b"WATCHDOG=1"])
    notifier.close()


def test_children_are_not_told_where_to_speak(manager: ServiceManager) -> None:
    environment = manager.environment(WATCHDOG_USEC="15000000", WATCHDOG_PID="1")
    ServiceNotifier(environment, lambda: 0).close()
    assert environment == {"HOME": "/"}


def test_what_a_busy_manager_did_not_take_goes_with_the_next_message(
    manager: ServiceManager, notifier: ServiceNotifier
) -> None:
    number = fill(manager)
    notifier.ready("recovered")
    notifier.watchdog()
    notifier.extend(1)
    assert manager.heard() == [b"X=1"] * number
    notifier.status("recovered")
    assert manager.heard() == [b"READY=1\nSTATUS=recovered"]
    notifier.watchdog()
    assert manager.heard() == [b"WATCHDOG=1"]


def test_the_last_state_is_told_not_those_before(manager: ServiceManager, notifier: ServiceNotifier) -> None:
    number = fill(manager)
    notifier.reloading()
    notifier.reloaded("live")
    notifier.status("idle")
    assert len(manager.heard()) == number
    notifier.stopping("closing")
    assert manager.heard() == [b"STATUS=closing\nSTOPPING=1"]


def test_a_manager_that_is_gone_and_comes_back_hears_the_rest(tmp_path: Path) -> None:
    first = ServiceManager(str(tmp_path / "notify"))
    notifier = ServiceNotifier(first.environment(), lambda: 0)
    first.socket.close()
    (tmp_path / "notify").unlink()
    notifier.ready("alone")
    second = ServiceManager(first.name)
    notifier.status("not alone")
    assert second.heard() == [b"READY=1\nSTATUS=not alone"]
    notifier.close()
    notifier.ready("too late")
    assert second.heard() == []
    second.socket.close()
