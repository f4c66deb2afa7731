"""Costs that must not grow: server CPU of a message against what else there is. Part of `make bench-all`.

Topics, subscriptions that do not match, idle clients, messages that wait in the queue, and the size of the journal; and
the memory of a million waiting messages, and how fast they are drained.
"""

import json
import socket
import statistics
import sys
from collections.abc import Callable

from bench import PICTURES, RESULTS, put
from charts import line
from load import measure
from servers import Ampsd, running

from ampsd.wire.amps import frame

MIB = 1024 * 1024
ROUNDS = 1
SECONDS = 2.0
QUEUE: dict[str, object] = {"workload": "queue", "window": 5000, "depth": 10000}


class Talk:
    """A connection that sends much and waits until all of it was handled."""

    def __init__(self, port: int, name: str = "prepare") -> None:
        self._peer = socket.create_connection(("127.0.0.1", port))
        logon = b'{"c":"logon","cid":"0","client_name":"%b","a":"processed"}' % name.encode()
        self.send([frame(logon)], b'"cid":"0"')

    def send(self, frames: list[bytes], until: bytes = b"") -> None:
        if not until:
            frames = [*frames, frame(b'{"c":"flush","cid":"done","a":"completed"}')]
            until = b'"cid":"done"'
        self._peer.sendall(b"".join(frames))
        seen = b""
        while until not in seen:
            seen = seen[-1000:] + self._peer.recv(1 << 16)


def nothing(server: Ampsd, number: int) -> Talk | None:
    return None


def topics(server: Ampsd, number: int) -> Talk:
    """So many topics that something was published to."""
    talk = Talk(server.port)
    talk.send([frame(b'{"c":"p","t":"topic%d"}' % one, b"{}") for one in range(number)])
    return talk


def other_topics(server: Ampsd, number: int) -> Talk:
    """So many subscriptions to other topics."""
    talk = Talk(server.port)
    talk.send([frame(b'{"c":"subscribe","t":"other%d","sub_id":"o%d"}' % (one, one)) for one in range(number)])
    return talk


def other_values(server: Ampsd, number: int) -> Talk:
    """So many subscriptions to the same topic, whose filters want other values."""
    talk = Talk(server.port)
    frames = [
        frame(b'{"c":"subscribe","t":"news","sub_id":"v%d","filter":"/customer = \'X%d\'"}' % (one, one))
        for one in range(number)
    ]
    talk.send(frames)
    return talk


def waiting(server: Ampsd, number: int) -> None:
    """So many messages that wait in the queue; nobody consumes."""
    if number:
        measure(server, **QUEUE, fill=number)


Prepare = Callable[[Ampsd, int], object]
Case = tuple[str, str, Prepare, list[int], dict[str, object]]
CASES: list[Case] = [
    ("topics", "topics in use", topics, [1, 1000, 60_000], {}),
    ("subscriptions", "subscriptions to other topics", other_topics, [0, 1000, 90_000], {}),
    ("values", "filtered subscriptions that want other values", other_values, [1, 100, 10_000], {}),
    ("idle", "idle clients", nothing, [0, 1000, 5000], {}),
    ("waiting", "messages waiting in the queue", waiting, [0, 10_000, 1_000_000], QUEUE),
    ("journal", "messages in the journal, all acknowledged", nothing, [0, 100_000, 3_000_000], QUEUE),
]


class Tight(Ampsd):
    """With little memory for those that do not read."""

    settings = "<MessageMemoryLimit>1MB</MessageMemoryLimit>"


def beside_stalled(number: int) -> tuple[float, float]:
    """p50 and p99 in microseconds at 5,000 messages a second, beside so many subscribers that do not read."""
    with running(Tight) as server:
        stalled = [Talk(server.port, f"stalled{one}") for one in range(number)]
        for one in stalled:
            one.send([frame(b'{"c":"subscribe","t":"news","sub_id":"s"}')])
        sample = measure(server, rate=5000, seconds=SECONDS)
        return sample.latencies_us[0], sample.latencies_us[1]


def cost(name: str, prepare: Prepare, number: int, options: dict[str, object]) -> float:
    """Server CPU in microseconds of a message, or of a publish where nobody consumes."""
    with running(Ampsd) as server:
        kept = prepare(server, number)
        more: dict[str, object] = {}
        if name == "idle":
            more = {"idle": number, "topics": "idle"}
        elif name == "waiting":
            before = server.cpu_seconds()
            measure(server, **options, fill=300_000)
            return (server.cpu_seconds() - before) / 300_000 * 1e6
        elif name == "journal" and number:
            measure(server, **{**options, "seconds": number / 200_000})
        sample = measure(server, **{"seconds": SECONDS, **options, **more})
        del kept
        return sample.cpu_us_published


def million() -> dict[str, float]:
    """Memory of a million messages that wait, and the rate at which they are drained."""
    with running(Ampsd) as server:
        empty = server.resident_bytes()
        filled = measure(server, **QUEUE, fill=1_000_000)
        full = server.resident_bytes()
        drained = measure(server, **QUEUE, drain=990_000)
    return {
        "resident MiB of an empty daemon": round(empty / MIB),
        "resident MiB more with 1,000,000 waiting": round((full - empty) / MIB),
        "filled, msgs/s": round(filled.rate),
        "drained, msgs/s": round(drained.rate),
    }


def main() -> None:
    """Measure, print, write the page."""
    found: dict[str, list[tuple[str, float]]] = {}
    rows = ["| what there is | server CPU of a message, us |", "| --- | --- |"]
    PICTURES.mkdir(exist_ok=True)
    pictures: list[str] = []
    for name, title, prepare, numbers, options in CASES:
        samples: dict[int, list[float]] = {}
        for turn in range(ROUNDS):
            for number in numbers:
                print(f"{title}, {number:,}, round {turn + 1}", file=sys.stderr)
                samples.setdefault(number, []).append(cost(name, prepare, number, options))
        points = [(f"{number:,}", statistics.median(values)) for number, values in samples.items()]
        found[name] = points
        rows.append(
            f"| {title}: {' / '.join(at for at, _ in points)} | {' / '.join(f'{us:.2f}' for _, us in points)} |"
        )
        (PICTURES / f"flat-{name}.svg").write_text(line(title, points, "server CPU of a message, microseconds"))
        pictures.append(f"![{title}](pictures/flat-{name}.svg)")
    memory = million()
    rows += ["", "| a million messages of 200 bytes in a queue | |", "| --- | --- |"]
    rows += [f"| {what} | {value:,} |" for what, value in memory.items()]
    rows += ["", "| subscribers that do not read | p50 and p99 of one that does, us |", "| --- | --- |"]
    for number in (0, 10, 100):
        pairs = [beside_stalled(number) for _ in range(ROUNDS)]
        p50, p99 = (statistics.median(values) for values in zip(*pairs, strict=True))
        rows.append(f"| {number} | {p50:.0f} / {p99:.0f} |")
    text = "\n".join([*rows, "", *pictures])
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "flat.json").write_text(json.dumps({"costs": found, "million": memory}, indent=1) + "\n")
    put("flat", text)
    print(text)


if __name__ == "__main__":
    main()
