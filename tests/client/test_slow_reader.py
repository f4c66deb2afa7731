"""A peer that does not read, over real sockets and files: the official client beside it notices nothing."""

import socket
import threading
from pathlib import Path

import AMPS
from daemon_process import DaemonProcess, StartDaemon, wait_until

from ampsd.wire.amps import frame

MIB = 1024 * 1024
BODY = b'{"pad":"%b"}' % (b"x" * 10_000)


def settings(directory: Path, disk: str) -> str:
    return (
        f"<MessageMemoryLimit>4MB</MessageMemoryLimit><MessageDiskLimit>{disk}</MessageDiskLimit>"
        f"<MessageDiskPath>{directory}</MessageDiskPath><ClientMaxCapacity>100%</ClientMaxCapacity>"
    )


def stalled_reader(daemon: DaemonProcess) -> socket.socket:
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    peer.connect(("127.0.0.1", daemon.port))
    peer.sendall(frame(b'{"c":"logon","cid":"0","client_name":"sleepy","a":"processed"}'))
    peer.sendall(frame(b'{"c":"subscribe","t":"news","cid":"1","sub_id":"s","a":"processed"}'))
    answers = b""
    while b'"sub_id":"s"' not in answers:
        answers += peer.recv(4096)
    return peer


class Reader:
    """The official client, counting."""

    def __init__(self, daemon: DaemonProcess) -> None:
        self.count = 0
        self._client = AMPS.Client("reader")
        self._client.connect(daemon.uri)
        self._client.logon()
        self._client.subscribe(self._seen, "news")

    def _seen(self, message: AMPS.Message) -> None:
        self.count += 1

    def close(self) -> None:
        self._client.close()


def publish(daemon: DaemonProcess, count: int, reader: Reader) -> None:
    """Publish with the official client, never far ahead of the one that reads."""
    client = AMPS.Client("publisher")
    client.connect(daemon.uri)
    client.logon()
    for number in range(1, count + 1):
        client.publish("news", BODY)
        if number % 100 == 0:
            wait_until(lambda number=number: reader.count >= number)
    client.close()


def received(peer: socket.socket, count: int) -> int:
    """Whole messages that arrive, up to `count`."""
    data, found = b"", 0
    while found < count:
        more = peer.recv(1 << 20)
        if not more:
            break
        data += more
        at = 0
        while len(data) - at >= 4 and len(data) - at - 4 >= (size := int.from_bytes(data[at : at + 4], "big")):
            found += data[at + 4 : at + 10] == b'{"c":"' and data[at + 4 + size - len(BODY) : at + 4 + size] == BODY
            at += 4 + size
        data = data[at:]
    return found


def test_it_goes_offline_catches_up_and_gets_everything(start_daemon: StartDaemon, tmp_path: Path) -> None:
    offline = tmp_path / "offline"
    daemon = start_daemon(settings(offline, "1GB"))
    peer, reader = stalled_reader(daemon), Reader(daemon)
    publish(daemon, 100, reader)
    before = daemon.rss_bytes
    publish(daemon, 5000, reader := Reader(daemon))
    assert "70-0011 client[sleepy] slow consumption detected" in daemon.log_text
    assert "70-0004" not in daemon.log_text
    assert daemon.rss_bytes - before < 36 * MIB, "50 MB wait for the peer, most of it on disk"
    (directory,) = offline.iterdir()
    assert directory.stat().st_mode & 0o077 == 0
    waiting = threading.Thread(target=lambda: counted.append(received(peer, 5100)))
    counted: list[int] = []
    waiting.start()
    waiting.join(60)
    assert counted == [5100]
    wait_until(lambda: "70-0012 client[sleepy]" in daemon.log_text)
    wait_until(lambda: list(directory.iterdir()) == [])
    peer.close()
    reader.close()
    daemon.stop()
    assert list(offline.iterdir()) == []


def test_it_is_disconnected_at_the_disk_limit_and_its_files_are_gone(start_daemon: StartDaemon, tmp_path: Path) -> None:
    offline = tmp_path / "offline"
    daemon = start_daemon(settings(offline, "8MB"))
    peer, reader = stalled_reader(daemon), Reader(daemon)
    publish(daemon, 2500, reader)
    wait_until(lambda: "70-0004 client[sleepy] is not consuming messages" in daemon.log_text)
    (directory,) = offline.iterdir()
    wait_until(lambda: list(directory.iterdir()) == [])
    assert received(peer, 2500) < 2500
    peer.close()
    reader.close()


def test_what_a_killed_process_left_is_removed(start_daemon: StartDaemon, tmp_path: Path) -> None:
    offline = tmp_path / "offline"
    daemon = start_daemon(settings(offline, "1GB"))
    peer, reader = stalled_reader(daemon), Reader(daemon)
    publish(daemon, 1500, reader)
    (left,) = offline.iterdir()
    reader.close()
    daemon.kill()
    peer.close()
    daemon.start()
    peer, reader = stalled_reader(daemon), Reader(daemon)
    publish(daemon, 1500, reader)
    (now,) = offline.iterdir()
    assert now != left
    peer.close()
    reader.close()
