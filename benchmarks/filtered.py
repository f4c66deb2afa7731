"""One publisher, and 1, 100 or 10,000 filtered subscriptions of which each message matches one. Part of `make bench`.

Every filter asks for one value of one field, so the server finds it by the value; beside that, 100 filters with `>`,
of which none can be found that way. Server CPU from the kernel; rounds take turns, medians count.
"""

import contextlib
import itertools
import json
import socket
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from amps_load import Count, connect, frame
from servers import Ampsd

PER_CLIENT = 1000
BURST = 100
CUSTOMERS = 10_000
CASES = [("no filter", 1, "none"), ("1", 1, "="), ("100", 100, "="), ("10,000", 10_000, "="), ("100 with >", 100, ">")]


def body(customer: int) -> bytes:
    text = json.dumps({"customer": f"C{customer:05}", "price": customer % 1000, "side": "B", "note": ""})
    return text.replace('"note": ""', '"note": "%s"' % ("x" * (200 - len(text)))).encode()


def filters(kind: str, count: int) -> Iterator[bytes]:
    """Of `>`, all but the last are false for every price below 1,000."""
    for number in range(count):
        if kind == "=":
            yield b"/customer = 'C%05d'" % number
        elif kind == ">":
            yield b"/price > %d" % (1000 + number if number < count - 1 else -1)
        else:
            yield b""


def subscribe(port: int, start: int, of: list[bytes]) -> socket.socket:
    """A connection with these subscriptions."""
    peer = connect(port, f"load-reader{start}")
    for number, content in enumerate(of, start):
        asked = b',"filter":"%b"' % content if content else b""
        header = b'{"c":"subscribe","t":"news","cid":"c%05d","sub_id":"s%05d","a":"processed"%b}'
        peer.sendall(frame(header % (number, number, asked)))
    answers = b""
    while answers.count(b'"status":"success"') < len(of):
        answers += peer.recv(1 << 20)
    return peer


def read(peer: socket.socket, size: int, count: Count, credit: threading.Semaphore) -> None:
    received = seen = 0
    while True:
        received += len(peer.recv(1 << 20))
        now = received // size
        for _ in range(now - seen):
            count.messages += 1
            if count.messages % BURST == 0:
                credit.release()
        seen = now


def publish(port: int, count: int, credit: threading.Semaphore) -> None:
    peer = connect(port, "load-publisher")
    header = b'{"c":"p","t":"news"}'
    bursts = [
        b"".join(frame(header, body((start + number) % count)) for number in range(BURST))
        for start in range(0, max(count, BURST), BURST)
    ]
    with contextlib.suppress(OSError):  # the server is stopped at the end
        for burst in itertools.cycle(bursts):
            credit.acquire()
            peer.sendall(burst)


def measure(kind: str, subscriptions: int, seconds: float) -> tuple[float, float]:
    """Publishes a second and server CPU microseconds of each."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        server = Ampsd(Path(directory) / "server")
        try:
            count, credit = Count(), threading.Semaphore(40)
            wanted = list(filters(kind, subscriptions))
            size = len(frame(b'{"c":"p","t":"news","sids":"s00000","l":200}', body(0)))
            for start in range(0, subscriptions, PER_CLIENT):
                peer = subscribe(server.port, start, wanted[start : start + PER_CLIENT])
                threading.Thread(target=read, args=(peer, size, count, credit), daemon=True).start()
            asked = subscriptions if kind == "=" else CUSTOMERS
            threading.Thread(target=publish, args=(server.port, asked, credit), daemon=True).start()
            count.measure(0.5, 0.1)
            before, first = server.cpu_seconds(), count.messages
            result = count.measure(0.0, seconds)
            after, last = server.cpu_seconds(), count.messages
            return result["messages"] / result["seconds"], (after - before) / (last - first) * 1e6
        finally:
            server.stop()


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    samples: dict[str, list[tuple[float, float]]] = {}
    for _ in range(3):
        for title, subscriptions, kind in CASES:
            samples.setdefault(title, []).append(measure(kind, subscriptions, seconds))
    print("| filtered subscriptions | publishes/s | server CPU per publish |\n|---|---|---|", file=sys.stderr)
    for title, found in samples.items():
        rate, cpu = (statistics.median(values) for values in zip(*found, strict=True))
        print(f"| {title} | {rate:,.0f} | {cpu:.2f} us |", file=sys.stderr)


if __name__ == "__main__":
    sys.stdout = open("/dev/null", "w")  # noqa: SIM115 - the load's begin and end lines
    main()
