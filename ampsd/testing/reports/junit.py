"""Outcomes as JUnit's XML: a suite for each file of tests, a test for each case."""

from collections.abc import Sequence

from ampsd import junit
from ampsd.lint.reports.report import printable
from ampsd.testing.run import Outcome, Played


def render(played: Sequence[Played]) -> str:
    """The document."""
    return junit.document("ampsd test", [_suite(one) for one in played])


def _suite(played: Played) -> junit.Suite:
    seconds = f"{sum(one.seconds for one in played.outcomes):.3f}"
    return junit.Suite(printable(played.tests), [_case(played, one) for one in played.outcomes], "", seconds)


def _case(played: Played, outcome: Outcome) -> junit.Case:
    failure = None
    if outcome.failure is not None:
        place = f"{played.tests}:{outcome.failure.line}"
        text = "\n".join(printable(line) for line in (place, *outcome.failure.lines))
        failure = junit.Failure(printable(outcome.failure.sentence), "failed", text)
    return junit.Case(printable(played.config), printable(outcome.name), failure, f"{outcome.seconds:.3f}")
