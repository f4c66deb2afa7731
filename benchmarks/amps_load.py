"""Load over raw sockets in the amps protocol: frames are made ahead, answers found by one regular expression.

A worker is its own process; it prints a line of JSON at the end: messages in the measured interval, and its length.
"""

import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

Job = Callable[..., Any]

BODY = b'{"id":123456,"name":"' + b"x" * 177 + b'"}'
"""200 bytes of JSON."""
WINDOW = 1000
DEPTH = 5000
"""Messages published and not yet consumed at most, so that both ends are measured at one rate."""
ACK_BATCH = 80
BACKLOG = 100
CONFLATION = "5ms"
_DELIVERY = re.compile(rb'"bm":"([0-9|]+)","lp"')
_PERSISTED = re.compile(rb'"s":([0-9]+),"a":"persisted"')


class Count:
    """Messages so far, read at the two ends of the measured interval."""

    def __init__(self) -> None:
        self.messages = 0

    def measure(self, warm_up: float, seconds: float) -> dict[str, float]:
        time.sleep(warm_up)
        first, start = self.messages, time.monotonic()
        print("begin", flush=True)
        time.sleep(seconds)
        last, end = self.messages, time.monotonic()
        print("end", flush=True)
        return {"messages": last - first, "seconds": end - start}


def frame(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(header) + len(body)) + header + body


def connect(port: int, name: str) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer.sendall(
        frame(
            b'{"c":"logon","cid":"0","client_name":"%b","mt":"json","a":"processed","version":"5.3.5.0:load",'
            b'"o":"ack_conflation=%b"}' % (name.encode(), CONFLATION.encode())
        )
    )
    answer = peer.recv(4096)
    if b"success" not in answer:
        raise SystemExit(f"the logon failed: {answer!r}")
    return peer


def publish_durably(port: int, count: Count) -> None:
    """Numbered publishes, at most WINDOW of them without a persisted ack and DEPTH not yet consumed."""
    peer = connect(port, "load-publisher")
    sequence = acknowledged = 0
    while True:
        room = WINDOW - (sequence - acknowledged)
        if room >= 100:
            while sequence - count.messages > DEPTH:
                time.sleep(0.0005)
            frames = [
                frame(b'{"c":"p","t":"Jobs","a":"persisted","s":%d}' % number, BODY)
                for number in range(sequence + 1, sequence + 101)
            ]
            sequence += 100
            peer.sendall(b"".join(frames))
            continue
        for found in _PERSISTED.findall(peer.recv(65536)):
            acknowledged = max(acknowledged, int(found))


def consume(port: int, count: Count) -> None:
    """A queue subscription that acknowledges in lists."""
    peer = connect(port, "load-consumer")
    peer.sendall(
        frame(b'{"c":"subscribe","t":"Jobs","cid":"1","sub_id":"s","a":"processed","o":"max_backlog=%d"}' % BACKLOG)
    )
    pending: list[bytes] = []
    rest = b""
    while True:
        data = rest + peer.recv(262144)
        found = _DELIVERY.findall(data)
        cut = data.rfind(b'"lp"') + 4
        rest = data[cut:] if found else data
        pending += found
        while len(pending) >= ACK_BATCH:
            bookmarks = b",".join(pending[:ACK_BATCH])
            peer.sendall(frame(b'{"c":"sow_delete","t":"Jobs","cid":"AMPS-queue-ack","bookmark":"%b"}' % bookmarks))
            del pending[:ACK_BATCH]
            count.messages += ACK_BATCH


def publish_plainly(port: int, credit: threading.Semaphore) -> None:
    """Unnumbered publishes to a topic outside the log; the readers give credit, so that nothing piles up."""
    peer = connect(port, "load-plain")
    burst = frame(b'{"c":"p","t":"news"}', BODY) * 100
    while True:
        credit.acquire()
        peer.sendall(burst)


def read_plainly(port: int, number: int, count: Count, credit: threading.Semaphore | None) -> None:
    peer = connect(port, f"load-reader{number}")
    peer.sendall(frame(b'{"c":"subscribe","t":"news","cid":"1","sub_id":"s","a":"processed"}'))
    size = len(frame(b'{"c":"p","t":"news","sids":"s","l":200}', BODY))
    peer.recv(4096)
    received = seen = 0
    while True:
        received += len(peer.recv(1 << 20))
        now = received // size
        count.messages += now - seen
        if credit is not None:
            for _ in range(now // 100 - seen // 100):
                credit.release()
        seen = now


def drive(durable: tuple[Job, Job], plain: tuple[Job, Job], settle_seconds: float) -> None:
    """`LOAD queue|pubsub PORT READERS WARM_UP SECONDS`, for both protocols: publisher and consumer of each workload."""
    kind, port, readers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    count = Count()
    credit = threading.Semaphore(60)
    if kind == "queue":
        jobs = [(one, (port, count)) for one in durable]
    else:
        publish, read = plain
        jobs = [(read, (port, number, count, credit if number == 0 else None)) for number in range(readers)]
        jobs.append((publish, (port, credit)))
    for job, arguments in jobs:
        threading.Thread(target=job, args=arguments, daemon=True).start()
        if kind == "pubsub":
            time.sleep(settle_seconds)  # subscribe before the first publish
    print(json.dumps(count.measure(float(sys.argv[4]), float(sys.argv[5]))), flush=True)


if __name__ == "__main__":
    drive((publish_durably, consume), (publish_plainly, read_plainly), 0.1)
