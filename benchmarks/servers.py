"""Servers under test: started in a temporary directory, stopped at the end, their CPU read from the kernel.

Each is as Debian packages it, with the settings given here and no others; `durability` names what an acknowledgment is
worth.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).parent
CONFIG = """<AMPSConfig xmlns:ampsd="urn:ampsd:config:1"><Name>Bench</Name>{settings}
<Transports><Transport><Name>t</Name><Type>tcp</Type><InetAddr>127.0.0.1:{port}</InetAddr><Protocol>amps</Protocol>
</Transport></Transports>
<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>
<MaxPerSubscriptionBacklog>{backlog}</MaxPerSubscriptionBacklog>{queue}</Queue></SOW>
<TransactionLog><JournalDirectory>{directory}/journal</JournalDirectory><JournalSize>256MB</JournalSize>
<Topic><Name>Jobs</Name><MessageType>json</MessageType></Topic></TransactionLog></AMPSConfig>"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def processes_below(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


class Server:
    """A running server."""

    name = ""
    protocol = ""
    program = ""
    durability = "none"

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self.process = self.start()
        self.wait_until_ready()

    @classmethod
    def found(cls) -> str | None:
        """Where the program is; None when it is not installed."""
        return shutil.which(cls.program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/lib/rabbitmq/bin")

    def start(self) -> "subprocess.Popen[bytes]":
        raise NotImplementedError

    def run(self, *arguments: object, **environment: object) -> "subprocess.Popen[bytes]":
        program = self.found()
        assert program is not None
        return subprocess.Popen(
            [program, *map(str, arguments)],
            env={**os.environ, **{name: str(value) for name, value in environment.items()}},
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                    if self.answers(probe):
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise SystemExit(f"{self.name} did not start")

    def answers(self, probe: socket.socket) -> bool:
        """Whether the server behind the new connection is up."""
        return True

    def cpu_seconds(self) -> float:
        ticks = 0
        for pid in processes_below(self.process.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        for pid in reversed(processes_below(self.process.pid)):
            os.kill(pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Ampsd(Server):
    """This project, durable as always: every persisted ack after its fdatasync."""

    name = "ampsd"
    protocol = "amps"
    program = sys.executable
    durability = "synced before every ack"
    wrapper: tuple[str, ...] = ()
    settings = ""
    queue = ""
    backlog = 100

    def start(self) -> "subprocess.Popen[bytes]":
        config = self.directory / "config.xml"
        names = ("port", "directory", "settings", "backlog", "queue")
        config.write_text(CONFIG.format(**{name: getattr(self, name) for name in names}))
        command = [sys.executable, *self.wrapper, "-m", "ampsd", "run", str(config)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent)
        assert process.stdout is not None
        if b"ready" not in process.stdout.readline():
            raise SystemExit("ampsd did not start")
        return process


class AmpsdWithoutEvents(Ampsd):
    """The same, without a record of what happened to each message."""

    name = "ampsd without events"
    queue = "<ampsd:Events>false</ampsd:Events>"


class RabbitMq(Server):
    """Durable classic queue, persistent messages, publisher confirms."""

    name = "RabbitMQ"
    protocol = "amqp"
    program = "rabbitmq-server"
    durability = "persistent, confirmed"

    def start(self) -> "subprocess.Popen[bytes]":
        plugins = self.directory / "plugins"
        plugins.write_text("[].")
        script = "/usr/lib/rabbitmq/bin/rabbitmq-server"
        return subprocess.Popen(
            [script if Path(script).exists() else str(self.found())],
            env={
                **os.environ,
                "HOME": str(self.directory),
                "RABBITMQ_MNESIA_BASE": str(self.directory / "mnesia"),
                "RABBITMQ_LOG_BASE": str(self.directory / "log"),
                "RABBITMQ_NODENAME": f"bench{self.port}@localhost",
                "RABBITMQ_NODE_PORT": str(self.port),
                "RABBITMQ_DIST_PORT": str(free_port()),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
                "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            },
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def answers(self, probe: socket.socket) -> bool:
        probe.sendall(b"AMQP\0\0\x09\x01")
        return bool(probe.recv(16))


class Nats(Server):
    """NATS without JetStream."""

    name = "NATS"
    protocol = "nats"
    program = "nats-server"

    def start(self) -> "subprocess.Popen[bytes]":
        return self.run("-a", "127.0.0.1", "-p", self.port)


class JetStream(Server):
    """NATS with a file stream of the work queue kind."""

    name = "JetStream"
    protocol = "nats"
    program = "nats-server"
    durability = "written, synced every 2 min (default)"

    def start(self) -> "subprocess.Popen[bytes]":
        return self.run("-a", "127.0.0.1", "-p", self.port, "-js", "-sd", self.directory)


class Redis(Server):
    """Redis without persistence."""

    name = "Redis"
    protocol = "redis"
    program = "redis-server"
    append = "no"

    def start(self) -> "subprocess.Popen[bytes]":
        settings = ["--port", self.port, "--bind", "127.0.0.1", "--save", "", "--dir", self.directory]
        if self.append != "no":
            settings += ["--appendonly", "yes", "--appendfsync", self.append]
        return self.run(*settings)


class RedisAlways(Redis):
    """A stream with a consumer group; entries stay after XACK."""

    name = "Redis always"
    durability = "synced before every answer"
    append = "always"


class RedisEverysec(Redis):
    """The same, synced once a second."""

    name = "Redis everysec"
    durability = "written, synced every second"
    append = "everysec"


class Beanstalkd(Server):
    """With its write-ahead log."""

    name = "beanstalkd"
    protocol = "beanstalk"
    program = "beanstalkd"
    durability = "written, synced every 50 ms (default)"

    def start(self) -> "subprocess.Popen[bytes]":
        return self.run("-l", "127.0.0.1", "-p", self.port, "-b", self.directory)


class Mosquitto(Server):
    """MQTT at quality of service 0."""

    name = "mosquitto"
    protocol = "mqtt"
    program = "mosquitto"

    def start(self) -> "subprocess.Popen[bytes]":
        config = self.directory / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        return self.run("-c", config)


S = TypeVar("S", bound=Server)


@contextmanager
def running(cls: type[S]) -> Iterator[S]:
    """A server in a directory of its own, both gone at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        server = cls(Path(directory) / "server")
        try:
            yield server
        finally:
            server.stop()
