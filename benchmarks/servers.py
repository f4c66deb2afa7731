"""Servers under test: started in a temporary directory, stopped at the end, their CPU read from the kernel."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
CONFIG = """<AMPSConfig><Name>Bench</Name>
<Transports><Transport><Name>t</Name><Type>tcp</Type><InetAddr>127.0.0.1:{port}</InetAddr><Protocol>amps</Protocol>
</Transport></Transports>
<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>
<MaxPerSubscriptionBacklog>100</MaxPerSubscriptionBacklog></Queue></SOW>
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
    load = ""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes]

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
    load = "amps_load.py"

    def __init__(self, directory: Path, *wrapper: str) -> None:
        super().__init__()
        directory.mkdir(parents=True, exist_ok=True)
        config = directory / "config.xml"
        config.write_text(CONFIG.format(port=self.port, directory=directory))
        command = [sys.executable, *wrapper, "-m", "ampsd", "run", str(config)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent)
        assert self.process.stdout is not None
        if b"ready" not in self.process.stdout.readline():
            raise SystemExit("ampsd did not start")


class RabbitMq(Server):
    """RabbitMQ: durable classic queue, persistent messages, publisher confirms."""

    name = "RabbitMQ"
    load = "amqp_load.py"

    @staticmethod
    def is_installed() -> bool:
        return shutil.which("rabbitmq-server") is not None or Path("/usr/sbin/rabbitmq-server").exists()

    def __init__(self, directory: Path) -> None:
        super().__init__()
        directory.mkdir(parents=True, exist_ok=True)
        plugins = directory / "plugins"
        plugins.write_text("[].")
        script = "/usr/lib/rabbitmq/bin/rabbitmq-server"
        environment = {
            **os.environ,
            "HOME": str(directory),
            "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
            "RABBITMQ_LOG_BASE": str(directory / "log"),
            "RABBITMQ_NODENAME": f"bench{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        }
        program = script if Path(script).exists() else "rabbitmq-server"
        self.process = subprocess.Popen(
            [program], env=environment, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                    probe.sendall(b"AMQP\0\0\x09\x01")
                    if probe.recv(16):
                        return
            except OSError:
                time.sleep(0.3)
        raise SystemExit("RabbitMQ did not start")
