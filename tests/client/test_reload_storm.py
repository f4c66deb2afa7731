"""A thousand reloads under load, half of them broken on purpose: who is connected notices nothing but what changes."""

import json
import re
import threading
import urllib.request
from collections import Counter
from pathlib import Path

import AMPS
from daemon_process import DaemonProcess, StartDaemon, free_port
from test_reload_in_a_process import wait_until

RELOADS = 1000

SECTIONS = """
<SOW>
  <Queue><Name>Jobs</Name><MessageType>json</MessageType><MaxCancels>3</MaxCancels><LeasePeriod>{lease}</LeasePeriod>
    <MaxPerSubscriptionBacklog>20</MaxPerSubscriptionBacklog></Queue>{extra}
</SOW>
<TransactionLog><JournalDirectory>./journal</JournalDirectory><JournalSize>10MB</JournalSize>
  <Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>
<Actions>{noise}<Action>
  <On><Module>amps-action-on-sow-expire-message</Module>
    <Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>
  <Do><Module>amps-action-do-publish-message</Module>
    <Options><Topic>FailedJobs</Topic><MessageType>json</MessageType>
      <Data>{{"version":{version},"{word}":"{{{{AMPS_REASON}}}}","message":{{{{AMPS_DATA}}}}}}</Data></Options></Do>
  <Do><Module>amps-action-do-publish-message</Module>
    <Options><Topic>FailedJobs</Topic><MessageType>json</MessageType><Data>{{"trail":{version}}}</Data></Options></Do>
</Action></Actions>
<Admin><InetAddr>127.0.0.1:{admin}</InetAddr><FileName>:memory:</FileName></Admin>
"""
NOISE = """<Action><On><Module>amps-action-on-publish-message</Module>
  <Options><Topic>Nobody{number}</Topic><MessageType>json</MessageType></Options></On>
  <Do><Module>amps-action-do-nothing</Module></Do></Action>"""
EXTRA = "<Queue><Name>Extra{number}</Name><MessageType>json</MessageType><RecoveryPoint>{point}</RecoveryPoint></Queue>"
BROKEN = (
    ("</AMPSConfig>", ""),  # not XML
    ("<MaxCancels>3<", "<MaxCancels>many<"),  # not of the schema
    ("<Topic>Jobs</Topic>", "<Topic>Jobs</Topic><Reason>tired</Reason>"),  # not what the module means
    ("<Data>{", "<Data>{{AMPS_DATA}} {{AMPS_"),  # not a template
)


def word_of(version: int) -> str:
    """What the reason is called in dead letters of a version: a rule of it."""
    return ("reason", "why", "because")[version % 3]


def sections(version: int, admin: int) -> str:
    noise = "".join(NOISE.format(number=number) for number in range(version % 5))
    extra = EXTRA.format(number=version, point="now" if version % 50 else "epoch") if version % 2 else ""
    lease = ("10s", "30s")[version % 2]
    return SECTIONS.format(version=version, word=word_of(version), admin=admin, noise=noise, extra=extra, lease=lease)


