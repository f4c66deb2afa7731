"""How full file systems are: df's figures, and one that never answers."""

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsd import limits
from ampsd.ports import MeasureFileSystem
from ampsd.server import file_systems
from ampsd.server.file_systems import FileSystems, used_percent

Answer = tuple[bytes, str | None]


class Asked:
    def __init__(self, timeout_ns: int = limits.MEASURE_TIMEOUT_NS) -> None:
        self.answers: dict[int, Answer] = {}
        self._arrived = threading.Condition()
        self.measures = FileSystems(self._completed, timeout_ns)

    def _completed(self, ticket: int, value: bytes, failure: str | None) -> None:
        with self._arrived:
            assert ticket not in self.answers
            self.answers[ticket] = (value, failure)
            self._arrived.notify_all()

    def submit(self, ticket: int, path: bytes) -> None:
        self.measures.submit(ticket, MeasureFileSystem(path))

    def wait(self, ticket: int) -> Answer:
        with self._arrived:
            assert self._arrived.wait_for(lambda: ticket in self.answers, 20)
            return self.answers[ticket]


@pytest.fixture
def asked() -> Iterator[Asked]:
    one = Asked()
    yield one
    one.measures.close()


class Stuck:
    """A file system of a machine that is gone: asking for /stuck... does not return until the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers = threading.Event()
        self._real = os.statvfs
        monkeypatch.setattr(file_systems.os, "statvfs", self._statvfs)

    def _statvfs(self, path: bytes) -> os.statvfs_result:
        if path.startswith(b"/stuck"):
            self.answers.wait(30)
        return self._real(b"/")


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stuck]:
    one = Stuck(monkeypatch)
    yield one
    one.answers.set()


def test_the_share_is_dfs(tmp_path: Path) -> None:
    shown = subprocess.run(["df", "--output=pcent", str(tmp_path)], capture_output=True, text=True, check=True).stdout
    percent = int(shown.split()[-1].rstrip("%"))
    assert percent - 1.5 <= used_percent(bytes(tmp_path)) <= percent + 0.5  # df rounds up, and others write


def test_reserved_blocks_are_no_space_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = os.statvfs_result((4096, 4096, 1000, 150, 50, 0, 0, 0, 0, 255))
    monkeypatch.setattr(file_systems.os, "statvfs", lambda path: figures)
    assert used_percent(b"/x") == pytest.approx(100 * 850 / 900)


def test_the_value_has_two_decimals(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = os.statvfs_result((4096, 4096, 10000, 675, 675, 0, 0, 0, 0, 255))
    monkeypatch.setattr(file_systems.os, "statvfs", lambda path: figures)
    asked.submit(1, b"/x")
    assert asked.wait(1) == (b"93.25", None)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (b"/nonexistent", "the file system of /nonexistent cannot be measured: No such file or directory"),
        (b"/a\0b", "the file system of /a\\x00b cannot be measured: it has a NUL"),
        (b"/proc", "the file system of /proc cannot be measured: its file system has no size"),
    ],
)
def test_what_cannot_be_measured_says_why(asked: Asked, path: bytes, reason: str) -> None:
    asked.submit(1, path)
    assert asked.wait(1) == (b"", reason)


def test_one_that_never_answers_blocks_nobody(stuck: Stuck) -> None:
    asked = Asked(timeout_ns=100_000_000)
    asked.submit(1, b"/stuck")
    asked.submit(2, b"/stuck")
    asked.submit(3, b"/free")
    assert asked.wait(3)[1] is None
    late = "the file system of /stuck cannot be measured: it has not answered within 100ms"
    assert (asked.wait(1), asked.wait(2)) == ((b"", late), (b"", late))
    asked.submit(4, b"/stuck")
    again = "the file system of /stuck cannot be measured: it has not answered since it was asked before"
    assert asked.answers[4] == (b"", again)
    stuck.answers.set()
    threads = [one for one in threading.enumerate() if one.name == "file system"]
    for thread in threads:
        thread.join(20)
    asked.submit(5, b"/stuck")
    assert asked.wait(5)[1] is None
    asked.measures.close()


def test_however_many_ask_for_one_path_there_is_one_thread_and_one_timer(stuck: Stuck) -> None:
    before = set(threading.enumerate())
    asked = Asked()
    for ticket in range(4000):
        asked.submit(ticket, b"/stuck")
    assert len(set(threading.enumerate()) - before) == 2
    assert asked.answers == {}
    stuck.answers.set()
    answers = [asked.wait(ticket) for ticket in range(4000)]
    assert answers[0][1] is None
    assert set(answers) == {answers[0]}
    asked.measures.close()


def test_those_who_asked_for_one_that_never_answers_are_told_together(stuck: Stuck) -> None:
    asked = Asked(timeout_ns=100_000_000)
    for ticket in range(1000):
        asked.submit(ticket, b"/stuck")
    assert "it has not answered within 100ms" in str(asked.wait(999)[1])
    assert len(asked.answers) == 1000
    assert len(set(asked.answers.values())) == 1
    asked.measures.close()


def test_the_time_of_an_earlier_measurement_ends_no_later_one(monkeypatch: pytest.MonkeyPatch, stuck: Stuck) -> None:
    asked = Asked()
    timers: list[threading.Timer] = []
    begun = threading.Timer

    def noted(*args: object) -> threading.Timer:
        timers.append(begun(*args))  # type: ignore[arg-type]
        return timers[-1]

    monkeypatch.setattr(file_systems.threading, "Timer", noted)
    asked.submit(1, b"/free")
    assert asked.wait(1)[1] is None
    asked.submit(2, b"/free")
    assert asked.wait(2)[1] is None
    asked.submit(3, b"/stuck")
    timers[0].function(b"/stuck")
    assert 3 not in asked.answers
    stuck.answers.set()
    assert asked.wait(3)[1] is None
    asked.measures.close()


def test_not_too_many_wait_and_closing_fails_them(stuck: Stuck) -> None:
    asked = Asked()
    for ticket in range(limits.MEASUREMENTS_MAX + 1):
        asked.submit(ticket, b"/stuck/%d" % ticket)
    last = limits.MEASUREMENTS_MAX
    assert list(asked.answers) == [last]
    assert "16 others are being measured" in str(asked.answers[last])
    asked.measures.close()
    assert len(asked.answers) == last + 1
    assert "the instance stops" in str(asked.answers[0])
    asked.submit(99, b"/free")
    assert "the instance stops" in str(asked.answers[99])
    assert not any(isinstance(one, threading.Timer) and not one.finished.is_set() for one in threading.enumerate())
