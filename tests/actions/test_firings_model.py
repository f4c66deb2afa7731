"""Firings beside a naive model: events, answers, failures and time in any order have the same requests and outcomes."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from stub_actions import DoLog, DoPublish, DoRun, DoRunTwice, DoTry, IfAsks, IfPing, OnPing, Ping, World

from ampsd.actions.graph import Action
from ampsd.actions.trace import COMPLETED, ENDED, FAILED, RETRYING, RUNNING
from ampsd.definitions.retry import RetryDefinition
from ampsd.engine.effects import StepFailed

WAIT_NS = 1_000_000
ACTIONS = (
    ("all", "", (DoLog(words="all"), DoRun(program="p"), DoLog(words="shaky later")), None),
    ("asks", "x", (IfAsks(), DoTry(), DoPublish(topic="y"), DoLog(words="asked")), None),
    (
        "twice",
        "x",
        (DoLog(words="first"), DoRunTwice(), IfPing(name="x"), DoPublish(topic="y"), DoRun(program="q")),
        None,
    ),
    ("again", "y", (DoLog(words="y shaky"), DoRun(program="r"), DoLog(words="shaky"), DoLog(words="end")), 2),
    ("loud", "y", (IfPing(name="y"), DoLog(words="loud"), DoPublish(topic="z")), None),
)
NAMES = ("x", "y", "z", "fault")
Answer = tuple[bytes, str | None]
Steps = Iterator[None]


class Model:
    """What is meant: one list of what to do, one generator for each run, nothing clever."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.outcomes: list[str] = []
        self.waiting: list[tuple[int, Any]] = []
        self.pending: list[str] = []
        self.retries: list[tuple[int, int, tuple[Any, ...]]] = []
        self.is_shaky = False
        self.now_ns = 0
        self.answer: Answer = (b"", None)

    def happen(self, name: str) -> None:
        self.pending.append(name)
        self.run_pending()

    def run_pending(self) -> None:
        while self.pending:
            name = self.pending.pop(0)
            for action in ACTIONS:
                if action[1] in ("", name):
                    self.begin(action, name, 0, 0)

    def begin(self, action: Any, name: str, step: int, retries: int) -> None:
        self.outcomes.append(RUNNING)
        self.go_on(len(self.outcomes) - 1, self.steps(len(self.outcomes) - 1, action, name, step, retries))

    def go_on(self, number: int, run: Steps) -> None:
        for _ in run:
            self.waiting.append((number, run))
            return

    def answered(self, at: int, answer: Answer) -> None:
        number, run = self.waiting.pop(at)
        self.answer = answer
        self.go_on(number, run)
        self.run_pending()

    def pass_time(self, ns: int) -> None:
        self.now_ns += ns
        due = sorted((one for one in self.retries if one[0] <= self.now_ns), key=lambda one: one[0])
        self.retries = [one for one in self.retries if one[0] > self.now_ns]
        for _, _, again in due:
            self.begin(*again)
        self.run_pending()

    def steps(self, number: int, action: Any, name: str, first: int, retries: int) -> Steps:
        for at, step in enumerate(action[2][first:], first):
            try:
                is_over = yield from self.take(step, name)
            except StepFailed:
                if action[3] is not None and retries < action[3]:
                    self.outcomes[number] = RETRYING
                    self.retries.append(
                        (
                            self.now_ns + WAIT_NS,
                            number,
                            (action, name, at, retries + 1),
                        )
                    )
                else:
                    self.outcomes[number] = FAILED
                return
            if is_over:
                self.outcomes[number] = ENDED
                return
        self.outcomes[number] = COMPLETED

    def take(self, step: Any, name: str) -> Any:
        """Whether the run is over with it."""
        if isinstance(step, DoLog):
            for word in step.words.split():
                self.log(word, name)
        elif isinstance(step, DoPublish):
            self.requests.append(f"publish {step.topic}")
            self.pending.append(step.topic)
        elif isinstance(step, IfPing):
            if name == "fault":
                raise StepFailed("it is meant to")
            return name != step.name
        elif isinstance(step, DoTry):
            yield
            if self.answer[1] is not None:
                self.log("caught", self.answer[1])
        else:
            for _ in range(2 if isinstance(step, DoRunTwice) else 1):
                yield
                if self.answer[1] is not None:
                    raise StepFailed("it is meant to")
            if isinstance(step, IfAsks):
                return float(self.answer[0]) <= 50
        return False

    def log(self, word: str, name: str) -> None:
        self.requests.append(f"{word} {name}")
        if word == "shaky" and self.is_shaky:
            raise StepFailed("it is meant to")


class FiringsAreTheModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.world = World(
            *(
                Action(
                    name,
                    (OnPing(name=on),),
                    steps,
                    None if limit is None else RetryDefinition(limit=limit, wait_ns=WAIT_NS),
                )
                for name, on, steps, limit in ACTIONS
            )
        )
        self.now_ns = 0

    def turn(self, change: Callable[[], None]) -> None:
        """As the reactor does it: what came in, what is due, then what follows."""
        self.world.firings.begin(self.now_ns, 0)
        change()
        self.world.firings.tick()
        self.world.firings.run_pending()

    @rule(name=st.sampled_from(NAMES))
    def an_event(self, name: str) -> None:
        self.model.happen(name)
        self.turn(lambda: self.world.firings.offer(Ping(name)))

    @precondition(lambda self: self.model.waiting)
    @rule(pick=st.integers(0, 100), value=st.sampled_from([b"10", b"90"]), failure=st.sampled_from([None, None, "no"]))
    def an_answer(self, pick: int, value: bytes, failure: str | None) -> None:
        at = pick % len(self.model.waiting)
        self.model.answered(at, (value, failure))
        self.turn(lambda: self.world.answer(value, failure, at))

    @rule(is_shaky=st.booleans())
    def a_word_fails_or_not(self, is_shaky: bool) -> None:
        self.model.is_shaky = is_shaky
        self.world.failures = {"shaky": "it shakes"} if is_shaky else {}

    @rule(ns=st.sampled_from([1, WAIT_NS // 2, WAIT_NS, 3 * WAIT_NS]))
    def time_passes(self, ns: int) -> None:
        self.now_ns += ns
        self.model.pass_time(ns)
        self.turn(lambda: None)

    @invariant()
    def the_same_was_asked_for(self) -> None:
        assert self.world.requests == self.model.requests
        assert len(self.world.errands) == len(self.model.waiting)
        assert self.world.firings.is_waiting == bool(self.model.waiting)
        assert not self.world.firings.is_pending

    @invariant()
    def the_same_came_of_it(self) -> None:
        traces = list(self.world.firings.traces)
        assert [trace.outcome for trace in traces] == self.model.outcomes
        assert [trace.number for trace in traces] == list(range(1, len(traces) + 1))
        counts = self.world.firings.traces.counts.values()
        assert sum(one.fired for one in counts) == len(traces)
        assert sum(one.failed for one in counts) == self.model.outcomes.count(FAILED)


TestFirings = FiringsAreTheModel.TestCase
TestFirings.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
