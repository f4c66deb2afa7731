"""The same load for RabbitMQ over a raw socket: just enough AMQP 0-9-1 to publish with confirms and to consume."""

import socket
import struct
import threading
import time

from amps_load import ACK_BATCH, BACKLOG, BODY, DEPTH, WINDOW, Count, drive

FRAME_END = b"\xce"


def short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def method(channel: int, class_id: int, method_id: int, arguments: bytes = b"") -> bytes:
    payload = struct.pack(">HH", class_id, method_id) + arguments
    return struct.pack(">BHI", 1, channel, len(payload)) + payload + FRAME_END


def content(channel: int, exchange: str, key: str, mode: int) -> bytes:
    publish = method(channel, 60, 40, struct.pack(">H", 0) + short(exchange) + short(key) + b"\0")
    header = struct.pack(">HHQH", 60, 0, len(BODY), 0x1000) + bytes([mode])
    return (
        publish
        + struct.pack(">BHI", 2, channel, len(header))
        + header
        + FRAME_END
        + struct.pack(">BHI", 3, channel, len(BODY))
        + BODY
        + FRAME_END
    )


class Amqp:
    """A connection with one open channel."""

    def __init__(self, port: int) -> None:
        self.peer = socket.create_connection(("127.0.0.1", port))
        self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.peer.sendall(b"AMQP\0\0\x09\x01")
        self.wait(10, 10)
        login = b"\0guest\0guest"
        start = struct.pack(">I", 0) + short("PLAIN") + struct.pack(">I", len(login)) + login + short("en_US")
        self.peer.sendall(method(0, 10, 11, start))
        self.wait(10, 30)
        self.peer.sendall(method(0, 10, 31, struct.pack(">HIH", 1, 131072, 0)))
        self.peer.sendall(method(0, 10, 40, short("/") + b"\0\0"))
        self.wait(10, 41)
        self.peer.sendall(method(1, 20, 10, b"\0"))
        self.wait(20, 11)

    def frames(self) -> list[tuple[int, bytes]]:
        """Frames that one more read completes: type and payload."""
        data = self.rest + self.peer.recv(1 << 18)
        found = []
        at = 0
        while len(data) - at >= 8:
            kind, _, size = struct.unpack_from(">BHI", data, at)
            if len(data) - at < size + 8:
                break
            found.append((kind, data[at + 7 : at + 7 + size]))
            at += size + 8
        self.rest = data[at:]
        return found

    def wait(self, class_id: int, method_id: int) -> None:
        while True:
            for kind, payload in self.frames():
                if kind == 1 and struct.unpack_from(">HH", payload) == (class_id, method_id):
                    return

    def call(self, request: bytes, class_id: int, method_id: int) -> None:
        self.peer.sendall(request)
        self.wait(class_id, method_id)


def declare(amqp: Amqp, queue: str, flags: int) -> None:
    amqp.call(method(1, 50, 10, struct.pack(">H", 0) + short(queue) + bytes([flags]) + struct.pack(">I", 0)), 50, 11)


def publish_durably(port: int, count: Count) -> None:
    amqp = Amqp(port)
    declare(amqp, "Jobs", 0b00010)
    amqp.call(method(1, 85, 10, b"\0"), 85, 11)
    burst = content(1, "", "Jobs", 2) * 100
    sent = confirmed = 0
    while True:
        if sent - confirmed <= WINDOW - 100:
            while sent - count.messages > DEPTH:
                time.sleep(0.0005)
            amqp.peer.sendall(burst)
            sent += 100
            continue
        for kind, payload in amqp.frames():
            if kind == 1 and payload[:4] == b"\0\x3c\0\x50":
                tag, multiple = struct.unpack_from(">QB", payload, 4)
                confirmed = tag if multiple else max(confirmed, tag)


def consume(port: int, count: Count) -> None:
    amqp = Amqp(port)
    declare(amqp, "Jobs", 0b00010)
    amqp.call(method(1, 60, 10, struct.pack(">IHB", 0, BACKLOG, 0)), 60, 11)
    amqp.call(
        method(1, 60, 20, struct.pack(">H", 0) + short("Jobs") + short("c") + b"\0" + struct.pack(">I", 0)), 60, 21
    )
    tag = acknowledged = 0
    while True:
        for kind, payload in amqp.frames():
            if kind == 1 and payload[:4] == b"\0\x3c\0\x3c":
                (tag,) = struct.unpack_from(">Q", payload, 5 + payload[4])
        if tag - acknowledged >= ACK_BATCH:
            amqp.peer.sendall(method(1, 60, 80, struct.pack(">QB", tag, 1)))
            count.messages += tag - acknowledged
            acknowledged = tag


def read_plainly(port: int, number: int, count: Count, credit: threading.Semaphore | None) -> None:
    amqp = Amqp(port)
    queue = f"reader{number}"
    amqp.call(
        method(1, 40, 10, struct.pack(">H", 0) + short("news") + short("fanout") + b"\0" + struct.pack(">I", 0)), 40, 11
    )
    declare(amqp, queue, 0b01000)
    bind = struct.pack(">H", 0) + short(queue) + short("news") + short("") + b"\0" + struct.pack(">I", 0)
    amqp.call(method(1, 50, 20, bind), 50, 21)
    amqp.call(
        method(1, 60, 20, struct.pack(">H", 0) + short(queue) + short("c") + b"\x02" + struct.pack(">I", 0)), 60, 21
    )
    seen = 0
    while True:
        data = amqp.rest + amqp.peer.recv(1 << 20)
        found = data.count(BODY)
        amqp.rest = data[data.rfind(BODY) + len(BODY) :] if found else data
        count.messages += found
        if credit is not None:
            for _ in range((seen + found) // 100 - seen // 100):
                credit.release()
        seen += found


def publish_plainly(port: int, credit: threading.Semaphore) -> None:
    amqp = Amqp(port)
    burst = content(1, "news", "", 1) * 100
    while True:
        credit.acquire()
        amqp.peer.sendall(burst)


if __name__ == "__main__":
    drive((publish_durably, consume), (publish_plainly, read_plainly), 0.2)
