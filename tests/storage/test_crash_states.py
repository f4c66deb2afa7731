"""P1, P2, P7: a crash before every verb the disk runs, recovery's own verbs included, with every kind of loss.

What was durable is there, in order, without gap or duplicate; batches are whole or absent. What one recovery returned
is durable whatever happens next.
"""

import errno
import itertools
from collections.abc import Callable, Iterator
from random import Random

import pytest
from journal_setup import (
    SEGMENT_SIZE,
    Batch,
    Life,
    State,
    batch_of,
    before_each_verb,
    check_prefix,
    crashed,
    each_crash,
)

from ampsd.ports import Fdatasync, Verb
from ampsd.simulator.disk import SimDisk

SMALL, LARGE, HUGE = 150, 2500, 9000


class Story:
    """Lives on one disk, and the state of the disk before each verb."""

    def __init__(self, segment_size: int = SEGMENT_SIZE) -> None:
        self.disk = SimDisk()
        self.states: list[State] = []
        self.fails: Callable[[int], bool] = lambda number: False
        self.verbs = 0
        self._segment_size = segment_size
        self._batches: list[Batch] = []
        self._durable = 0
        self._life: Life | None = None
        self._number = 0
        self.start()

    @property
    def life(self) -> Life:
        assert self._life is not None
        return self._life

    def start(self) -> None:
        """A process starts on what the disk holds."""
        self._life = None
        before_each_verb(self.disk, self._see)
        self._life = Life(self.disk, self._segment_size)

    def add(self, size: int, count: int = 1) -> None:
        """One batch more."""
        self._number += 1
        self.life.add(batch_of(self._number, count, size))

    def sync(self) -> None:
        """All of it durable."""
        self.life.sync()

    def flush(self, steps: int) -> None:
        """Begin to make it durable, and get some verbs far."""
        self.life.journal.flush()
        for _ in range(steps):
            self.life.step()

    def close(self) -> None:
        """An orderly end, and the next start. Raises OSError."""
        self.sync()
        if self.life.journal.failure is not None:
            raise self.life.journal.failure.error
        self.life.journal.close()
        self._end()

    def kill(self) -> None:
        """The process dies, the machine goes on; then the next start."""
        self.disk.kill()
        self._end()

    def lose_power(self, seed: int) -> None:
        """The machine dies; then the next start."""
        self.disk = crashed(self.disk, Random(seed))
        self._end()

    def _end(self) -> None:
        self._batches, self._durable = list(self.life.batches), self.life.durable
        self.start()

    def _see(self) -> OSError | None:
        if self._life is not None:
            self._batches, self._durable = self._life.batches, self._life.durable
        self.states.append(State(self.disk.snapshot(), list(self._batches), self._durable))
        self.verbs += 1
        return OSError(errno.EIO, "Input/output error") if self.fails(self.verbs) else None

    def end(self) -> list[State]:
        """All states, the last one included."""
        self.fails = lambda number: False
        self._see()
        return self.states


def started(disk: SimDisk, state: State) -> tuple[Life, list[SimDisk]]:
    """The next life, held against the promises, and the disk before each verb of its start."""
    during: list[SimDisk] = []
    before_each_verb(disk, lambda: during.append(disk.snapshot()))
    life = Life(disk)
    disk.fault = lambda verb: None
    check_prefix(life, state)
    return life, during


def check_state(state: State, disk: SimDisk, rng: Random) -> int:
    """Start on a disk a crash left; crash that start at each of its verbs; start again. Returns the states seen."""
    first, during = started(disk, state)
    for one in during:
        if rng.random() < 0.8:
            one.crash(rng)
        check_prefix(Life(one), state)
    disk.crash(rng)
    second = Life(disk)
    assert second.batches == first.batches, "what a start returned is gone after the next crash"
    assert second.positions == first.positions
    assert second.recovered.cut_bytes == 0, "a start left a torn tail behind"
    return len(during) + 2


def check_by_chance(states: list[State], seed: int, crashes: int) -> int:
    """Every state, killed once and crashed some times."""
    rng = Random(seed)
    seen = 0
    for state in states:
        killed = state.disk.snapshot()
        killed.kill()
        seen += check_state(state, killed, rng)
        for _ in range(crashes):
            seen += check_state(state, crashed(state.disk, rng), rng)
    return seen


# ---- every short story, every loss


def publish(story: Story) -> None:
    story.add(SMALL)
    story.sync()


def batch(story: Story) -> None:
    """Two batches of which one verb, the write, is done."""
    story.add(20, 3)
    story.add(20)
    story.flush(1)


def rotate(story: Story) -> None:
    story.add(LARGE)
    story.add(LARGE)
    story.sync()


STEPS: dict[str, Callable[[Story], None]] = {
    "publish": publish,
    "batch": batch,
    "rotate": rotate,
    "close": Story.close,
    "kill": Story.kill,
}


