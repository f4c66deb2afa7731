"""A dialogue with one instance on fake clock, disk and network: what goes in, what comes out, when.

    play = Playbook(queues="<Queue>...</Queue>")
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s", a="processed")
    assert worker.take() == [...]
    play.advance("30s")

Every `send` and `advance` runs the reactor until nothing more happens, disk included, unless the disk is held.
"""

import re
from random import Random

from ampsd import units
from ampsd.config.model import load
from ampsd.engine import lifecycle
from ampsd.engine.operators import Answer, Left, Request
from ampsd.instance import Instance
from ampsd.reactor import (
    ArchiveCompleted,
    Connected,
    Disconnected,
    DiskCompleted,
    Input,
    OfflineCompleted,
    Reactor,
    UpkeepCompleted,
    Writable,
)
from ampsd.simulator.archive import SimArchive
from ampsd.simulator.checkers.events import check as check_events
from ampsd.simulator.clock import SimClock
from ampsd.simulator.disk import SimDisk
from ampsd.simulator.event_store import SimEventStore
from ampsd.simulator.network import SimNet
from ampsd.simulator.upkeep import SimUpkeep
from ampsd.storage.journal import Journal
from ampsd.storage.log import Log, Unlogged
from ampsd.storage.recovery import recover
from ampsd.wire import amps

_FIELD = re.compile(rb'"([a-z_]+)":(?:"((?:[^"\\]|\\.)*)"|([0-9]+))')
_HEADER = re.compile(rb'\{(?:"[a-z_]+":(?:"(?:[^"\\]|\\.)*"|[0-9]+),?)*\}')

TRANSACTION_LOG = (
    "<TransactionLog><JournalDirectory>/play</JournalDirectory>"
    "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic>"
    "<Topic><Name>.*</Name><MessageType>binary</MessageType></Topic></TransactionLog>"
)

Message = dict[str, str]
"""A frame's header fields; the body under the key `body`, the log code of a record under `log`."""


def queue(name: str, **settings: object) -> str:
    """A Queue element; settings by their XML names."""
    inside = "".join(f"<{key}>{value}</{key}>" for key, value in {"MessageType": "json", **settings}.items())
    return f"<Queue><Name>{name}</Name>{inside}</Queue>"


def action(on: str, on_options: dict[str, str], *steps: tuple[str, dict[str, str]]) -> str:
    """An Action element: one On, then If and Do steps by module name without its prefix."""

    def element(module: str, options: dict[str, str]) -> str:
        kind = {"on": "On", "if": "If", "do": "Do"}[module.split("-")[0]]
        inside = "".join(f"<{key}>{value}</{key}>" for key, value in options.items())
        return f"<{kind}><Module>amps-action-{module}</Module><Options>{inside}</Options></{kind}>"

    return f"<Action>{element(on, on_options)}{''.join(element(*step) for step in steps)}</Action>"


DEAD_LETTER = action(
    "on-sow-expire-message",
    {"Topic": "Jobs", "MessageType": "json"},
    (
        "do-publish-message",
        {
            "Topic": "FailedJobs",
            "MessageType": "json",
            "Data": '{"message": {{AMPS_DATA}}, "reason": "{{AMPS_REASON}}"}',
        },
    ),
)


