"""One million events in the event file: how long the grid takes to answer, and what an event costs to write.

The worst case for the file is built: every message comes alone, so every event is a row of its own. A third of a
million messages in four queues, a hundred workers; each is received, started and completed, some are cancelled first.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

from ampsd.admin.queries import EventFilter
from ampsd.definitions.message_events import MessageEventsDefinition
from ampsd.engine import lifecycle
from ampsd.server.event_file import EventFile
from ampsd.server.event_queries import EventFileQueries
from ampsd.storage.tellings import Arrival, Events, encode_events

EVENTS = 1_000_000
LENGTH = 260
STATUS = {status: number for number, status in enumerate(lifecycle.STATUSES)}
BEGAN_NS = 1_790_000_000_000_000_000


def told() -> Iterator[bytes]:
    """Records of single events."""
    number = 1
    message = 0
    while number <= EVENTS:
        queue, client = b"json:Queue%d" % (message % 4), b"worker%d" % (message % 100)
        position, wall_ns = message * LENGTH, BEGAN_NS + message * 1_000_000
        topic = b"Queue%d" % (message % 4)
        arrival = Arrival(topic, 7, message + 1, position, array("I", (LENGTH,)), 60)
        yield encode_events(Events(STATUS["Received"], queue, b"publisher", b"", number, wall_ns, (), (), arrival))
        number += 1
        for closing in ("Retrying", "Completed") if message % 50 == 0 else ("Completed",):
            started = Events(STATUS["Started"], queue, client, b"", number, wall_ns, (position,))
            yield encode_events(started)
            ended = Events(STATUS[closing], queue, client, b"", number + 1, wall_ns, (position,), (number,))
            yield encode_events(ended)
            number += 2
        message += 1


QUERIES = {
    "the newest 100": EventFilter(),
    "status (2 % of all)": EventFilter(status="Retrying"),
    "topic": EventFilter(topic="Queue3"),
    "client (1 %)": EventFilter(client="worker42"),
    "one minute, an hour ago": EventFilter(since_ns=BEGAN_NS + 60_000_000_000, until_ns=BEGAN_NS + 120_000_000_000),
    "status, topic, client and time": EventFilter(
        status="Retrying", topic="Queue0", client="worker0", since_ns=BEGAN_NS, until_ns=BEGAN_NS + 200_000_000_000
    ),
    "what is not there": EventFilter(status="Completed", topic="Queue3", client="worker0"),
    "one message": EventFilter(message="7|150001|"),
}


def cpu_seconds() -> float:
    """Of this process and the one that writes, which has ended."""
    return sum(os.times()[:4])


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/bench.events"
        records = list(told())
        file = EventFile(path, b"journal", MessageEventsDefinition(), lambda code, **values: None)
        began, cpu = time.perf_counter(), cpu_seconds()
        for position, record in enumerate(records):
            file.append(position, record)
        file.close()
        rows = {
            "events": EVENTS,
            "rows": len(records),
            "to write, events/s": round(EVENTS / (time.perf_counter() - began)),
            "CPU us/event": round((cpu_seconds() - cpu) / EVENTS * 1e6, 1),
            "file MiB": round(Path(path).stat().st_size / 2**20),
        }
        print(json.dumps(rows, indent=2))
        queries = EventFileQueries(path, lambda: None)
        slowest = 0.0
        for name, wanted in QUERIES.items():
            times = []
            for _ in range(5):
                began = time.perf_counter()
                found = queries.find(wanted)
                times.append((time.perf_counter() - began) * 1000)
            slowest = max(slowest, statistics.median(times))
            print(f"{name:<32} {len(found):>4} events  {statistics.median(times):7.1f} ms")
        began = time.perf_counter()
        story = queries.story("7|150001|")
        elapsed_ms = (time.perf_counter() - began) * 1000
        number = len(story.timeline) if story else 0
        print(f"{'the story of one message':<32} {number:>4} events  {elapsed_ms:7.1f} ms")
        if slowest > 1000:
            sys.exit("a page of the grid takes more than a second")


if __name__ == "__main__":
    main()
