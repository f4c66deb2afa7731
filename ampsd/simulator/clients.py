"""Clients of the fake world. They speak bytes, keep what is not acknowledged and send it again, as HA clients do."""

import re
from random import Random

from ampsd.engine.publishers import publisher_id
from ampsd.simulator.history import Delivery, Ending, History, RemovalPersisted
from ampsd.simulator.network import SimNet
from ampsd.wire import amps

_FIELD = re.compile(rb'"([a-z_]+)":(?:"((?:[^"\\]|\\.)*)"|([0-9]+))')
_HEADER = re.compile(rb'\{(?:"[a-z_]+":(?:"(?:[^"\\]|\\.)*"|[0-9]+),?)*\}')

Fields = dict[bytes, bytes]


class Server:
    """What clients see of the server, and the history they write."""

    def __init__(self, net: SimNet, history: History) -> None:
        self.net = net
        self.history = history
        self.now_ns = 0
        self.last_connection = 0
        self.opened: list[int] = []
        self.hung_up: list[int] = []

    def connect(self) -> int:
        """Open a connection; the world tells the server."""
        self.last_connection += 1
        self.net.open(self.last_connection)
        self.opened.append(self.last_connection)
        return self.last_connection


class SimClient:
    """A client with a store: commands with a sequence number stay in it until a persisted ack covers them."""

    def __init__(self, name: str, server: Server, rng: Random) -> None:
        self.name = name.encode()
        self.rng = rng
        self.server = server
        self.publisher = publisher_id(self.name)
        self.connection = 0
        self.is_logged_on = False
        self.sequence = 0
        self.store: dict[int, tuple[bytes, bytes]] = {}

    def connect(self) -> None:
        """Open a connection and log on."""
        self.connection = self.server.connect()
        conflation = self.rng.choice((b"1ms", b"10ms", b"1s"))
        self.write(
            b'{"c":"logon","cid":"0","client_name":"%b","mt":"json","a":"processed","version":"5.3.5.1:sim",'
            b'"o":"ack_conflation=%b"}' % (self.name, conflation)
        )

    def disconnected(self) -> None:
        """The connection is gone; what was on its way may be lost."""
        self.connection = 0
        self.is_logged_on = False

    def hang_up(self) -> None:
        """Vanish without a word."""
        self.server.hung_up.append(self.connection)
        self.disconnected()

    def write(self, header: bytes, body: bytes = b"") -> None:
        """Send a frame."""
        self.server.net.to_server[self.connection].append(amps.frame(header, body))

    def send_stored(self, header: bytes, body: bytes) -> int:
        """Send a command that wants a persisted ack; `header` ends before its sequence. Returns the sequence."""
        self.sequence += 1
        complete = b'%b,"a":"persisted","s":%d}' % (header, self.sequence)
        self.store[self.sequence] = (complete, body)
        self.server.history.sent[(self.publisher, self.sequence)] = body
        self.write(complete, body)
        return self.sequence

    def receive(self, data: bytes) -> None:
        """Bytes from the server: whole frames."""
        at = 0
        while at < len(data):
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            header = _HEADER.match(data, at + 4, end)
            if header is None:
                raise AssertionError(f"the server sent a header no client can read: {data[at:end]!r}")
            fields = {key: quoted or bare for key, quoted, bare in _FIELD.findall(header.group())}
            self.handle(fields, data[header.end() : end])
            if not self.connection:
                return
            at = end

    def handle(self, fields: Fields, body: bytes) -> None:
        """One frame."""
        if fields[b"c"] != b"ack":
            self.message(fields, body)
        elif fields[b"a"] == b"persisted":
            if fields[b"status"] != b"success":
                self.failed(fields)
                return
            self.acknowledged(int(fields[b"s"]))
        elif fields.get(b"cid") == b"0":
            self._logged_on(int(fields[b"s"]))

    def acknowledged(self, sequence: int) -> None:
        """Everything up to `sequence` is persisted, says the server: the store lets go of it."""
        for number in [one for one in self.store if one <= sequence]:
            del self.store[number]
            self.server.history.acknowledged[(self.publisher, number)] = None
            self.released(number)

    def failed(self, fields: Fields) -> None:
        """A command was refused."""
        raise AssertionError(f"a command failed: {fields}")

    def _logged_on(self, last: int) -> None:
        self.acknowledged(last)
        if last > self.sequence:
            raise AssertionError(f"{self.name!r} is told {last} at logon, but sent only {self.sequence}")
        self.is_logged_on = True
        for header, body in self.store.values():
            self.write(header, body)
        self.began()

    def began(self) -> None:
        """Logged on, the store sent again."""

    def released(self, sequence: int) -> None:
        """The command numbered `sequence` is persisted."""

    def message(self, fields: Fields, body: bytes) -> None:
        """A message arrived."""

    def act(self) -> None:
        """Do something of one's own accord."""


