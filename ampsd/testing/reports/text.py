"""Outcomes for people: a line for each case, the difference where one failed, and a line that counts."""

from collections.abc import Mapping, Sequence

from ampsd.lint.reports.report import printable
from ampsd.testing.coverage import Coverage
from ampsd.testing.run import Outcome, Played

_RED, _GREEN, _PLAIN = "\x1b[1;31m", "\x1b[32m", "\x1b[0m"


def render(played: Sequence[Played], coverages: Mapping[str, Coverage] | None, *, has_colour: bool = False) -> str:
    """The report."""
    lines: list[str] = []
    for one in played:
        lines.append(f"{printable(one.config)}: {printable(one.tests)}")
        for outcome in one.outcomes:
            lines += _case(one.tests, outcome, has_colour=has_colour)
    if coverages is not None:
        for config, coverage in coverages.items():
            lines += ["", *_coverage(config, coverage)]
    lines += ["", _summary(played)]
    return "\n".join(lines) + "\n"


def _case(tests: str, outcome: Outcome, *, has_colour: bool) -> list[str]:
    failure = outcome.failure
    word, colour = ("ok", _GREEN) if failure is None else ("FAILED", _RED)
    head = f"{colour}{word}{_PLAIN}{' ' * (6 - len(word))}" if has_colour else f"{word:6}"
    lines = [f"  {head}  {printable(outcome.name)}"]
    if failure is not None:
        lines.append(f"          {printable(tests)}:{failure.line}: {printable(failure.sentence)}")
        lines += [f"            {printable(line)}" for line in failure.lines]
    return lines


def _coverage(config: str, coverage: Coverage) -> list[str]:
    """Each action with its points; those that were never tried stand out."""
    lines = [f"coverage of {printable(config)}: {coverage.percent:.0f} %"]
    for action in coverage.actions.values():
        lines.append(f"  {printable(action.name)}")
        for point in action.points:
            count = f"{point.count} x" if point.count else "NEVER"
            lines.append(f"    {count:>7}  {point.text} {point.what}")
    return lines


def _summary(played: Sequence[Played]) -> str:
    number = sum(len(one.outcomes) for one in played)
    failed = sum(one.failed for one in played)
    cases = "1 case" if number == 1 else f"{number} cases"
    return f"{cases}: {number - failed} passed, {failed} failed"
