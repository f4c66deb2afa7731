"""A queue that a reload adds is filled from the log while the instance works on: it is what a restart would make."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest
from filled_queues import Copy, Reload, find, picture, removed, told, twin
from old_journals import LOG, SEGMENT_SIZE, fill, numbers, worker_with
from play import DEAD_LETTER, Client, Message, Playbook, queue
from test_archiving import ARCHIVE
from workers import ack, deliveries, publish

from ampsd import limits
from ampsd.engine.publishers import publisher_id
from ampsd.simulator.clock import SimClock
from ampsd.storage.log import JournalDamageError
from ampsd.units import timestamp_ns

OTHER = queue("Other", UnderlyingTopic="Jobs", MaxPerSubscriptionBacklog=9)
FAILED = queue("FailedJobs")


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILLING_SLICE", 700)
    monkeypatch.setattr(limits, "FILLING_TOLD", 3)
    monkeypatch.setattr(limits, "CARRIED_PER_TURN_MAX", 3)


class History:
    """An instance with a random past and present; every draw comes from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.numbers = {"ann": 0, "bob": 0}
        self.bookmarks: list[str] = []
        self.moments = [SimClock().wall]
        self.settings = self._settings()
        self.clients: dict[str, Client] = {}
        self.held: list[tuple[str, Message]] = []
        self.requests = 0
        self.is_configured = self.rng.random() < 0.6
        self.play = Playbook(queues=self.queues, actions=DEAD_LETTER, transaction_log=LOG, segment_size=SEGMENT_SIZE)

    # ---- configurations

    def _settings(self) -> dict[str, object]:
        rng = self.rng
        given: dict[str, object] = {"MaxPerSubscriptionBacklog": rng.choice((1, 3, 9))}
        for key, values in {
            "Filter": ("/k > 3", "/k IS NOT NULL AND LENGTH(/pad) > 5"),
            "Priority": ("/k",),
            "BarrierExpression": ("/k = 5",),
            "ampsd:StartAfter": ("/at",),
            "MaxDeliveries": (1, 2),
            "MaxCancels": (1, 2),
            "Expiration": ("20s", "2h"),
            "Semantics": ("at-most-once",),
            "DeferredAckExpiration": ("5s", "1h"),
            "ampsd:Backoff": ("<ampsd:Initial>30s</ampsd:Initial>",),
            "ampsd:Events": ("false",),
            "LeasePeriod": ("10s",),
            "TargetQueueDepth": (1000,),
            "Leasing": ("strict",),
        }.items():
            if rng.random() < 0.2:
                given[key] = rng.choice(values)
        if "Priority" in given:
            given.pop("TargetQueueDepth", None)
        if rng.random() < 0.3:
            given |= {"UnderlyingTopic": "^(Jobs|Orders\\.[ab])$", "DefaultPublishTarget": "Jobs"}
        if rng.random() < 0.5:
            points = ["epoch", "now", "creation", self._moment()]
            points += [rng.choice(self.bookmarks)] if self.bookmarks else []
            given["RecoveryPoint"] = rng.choice(points)
        return given

    def _moment(self) -> str:
        moment = datetime.fromtimestamp(self.rng.choice(self.moments) // 1_000_000_000, UTC)
        text = moment.strftime("%Y%m%dT%H%M%SZ")
        assert timestamp_ns(text)
        return text

    @property
    def with_jobs(self) -> str:
        return OTHER + queue("Jobs", **self.settings) + FAILED

    @property
    def queues(self) -> str:
        return self.with_jobs if self.is_configured else OTHER + FAILED

    # ---- what happens

    def client(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = self.play.client(name, o="ack_conflation=0ms")
        return self.clients[name]

    def work(self, steps: int, lives: bool = True) -> None:
        for _ in range(steps):
            self.step(lives)

    def step(self, lives: bool) -> None:
        rng = self.rng
        draw = rng.random()
        if draw < 0.45:
            self.publish()
        elif draw < 0.6:
            self.consume()
        elif draw < 0.75:
            self.answer()
        elif draw < 0.82:
            self.operate()
        elif draw < 0.87:
            self.play.advance(f"{rng.choice((1, 5, 40))}s")
            self.moments.append(self.play.clock.wall)
        elif draw < 0.91:
            files = self.play.instance.journal_files
            assert rng.choice((files.archive, files.compress, files.remove))(0) is None
            self.play.advance("2s")
        elif draw < 0.94 and not self.play.is_disk_held:
            fill(self.play, 1)
        elif draw < 0.96 and self.clients:
            self.clients.pop(rng.choice(sorted(self.clients))).hang_up()
        elif lives:
            self.restart()
        self.collect()

    def restart(self) -> None:
        rng = self.rng
        if rng.random() < 0.5:
            self.is_configured = not self.is_configured
            if rng.random() < 0.5:
                self.settings = self._settings()
        self.play.configure(queues=self.queues)
        self.play.restart(power_cut_seed=rng.choice((None, rng.randrange(100))))
        self.clients.clear()

    def publish(self) -> None:
        rng = self.rng
        name = rng.choice(("ann", "ann", "bob", "nobody"))
        fields: dict[str, object] = {"c": rng.choice(("p", "publish", "delta_publish"))}
        fields["t"] = rng.choice(("Jobs", "Jobs", "Jobs", "Orders.a", "Orders.b", "Orders.c", "Nobody"))
        if rng.random() < 0.1:
            fields["e"] = rng.choice((3, 1000))
        if rng.random() < 0.1:
            fields["x"] = "correlated"
        body = f'{{"k":{rng.randrange(8)},"at":{self.play.clock.wall // 10**9 + rng.choice((-5, 30))}'
        body += f',"pad":"{"p" * rng.randrange(60)}"}}'
        if rng.random() < 0.1:
            body = "no JSON"
        for _ in range(rng.randint(1, 3)):
            if name in self.numbers:
                self.numbers[name] += 1
                fields["s"] = self.numbers[name]
            self.client(name).send(body, **fields)

    def consume(self) -> None:
        name = self.rng.choice(("wendy", "will"))
        topic = self.rng.choice(("Jobs", "Jobs", "Other"))
        if name not in self.clients:
            self.client(name).send(c="subscribe", t=topic, cid="1", sub_id="s", o="max_backlog=4")

    def collect(self) -> None:
        for name, client in self.clients.items():
            for one in (found for found in deliveries(client) if "bm" in found):  # others are of a topic
                self.held.append((name, one))
                self.bookmarks.append(one["bm"])

    def answer(self) -> None:
        rng = self.rng
        name = rng.choice(("wendy", "will"))
        if name not in self.clients:
            return
        bookmark = f"{publisher_id(b'ann')}|{self.numbers['ann'] + rng.randint(1, 40)}|"  # acknowledged ahead
        topic = "Jobs"
        if self.held and rng.random() < 0.9:
            _, message = self.held.pop(rng.randrange(len(self.held)))
            bookmark, topic = message["bm"], message["t"]
        option = rng.choice(("", "", "cancel", "expire", "ampsd_after=30s"))
        extra = {"o": option} if option else {}
        self.clients[name].send(c="sow_delete", t=topic, cid="a", bookmark=bookmark, **extra)

    def operate(self) -> None:
        verb = self.rng.choice(("pause", "unpause", "skip", "suspend", "resume", "expire", "reset", "reprocess"))
        queue_key = f"json:{self.rng.choice(('Jobs', 'Jobs', 'Other'))}"
        parameters: dict[str, object] = {}
        bookmarks: list[str] = []
        if verb not in ("pause", "unpause"):
            if not self.bookmarks:
                return
            bookmarks = [self.rng.choice(self.bookmarks[-20:])]
        elif self.rng.random() < 0.5:
            parameters = {"for_ns": 50_000_000_000}
        self.requests += 1  # while the disk is held no answer comes
        self.play.ask(f"request {self.requests}", "ops", verb, queue_key, bookmarks, parameters, self.play.left)

    # ---- reloads

    def remove_jobs(self) -> None:
        """By a restart, or by a reload."""
        if self.is_configured and self.rng.random() < 0.6:
            for name in sorted(self.clients):
                self.clients.pop(name).hang_up()
            self.play.is_disk_held = False
            self.play.settle()
            removed(self.play, "Jobs")
        else:
            self.play.configure(queues=OTHER + FAILED)
            self.play.restart()
            self.clients.clear()
        self.is_configured = False

    def reload(self, before_finish: Callable[[], object] = lambda: None, turns: int = 10_000) -> Reload:
        """Begin to add the queue, and go on until it is there, or for so many turns; meanwhile everything happens."""
        rng, play = self.rng, self.play
        reload = Reload(play, self.with_jobs, before_finish)
        while not reload.filling.is_over and turns:
            turns -= 1
            if rng.random() < 0.4:
                reload.is_held = True
                self.step(lives=False)
                reload.is_held = False
            if rng.random() < 0.2:
                play.is_disk_held = not play.is_disk_held
            play.settle()
        play.is_disk_held = False
        return reload


@pytest.mark.parametrize("seed", range(120))
def test_what_is_filled_is_what_a_restart_makes(seed: int) -> None:
    history = History(seed)
    play, rng = history.play, history.rng
    history.work(rng.choice((0, 20, 60)))
    history.remove_jobs()
    history.work(rng.choice((0, 10, 30)), lives=False)
    if rng.random() < 0.5:
        history.settings = history._settings()
    if rng.random() < 0.3:
        history.reload(turns=rng.randrange(9)).abandon()
    before: list[Copy] = []
    journal = play.journal
    assert journal is not None

    def look() -> None:
        if journal.end == journal.durable:
            before.append(Copy(play))

    reload = history.reload(look)
    play.settle()
    assert sorted(reload.progress) == reload.progress
    assert reload.progress[-1] == 1.0
    filled = picture(play, "Jobs"), told(play, "Jobs")
    for copy in (Copy(play), *before):
        again = twin(play, copy, history.with_jobs)
        expected = picture(again, "Jobs")
        if copy in before:  # where it begins is said anew, a little later in the log
            expected["begins"] = filled[0]["begins"] if expected["begins"] else []
        assert filled[0] == expected
        assert filled[1] == told(again, "Jobs")


@pytest.mark.parametrize("seed", range(40))
def test_a_queue_that_was_removed_and_added_again_is_as_after_a_restart(seed: int) -> None:
    history = History(seed)
    play = history.play
    if not history.is_configured:
        history.is_configured = True
        play.configure(queues=history.queues)
        play.restart()
    history.work(30, lives=False)
    for name in sorted(history.clients):
        history.clients.pop(name).hang_up()
    play.advance("1s")
    restarted = twin(play, Copy(play), history.with_jobs)
    known = picture(restarted, "Jobs"), told(restarted, "Jobs")
    removed(play, "Jobs")
    play.settle()
    Reload(play, history.with_jobs).complete()
    play.settle()
    assert (picture(play, "Jobs"), told(play, "Jobs")) == known


def ready(reload: Reload) -> None:
    """Read all, in turns, but do not finish."""
    while not reload.filling.advance():
        reload.play.settle()


def test_what_is_given_up_leaves_nothing() -> None:
    play = Playbook(queues=OTHER, transaction_log=LOG, segment_size=SEGMENT_SIZE)
    publish(play, *['{"k":1}'] * 20)
    fill(play, 3)
    journal = play.journal
    assert journal is not None
    end, known = journal.end, picture(play, "Other")
    reload = Reload(play, OTHER + queue("Jobs"))
    reload.is_held = True
    assert not reload.filling.advance()
    assert not reload.filling.advance()
    play.advance("1h")
    files = play.instance.journal_files
    reload.abandon()
    assert journal.end == end
    assert not files.pins
    assert reload.filling.progress == 1.0
    known["entries"] = picture(play, "Other")["entries"]
    assert picture(play, "Other") == known
    assert not play.instance.replay.knows(b"json:Jobs")


def test_no_file_goes_that_is_still_read() -> None:
    play = Playbook(queues=FAILED, transaction_log=LOG, segment_size=SEGMENT_SIZE)
    publish(play, *['{"k":1}'] * 3)
    fill(play, 3)
    play.advance("1h")
    reload = Reload(play, FAILED + queue("Jobs", MaxPerSubscriptionBacklog=9))
    reload.is_held = True
    assert play.instance.journal_files.remove(0) is None
    play.advance("2s")
    assert numbers(play)[0] == 0
    reasons = [values["reason"] for code, values in play.log if code == "2C-0014"]
    assert reasons == ["a queue that is being added is read from it"]
    reload.is_held = False
    reload.complete()
    play.advance("2s")
    assert numbers(play)[0] == 0, "now the queue has messages of it"
    worker, messages = worker_with(play, "worker")
    assert len(messages) == 3
    ack(worker, *messages)
    play.advance("2s")
    assert numbers(play)[0] > 0


def test_a_file_goes_that_was_only_read_by_what_is_given_up() -> None:
    play = Playbook(queues=FAILED, transaction_log=LOG, segment_size=SEGMENT_SIZE)
    fill(play, 3)
    play.advance("1h")
    reload = Reload(play, FAILED + queue("Jobs"))
    reload.is_held = True
    assert play.instance.journal_files.remove(0) is None
    play.advance("2s")
    assert numbers(play)[0] == 0
    reload.abandon()
    play.advance("2s")
    assert numbers(play)[0] > 0


def test_a_queue_that_begins_now_reads_nothing() -> None:
    play = Playbook(queues=FAILED, transaction_log=LOG, segment_size=SEGMENT_SIZE)
    publish(play, '{"k":1}')
    fill(play, 3)
    reload = Reload(play, FAILED + queue("Jobs", RecoveryPoint="now"))
    assert reload.progress == [1.0]
    reload.complete()
    assert reload.slices == 1
    publish(play, '{"k":2}')
    assert [one["body"] for one in worker_with(play, "worker")[1]] == ['{"k":2}']


def test_the_end_is_reached_although_more_is_published_each_turn_than_a_slice_is() -> None:
    play = Playbook(queues=FAILED, transaction_log=LOG, segment_size=SEGMENT_SIZE)
    publish(play, *['{"k":1}'] * 20)
    reload = Reload(play, FAILED + queue("Jobs"))
    sender = play.client("sender")
    for number in range(40):
        if reload.filling.is_over:
            break
        sender.send(f'{{"n":{number},"pad":"{"p" * 3000}"}}', c="p", t="Jobs")
    assert reload.filling.is_over
    assert reload.slices < 20
    entries = find(play, "Jobs").entries
    assert entries.count == 20 + number


def test_damage_is_said_and_the_instance_goes_on() -> None:
    play = Playbook(queues=FAILED, transaction_log=LOG, segment_size=SEGMENT_SIZE)
    publish(play, '{"k":1}')
    fill(play, 3)
    assert play.journal is not None
    reload = Reload(play, FAILED + queue("Jobs"))
    reload.is_held = True
    path = play.journal.files[1].path
    play.disk.flip(path, SEGMENT_SIZE - 2000, 1)
    with pytest.raises(JournalDamageError) as caught:
        ready(reload)
    assert caught.value.file == path
    reload.abandon()
    publish(play, '{"k":2}', topic="FailedJobs")
    assert [one["body"] for one in worker_with(play, "worker", "FailedJobs")[1]] == ['{"k":2}']


@pytest.mark.parametrize("is_given_up", [False, True])
def test_messages_of_the_new_queue_are_archived_when_it_is_there(is_given_up: bool) -> None:
    play = Playbook(queues=FAILED, transaction_log=LOG, segment_size=SEGMENT_SIZE, settings=ARCHIVE)
    publish(play, *[f'{{"k":{number}}}' for number in range(20)])
    reload = Reload(play, FAILED + queue("Jobs"))
    reload.is_held = True
    ready(reload)
    assert not play.archive.objects
    if is_given_up:
        reload.abandon()
        reload = Reload(play, FAILED + queue("Jobs"))
    reload.is_held = False
    reload.complete()
    play.advance("1s")
    assert len(play.archive.objects) == 20
    assert play.instance.archiver.is_idle
    play.check_events()


def test_a_removal_of_files_that_a_reload_interrupts_carries_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CARRIED_PER_TURN_MAX", 1)
    jobs = queue("Jobs", RecoveryPoint="now")
    play = Playbook(queues=OTHER + jobs, transaction_log=LOG, segment_size=SEGMENT_SIZE)
    play.operate("pause", "Jobs")
    play.operate("pause", "Other")
    play.restart()
    begun_at = picture(play, "Jobs")["begins"]
    fill(play, 3)
    play.advance("1h")
    assert play.instance.journal_files.remove(0) is None
    for _ in range(3):
        play.settle()
    removed(play, "Jobs")
    play.advance("5s")
    assert numbers(play)[0] > 0
    Reload(play, OTHER + jobs).complete()
    play.settle()
    assert picture(play, "Jobs")["paused"] is not None
    assert picture(play, "Jobs")["begins"] == begun_at