def stories(length: int) -> Iterator[tuple[str, ...]]:
    yield from itertools.product(STEPS, repeat=length)


def told(steps: tuple[str, ...]) -> list[State]:
    story = Story()
    for step in steps:
        STEPS[step](story)
    return story.end()


@pytest.mark.parametrize("steps", [one for length in (1, 2) for one in stories(length)], ids="-".join)
def test_every_loss_at_every_verb_of_every_story_of_two_steps(steps: tuple[str, ...]) -> None:
    seen = 0
    for state in told(steps):
        # Writes with more than 64 combinations of lost sectors are left to chance, below.
        for disk in itertools.islice(each_crash(state.disk), 64):
            check_prefix(Life(disk), state)
            seen += 1
    assert seen > 25 * len(steps)


@pytest.mark.parametrize("last", STEPS)
def test_every_story_of_three_steps_with_crashes_of_the_start_itself(last: str) -> None:
    seen = 0
    for number, steps in enumerate(stories(2)):
        seen += check_by_chance(told((*steps, last)), number, 1)
    assert seen > 10_000


# ---- long stories


def long_story(seed: int) -> list[State]:
    """Lives, deaths and batches of all sizes, as the seed draws them."""
    rng = Random(seed)
    story = Story(rng.choice((5000, 8192, 20_000)))
    for _ in range(25):
        draw = rng.random()
        if draw < 0.55:
            story.add(rng.choice((0, 20, SMALL, LARGE, HUGE)), rng.randint(1, 3))
        elif draw < 0.75:
            story.flush(rng.randint(0, 8))
        elif draw < 0.85:
            story.sync()
        else:
            rng.choice((story.close, story.kill, lambda: story.lose_power(rng.randrange(1000))))()
    return story.end()


@pytest.mark.parametrize("seed", range(8))
def test_long_stories_keep_what_was_durable(seed: int) -> None:
    states = long_story(seed)
    assert check_by_chance(states, seed, 2) > 1000


# ---- the disk fails


def told_with_faults(steps: tuple[str, ...], fails: Callable[[int], bool]) -> tuple[Story, bool]:
    """A story in which some verbs after the first start fail, and whether it ended early, as a process would."""
    story = Story()
    story.verbs = 0
    story.fails = fails
    for step in steps:
        try:
            STEPS[step](story)
        except OSError:
            return story, True
        if story.life.journal.failure is not None:
            return story, True
    return story, False


def told_until_fault(steps: tuple[str, ...], is_lasting: bool = False) -> Iterator[Story]:
    """The story with its first verb failing, then its second, and so on: once, or with all that follow."""
    for failing in itertools.count(1):

        def fails(number: int, failing: int = failing) -> bool:
            return number >= failing if is_lasting else number == failing

        story, is_dead = told_with_faults(steps, fails)
        if not is_dead:
            return
        yield story


@pytest.mark.parametrize("is_lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("last", STEPS)
def test_a_disk_that_fails_at_any_verb_loses_nothing_durable(last: str, is_lasting: bool) -> None:
    rng = Random(0)
    seen = 0
    for steps in stories(2):
        for story in told_until_fault((*steps, last), is_lasting):
            state = story.end()[-1]
            disk = state.disk.snapshot()
            disk.kill() if is_lasting else disk.crash(rng)
            seen += check_state(state, disk, rng)
    assert seen > 3000


@pytest.mark.parametrize("steps", [("publish", "batch", "rotate"), ("rotate", "rotate", "publish")], ids="-".join)
def test_nothing_becomes_durable_after_a_failed_verb(steps: tuple[str, ...]) -> None:
    failures = 0
    for story in told_until_fault(steps):
        assert story.life.journal.failure is not None
        failures += 1
        durable = story.life.journal.durable
        story.add(SMALL)
        story.sync()
        story.flush(10)
        assert story.life.journal.durable == durable
    assert failures > 10


@pytest.mark.parametrize("failing", range(5))
def test_a_failed_sync_leaves_exactly_what_was_durable(failing: int) -> None:
    disk = SimDisk()
    life = Life(disk)
    syncs = 0

    def fault(verb: Verb) -> OSError | None:
        nonlocal syncs
        syncs += isinstance(verb, Fdatasync)
        return OSError(errno.EIO, "Input/output error") if syncs > failing else None

    disk.fault = fault
    for number in range(10):
        life.write(batch_of(number, 2))
    assert life.durable == failing
    for seed in range(20):
        assert Life(crashed(disk, Random(seed))).batches == life.batches[:failing]
    disk.fault = lambda verb: None
    disk.kill()
    again = Life(disk)
    assert again.batches == life.batches[: failing + 1], "the page cache still had the batch whose sync failed"
    assert Life(crashed(disk, Random(0))).batches == again.batches
