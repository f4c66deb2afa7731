"""Random commands, operators, faults and clock steps: every step is in the table, and what must always hold holds."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from play import DEAD_LETTER, Client, Message, Playbook, queue
from workers import deliveries

from ampsd.engine import lifecycle
from ampsd.engine.lifecycle import State
from ampsd.engine.story import Story

VERBS = st.sampled_from(["skip", "suspend", "resume", "terminate", "expire", "reset", "reprocess", "redrive"])
PICK = st.integers(0, 50)


class AnyLife(RuleBasedStateMachine):
    """A queue with everything that has a limit, two workers, an operator, restarts."""

    @initialize(
        cancels=st.integers(0, 3),
        deliveries=st.integers(0, 3),
        lease=st.sampled_from(["", "5s"]),
        lives=st.sampled_from(["", "20s"]),
        strict=st.booleans(),
        backoff=st.booleans(),
    )
    def begin(self, cancels: int, deliveries: int, lease: str, lives: str, strict: bool, backoff: bool) -> None:
        given: dict[str, object] = {"MaxCancels": cancels, "MaxDeliveries": deliveries, "MaxPerSubscriptionBacklog": 2}
        given |= {"LeasePeriod": lease} if lease else {}
        given |= {"Expiration": lives} if lives else {}
        given |= {"Leasing": "strict"} if strict else {}
        given |= {"ampsd:Backoff": "<ampsd:Initial>1s</ampsd:Initial>"} if backoff else {}
        self.play = Playbook(queues=queue("Jobs", **given) + queue("FailedJobs"), actions=DEAD_LETTER)
        self.published = 0
        self.workers: dict[str, Client] = {}
        self.held: list[tuple[str, Message]] = []
        self.known: list[str] = []
        self.publisher = self.play.client("publisher")

    def collect(self) -> None:
        for name, worker in self.workers.items():
            for message in deliveries(worker):
                self.held.append((name, message))

    @rule(number=st.integers(1, 3))
    def publish(self, number: int) -> None:
        for _ in range(number):
            self.published += 1
            self.publisher.send(f'{{"n":{self.published}}}', c="p", t="Jobs", s=self.published)
        self.collect()

    @rule(name=st.sampled_from(["ann", "bob"]))
    def connect(self, name: str) -> None:
        if name not in self.workers:
            worker = self.workers[name] = self.play.client(name)
            worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s", o="max_backlog=2")
            self.collect()

    @rule(name=st.sampled_from(["ann", "bob"]), how=st.sampled_from(["hang up", "unsubscribe"]))
    def leave(self, name: str, how: str) -> None:
        worker = self.workers.pop(name, None)
        if worker is not None:
            if how == "hang up":
                worker.hang_up()
            else:
                worker.send(c="unsubscribe", cid="2", sub_id="s")
                worker.hang_up()
            self.collect()

    @rule(pick=PICK, option=st.sampled_from(["", "cancel", "expire"]), by_other=st.booleans())
    def answer(self, pick: int, option: str, by_other: bool) -> None:
        if self.held:
            name, message = self.held.pop(pick % len(self.held))
            names = [one for one in self.workers if (one != name) is by_other]
            if names:
                extra = {"o": option} if option else {}
                self.workers[names[0]].send(c="sow_delete", t="Jobs", bookmark=message["bm"], **extra)
                self.collect()

    @rule(seconds=st.sampled_from([1, 5, 20]))
    def wait(self, seconds: int) -> None:
        self.play.advance(f"{seconds}s")
        self.collect()

    @rule(verb=VERBS, picks=st.lists(PICK, min_size=1, max_size=3), redeliver=st.booleans(), attempts=st.integers(0, 3))
    def operate(self, verb: str, picks: list[int], redeliver: bool, attempts: int) -> None:
        name = "FailedJobs" if verb == "redrive" else "Jobs"
        known = sorted(self.bookmarks(f"json:{name}"))
        if known:
            named = [known[pick % len(known)] for pick in picks]
            before = {one: self.state(name, one) for one in named}
            for bookmark, (outcome, reason) in zip(
                named, self.play.operate(verb, name, *named, redeliver=redeliver, attempts=attempts), strict=True
            ):
                state = before[bookmark]
                if outcome == "refused" and state is not None and named.count(bookmark) == 1 and verb != "redrive":
                    assert state.value in reason or "log" in reason or "attempts" in reason, (verb, state, reason)
            self.collect()

    @rule(seed=st.none() | st.integers(0, 100))
    def restart(self, seed: int | None) -> None:
        self.play.restart(power_cut_seed=seed)
        self.workers.clear()
        self.publisher = self.play.client("publisher")

    def bookmarks(self, key: str) -> list[str]:
        return [
            f"{run.arrival.publisher}|{run.arrival.sequence + at}|"
            for run in self.play.store.events()
            if run.arrival is not None and run.queue == key.encode()
            for at in range(run.number)
        ]

    def state(self, name: str, bookmark: str) -> State | None:
        jobs = next(one for one in self.play.instance.queues if one.definition.name == name)
        return next(
            (
                jobs.state_of(serial)
                for serial in jobs.entries.serials()
                if jobs.bookmark_of(serial).decode() == bookmark
            ),
            None,
        )

    @invariant()
    def events_tell_the_truth(self) -> None:
        if not hasattr(self, "play"):
            return
        self.play.check_events()
        stories: dict[tuple[bytes, int], Story] = {}
        told: dict[tuple[bytes, int], Counter[str]] = {}
        for run in self.play.store.events():
            for at, position in enumerate(run.every_position):
                key = (run.queue, position)
                session = run.sessions[at] if run.sessions else 0
                status = lifecycle.status_of(run.status, run.reason)[0]
                stories.setdefault(key, Story(run.queue)).add(
                    run.first + at, 0, status, run.reason, run.client, session
                )
                told.setdefault(key, Counter())[status] += 1
        for queue_ in self.play.instance.queues:
            own = [story for (key, _), story in stories.items() if key == queue_.key]
            ended = sum(story.state in (*lifecycle.FINAL, *lifecycle.EXCEEDED) for story in own)
            assert len(own) == ended + queue_.entries.count, "published = ended + still there"
        for key, counts in told.items():
            story = stories[key]
            closed = sum(counts[status] for status in lifecycle.CLOSING)
            assert counts["Started"] - closed <= (story.state is State.LEASED), "each Started is closed once"
            expired = counts["Failed"] + counts["Expired"] + counts["Terminated"]
            if key[0] == b"json:Jobs":
                assert counts["Dead-Lettered"] <= expired
                assert counts["Dead-Lettered"] >= counts["Failed"] + counts["Expired"]
            for session in story.sessions:
                assert session.ended >= 0


AnyLife.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyLife = AnyLife.TestCase
