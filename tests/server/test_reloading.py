"""One reload at a time, each told what came of it, whatever goes wrong on the way."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from ampsd.admin.models import Reload
from ampsd.adoption import AdoptionBegun, ReloadRefused
from ampsd.config.model import Model
from ampsd.lint.examination import Examination, examine
from ampsd.server.reloading import LIVE, PLANNED, REFUSED, UNCHANGED, Loaded, Origin, Reloading

NOW_NS = 1_800_000_000_000_000_000


def text(description: str = "one", name: str = "A", more: str = "") -> str:
    return f"<AMPSConfig><Name>{name}</Name><Description>{description}</Description>{more}</AMPSConfig>"


def examined(config: str) -> Examination:
    return examine("a.xml", read=lambda _: config.encode(), environment={}, working_directory="/")


class Daemon:
    """Files in memory, and a reactor that adopts when it is told to."""

    def __init__(self) -> None:
        self.file = text()
        self.load: Callable[[], Loaded] = lambda: Loaded(examined(self.file), ("a.xml",), self.file)
        self.begun: list[AdoptionBegun] = []
        self.refusals: list[ReloadRefused] = []
        self.prepared: list[str] = []
        self.records: list[str] = []
        self.adopted_models: list[Model] = []
        self.over: list[tuple[Reload, Loaded | None]] = []
        self.starts = 0
        self.taken_address = ""
        self.engine_says: tuple[str, ...] | None = ()
        """Why the engine refuses; None while it takes its time."""
        loaded = self.load()
        assert loaded.examination.model is not None
        origin = Origin(loaded, lambda: self.load(), lambda path, config, files: examined(config), is_watched=False)
        self.reloading = Reloading(
            loaded.examination.model, origin, self, lambda code, **_: self.records.append(code), lambda: NOW_NS
        )

    async def prepare(self, model: Model) -> "Daemon":
        if self.taken_address:
            raise OSError(98, self.taken_address)
        self.prepared.append("prepared")
        return self

    def commit(self) -> None:
        self.prepared.append("committed")

    def undo(self) -> None:
        self.prepared.append("undone")

    def post(self, one: AdoptionBegun | ReloadRefused) -> None:
        if isinstance(one, ReloadRefused):
            self.refusals.append(one)
            return
        self.begun.append(one)
        if self.engine_says is not None:
            asyncio.get_running_loop().call_soon(one.outcome, self.engine_says)

    def reload_begun(self) -> None:
        self.starts += 1

    def adopted(self) -> None:
        self.adopted_models.append(self.reloading.model)

    def reload_over(self, reload: Reload, loaded: Loaded | None) -> None:
        self.over.append((reload, loaded))


def run(test: Callable[[Daemon], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        await test(Daemon())

    asyncio.run(whole())


def test_what_the_files_say_is_taken_over_and_told() -> None:
    async def test(daemon: Daemon) -> None:
        daemon.file = text("two")
        found = await daemon.reloading.reload("ann")
        assert (found.outcome, found.actor, len(found.changes), found.pending) == (LIVE, "ann", 1, [])
        assert daemon.prepared == ["prepared", "committed"]
        assert [one.definition.description for one in daemon.adopted_models] == ["two"]
        assert daemon.reloading.model is daemon.adopted_models[0]
        assert daemon.records == ["00-0023", "00-0020"]
        assert (daemon.starts, [one for one, _ in daemon.over]) == (1, [found])
        again = await daemon.reloading.reload("ann")
        assert (again.outcome, again.summary) == (UNCHANGED, "no difference")
        assert daemon.reloading.counts == {LIVE: 1, UNCHANGED: 1, REFUSED: 0}

    run(test)


def test_what_needs_a_restart_is_pending_until_the_files_say_otherwise() -> None:
    async def test(daemon: Daemon) -> None:
        daemon.file = text("two", more="<ClientMaxCapacity>20%</ClientMaxCapacity>")
        found = await daemon.reloading.reload("ann")
        assert (found.outcome, len(found.changes), len(found.pending)) == (LIVE, 1, 1)
        assert "ClientMaxCapacity" in daemon.reloading.pending[0]
        assert daemon.reloading.model.definition.client_max_capacity != 20
        assert "00-0024" in daemon.records
        daemon.file = text("two")
        await daemon.reloading.reload("ann")
        assert daemon.reloading.pending == []

    run(test)


Broken = Callable[[Daemon], object]


def refuse_in_the_engine(daemon: Daemon) -> None:
    daemon.engine_says = ("queue Jobs holds messages",)


def take_the_address(daemon: Daemon) -> None:
    daemon.taken_address = "transport a cannot listen"


def fail_to_load(daemon: Daemon) -> None:
    def load() -> Loaded:
        raise ZeroDivisionError("a fault of ours")

    daemon.load = load


@pytest.mark.parametrize(
    ("config", "breaks", "reason", "prepared"),
    [
        ("<AMPSConfig>", None, "a.xml:1", []),
        (text("two", name="B"), None, "Name", []),
        (text("two"), take_the_address, "transport a cannot listen", []),
        (text("two"), refuse_in_the_engine, "queue Jobs holds messages", ["prepared", "undone"]),
        (text("two"), fail_to_load, "ZeroDivisionError: a fault of ours", []),
    ],
    ids=["a bad file", "another instance", "an address", "the engine", "a fault"],
)
def test_a_refused_reload_changes_nothing_and_says_why(
    config: str, breaks: Broken | None, reason: str, prepared: list[str]
) -> None:
    async def test(daemon: Daemon) -> None:
        before = daemon.reloading.model
        daemon.file = config
        if breaks is not None:
            breaks(daemon)
        found = await daemon.reloading.reload("ann")
        assert (found.outcome, found.changes) == (REFUSED, [])
        assert reason in found.reasons[0]
        assert daemon.reloading.model is before
        assert (daemon.adopted_models, daemon.prepared) == ([], prepared)
        assert daemon.records[-2:] == ["00-0021", "00-0022"]
        assert [one.actor for one in daemon.refusals] == ["ann"]
        assert daemon.reloading.last == found

    run(test)


def test_a_dry_run_does_nothing() -> None:
    async def test(daemon: Daemon) -> None:
        daemon.file = text("two")
        found = await daemon.reloading.reload("ann", is_dry=True)
        assert (found.outcome, len(found.changes)) == (PLANNED, 1)
        other = await daemon.reloading.plan("b.xml", text("three"), "ann")
        assert (other.outcome, len(other.changes)) == (PLANNED, 1)
        assert (await daemon.reloading.plan("b.xml", "<AMPSConfig>", "ann")).outcome == REFUSED
        assert (await daemon.reloading.plan("b.xml", text(name="B"), "ann")).outcome == REFUSED
        assert (daemon.begun, daemon.records, daemon.starts, daemon.reloading.last) == ([], [], 0, None)

    run(test)


def test_one_at_a_time_in_the_order_of_those_who_ask() -> None:
    async def test(daemon: Daemon) -> None:
        daemon.engine_says = None
        daemon.file = text("two")
        first, second = (asyncio.create_task(daemon.reloading.reload(actor)) for actor in ("ann", "bob"))
        while not daemon.begun:
            await asyncio.sleep(0)
        daemon.file = text("three")
        daemon.begun[0].outcome(())
        assert (await first).outcome == LIVE
        while len(daemon.begun) < 2:
            await asyncio.sleep(0)
        daemon.begun[1].outcome(())
        assert (await second).outcome == LIVE
        assert [one.definition.description for one in daemon.adopted_models] == ["two", "three"]

    run(test)


@pytest.mark.parametrize("is_begun", [False, True])
def test_the_end_refuses_whoever_waits(is_begun: bool) -> None:
    async def test(daemon: Daemon) -> None:
        daemon.engine_says = None
        daemon.file = text("two")
        tasks: Sequence[asyncio.Task[Reload]] = [
            asyncio.create_task(daemon.reloading.reload(actor)) for actor in ("ann", "bob")
        ]
        while is_begun and not daemon.begun:
            await asyncio.sleep(0)
        daemon.reloading.close()
        for found in await asyncio.wait_for(asyncio.gather(*tasks), 20):
            assert (found.outcome, found.reasons) == (REFUSED, ["the instance stops"])
        assert daemon.adopted_models == []

    run(test)


def test_status_tells_what_runs_and_what_the_files_say() -> None:
    async def test(daemon: Daemon) -> None:
        found = await daemon.reloading.status()
        assert (found.digest, found.pending, found.last_reload) == (daemon.reloading.model.digest, [], None)
        assert found.is_drifted, "there is no such file"

    run(test)
