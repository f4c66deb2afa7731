"""How long clients wait while a large configuration is taken over.

`python benchmarks/reload.py` starts a daemon with a configuration of 5,000 lines. A client sends a heartbeat each
millisecond that is answered at once, and measures how long each answer takes: for ten seconds in which nothing else
happens, and while the configuration is saved and taken over ten times, some of its actions and queues changed.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from servers import free_port

LINES = 5000
RELOADS = 10
PAUSE_SECONDS = 0.001

HEAD = """<AMPSConfig xmlns:ampsd="urn:ampsd:config:1">
<Name>Bench</Name>
<Admin><InetAddr>127.0.0.1:{admin}</InetAddr><FileName>:memory:</FileName></Admin>
<Transports><Transport><Name>t</Name><Type>tcp</Type><InetAddr>127.0.0.1:{port}</InetAddr>
<Protocol>amps</Protocol></Transport></Transports>
<TransactionLog>
<JournalDirectory>{directory}/journal</JournalDirectory>
<JournalSize>64MB</JournalSize>
<Topic><Name>.*</Name><MessageType>json</MessageType></Topic>
</TransactionLog>
<SOW>
{queues}</SOW>
<Actions>
{actions}</Actions>
</AMPSConfig>
"""
QUEUE = """<Queue>
<Name>Queue{number}</Name>
<MessageType>json</MessageType>
<LeasePeriod>{lease}s</LeasePeriod>
<MaxCancels>3</MaxCancels>
<Filter>/priority &gt; {number} AND /kind LIKE '^k{number}$'</Filter>
</Queue>
"""
ACTION = """<Action>
<On>
<Module>amps-action-on-sow-expire-message</Module>
<Options>
<Topic>Queue{number}</Topic>
<MessageType>json</MessageType>
</Options>
</On>
<Do>
<Module>amps-action-do-publish-message</Module>
<Options>
<Topic>Dead{number}</Topic>
<MessageType>json</MessageType>
<Data>{{"version": {version}, "message": {{{{AMPS_DATA}}}}}}</Data>
</Options>
</Do>
</Action>
"""


def configuration(directory: str, port: int, admin: int, version: int) -> str:
    """About LINES lines. In each version every tenth queue has another lease and every tenth action another text."""
    number = (LINES - HEAD.count("\n")) // (QUEUE.count("\n") + ACTION.count("\n"))
    queues = "".join(QUEUE.format(number=one, lease=30 + (version if one % 10 == 0 else 0)) for one in range(number))
    actions = "".join(ACTION.format(number=one, version=version if one % 10 == 0 else 0) for one in range(number))
    return HEAD.format(directory=directory, port=port, admin=admin, queues=queues, actions=actions)


class Pulse:
    """A connection that asks for something small again and again; how long each answer took, in seconds."""

    def __init__(self, port: int) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ask(b'{"c":"logon","cid":"0","a":"processed","mt":"json","client_name":"pulse"}')
        self.seconds: list[float] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while not self._is_over.wait(PAUSE_SECONDS):
            began = time.perf_counter()
            self._ask(b'{"c":"flush","cid":"1","a":"completed"}')
            self.seconds.append(time.perf_counter() - began)

    def _ask(self, header: bytes) -> None:
        frame = len(header).to_bytes(4, "big") + header
        self._connection.sendall(frame)
        size = int.from_bytes(self._receive(4), "big")
        self._receive(size)

    def _receive(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._connection.recv(size - len(data))
            assert part, "the daemon has hung up"
            data += part
        return data


def reload(admin: int) -> dict[str, object]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{admin}/ampsd/v1/configuration/reload",
        b'{"actor": "benchmark"}',
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        found: dict[str, object] = json.load(response)
    return found


def shown(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    middle, last = statistics.median(ordered), ordered[len(ordered) * 99 // 100]
    return f"{name}: p50 {middle * 1e3:.2f} ms, p99 {last * 1e3:.1f} ms, longest {ordered[-1] * 1e3:.1f} ms"


def main() -> None:
    port, admin = free_port(), free_port()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "config.xml"
        path.write_text(configuration(directory, port, admin, 0))
        print(f"{path.read_text().count(chr(10))} lines")
        daemon = subprocess.Popen(
            [sys.executable, "-m", "ampsd", "run", "--no-watch", str(path)],
            cwd=directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert daemon.stdout is not None
        assert b"ready" in daemon.stdout.readline()
        with Pulse(port) as pulse:
            time.sleep(10)
        print(shown("at rest", pulse.seconds))
        times = []
        with Pulse(port) as pulse:
            for version in range(1, RELOADS + 1):
                new = path.with_suffix(".new")
                new.write_text(configuration(directory, port, admin, version))
                os.replace(new, path)
                began = time.perf_counter()
                found = reload(admin)
                times.append(time.perf_counter() - began)
                assert found["outcome"] == "live", found
        print(shown(f"while it is taken over {RELOADS} times", pulse.seconds))
        print(f"a reload takes {statistics.median(times):.2f} s")
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(30)


if __name__ == "__main__":
    main()
