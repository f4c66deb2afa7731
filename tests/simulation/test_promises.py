"""The promises P1 to P7 over many seeds, crash states after every disk verb, and the same trace for the same seed.

A planted bug must be caught: a checker that never fails proves nothing.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ampsd import limits
from ampsd.adoption import Adoption, AdoptionBegun
from ampsd.engine.carrying import Carrying
from ampsd.engine.endings import Endings
from ampsd.engine.entries import NEVER
from ampsd.engine.filling import Filling
from ampsd.engine.journal_needs import Need
from ampsd.engine.lease_clock import LeaseClock
from ampsd.engine.lifecycle import State
from ampsd.engine.outbox import Outbox, PersistedAck
from ampsd.engine.queue import Queue
from ampsd.engine.removals_ahead import RemovalsAhead
from ampsd.engine.turn import Turn
from ampsd.instance import Instance
from ampsd.simulator.run import Result, run_seed
from ampsd.simulator.world import World
from ampsd.storage.journal import Journal
from ampsd.storage.log import JournalDamageError, MessageGoneError

SEEDS = 500
CRASH_STATES = 20_000
SHARDS = 10


def fail_text(seed: int, result: Result) -> str:
    return "\n".join([f"make sim SEED={seed}", *result.violations[:10], result.draw])


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_seed_breaks_a_promise(shard: int) -> None:
    """Every seed with a crash state after each disk verb; all shards together see the number asked for."""
    states = 0
    for seed in range(shard * SEEDS // SHARDS, (shard + 1) * SEEDS // SHARDS):
        result = run_seed(seed, with_states=True)
        assert not result.violations, fail_text(seed, result)
        states += result.crash_states
    assert states >= CRASH_STATES // SHARDS


@pytest.mark.soak
def test_many_more_seeds() -> None:
    for seed in range(SEEDS, 20 * SEEDS):
        result = run_seed(seed, with_states=seed % 10 == 0)
        assert not result.violations, fail_text(seed, result)


@pytest.mark.parametrize("seed", [3, 22, 77])
def test_the_same_seed_gives_the_same_trace_under_other_hash_seeds(seed: int) -> None:
    """P11, over processes whose string hashes differ."""
    digests = {
        subprocess.run(
            [sys.executable, "-m", "ampsd", "sim", "run", "--seed", str(seed)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1
    assert f"seed {seed}:" in digests.pop()


def seeds_that_see_it(seeds: range, what: str) -> str:
    """The first violation or failed expectation over the seeds that speaks of `what`; empty when nothing is noticed."""
    for seed in seeds:
        try:
            result = run_seed(seed, with_states=True)
        except AssertionError as error:
            return str(error)
        for violation in result.violations:
            if what in violation:
                return violation
    return ""


def test_an_ack_before_the_sync_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached_at_once(self: Outbox, ack: PersistedAck) -> None:
        self.reached(ack)

    monkeypatch.setattr(Outbox, "hold_ack", reached_at_once)
    assert "P1" in seeds_that_see_it(range(40), "P1")


def test_expiry_and_dead_letter_in_two_batches_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    end = Endings.end

    def end_and_seal(self: Endings, serial: int, ending: State, reasons: tuple[str, ...], **extra: Any) -> None:
        end(self, serial, ending, reasons, **extra)
        self._around.log.seal()

    monkeypatch.setattr(Endings, "end", end_and_seal)
    assert "dead letters: missing" in seeds_that_see_it(range(60), "dead letters: missing")


def test_leases_on_the_wall_clock_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    begin, began, over = Turn.begin, LeaseClock.began, LeaseClock.over
    jumped: dict[str, int] = {}

    def begin_by_the_wall(self: Turn, now_ns: int, wall_ns: int) -> None:
        begin(self, now_ns, wall_ns)
        jumped["first"] = jumped.get("first", wall_ns - now_ns)
        jumped["by"] = wall_ns - now_ns - jumped["first"]

    monkeypatch.setattr(Turn, "begin", begin_by_the_wall)
    monkeypatch.setattr(LeaseClock, "began", lambda self, one, now_ns: began(self, one, now_ns + jumped["by"]))
    monkeypatch.setattr(LeaseClock, "over", lambda self, now_ns: over(self, now_ns + jumped["by"]))
    assert "P4" in seeds_that_see_it(range(200), "P4")


def test_at_most_once_sent_before_its_removal_is_durable_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Outbox, "hold", Outbox.send)
    assert "P4" in seeds_that_see_it(range(200), "P4")


def test_removals_that_are_not_logged_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = Queue.settle

    def forget(self: Queue) -> None:
        if not self.definition.is_at_most_once:
            del self._removed[:]
        settle(self)

    monkeypatch.setattr(Queue, "settle", forget)
    assert "P5" in seeds_that_see_it(range(100), "P5")


def test_forgotten_acknowledgments_of_what_a_crash_took_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemovalsAhead, "add", lambda *one: None)
    assert "P5" in seeds_that_see_it(range(100, 200), "P5")


def test_a_start_that_misses_what_removed_journals_said_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Carrying, "all_records", lambda *one: iter(()))
    assert "restart" in seeds_that_see_it(range(150), "restart")


def test_journals_that_go_before_the_floor_is_durable_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    drop_before = Journal.drop_before

    def drop_at_once(self: Journal, floor: int) -> None:
        drop_before(self, floor)
        self._floor_in_flight = floor
        self._reach_floor()

    monkeypatch.setattr(Journal, "drop_before", drop_at_once)
    with pytest.raises(JournalDamageError, match="the journal files before it are missing"):
        seeds_that_see_it(range(60), "P1")


def test_journals_that_a_queue_still_needs_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Need, "lowest", property(lambda self: lambda: NEVER, lambda self, given: None), raising=False)
    with pytest.raises(MessageGoneError):
        seeds_that_see_it(range(60), "P1")


def worlds_with_reloads(seeds: range) -> Iterator[World]:
    """Worlds over these seeds that have reloads, run to their end."""
    for seed in seeds:
        world = World(seed)
        if world.draw.reload:
            world.run()
            world.stop()
            yield world


def test_reloads_that_take_many_turns_break_no_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """New queues fill in slices so small that crashes, other changes and messages come in between."""
    monkeypatch.setattr(limits, "FILLING_SLICE", 1500)
    taken = refused = cut = 0
    for world in worlds_with_reloads(range(SEEDS, SEEDS + 80)):
        violations = world.check()
        assert not violations, f"seed {world.seed}: {violations[:10]} {world.draw!r}"
        taken += world.reloads.taken
        refused += world.reloads.refused
        cut += world.reloads.cut
    assert taken > 200
    assert refused > 20
    assert cut > 10


def test_a_reload_that_begins_too_early_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Adoption.__init__

    def begin_with_the_actions(self: Adoption, instance: Instance, begun: AdoptionBegun) -> None:
        begin(self, instance, begun)
        instance.automation.adopt(begun.model.definition.actions)

    monkeypatch.setattr(Adoption, "__init__", begin_with_the_actions)
    assert any("P9" in one for world in worlds_with_reloads(range(20)) for one in world.check())


def test_a_new_queue_that_lacks_what_the_log_has_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Filling, "_read", lambda *_: True)
    assert any("restart" in one for world in worlds_with_reloads(range(60)) for one in world.check())


def test_the_worlds_see_what_they_are_for() -> None:
    """The seeds of CI crash, fail disks, lose power and lease again; a world of calm days would prove little."""
    lives = failures = dead_letters = gone = 0
    for seed in range(60):
        world = World(seed)
        world.run()
        world.stop()
        lives += world.lives
        failures += world.disk_failures
        gone += world.journal.files[0].number
        dead_letters += sum(1 for body in world.bodies_seen if body.startswith(b'{"message"'))
    assert lives > 150
    assert failures > 3
    assert dead_letters > 100
    assert gone > 20
