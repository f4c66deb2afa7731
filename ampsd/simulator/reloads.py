"""Reloads of a world: its files change now and then, and the instance takes them over, or dies on the way."""

from collections.abc import Sequence
from random import Random

from ampsd.adoption import AdoptionBegun
from ampsd.config.reload_plan import plan_of
from ampsd.simulator.faults import TRAIL, Draw
from ampsd.simulator.history import History, Removed


class SimReloads:
    """Which configuration an instance has. Versions of a configuration differ in what dead letters look like, and every
    other one has a queue more."""

    def __init__(self, seed: int, draw: Draw, history: History) -> None:
        self._rng = Random(-5 - 7 * seed)
        self._draw = draw
        self._history = history
        self.version = 0
        self.model = draw.model(0)
        """What runs, and what a start would read."""
        self.is_under_way = False
        self.taken = self.refused = self.cut = 0
        """How many came to this end; `cut` by a crash."""

    @property
    def is_at_rest(self) -> bool:
        """Whether a version with all queues runs."""
        return not self._draw.reload or (not self.is_under_way and self.version % 2 == 1)

    def is_due(self, *, is_calm: bool) -> bool:
        """Whether the files change now."""
        if self.is_under_way or not self._draw.reload:
            return False
        return self.version % 2 == 0 if is_calm else self._rng.random() < self._draw.reload

    def begin(self) -> AdoptionBegun:
        """The files are the next version; what the reactor is to be given."""
        version = self.version + 1
        plan = plan_of(self.model, self._draw.model(version))
        assert plan.applied, plan.text
        assert not plan.pending, plan.text
        self.is_under_way = True

        def outcome(reasons: Sequence[str]) -> None:
            self.is_under_way = False
            self._history.trace(b"r %d %r" % (version, bool(reasons)))
            if reasons:
                self.refused += 1
                return
            self.taken += 1
            self.version, self.model = version, plan.model
            if version % 2 == 0:
                self._history.observations.append(Removed(TRAIL))

        return AdoptionBegun(plan.model, "sim", self._rng.random() < 0.5, outcome)

    def crash(self) -> None:
        """The instance died. The next one reads the files: those that it was taking over, or the ones before."""
        if self.is_under_way:
            self.is_under_way = False
            self.cut += 1
            if self._rng.random() < 0.5:
                self.version += 1
                self._history.observations.append(Removed(TRAIL))
        self.model = self._draw.model(self.version)
