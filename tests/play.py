"""A dialogue with one instance on fake clock, disk and network: what goes in, what comes out, when.

    play = Playbook(queues="<Queue>...</Queue>")
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s", a="processed")
    assert worker.take() == [...]
    play.advance("30s")

Every `send` and `advance` runs the reactor until nothing more happens, disk included, unless the disk is held.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from ampsd import units
from ampsd.config.model import Model, load
from ampsd.engine import lifecycle
from ampsd.engine.operators import Left
from ampsd.lint.examination import examine
from ampsd.reactor import ActionRequested, SignalArrived, StopBegun
from ampsd.simulator.checkers.events import check as check_events
from ampsd.simulator.peer import Peer
from ampsd.simulator.stage import SEGMENT_SIZE, Stage

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
    return f"<Action>{step(on, **on_options)}{''.join(step(one, **options) for one, options in steps)}</Action>"


def step(module: str, **options: str | Sequence[str]) -> str:
    """An On, If or Do element, by module name, amps-action- left out; options by their XML names, as they stand."""
    kind = {"on": "On", "if": "If", "do": "Do"}[module.removeprefix("ampsd-action-").split("-")[0]]
    name = module if module.startswith("ampsd-") else f"amps-action-{module}"
    pairs = [(key, one) for key, value in options.items() for one in ([value] if isinstance(value, str) else value)]
    inside = "".join(f"<{key}>{value}</{key}>" for key, value in pairs)
    return f"<{kind}><Module>{name}</Module><Options>{inside}</Options></{kind}>"


def acting(*steps: str) -> str:
    """An Action element of such elements."""
    return f"<Action>{''.join(steps)}</Action>"


def echo(text: str) -> str:
    """A step that writes a text to the log."""
    return step("do-echo-message", Message=text)


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


class Client(Peer):
    """One connection, from the outside."""

    def take(self) -> list[Message]:
        """The frames that arrived since the last call."""
        return [dict(one.fields) if one.body is None else {**one.fields, "body": one.body} for one in self.receive()]

    def bodies(self) -> list[str]:
        """Bodies of the messages that arrived since the last call."""
        return [one.body for one in self.receive() if one.body is not None]


def configured(
    *,
    queues: str = "",
    actions: str = "",
    transaction_log: str = TRANSACTION_LOG,
    transport: str = "",
    transports: str = "",
    settings: str = "",
) -> bytes:
    """A configuration: `transport` stands inside the transport t, `transports` beside it."""
    text = (
        f'<AMPSConfig xmlns:ampsd="urn:ampsd:config:1"><Name>Play</Name>{settings}'
        "<Transports><Transport><Name>t</Name><Type>tcp</Type><InetAddr>9007</InetAddr>"
        f"<Protocol>amps</Protocol>{transport}</Transport>{transports}</Transports>"
        f"{f'<SOW>{queues}</SOW>' if queues else ''}{transaction_log}"
        f"{f'<Actions>{actions}</Actions>' if actions else ''}</AMPSConfig>"
    )
    return text.encode()


def errors(actions: str, queues: str = "") -> list[str]:
    """The errors of a configuration with these actions: code and sentence; with one, nothing starts."""
    text = configured(actions=actions, queues=queues)
    found = examine("play.xml", read=lambda _: text, environment={}, working_directory="/")
    told = [f"{one.code} {one.sentence}" for one in found.findings if one.severity == "error"]
    assert bool(told) is not found.may_start
    return told


class Playbook(Stage):
    """One instance; see the module's doc string."""

    def __init__(
        self,
        *,
        queues: str = "",
        actions: str = "",
        transaction_log: str = TRANSACTION_LOG,
        transport: str = "",
        transports: str = "",
        settings: str = "",
        zone: tzinfo = UTC,
        segment_size: int = SEGMENT_SIZE,
    ) -> None:
        self._sections = {
            "settings": settings,
            "transport": transport,
            "transports": transports,
            "transaction_log": transaction_log,
            "actions": actions,
        }
        self._queues = queues
        super().__init__(self._configured(queues), zone=zone, segment_size=segment_size)
        self._requests = 0
        self.lines: list[str] = []
        self.left: dict[str, Left] = {}
        """What operators know of messages that left their queues."""
        self.start()

    def configure(self, *, queues: str) -> None:
        """Other queues from the next start on."""
        self.model = self._configured(queues)

    def reload(self, *, is_forced: bool = False, **sections: str) -> list[str]:
        """Take over a configuration with these sections, and what is not named as it began; why that is refused."""
        found = self.begin_reload(self._reloaded(sections), is_forced=is_forced)
        self.settle()
        (reasons,) = found
        return list(reasons)

    def begin(self, *, is_forced: bool = False, **sections: str) -> list[Sequence[str]]:
        """The same, but only begun: what comes of it is in the list once it is known."""
        return self.begin_reload(self._reloaded(sections), is_forced=is_forced)

    def _reloaded(self, sections: dict[str, str]) -> Model:
        self._sections.update({name: text for name, text in sections.items() if name != "queues"})
        self._queues = sections.get("queues", self._queues)
        return self._configured(self._queues)

    def _configured(self, queues: str) -> Model:
        text = configured(queues=queues, **self._sections)
        loading = load("play.xml", read=lambda _: text, environment={}, working_directory="/")
        assert loading.model is not None, "\n".join(map(str, loading.findings))
        return loading.model

    def connect(self, transport_message_type: str | None = None, transport: str = "t") -> Client:
        """A connection that has not logged on."""
        return Client(self, self.open(transport, transport_message_type))

    def client(self, name: str, transport: str = "t", **fields: object) -> Client:
        """A connection that has logged on."""
        client = self.connect(transport=transport)
        client.send(c="logon", cid="0", client_name=name, a="processed", version="5.3.5.14:test", **fields)
        answer = client.take()
        if not self.is_disk_held:
            assert [one["status"] for one in answer] == ["success"], answer
        return client

    def operate(
        self, verb: str, queue: str, *bookmarks: str, request: str = "", actor: str = "ops", **parameters: object
    ) -> list[tuple[str, str]]:
        """An operator's request; outcome and reason for each message."""
        self._requests += 1
        name = request or f"request {self._requests}"
        (answer,) = self.ask(name, actor, verb, f"json:{queue}", bookmarks, parameters, self.left)
        assert [one.what for one in answer.items] == list(bookmarks or [f"json:{queue}"])
        return [(one.outcome, one.reason) for one in answer.items]

    def story(self, bookmark: str, queue: str = "Jobs", processor: str = "json") -> list[str]:
        """The statuses of a message in a queue, with their reasons, in order; `lines` are its log records then."""
        self.lines = []
        found: list[str] = []
        publisher, sequence = map(int, bookmark.strip("|").split("|"))
        for status, why in self.statuses(f"{processor}:{queue}".encode(), publisher, sequence):
            if status == lifecycle.LOGGED:
                self.lines.append(why)
            else:
                found.append(f"{status}: {why}" if why else status)
        return found

    def check_events(self) -> None:
        """The event log has no gap and no step that the table does not have, and says what the queues say."""
        assert check_events(self.store.events(), self.instance.queues) == []

    def advance(self, interval: str) -> None:
        """Time passes."""
        self.leap(units.interval_ns(interval))

    def signal(self, name: str) -> None:
        """The process receives a signal."""
        self.post(SignalArrived(name))
        self.settle()

    def request(self, path: str, **parameters: str) -> None:
        """Somebody asks for a path of an action on the admin interface."""
        self.post(ActionRequested(path, {name: value.encode() for name, value in parameters.items()}))
        self.settle()

    def stop(self) -> None:
        """Shutting down begins."""
        self.post(StopBegun())
        self.settle()

    def failures(self) -> list[str]:
        """Why steps failed, so far."""
        return [str(values["reason"]) for code, values in self.log if code == "29-0105"]

    def echoes(self) -> list[str]:
        """What steps wrote to the log, so far."""
        return [str(values["message"]) for code, values in self.log if code == "29-0103"]