class SimPublisher(SimClient):
    """Publishes jobs, numbered, until it has sent its share."""

    def __init__(self, name: str, server: Server, rng: Random, topic: bytes, share: int) -> None:
        super().__init__(name, server, rng)
        self._topic = topic
        self.left = share

    def act(self) -> None:
        """Publish a few."""
        for _ in range(min(self.left, self.rng.randint(1, 4))):
            self.left -= 1
            filler = b"x" * self.rng.choice((0, 0, 10, 300, 2000))
            body = b'{"job":"%b-%d","fill":"%b"}' % (self.name, self.sequence + 1, filler)
            self.send_stored(b'{"c":"p","t":"%b"' % self._topic, body)


class Mood:
    """How a worker treats what it gets: chances of each answer; the rest is a plain acknowledgment."""

    __slots__ = ("cancel", "expire", "keep", "vanish")

    def __init__(self, cancel: float, expire: float, keep: float, vanish: float) -> None:
        self.cancel = cancel
        self.expire = expire
        self.keep = keep
        self.vanish = vanish


class SimWorker(SimClient):
    """Works a queue: acknowledges, cancels, expires, keeps messages without a word, or vanishes."""

    def __init__(self, name: str, server: Server, rng: Random, queue: bytes, backlog: int, mood: Mood) -> None:
        super().__init__(name, server, rng)
        self._queue = queue
        self._backlog = backlog
        self._removals: dict[int, bytes] = {}
        self.mood = mood
        self.has_work = False
        self._kept: list[bytes] = []

    def began(self) -> None:
        """Subscribe again."""
        self._kept = []
        self.write(
            b'{"c":"subscribe","t":"%b","cid":"1","sub_id":"s","a":"processed","o":"max_backlog=%d"}'
            % (self._queue, self._backlog)
        )

    def message(self, fields: Fields, body: bytes) -> None:
        """A delivery: decide what becomes of it. Without a bookmark the topic is no queue now."""
        bookmark = fields.get(b"bm")
        if bookmark is None:
            return
        history = self.server.history
        history.observations.append(Delivery(self.server.now_ns, self.connection, fields[b"t"], bookmark, body))
        draw = self.rng.random()
        mood = self.mood
        if draw < mood.vanish:
            self.hang_up()
        elif draw < mood.vanish + mood.keep:
            self._kept.append(bookmark)
        elif draw < mood.vanish + mood.keep + mood.cancel:
            self.answer(bookmark, self.rng.choice((b"cancel", b"cancel", b"cancel", b"ampsd_after=20ms")))
        elif draw < mood.vanish + mood.keep + mood.cancel + mood.expire:
            self.answer(bookmark, b"expire")
        else:
            self.answer(bookmark, b"")

    def answer(self, bookmark: bytes, option: bytes) -> None:
        """Acknowledge one delivery, numbered, so that it survives a reconnect."""
        self.server.history.observations.append(
            Ending(self.server.now_ns, self.connection, bookmark, option.decode() or "ack")
        )
        extra = b',"o":"%b"' % option if option else b""
        sequence = self.send_stored(
            b'{"c":"sow_delete","t":"%b","cid":"AMPS-queue-ack","bookmark":"%b"%b' % (self._queue, bookmark, extra), b""
        )
        if not option:
            self._removals[sequence] = bookmark

    def released(self, sequence: int) -> None:
        """A persisted acknowledgment: this message must never come again."""
        bookmark = self._removals.pop(sequence, None)
        if bookmark is not None:
            self.server.history.observations.append(RemovalPersisted(bookmark))

    def act(self) -> None:
        """Come back to something that was kept."""
        if self._kept:
            self.answer(self._kept.pop(0), b"")


class SimVisitor(SimWorker):
    """Works a queue that comes and goes. Its acknowledgments may be refused, so no promise rests on them."""

    def acknowledged(self, sequence: int) -> None:
        """Persisted, or refused: the server need not be told again."""
        self.store = {number: one for number, one in self.store.items() if number > sequence}

    def failed(self, fields: Fields) -> None:
        """There is no queue of that name at the moment."""
        if fields[b"reason"] != b"invalid topic":
            super().failed(fields)
        self.store.pop(int(fields[b"s"]), None)
