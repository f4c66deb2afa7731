"""One seed from beginning to end, and what came of it."""

from ampsd.simulator.world import World


class Result:
    """What a run showed. `draw` are the options the seed drew; no violations means every promise held."""

    __slots__ = ("crash_states", "digest", "draw", "lines", "lives", "violations")

    def __init__(self, world: World, crash_states: int, violations: list[str]) -> None:
        self.lives = world.lives
        self.crash_states = crash_states
        self.digest = world.history.digest
        self.lines = world.history.lines
        self.violations = violations
        self.draw = repr(world.draw)


class StateWorld(World):
    """A world that also looks at what a crash would leave, after every disk verb."""

    def __init__(self, seed: int) -> None:
        self.crash_states = 0
        super().__init__(seed)

    def on_verb(self) -> None:
        """Crash a copy of the disk here; the run goes on."""
        self.crash_states += 1
        self.violations.extend(self.check_crash_state())


def run_seed(seed: int, with_states: bool) -> Result:
    """Run one seed; with states, check a crash after every disk verb too."""
    world = StateWorld(seed) if with_states else World(seed)
    world.run()
    world.stop()
    states = world.crash_states if isinstance(world, StateWorld) else 0
    return Result(world, states + world.lives - 1, world.check())
