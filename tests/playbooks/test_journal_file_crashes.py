"""A crash before every disk verb while journal files are archived, compressed and removed, and while what it left is
cleared up: nothing is lost, and nothing is left behind.
"""

import errno
import itertools
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from old_journals import files_on_disk, fill, full, picture
from play import Playbook
from workers import publish

from ampsd.ports import Verb
from ampsd.simulator.disk import SimDisk
from ampsd.simulator.event_store import SimEventStore
from ampsd.simulator.upkeep import SimUpkeep

State = tuple[SimDisk, SimEventStore]
VERBS = (("archive",), ("compress",), ("remove",), ("archive", "compress"), ("compress", "archive", "remove"))


def copy_of(store: SimEventStore) -> SimEventStore:
    copy = SimEventStore()
    copy.records = list(store.records)
    return copy


def looked_after(play: Playbook, *verbs: str) -> list[State]:
    """Let files be worked on; the disk and the events before each verb."""
    states: list[State] = []

    def see(_: Verb) -> None:
        states.append((play.disk.snapshot(), copy_of(play.store)))

    play.disk.fault = see
    for verb in verbs:
        assert getattr(play.instance.journal_files, verb)(0) is None
        play.settle()
    play.disk.fault = lambda _: None
    see(Verb)  # type: ignore[arg-type]
    return states


def started_on(play: Playbook, state: State, crash_seed: int | None) -> list[State]:
    """A start on a disk as a crash leaves it; the states before each verb of that start."""
    disk, store = state
    play.disk = disk.snapshot()
    play.upkeep = SimUpkeep(play.disk)
    play.store = copy_of(store)
    states: list[State] = []

    def see(_: Verb) -> None:
        states.append((play.disk.snapshot(), copy_of(play.store)))

    if crash_seed is not None:
        play.disk.crash(Random(crash_seed))
    play.disk.fault = see
    play.restart()
    play.disk.fault = lambda _: None
    return states


def check(play: Playbook, before: dict[str, Any]) -> None:
    """The same state, but for messages that can be reset only while their files are there."""
    found = picture(play)
    for name in before:
        if name.endswith("exceeded"):
            assert found[name] in (before[name], [])
        else:
            assert found[name] == before[name]
    names = [name.rpartition("/")[2] for name in files_on_disk(play)]
    assert not [name for name in names if name.endswith(".new")]
    known = [name.removesuffix(".gz") for name in names]
    assert len(dict.fromkeys(known)) == len(known), "a file is there twice"
    assert play.journal is not None
    assert len(known) == len(play.journal.files), "a file that was removed is still there"
    play.check_events()


def every_loss() -> Iterator[int | None]:
    yield None
    yield from range(4)


@pytest.mark.parametrize("verbs", VERBS, ids="-".join)
def test_a_crash_at_any_verb_keeps_everything(verbs: tuple[str, ...]) -> None:
    play = full()
    play.restart()
    before = picture(play)
    states = looked_after(play, *verbs)
    assert len(states) >= 14
    for number, state in enumerate(states):
        for seed in every_loss():
            started_on(play, state, seed)
            check(play, before)
        if number % 7 == 0:
            assert getattr(play.instance.journal_files, verbs[-1])(0) is None
            play.settle()
            publish(play, '{"one":"more"}')
            play.restart()
            assert picture(play)["Jobs"][:-1] == before["Jobs"]


@pytest.mark.parametrize("verbs", VERBS, ids="-".join)
def test_a_crash_of_the_start_that_clears_up_keeps_everything(verbs: tuple[str, ...]) -> None:
    play = full()
    play.restart()
    before = picture(play)
    for number, state in enumerate(looked_after(play, *verbs)):
        if number % 3 == 0:
            for during in started_on(play, state, number):
                started_on(play, during, number + 1)
                check(play, before)
                started_on(play, during, None)
                check(play, before)


def failing_once(play: Playbook, number: int) -> Callable[[Verb], OSError | None]:
    """A disk of which one verb of the worker's fails."""
    done = itertools.count(1)

    def fault(_: Verb) -> OSError | None:
        fails = play.upkeep.is_stepping and next(done) == number
        return OSError(errno.ENOSPC, "No space left on device") if fails else None

    return fault


@pytest.mark.parametrize("verbs", VERBS, ids="-".join)
def test_a_disk_that_fails_at_any_verb_of_the_worker_stops_nothing(verbs: tuple[str, ...]) -> None:
    play = full()
    play.restart()
    before = picture(play)
    state: State = (play.disk.snapshot(), copy_of(play.store))
    failing = failures = 0
    while failures == failing:
        failing += 1
        started_on(play, state, None)
        play.disk.fault = failing_once(play, failing)
        play.log.clear()
        for verb in verbs:
            assert getattr(play.instance.journal_files, verb)(0) is None
            play.settle()
        play.disk.fault = lambda _: None
        failures += play.codes().count("2C-0012") > 0
        assert play.codes().count("2C-0012") <= 1
        assert {name: value for name, value in picture(play).items() if "exceeded" not in name} == {
            name: value for name, value in before.items() if "exceeded" not in name
        }
        fill(play, 1)
        play.restart()
        found = picture(play)
        assert (found["Jobs"], found["Paused"]) == (before["Jobs"], before["Paused"])
    assert failing > 6
