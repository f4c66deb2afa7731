"""Small modules and a recorder for tests of the graph and of firings."""

from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from ampsd.actions.firing import Firing
from ampsd.actions.firings import Firings
from ampsd.actions.graph import Action, ActionGraph
from ampsd.actions.module import Do, If, On, Steps
from ampsd.actions.run import Run
from ampsd.declare import VERBATIM, option
from ampsd.engine.effects import PublishMessage, Request, StepFailed, WriteLog
from ampsd.engine.events import Event, MessagePublished
from ampsd.message_types import registry
from ampsd.message_types.message_type import BodyError
from ampsd.ports import Errand, MeasureFileSystem, RunProgram


class Ping(Event):
    """Something happened to `name`."""

    __slots__ = ("name",)
    variables: ClassVar[tuple[str, ...]] = ("NAME",)

    def __init__(self, name: str, depth: int = 0) -> None:
        super().__init__(depth)
        self.name = name

    def context(self) -> dict[str, bytes]:
        return {"NAME": self.name.encode()}


class OnPing(On, module="amps-action-on-test-ping"):
    """Watches pings of one name, or of all."""

    event = Ping
    name: str = option(VERBATIM, "Name.", default="")

    def matches(self, event: Event) -> bool:
        assert isinstance(event, Ping)
        return self.name in ("", event.name)


class IfPing(If, module="amps-action-if-test-ping"):
    """Passes for one name; cannot decide for `fault`."""

    name: str = option(VERBATIM, "Name.")

    def passes(self, firing: Firing, answer: bytes) -> bool:
        if firing.value("NAME") == b"fault":
            raise StepFailed("cannot tell")
        return firing.value("NAME") == self.name.encode()


class DoLog(Do, module="amps-action-do-test-log"):
    """Asks for log records, and fails when one of them does."""

    words: str = option(VERBATIM, "Words, each a record.")

    def run(self, firing: Firing) -> Steps:
        for word in self.words.split():
            yield WriteLog(word, name=firing.value("NAME").decode())


class DoPublish(Do, module="amps-action-do-test-publish"):
    """Publishes to a topic; a failure is of no interest."""

    topic: str = option(VERBATIM, "Topic.")

    def run(self, firing: Firing) -> Steps:
        with suppress(StepFailed):
            yield PublishMessage(self.topic, "json", b"{}")


class DoRun(Do, module="amps-action-do-test-run"):
    """Runs a program, and sets OUTPUT to what it wrote."""

    program: str = option(VERBATIM, "Program.")

    def run(self, firing: Firing) -> Steps:
        firing.variables["OUTPUT"] = yield RunProgram((self.program.encode(),), {}, 1)


class DoRunTwice(Do, module="amps-action-do-test-run-twice"):
    """Runs two programs, one after the other, and sets FIRST before and between them, SECOND at the end."""

    def run(self, firing: Firing) -> Steps:
        firing.variables["FIRST"] = b"asked"
        firing.variables["STAYS"] = b"set before"
        firing.variables["FIRST"] = yield RunProgram((b"first",), {}, 1)
        firing.variables["SECOND"] = yield RunProgram((b"second",), {}, 1)


class DoTry(Do, module="amps-action-do-test-try"):
    """Runs a program; where it fails, sets REASON and goes on with another."""

    def run(self, firing: Firing) -> Steps:
        try:
            yield RunProgram((b"try",), {}, 1)
        except StepFailed as failed:
            firing.variables["REASON"] = failed.reason.encode()
            yield WriteLog("caught", name=failed.reason)


class IfAsks(If, module="amps-action-if-test-asks"):
    """Asks how full a file system is; passes where it is fuller than half."""

    def question(self, firing: Firing) -> Errand | None:
        return None if firing.value("NAME") == b"known" else MeasureFileSystem(firing.value("NAME"))

    def passes(self, firing: Firing, answer: bytes) -> bool:
        return float(answer or b"100") > 50


class World:
    """Performs requests and remembers everything; a publish is a ping of the topic's name."""

    def __init__(self, *actions: Action) -> None:
        self.requests: list[str] = []
        self.reports: list[tuple[str, dict[str, object]]] = []
        self.failures: dict[str, str] = {}
        self.runs: list[str] = []
        self.on_request: Callable[[Request, Event], None] = lambda request, event: None
        self.errands: list[tuple[int, Errand]] = []
        self.clock_ns = 0
        self.firings = Firings(
            ActionGraph(actions), "Test", self.perform, self.submit, self.report, self, lambda: self.clock_ns
        )

    def submit(self, ticket: int, errand: Errand) -> None:
        self.errands.append((ticket, errand))

    def answer(self, value: bytes = b"", failure: str | None = None, at: int = 0) -> None:
        """The errand at that place among those that wait is done; the first one, if it is not said."""
        ticket, _ = self.errands.pop(at)
        self.firings.answered(ticket, value, failure)

    def perform(self, request: Request, event: Event) -> None:
        if isinstance(request, PublishMessage):
            self.requests.append(f"publish {request.topic}")
            self.firings.offer(Ping(request.topic, event.depth + 1))
            self._fail(request.topic)
            return
        assert isinstance(request, WriteLog)
        self.requests.append(f"{request.code} {request.values['name']}")
        self.on_request(request, event)
        self._fail(request.code)

    def _fail(self, what: str) -> None:
        if what in self.failures:
            raise StepFailed(self.failures[what])

    def waiting(self, run: Run, retries: int | None) -> None:
        self.runs.append(f"{run.action_name} waiting in step {run.step}, then {retries}")

    def going_on(self, run: Run) -> None:
        self.runs.append(f"{run.action_name} going on")

    def started(self, run: Run, is_again: bool) -> int:
        self.runs.append(f"{run.action_name} started{' again' if is_again else ''}")
        return 1

    def completed(self, run: Run) -> None:
        self.runs.append(f"{run.action_name} completed")

    def failed(self, run: Run, reason: str) -> None:
        self.runs.append(f"{run.action_name} failed: {reason}")

    def retrying(self, run: Run, reason: str, retries: int, wait_ns: int) -> None:
        self.runs.append(f"{run.action_name} retrying step {run.step}, {retries} in {wait_ns}: {reason}")

    def report(self, code: str, **values: object) -> None:
        self.reports.append((code, values))

    def happen(self, *events: Event, now_ns: int = 0) -> None:
        for event in events:
            self.firings.offer(event)
        self.firings.begin(0, now_ns)
        self.firings.run_pending()


def published(topic: str = "news", data: bytes = b"{}", message_type: str = "json") -> MessagePublished:
    """As the engine tells it where somebody filters: with the fields of a body that can be read."""
    found = registry.find(message_type)
    try:
        fields = None if found is None else found.fields(data)
    except BodyError:
        fields = None
    return MessagePublished(topic, message_type, data, b"1|2|", b"20250101T000000Z", "ann", 0, fields)
