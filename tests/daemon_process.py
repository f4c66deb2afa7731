"""A real daemon as a process, real files, the official client."""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

READY_SECONDS = 20.0


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
_PORTS = itertools.cycle(20_000 + _WORKER * 1_500 + (os.getpid() + number) % 1_500 for number in range(1_500))
"""Below those that the system gives to whoever does not choose; each worker of the tests has its own, and two runs at a
time hardly ever begin with the same."""


def free_port() -> int:
    """A port on which nobody listens, and that is not given to another test soon."""
    for port in _PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the range has no end")


class DaemonProcess:
    """`ampsd run` on a configuration; restarts on the same port and directory."""

    def __init__(
        self, directory: Path, sections: str, *arguments: str, transports: str = "", targets: str = ""
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.config = directory / "config.xml"
        self.config.write_text(
            f"<AMPSConfig><Name>Test</Name>"
            f"<Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>127.0.0.1:{self.port}</InetAddr>"
            f"<Protocol>amps</Protocol></Transport>{transports}</Transports>"
            f"<Logging><Target><Protocol>file</Protocol><FileName>{directory}/daemon.log</FileName><Level>info</Level>"
            f"</Target>{targets}</Logging>{sections}</AMPSConfig>"
        )
        self._arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None
        self.ready_line = ""

    @property
    def uri(self) -> str:
        return f"tcp://127.0.0.1:{self.port}/amps/json"

    @property
    def log_text(self) -> str:
        path = self.directory / "daemon.log"
        return path.read_text() if path.exists() else ""

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ampsd", "run", str(self.config), *self._arguments],
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=(self.directory / "stderr.txt").open("ab"),
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        self.ready_line = line
        assert "ready" in line, (
            f"no ready line but {line!r}: {(self.directory / 'stderr.txt').read_text()} {self.log_text}"
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=READY_SECONDS)

    @property
    def rss_bytes(self) -> int:
        assert self.process is not None
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


QUEUES_AND_ACTION = """
<SOW>
  <Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels><MaxDeliveries>10</MaxDeliveries>
    <MaxPerSubscriptionBacklog>100</MaxPerSubscriptionBacklog></Queue>
  <Queue><Name>FailedJobs</Name><MessageType>json</MessageType>
    <MaxPerSubscriptionBacklog>100</MaxPerSubscriptionBacklog></Queue>
</SOW>
<Actions><Action>
  <On><Module>amps-action-on-sow-expire-message</Module>
    <Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>
  <Do><Module>amps-action-do-publish-message</Module>
    <Options><Topic>FailedJobs</Topic><MessageType>json</MessageType>
      <Data>{ "message": {{AMPS_DATA}}, "reason": "{{AMPS_REASON}}" }</Data></Options></Do>
</Action></Actions>
"""

TRANSACTION_LOG = """
<TransactionLog><JournalDirectory>./journal</JournalDirectory><JournalSize>10MB</JournalSize>
  <Topic><Name>Jobs</Name><MessageType>json</MessageType></Topic>
  <Topic><Name>FailedJobs</Name><MessageType>json</MessageType></Topic></TransactionLog>
"""

StartDaemon = Callable[..., DaemonProcess]


@pytest.fixture
def start_daemon(tmp_path: Path) -> Iterator[StartDaemon]:
    """Starts daemons; stops them at the end, and expects a clean end of those that still run."""
    started: list[DaemonProcess] = []

    def start(
        sections: str = QUEUES_AND_ACTION + TRANSACTION_LOG,
        *arguments: str,
        transports: str = "",
        targets: str = "",
        prepare: Callable[[Path], None] | None = None,
    ) -> DaemonProcess:
        directory = tmp_path / f"daemon{len(started)}"
        directory.mkdir()
        if prepare is not None:
            prepare(directory)
        daemon = DaemonProcess(directory, sections, *arguments, transports=transports, targets=targets)
        started.append(daemon)
        daemon.start()
        return daemon

    yield start
    for daemon in started:
        if daemon.process is not None and daemon.process.poll() is None:
            assert daemon.stop() == 0, daemon.log_text
        assert "Traceback" not in daemon.log_text
        stderr = (daemon.directory / "stderr.txt").read_text()
        assert "Traceback" not in stderr, stderr


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for a condition; fails when it does not come true."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        pause.wait(0.005)