class Client:
    """One connection, from the outside."""

    def __init__(self, play: "Playbook", connection: int) -> None:
        self._play = play
        self.connection = connection

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._play.post((self.connection, data))
        self._play.settle()

    def send(self, body: str | bytes = b"", **fields: object) -> None:
        """A command: header fields by their short names, numbers unquoted."""
        pairs = (
            f'"{key}":{value}' if isinstance(value, int) else f'"{key}":"{value}"' for key, value in fields.items()
        )
        header = "{" + ",".join(pairs) + "}"
        self.raw(amps.frame(header.encode(), body.encode() if isinstance(body, str) else body))

    def take(self) -> list[Message]:
        """The frames that arrived since the last call."""
        waiting = self._play.net.to_client.get(self.connection)
        data = b"".join(waiting) if waiting else b""
        if waiting:
            waiting.clear()
        messages: list[Message] = []
        at = 0
        while at < len(data):
            end = at + 4 + int.from_bytes(data[at : at + 4], "big")
            header = _HEADER.match(data, at + 4, end)
            assert header is not None, f"no client can read {data[at:end]!r}"
            fields = {key.decode(): (quoted or bare).decode() for key, quoted, bare in _FIELD.findall(header.group())}
            if fields["c"] == "sow":
                fields["body"] = data[header.end() : end].decode("utf-8", "surrogateescape")
            elif fields["c"] in ("p", "oof"):
                fields["body"] = data[header.end() : end].decode("utf-8", "surrogateescape")
                assert int(fields["l"]) == end - header.end()
            messages.append(fields)
            at = end
        return messages

    def bodies(self) -> list[str]:
        """Bodies of the messages that arrived since the last call."""
        return [one["body"] for one in self.take() if "body" in one]

    def stall(self) -> None:
        """Read nothing from now on."""
        self._play.net.stalled[self.connection] = 0

    def read_on(self) -> None:
        """Read again, as fast as it comes."""
        self._play.net.stalled.pop(self.connection)
        self._play.post(Writable(self.connection))
        self._play.settle()

    def hang_up(self) -> None:
        """The connection is gone."""
        self._play.net.forget(self.connection)
        self._play.post(Disconnected(self.connection, "connection closed"))
        self._play.settle()

    @property
    def is_closed(self) -> bool:
        """Whether the server closed the connection."""
        return self.connection in self._play.net.closed_by_server


