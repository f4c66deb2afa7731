"""The real daemon under a service manager of the test's own: what it is told, and sockets that it hands over."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsd.server import exits
from ampsd.wire.amps import frame

WAIT_SECONDS = 30.0
ROOT = Path(__file__).parent.parent.parent

SHIM = """
import fcntl, os, sys
listener = fcntl.fcntl(int(sys.argv[1]), fcntl.F_DUPFD_CLOEXEC, 100)
os.dup2(listener, 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "any-tcp"}
os.environ["WATCHDOG_PID"] = str(os.getpid())
os.execv(sys.executable, [sys.executable, "-m", "ampsd", "run", sys.argv[2]])
"""
"""What a service manager does between fork and exec."""

CONFIG = """<AMPSConfig><Name>Test</Name>
  <Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>127.0.0.1:1</InetAddr><Protocol>amps</Protocol>
  </Transport>{transport}</Transports>
  <TransactionLog><JournalDirectory>journal</JournalDirectory><JournalSize>10MB</JournalSize>
    <Topic><Name>Jobs</Name><MessageType>json</MessageType></Topic></TransactionLog>
  <Logging><Target><Protocol>stderr</Protocol><Level>info</Level></Target></Logging>
</AMPSConfig>"""


ON_HANGUP = """<Actions><Action>
  <On><Module>amps-action-on-signal</Module><Options><Signal>SIGHUP</Signal></Options></On>
  <Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"""
INVALID = "<Transport><Name>second</Name></Transport>"


class ServiceManager:
    """Has the address of a transport and the other end of NOTIFY_SOCKET; starts the daemon, again and again."""

    def __init__(self, directory: Path) -> None:
        self.config = directory / "config.xml"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(directory / "notify"))
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.configure()

    def configure(self, transport: str = "") -> None:
        self.config.write_text(CONFIG.format(transport=transport))

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SHIM, str(self.listener.fileno()), str(self.config)],
            pass_fds=[self.listener.fileno()],
            cwd=self._directory,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "NOTIFY_SOCKET": str(self._directory / "notify"),
                "RUNTIME_DIRECTORY": str(self._directory),
                "WATCHDOG_USEC": "400000",
            },
            stdout=subprocess.DEVNULL,
            stderr=(self._directory / "stderr.txt").open("ab"),
        )

    def reload(self) -> "subprocess.CompletedProcess[str]":
        """As ExecReload= does, in the environment of the unit."""
        assert self._process is not None
        return subprocess.run(
            [sys.executable, "-m", "ampsd", "reload", "--pid", str(self._process.pid), "--timeout", "20"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=self._directory,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
        )

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def hears(self, name: str) -> dict[str, str]:
        """The next message that sets `name`; those that feed the watchdog may come before it."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            self._notify.settimeout(max(0.01, deadline - time.monotonic()))
            message = dict(line.split("=", 1) for line in self._notify.recv(4096).decode().splitlines())
            if name in message:
                return message
            assert set(message) <= {"WATCHDOG", "EXTEND_TIMEOUT_USEC", "STATUS"}, message

    def heard(self) -> set[str]:
        """Names of what was said and not listened to."""
        self._notify.settimeout(0)
        names: set[str] = set()
        while True:
            try:
                names |= {line.split("=", 1)[0] for line in self._notify.recv(4096).decode().splitlines()}
            except BlockingIOError:
                return names

    def exit_code(self) -> int:
        assert self._process is not None
        return self._process.wait(WAIT_SECONDS)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self.listener.close()
        self._notify.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[ServiceManager]:
    one = ServiceManager(tmp_path)
    yield one
    one.close()


def test_from_the_start_to_the_end(manager: ServiceManager) -> None:
    with socket.create_connection(("127.0.0.1", manager.port)) as early:  # waits in the socket
        early.sendall(frame(b'{"c":"logon","cid":"1","a":"processed","mt":"json"}'))
        manager.start()
        assert manager.hears("READY")["STATUS"]
        early.settimeout(WAIT_SECONDS)
        assert early.recv(1)
    for _ in range(3):
        assert manager.hears("WATCHDOG") == {"WATCHDOG": "1"}
    manager.signal(signal.SIGTERM)
    assert manager.hears("STOPPING")["STATUS"]
    assert manager.exit_code() == exits.EXIT_OK


def test_a_reload_is_told_from_its_beginning_to_its_end_whatever_comes_of_it(manager: ServiceManager) -> None:
    manager.start()
    before = manager.hears("READY")
    began_ns = time.monotonic_ns()
    manager.signal(signal.SIGHUP)
    assert int(manager.hears("RELOADING")["MONOTONIC_USEC"]) >= began_ns // 1000
    assert "STATUS" not in manager.hears("READY")  # it runs what it ran
    manager.config.write_text("<AMPSConfig>")  # seen by the watch over the files, or by the signal
    manager.signal(signal.SIGHUP)
    manager.hears("RELOADING")
    assert manager.hears("READY")["STATUS"] != before["STATUS"]


def test_the_command_of_a_reload_returns_when_it_is_over_and_fails_when_it_is_refused(
    manager: ServiceManager,
) -> None:
    manager.start()
    manager.hears("READY")
    assert manager.reload().returncode == 0
    manager.configure(INVALID)
    refused = manager.reload()
    assert refused.returncode == 1
    assert "error" in refused.stderr
    manager.configure()
    assert manager.reload().returncode == 0


def test_a_signal_that_an_action_takes_is_no_reload(manager: ServiceManager) -> None:
    manager.config.write_text(manager.config.read_text().replace("</AMPSConfig>", f"{ON_HANGUP}</AMPSConfig>"))
    manager.start()
    manager.hears("READY")
    asked = manager.reload()
    assert asked.returncode == 1
    assert "use the Admin address" in asked.stderr


def test_a_hangup_that_comes_during_the_start_is_a_reload_after_it(manager: ServiceManager) -> None:
    config = manager.config.read_text()
    manager.config.unlink()
    os.mkfifo(manager.config)
    manager.start()
    with manager.config.open("w") as writer:  # the daemon reads it now, and has not begun to listen
        manager.signal(signal.SIGHUP)
        time.sleep(0.1)
        writer.write(config)
    manager.hears("READY")
    manager.hears("RELOADING")
    manager.hears("READY")


def test_after_a_crash_clients_wait_for_the_next_start(manager: ServiceManager) -> None:
    manager.start()
    manager.hears("READY")
    manager.signal(signal.SIGKILL)
    assert manager.exit_code() == -signal.SIGKILL
    with socket.create_connection(("127.0.0.1", manager.port)):
        manager.heard()
        manager.start()
        manager.hears("READY")


@pytest.mark.parametrize("code", [exits.EXIT_CONFIG, exits.EXIT_STORAGE, exits.EXIT_ADDRESS])
def test_what_does_not_start_was_never_ready(manager: ServiceManager, code: int, tmp_path: Path) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    if code == exits.EXIT_CONFIG:
        manager.config.write_text("<AMPSConfig>")
    elif code == exits.EXIT_STORAGE:
        (tmp_path / "journal").write_text("a file where the directory should be")
    else:
        manager.configure(
            f"<Transport><Name>other</Name><Type>tcp</Type><InetAddr>127.0.0.1:{taken.getsockname()[1]}</InetAddr>"
            "<Protocol>amps</Protocol></Transport>"
        )
    manager.start()
    assert manager.exit_code() == code
    assert "READY" not in manager.heard()
    taken.close()
