"""The clients of a test: each has a name, a connection, what it has received and what it still holds."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from ampsd.engine.publishers import publisher_id
from ampsd.simulator.peer import Frame, Peer
from ampsd.testing.mismatch import Mismatch

_VERSION = "5.3.5.0:ampsd-test"

FIRST, LAST, ALL = "first", "last", "all"
"""Which of several messages."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that a client received."""

    topic: str
    body: str
    bookmark: str
    correlation_id: str
    is_from_queue: bool


class Actor:
    """One client, by its name. It logs on when it is first needed, and again after a disconnect or a restart."""

    def __init__(self, name: str, connect: Callable[[str | None], Peer], is_queue: Callable[[str, str], bool]) -> None:
        """`connect` opens a connection to a transport; `is_queue`: is there a queue of that message type and name?"""
        self.name = name
        self.message_type = "json"
        self.published = 0
        """The sequence number of its last publish."""
        self.received: list[Delivery] = []
        """What it has received and no expectation has looked at."""
        self.held: dict[tuple[str, str], Delivery] = {}
        """What it has received of queues and not answered, by queue and bookmark, the oldest first."""
        self.subscriptions: dict[str, str] = {}
        """Topic -> id."""
        self._connect = connect
        self._is_queue = is_queue
        self._peer: Peer | None = None
        self._commands = 0
        self._acks: dict[str, Frame] = {}

    @property
    def is_connected(self) -> bool:
        """Whether its connection is open."""
        return self._peer is not None and not self._peer.is_closed

    @property
    def peer(self) -> Peer:
        """Its connection. Raises Mismatch."""
        if self._peer is None or not self.is_connected:
            raise Mismatch(f"{self.name} is not connected")
        return self._peer

    def lost(self) -> None:
        """Its connection is gone, and with it what it held and subscribed to."""
        self._peer = None
        self.subscriptions.clear()
        self.held.clear()

    def log_on(self, message_type: str, transport: str | None = None, *, user: str = "", password: str = "") -> str:
        """Connect and log on. Returns why that was refused; empty when it was not."""
        self._peer = self._connect(transport)
        self.message_type = message_type
        return self.command(
            "logon", client_name=self.name, mt=message_type, version=_VERSION, user_id=user, pw=password
        )

    def bookmark(self) -> str:
        """The bookmark of its last publish."""
        return f"{publisher_id(self.name.encode())}|{self.published}|"

    def command(self, name: str, body: str = "", number: int = 0, lifetime: int = 0, **fields: str) -> str:
        """Send a command. Returns the reason of its failure; empty when it was processed, or nothing is answered."""
        self._commands += 1
        command_id = f"t{self._commands}"
        header: dict[str, object] = {"c": name, "cid": command_id, "a": "processed"}
        header |= {key: json.dumps(value)[1:-1] for key, value in fields.items() if value}
        header |= {key: value for key, value in (("s", number), ("e", lifetime)) if value}
        peer = self.peer
        peer.send(body.encode("utf-8", "surrogateescape"), **header)
        self.read(peer)
        ack = self._acks.pop(command_id, None)
        if ack is None or ack.fields.get("status") == "success":
            return ""
        return ack.fields.get("reason", "failure")

    def read(self, peer: Peer | None = None) -> None:
        """Take in what has arrived."""
        source = peer or self._peer
        if source is None:
            return
        for frame in source.receive():
            if frame.fields["c"] == "ack":
                self._acks[frame.fields.get("cid", "")] = frame
            elif frame.body is not None and frame.fields["c"] == "p":
                self._deliver(frame, frame.body)
        if self._peer is not None and self._peer.is_closed:
            self.lost()

    def _deliver(self, frame: Frame, body: str) -> None:
        fields = frame.fields
        topic = _text(fields.get("t", ""))
        from_queue = self._is_queue(self.message_type, topic)
        found = Delivery(topic, body, fields.get("bm", ""), _text(fields.get("x", "")), from_queue)
        self.received.append(found)
        if from_queue:
            self.held.pop((topic, found.bookmark), None)
            self.held[topic, found.bookmark] = found

    def pick(self, which: str, is_meant: Callable[[Delivery], bool]) -> list[Delivery]:
        """The first, the last or all of the messages it holds that are meant. Raises Mismatch."""
        found = [one for one in self.held.values() if is_meant(one)]
        if not found:
            held = ", ".join(one.body for one in self.held.values()) or "none"
            raise Mismatch(f"{self.name} holds no such message", [f"it holds {held}"])
        return {FIRST: found[:1], LAST: found[-1:]}.get(which, found)


def _text(escaped: str) -> str:
    """A header field as the client sees it."""
    return str(json.loads(f'"{escaped}"')) if "\\" in escaped else escaped
