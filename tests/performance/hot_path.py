"""What the hot path executes for fixed scripts: bytecode instructions and calls of C functions, per message.

Times differ from run to run; these counts do not, on one version of Python. `python tests/performance/hot_path.py`
prints them; `--write` makes them the ones that the test compares with.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from play import Client, Playbook, queue

from ampsd.wire import amps

COUNTS = Path(__file__).parent / "counts.json"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
PACKAGE = str(Path(amps.__file__).parent.parent)
SIMULATOR = f"{PACKAGE}/simulator"
MESSAGES = 200
BODY = b'{"id":123456,"customer":"C00001","name":"' + b"x" * 150 + b'"}'

Script = Callable[[], tuple[Callable[[], object], int]]
"""Prepares; gives what is counted and how many messages that is."""


def is_ours(frame: FrameType) -> bool:
    """Whether code of the server runs, generated filters too; the simulator's disk and network do not count."""
    name = frame.f_code.co_filename
    return name == "<expression>" or (name.startswith(PACKAGE) and not name.startswith(SIMULATOR))


class Counter:
    """Counts instructions of this package, and C functions that it calls."""

    def __init__(self) -> None:
        self.instructions = 0
        self.calls = 0

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not is_ours(frame):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._count

    def _count(self, frame: FrameType, event: str, argument: Any) -> Any:
        self.instructions += event == "opcode"
        return self._count

    def profile(self, frame: FrameType, event: str, argument: Any) -> None:
        self.calls += event == "c_call" and is_ours(frame)

    def count(self, work: Callable[[], object], messages: int) -> dict[str, float]:
        """Of each message."""
        sys.settrace(self.trace)
        try:
            work()
        finally:
            sys.settrace(None)
        sys.setprofile(self.profile)
        try:
            work()
        finally:
            sys.setprofile(None)
        return {"instructions": round(self.instructions / messages, 1), "calls": round(self.calls / messages, 1)}


def publishes(first: int, *, topic: str = "news", is_durable: bool = False) -> bytes:
    """A read of the network with all messages in it."""
    frames = []
    for number in range(first, first + MESSAGES):
        header = b'{"c":"p","t":"%b"' % topic.encode()
        header += b',"a":"persisted","s":%d}' % number if is_durable else b"}"
        frames.append(amps.frame(header, BODY))
    return b"".join(frames)


def subscribed(play: Playbook, name: str, **fields: object) -> Client:
    client = play.client(name)
    client.send(c="subscribe", cid="1", sub_id="s", a="processed", **fields)
    client.take()
    return client


def fan_out(readers: int, **fields: object) -> Script:
    """Publishes outside the log to so many subscribers."""

    def prepare() -> tuple[Callable[[], object], int]:
        play = Playbook(transaction_log="")
        for number in range(readers):
            subscribed(play, f"reader{number}", t="news", **fields)
        writer = play.client("writer")
        data = publishes(1)
        return lambda: writer.raw(data), MESSAGES

    return prepare


def many_filters() -> tuple[Callable[[], object], int]:
    """A thousand subscriptions, each for one customer; every message matches one."""
    play = Playbook(transaction_log="")
    reader = play.client("reader")
    for number in range(1000):
        reader.send(c="subscribe", cid="1", sub_id=f"s{number}", t="news", filter=f"/customer = 'C{number:05}'")
    writer = play.client("writer")
    data = publishes(1)
    return lambda: writer.raw(data), MESSAGES


def durable_queue(has_events: bool = True) -> tuple[Callable[[], object], int]:
    """Numbered publishes to a queue, leased to a consumer that acknowledges them in lists."""
    settings = {"MaxPerSubscriptionBacklog": 1000, "ampsd:Events": str(has_events).lower()}
    play = Playbook(queues=queue("Jobs", **settings))
    worker = subscribed(play, "worker", t="Jobs", o="max_backlog=1000")
    writer = play.client("writer")
    rounds = iter(range(1, 10_000, MESSAGES))

    def cycle() -> None:
        writer.raw(publishes(next(rounds), topic="Jobs", is_durable=True))
        bookmarks = [one["bm"] for one in worker.take() if "body" in one]
        for start in range(0, len(bookmarks), 50):
            listed = ",".join(bookmarks[start : start + 50])
            worker.send(c="sow_delete", cid="AMPS-queue-ack", t="Jobs", bookmark=listed)
        assert len(bookmarks) == MESSAGES

    return cycle, MESSAGES


SCRIPTS: dict[str, Script] = {
    "pub/sub 1 to 1": fan_out(1),
    "pub/sub 1 to 10": fan_out(10),
    "pub/sub, one filter": fan_out(1, filter="/customer = 'C00001'"),
    "pub/sub, 1,000 filters": many_filters,
    "durable queue": durable_queue,
    "durable queue, no events": lambda: durable_queue(has_events=False),
}


def counted(name: str) -> dict[str, float]:
    """Counts of one script, the second time that it runs: what is found once and kept is found by then."""
    work, messages = SCRIPTS[name]()
    work()
    return Counter().count(work, messages)


if __name__ == "__main__":
    found = {name: counted(name) for name in SCRIPTS}
    for title, counts in found.items():
        print(f"{title:24} {counts['instructions']:8.1f} instructions {counts['calls']:6.1f} C calls")
    if "--write" in sys.argv:
        kept = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
        COUNTS.write_text(json.dumps({**kept, VERSION: found}, indent=1) + "\n")
