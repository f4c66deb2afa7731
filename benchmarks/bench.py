"""Throughput and server CPU per message, beside RabbitMQ where it is installed. `make bench`; about two minutes.

Workloads: a durable queue (200-byte JSON, at most 1,000 publishes unacknowledged, consumer backlog 100, acknowledgments
in lists of 80) and publish/subscribe outside the log, 1 to 1 and 1 to 10. The servers take turns, medians count.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from servers import HERE, Ampsd, RabbitMq, Server

WORKLOADS = [("durable queue", "queue", 1), ("pub/sub 1 to 1", "pubsub", 1), ("pub/sub 1 to 10", "pubsub", 10)]


class Sample:
    """One measured interval. A delivery counts as a message, so 1 to 10 counts ten for each publish."""

    def __init__(self, rate: float, cpu_us: float) -> None:
        self.rate = rate
        self.cpu_us = cpu_us


def measure(server: Server, kind: str, readers: int, warm_up: float, seconds: float) -> Sample:
    load = subprocess.Popen(
        [sys.executable, str(HERE / server.load), kind, str(server.port), str(readers), str(warm_up), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert load.stdout is not None
    before = after = 0.0
    for line in load.stdout:
        if line.startswith("begin"):
            before = server.cpu_seconds()
        elif line.startswith("end"):
            after = server.cpu_seconds()
        else:
            result = json.loads(line)
    load.wait()
    messages = max(result["messages"], 1)
    return Sample(messages / result["seconds"], (after - before) / messages * 1e6)


def run(kinds: list[type[Ampsd] | type[RabbitMq]], rounds: int, seconds: float) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for title, kind, readers in WORKLOADS:
        samples: dict[str, list[Sample]] = {one.name: [] for one in kinds}
        for turn in range(rounds):
            for cls in kinds:
                with tempfile.TemporaryDirectory(prefix="bench-") as directory:
                    server = cls(Path(directory) / "server")
                    print(f"{title}, {cls.name}, round {turn + 1} of {rounds}", file=sys.stderr)
                    try:
                        samples[cls.name].append(measure(server, kind, readers, 1.0, seconds))
                    finally:
                        server.stop()
        row: dict[str, object] = {"workload": title}
        for name, found in samples.items():
            row[f"{name} msgs/s"] = round(statistics.median(one.rate for one in found))
            row[f"{name} CPU us/msg"] = round(statistics.median(one.cpu_us for one in found), 2)
        if "RabbitMQ" in samples:
            pairs = zip(samples["ampsd"], samples["RabbitMQ"], strict=True)
            row["rate ratio"] = round(statistics.median(a.rate / b.rate for a, b in pairs), 1)
        rows.append(row)
    return rows


def table(rows: list[dict[str, object]]) -> str:
    heads = list(rows[0])
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for row in rows:
        cells = (f"{row[head]:,}" if isinstance(row[head], int | float) else str(row[head]) for head in heads)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    kinds: list[type[Ampsd] | type[RabbitMq]] = [Ampsd]
    if RabbitMq.is_installed():
        kinds.append(RabbitMq)
    else:
        print("RabbitMQ is not installed (Debian: rabbitmq-server): its columns are left out", file=sys.stderr)
    rows = run(kinds, options.rounds, options.seconds)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "latest.json").write_text(json.dumps(rows, indent=2))
    print(table(rows))


if __name__ == "__main__":
    main()
