"""The Errands port over the real world: each ticket is answered once, and closing leaves nothing behind."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
import uvloop
from file_setup import NOTHING, NOW_NS, errand, make, names

from ampsd.ports import (
    Errand,
    MeasureFileSystem,
    ReloadConfiguration,
    RotateLogs,
    RunProgram,
    SetListening,
    TruncateStatistics,
    WriteMinidump,
)
from ampsd.server.errands import RealErrands
from ampsd.server.minidump import MinidumpSettings

SECOND_NS = 1_000_000_000
NewLoop = Callable[[], asyncio.AbstractEventLoop]
BOTH = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])


def run(new_loop: NewLoop, test: Coroutine[object, object, None]) -> None:
    loop = new_loop()
    try:
        loop.run_until_complete(asyncio.wait_for(test, 30))
    finally:
        loop.close()


class World:
    """Errands, and what the daemon would hand them and get from them."""

    def __init__(self, directory: Path) -> None:
        self.loop = asyncio.get_running_loop()
        self.answers: dict[int, tuple[bytes, str | None]] = {}
        self.listening: list[tuple[str, bool]] = []
        self.may_listen = asyncio.Event()
        self._arrived = asyncio.Event()
        self._last = 0
        self.errands = RealErrands(
            lambda ticket, value, failure: self.loop.call_soon_threadsafe(self._completed, ticket, value, failure),
            protected=lambda: NOTHING,
            minidumps=MinidumpSettings("Test", str(directory / "dumps"), 0o640, time.monotonic_ns()),
            rotate=self._rotate,
            set_listening=self._set_listening,
            wall_ns=lambda: NOW_NS,
            truncate=lambda ticket, age_ns: self.loop.call_soon(self._completed, ticket, b"%d" % age_ns, None),
            reload=lambda actor, answer: self.loop.call_soon(answer, actor, None if actor == "may" else "it may not"),
        )

    def _completed(self, ticket: int, value: bytes, failure: str | None) -> None:
        assert ticket not in self.answers
        self.answers[ticket] = (value, failure)
        self._arrived.set()

    def _rotate(self) -> int:
        assert threading.current_thread() is threading.main_thread()
        return 3

    async def _set_listening(self, transport: str, is_listening: bool) -> str | None:
        self.listening.append((f"{transport} begins", is_listening))
        await self.may_listen.wait()
        self.listening.append((f"{transport} ends", is_listening))
        if transport == "taken":
            raise OSError(98, "Address already in use")
        return f"there is no transport {transport}" if transport == "none" else None

    def submit(self, one: Errand) -> int:
        self._last += 1
        self.errands.submit(self._last, one)
        assert self._last not in self.answers  # not within the turn
        return self._last

    async def wait(self, *tickets: int) -> list[tuple[bytes, str | None]]:
        while not set(tickets) <= set(self.answers):
            self._arrived.clear()
            await self._arrived.wait()
        return [self.answers[one] for one in tickets]


@BOTH
def test_each_kind_is_done_and_answered_once(new_loop: NewLoop, tmp_path: Path) -> None:
    async def test() -> None:
        world = World(tmp_path)
        world.may_listen.set()
        make(tmp_path / "log", "1.log", "2.log")
        tickets = [
            world.submit(RunProgram([b"/bin/sh", b"-c", b"echo $X"], {b"X": b"given"}, 10 * SECOND_NS)),
            world.submit(errand(tmp_path / "log", b"*", keep=1)),
            world.submit(MeasureFileSystem(bytes(tmp_path))),
            world.submit(RotateLogs()),
            world.submit(SetListening("one", False)),
            world.submit(SetListening("none", True)),
            world.submit(SetListening("taken", True)),
            world.submit(WriteMinidump({"a.json": b"{}"})),
            world.submit(TruncateStatistics(7)),
            world.submit(ReloadConfiguration("may")),
            world.submit(ReloadConfiguration("other")),
        ]
        program, files, usage, logs, one, none, taken, dump, statistics, *reloads = await world.wait(*tickets)
        assert program == (b"given\n", None)
        assert (files, names(tmp_path / "log")) == ((b"1", None), ["2.log"])
        assert 0 < float(usage[0]) <= 100
        assert logs == (b"3", None)
        assert statistics == (b"7", None)
        assert reloads == [(b"may", None), (b"other", "it may not")]
        assert (one, none, taken) == (
            (b"", None),
            (b"", "there is no transport none"),
            (b"", "Address already in use"),
        )
        assert os.path.exists(dump[0])
        world.errands.close(5)

    run(new_loop, test())


@BOTH
def test_listeners_are_set_one_after_another(new_loop: NewLoop, tmp_path: Path) -> None:
    async def test() -> None:
        world = World(tmp_path)
        tickets = [world.submit(SetListening(name, name == "b")) for name in "abc"]
        await asyncio.wait_for(_until(lambda: bool(world.listening)), 10)
        world.may_listen.set()
        await world.wait(*tickets)
        order = [(f"{name} {what}", name == "b") for name in "abc" for what in ("begins", "ends")]
        assert world.listening == order
        world.errands.close(5)

    run(new_loop, test())


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0)


@BOTH
def test_closing_answers_everything_and_leaves_nothing(new_loop: NewLoop, tmp_path: Path) -> None:
    async def test() -> None:
        before = len(os.listdir("/proc/self/fd"))
        world = World(tmp_path)
        make(tmp_path / "log", "1.log")
        script = b"echo $$; trap '' TERM; while :; do sleep 0.05; done"
        running = world.submit(RunProgram([b"/bin/sh", b"-c", script], {}, 100 * SECOND_NS))
        listening = [world.submit(SetListening(name, True)) for name in "ab"]
        await _until(lambda: bool(world.listening))
        began = time.monotonic()
        world.errands.close(1.5)
        assert time.monotonic() - began < 3
        later = []
        for one in [
            RunProgram([b"true"], {}, SECOND_NS),
            errand(tmp_path / "log", b"*"),
            MeasureFileSystem(b"/"),
            RotateLogs(),
            SetListening("c", True),
            WriteMinidump({}),
        ]:
            later.append(world.submit(one))
        answers = await world.wait(running, *listening, *later)
        assert all("the instance stops" in str(failure) for _, failure in answers)
        assert names(tmp_path / "log") == ["1.log"]
        group = answers[0][0].strip()
        assert not group or not os.path.exists(f"/proc/{int(group)}")
        assert len(os.listdir("/proc/self/fd")) == before

    run(new_loop, test())
