"""Threads for jobs: as many as there is work for, in order, and none where the process may have no more."""

import threading

import pytest

from ampsd.server.job_threads import JobThreads


class Noted:
    """A job that notes what became of it, and may wait for a gate."""

    def __init__(self, name: str, notes: list[str], gate: threading.Event | None = None) -> None:
        self._name = name
        self._notes = notes
        self._gate = gate
        self.has_begun, self.is_over = threading.Event(), threading.Event()

    def run(self) -> None:
        self.has_begun.set()
        assert self._gate is None or self._gate.wait(20)
        self._notes.append(self._name)
        self.is_over.set()

    def refuse(self, reason: str) -> None:
        self._notes.append(f"{self._name}: {reason}")
        self.is_over.set()


def test_one_thread_runs_jobs_in_their_order_and_ends() -> None:
    notes: list[str] = []
    threads = JobThreads("test", 1, 100)
    jobs = [Noted(str(number), notes) for number in range(100)]
    for job in jobs:
        threads.submit(job)
    assert jobs[-1].is_over.wait(20)
    assert notes == [str(number) for number in range(100)]
    assert sum(one.name == "test-0" for one in threading.enumerate()) == 1
    threads.end()
    assert threads.join(20)
    assert not any(one.name.startswith("test-") for one in threading.enumerate())


def test_what_waits_at_the_end_is_refused_and_what_runs_goes_on() -> None:
    notes: list[str] = []
    gate = threading.Event()
    threads = JobThreads("test", 2, 1)
    first, second, third, fourth = (Noted(name, notes, gate) for name in "abcd")
    for job in (first, second):
        threads.submit(job)
        assert job.has_begun.wait(20)
    for job in (third, fourth):
        threads.submit(job)
    assert notes == ["d: 1 others wait for their turn already"]
    threads.end()
    assert not threads.join(0)
    gate.set()
    assert threads.join(20)
    assert sorted(notes[1:]) == ["a", "b", "c: the instance stops"]


def test_without_a_thread_jobs_are_refused_until_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    notes: list[str] = []
    threads = JobThreads("test", 2, 10)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fails)
        threads.submit(Noted("a", notes))
    assert notes == ["a: can't start new thread"]
    job = Noted("b", notes)
    threads.submit(job)
    assert job.is_over.wait(20)
    threads.end()
    assert threads.join(20)
    assert notes[1:] == ["b"]
