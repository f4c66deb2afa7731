"""A queue that a reload adds is filled from the log while the instance works on: it is what a restart would make."""

from random import Random

import pytest
from filled_queues import Copy, Reload, picture, told, twin
from old_journals import LOG, SEGMENT_SIZE, fill
from play import DEAD_LETTER, Client, Message, Playbook, queue
from workers import deliveries

from ampsd import limits
from ampsd.simulator.clock import SimClock
from ampsd.units import timestamp_ns

OTHER = queue("Other", UnderlyingTopic="Jobs", MaxPerSubscriptionBacklog=9)
FAILED = queue("FailedJobs")


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILLING_SLICE", 700)
    monkeypatch.setattr(limits, "FILLING_TOLD", 3)


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
        from datetime import UTC, datetime

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
        bookmark = f"{self._id('ann')}|{self.numbers['ann'] + rng.randint(1, 40)}|"  # acknowledged ahead
        topic = "Jobs"
        if self.held and rng.random() < 0.9:
            _, message = self.held.pop(rng.randrange(len(self.held)))
            bookmark, topic = message["bm"], message["t"]
        option = rng.choice(("", "", "cancel", "expire", "ampsd_after=30s"))
        extra = {"o": option} if option else {}
        self.clients[name].send(c="sow_delete", t=topic, cid="a", bookmark=bookmark, **extra)

    def _id(self, name: str) -> int:
        from ampsd.engine.publishers import publisher_id

        return publisher_id(name.encode())

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


@pytest.mark.parametrize("seed", range(80))
def test_what_is_filled_is_what_a_restart_makes(seed: int) -> None:
    history = History(seed)
    play, rng = history.play, history.rng
    history.work(rng.choice((0, 20, 60)))
    history.is_configured = False
    play.configure(queues=OTHER + FAILED)
    play.restart()
    history.clients.clear()
    history.work(rng.choice((0, 10, 30)), lives=False)
    if rng.random() < 0.5:
        history.settings = history._settings()

    before: list[Copy] = []
    journal = play.journal
    assert journal is not None

    def look() -> None:
        if journal.end == journal.durable:
            before.append(Copy(play))

    reload = Reload(play, history.with_jobs, look)
    while not reload.filling.is_over:
        if rng.random() < 0.4:
            reload.is_held = True
            history.step(lives=False)
            reload.is_held = False
        if not play.is_disk_held and rng.random() < 0.1:
            play.is_disk_held = True
        elif rng.random() < 0.3:
            play.is_disk_held = False
        play.settle()
    play.is_disk_held = False
    play.settle()
    filled = picture(play, "Jobs"), told(play, "Jobs")
    for copy in (Copy(play), *before):
        again = twin(play, copy, history.with_jobs)
        expected = picture(again, "Jobs")
        if copy in before:  # where it begins is said anew, a little later in the log
            expected["begins"] = filled[0]["begins"] if expected["begins"] else []
        assert filled[0] == expected
        assert filled[1] == told(again, "Jobs")