class Load:
    """Publishes and works until it is told to stop; remembers everything."""

    def __init__(self, daemon: DaemonProcess) -> None:
        self.lost = threading.Event()
        self.is_over = threading.Event()
        self.jobs = 0
        self.ticks: list[int] = []
        self.letters: list[dict[str, object]] = []
        self.acknowledged: Counter[int] = Counter()
        self._uri = daemon.uri
        self._publisher = self._client("publisher")
        self._worker = self._client("worker")
        self._reader = self._client("reader")
        self._reader.subscribe(self._on_tick, "Ticks")
        self._reader.subscribe(self._on_letter, "FailedJobs")
        self._worker.execute_async(
            AMPS.Command("subscribe").set_topic("Jobs").set_options("max_backlog=20"), self._on_job
        )
        self._thread = threading.Thread(target=self._publish)
        self._thread.start()

    def _client(self, name: str) -> AMPS.Client:
        client = AMPS.Client(name)
        client.set_disconnect_handler(lambda _: self.lost.set())
        client.connect(self._uri)
        client.logon()
        return client

    def _publish(self) -> None:
        while not self.is_over.wait(0.002):
            self.jobs += 1
            self._publisher.publish("Jobs", f'{{"id":{self.jobs}}}')
            self._publisher.publish("Ticks", f'{{"tick":{self.jobs}}}')
        self._publisher.publish_flush(20_000)

    def _on_job(self, message: AMPS.Message) -> None:
        if message.get_command() == "ack":
            return
        number = int(re.findall(r"\d+", message.get_data())[0])
        if number % 5:
            self.acknowledged[number] += 1
            message.ack()
        else:
            message.ack("cancel")

    def _on_tick(self, message: AMPS.Message) -> None:
        self.ticks.append(json.loads(message.get_data())["tick"])

    def _on_letter(self, message: AMPS.Message) -> None:
        self.letters.append(json.loads(message.get_data()))

    def finish(self) -> None:
        self.is_over.set()
        self._thread.join()
        wait_until(lambda: len(self.ticks) == self.jobs, "a tick is missing")
        wait_until(lambda: len(self.acknowledged) == self.jobs - self.jobs // 5, "a job is missing")
        wait_until(lambda: len(self.letters) == 2 * (self.jobs // 5), "a dead letter is missing")
        self.lost_before_the_end = self.lost.is_set()
        for one in (self._publisher, self._worker, self._reader):
            one.close()


class Operator:
    """Writes files and reloads."""

    def __init__(self, daemon: DaemonProcess, admin: int) -> None:
        self._admin = f"http://127.0.0.1:{admin}/ampsd/v1/configuration"
        self._config = daemon.config
        first = sections(0, admin)
        self._head = daemon.config.read_text().replace(first, "{}")
        assert self._head.count("{}") == 1

    def ask(self, path: str, body: object = None) -> dict[str, object]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._admin + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            found: dict[str, object] = json.load(response)
        return found

    def reload(self, text: str, *, is_broken: tuple[str, str] | None = None) -> str:
        whole = self._head.replace("{}", text)
        if is_broken is not None:
            assert is_broken[0] in whole
            whole = whole.replace(*is_broken, 1)
        new = Path(f"{self._config}.new")
        new.write_text(whole)
        new.replace(self._config)
        return str(self.ask("/reload", {"actor": "storm"})["outcome"])


def test_a_storm_of_reloads(start_daemon: StartDaemon) -> None:
    admin = free_port()
    daemon = start_daemon(sections(0, admin), "--no-watch")
    operator, load = Operator(daemon, admin), Load(daemon)
    digest, outcomes = operator.ask("")["digest"], Counter[str]()
    for number in range(RELOADS):
        if number % 2:
            outcome = operator.reload(sections(number, admin), is_broken=BROKEN[number // 2 % len(BROKEN)])
            assert operator.ask("")["digest"] == digest, "what runs is what ran before the broken file"
        else:
            outcome = operator.reload(sections(number // 2 + 1, admin))
            digest = operator.ask("")["digest"]
        outcomes[outcome] += 1
        assert not load.lost.is_set(), f"a connection was lost in reload {number}"
    load.finish()

    assert outcomes == {"live": RELOADS // 2, "refused": RELOADS // 2}
    assert not load.lost_before_the_end
    assert load.ticks == list(range(1, load.jobs + 1))
    assert set(load.acknowledged.values()) == {1}
    letters, trails = load.letters[::2], load.letters[1::2]
    assert sorted(one["message"]["id"] for one in letters) == list(range(5, load.jobs + 1, 5))  # type: ignore[index]
    for letter, trail in zip(letters, trails, strict=True):
        version = letter["version"]
        assert isinstance(version, int)
        assert letter.get(word_of(version)) == "max_cancels"
        assert trail == {"trail": version}
    assert len({one["version"] for one in letters}) > 5, "dead letters of several versions"