class Playbook:
    """One instance; see the module's doc string."""

    def __init__(
        self,
        *,
        queues: str = "",
        actions: str = "",
        transaction_log: str = TRANSACTION_LOG,
        transport: str = "",
        settings: str = "",
        segment_size: int = 1 << 16,
    ) -> None:
        self.segment_size = segment_size
        self._sections = (settings, transport, transaction_log, actions)
        self.configure(queues=queues)
        self.clock = SimClock()
        self.disk = SimDisk()
        self.net = SimNet()
        self.log: list[tuple[str, dict[str, object]]] = []
        self.store = SimEventStore()
        self.archive = SimArchive(refused=b"bad")
        self.is_archive_held = False
        self.upkeep = SimUpkeep(self.disk)
        self.is_upkeep_held = False
        self._rng = Random(1)
        self.is_disk_held = False
        self.is_offline_held = False
        self._inputs: list[Input] = []
        self._connections = 0
        self._requests = 0
        self.lines: list[str] = []
        self.left: dict[str, Left] = {}
        """What operators know of messages that left their queues."""
        self._start()

    def configure(self, *, queues: str) -> None:
        """Other queues from the next start on."""
        settings, transport, transaction_log, actions = self._sections
        text = (
            f'<AMPSConfig xmlns:ampsd="urn:ampsd:config:1"><Name>Play</Name>{settings}'
            "<Transports><Transport><Name>t</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
            f"<Protocol>amps</Protocol>{transport}</Transport></Transports>"
            f"{f'<SOW>{queues}</SOW>' if queues else ''}{transaction_log}"
            f"{f'<Actions>{actions}</Actions>' if actions else ''}</AMPSConfig>"
        )
        loading = load("play.xml", read=lambda _: text.encode(), environment={}, working_directory="/")
        assert loading.model is not None, "\n".join(map(str, loading.findings))
        self._model = loading.model

    def _start(self) -> None:
        log: Log
        self.journal: Journal | None = None
        if self._model.definition.transaction_log is None:
            log = Unlogged()
        else:
            log = self.journal = Journal(self.disk)
        archive = self.archive if self._model.definition.message_archive is not None else None
        upkeep = None if self.journal is None else self.upkeep
        self.instance = Instance(self._model, log, self._report, self.store, archive, upkeep)
        self.instance.turn.begin(self.clock.monotonic, self.clock.wall)
        if self.journal is not None:
            definition = self._model.definition.transaction_log
            assert definition is not None
            copies = definition.journal_archive_directory
            found = recover(self.disk, "/play", "Play", self.segment_size, b"play", self.instance.restore, copies)
            self.journal.begin(found.tail)
        self.offline = SimDisk()
        self._reactor = Reactor(self.instance, log, self.journal, self.clock, self.net, self.offline)
        self.slow = self._reactor.slow
        self.instance.start()
        self.settle()

    def _report(self, code: str, **values: object) -> None:
        self.log.append((code, values))

    def codes(self) -> list[str]:
        """Codes of all log records so far."""
        return [code for code, _ in self.log]

    def post(self, one: Input) -> None:
        """An input for the next turn."""
        self._inputs.append(one)

    def settle(self) -> None:
        """Turns and disk verbs until nothing more happens."""
        while True:
            inputs, self._inputs = self._inputs, []
            decisions = self.slow.decisions
            self._reactor.turn(inputs)
            while self.offline.is_busy and not self.is_offline_held:
                completion = self.offline.step()
                if completion is not None:
                    self._inputs.append(OfflineCompleted(*completion))
            while self.disk.is_busy and not self.is_disk_held:
                completion = self.disk.step()
                if completion is not None:
                    self._inputs.append(DiskCompleted(*completion))
            while self.upkeep.is_busy and not self.is_upkeep_held:
                completion = self.upkeep.step()
                if completion is not None:
                    self._inputs.append(UpkeepCompleted(*completion))
            if self.archive.is_busy and not self.is_archive_held:
                self._inputs.append(ArchiveCompleted(*self.archive.step(self._rng)))
            if not self._inputs and self.slow.decisions == decisions:
                return

    def connect(self, transport_message_type: str | None = None) -> Client:
        """A connection that has not logged on."""
        self._connections += 1
        self.net.open(self._connections)
        self.post(Connected(self._connections, "t", transport_message_type, f"10.0.0.{self._connections}:1"))
        self.settle()
        return Client(self, self._connections)

    def client(self, name: str, **fields: object) -> Client:
        """A connection that has logged on."""
        client = self.connect()
        client.send(c="logon", cid="0", client_name=name, a="processed", version="5.3.5.14:test", **fields)
        answer = client.take()
        if not self.is_disk_held:
            assert [one["status"] for one in answer] == ["success"], answer
        return client

    def operate(
        self, verb: str, queue: str, *bookmarks: str, request: str = "", actor: str = "ops", **parameters: object
    ) -> list[tuple[str, str]]:
        """An operator's request; outcome and reason for each message."""
        answers: list[Answer] = []
        self._requests += 1
        name = request or f"request {self._requests}"
        self.post(Request(name, actor, verb, f"json:{queue}", bookmarks, answers.append, parameters, self.left))
        self.settle()
        (answer,) = answers
        assert [one.what for one in answer.items] == list(bookmarks or [f"json:{queue}"])
        return [(one.outcome, one.reason) for one in answer.items]

    def story(self, bookmark: str, queue: str = "Jobs", processor: str = "json") -> list[str]:
        """The statuses of a message in a queue, with their reasons, in order; `lines` are its log records then."""
        self.lines = []
        publisher, sequence = map(int, bookmark.strip("|").split("|"))
        position = -1
        found: list[str] = []
        for run in self.store.events():
            arrival = run.arrival
            if arrival is not None and arrival.publisher == publisher:
                at = sequence - arrival.sequence
                if 0 <= at < run.number:
                    position = run.every_position[at]
            if run.queue == f"{processor}:{queue}".encode() and position in run.every_position:
                status, why = lifecycle.status_of(run.status, run.reason)
                if status == lifecycle.LOGGED:
                    self.lines.append(why.decode())
                    continue
                found.append(f"{status}: {why.decode()}" if why else status)
        return found

    def check_events(self) -> None:
        """The event log has no gap and no step that the table does not have, and says what the queues say."""
        assert check_events(self.store.events(), self.instance.queues) == []

    def advance(self, interval: str) -> None:
        """Time passes."""
        self.clock.advance(units.interval_ns(interval))
        self.settle()

    def release_disk(self) -> None:
        """The disk goes on."""
        self.is_disk_held = False
        self.settle()

    def restart(self, *, power_cut_seed: int | None = None) -> None:
        """Kill the process, or cut the power, and start again."""
        if power_cut_seed is None:
            self.disk.kill()
        else:
            self.disk.crash(Random(power_cut_seed))
        self.archive.crash(self._rng)
        self.upkeep.crash()
        for connection in list(self.net.to_client):
            self.net.forget(connection)
        self._inputs.clear()
        self.is_disk_held = False
        self._start()
