"""Plays cases, each on a stage of its own, and says how each went."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ampsd.config.model import Model
from ampsd.testing.coverage import Coverage
from ampsd.testing.mismatch import Mismatch
from ampsd.testing.step import Step
from ampsd.testing.suite import Case, Suite
from ampsd.testing.theatre import Theatre


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a case went wrong, and how."""

    line: int
    sentence: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went. `seconds` are of real time."""

    name: str
    line: int
    seconds: float
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Played:
    """All cases of one file with one configuration."""

    config: str
    tests: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return sum(one.failure is not None for one in self.outcomes)


def play(
    model: Model, suite: Suite, cases: Sequence[Case], clock: Callable[[], float], coverage: Coverage
) -> list[Outcome]:
    """Play cases of a suite. `clock` tells real seconds."""
    outcomes = []
    for case in cases:
        began = clock()
        failure = play_case(model, suite, case, coverage)
        outcomes.append(Outcome(case.name, case.line, clock() - began, failure))
    return outcomes


def play_case(model: Model, suite: Suite, case: Case, coverage: Coverage) -> Failure | None:
    """Play one case; how it failed, None when it did not."""
    begins = case.at if case.at is not None else suite.at
    theatre = Theatre(model, begins, case.zone if case.zone is not None else suite.zone)
    step: Step | None = None
    try:
        theatre.start()
        for step in (*suite.setup, *case.steps):
            step.play(theatre)
    except Mismatch as error:
        line = error.line or (step.line if step is not None else case.line)
        return Failure(line, error.sentence, error.lines)
    finally:
        coverage.add(theatre)
    return None
