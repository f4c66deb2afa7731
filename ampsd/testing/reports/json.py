"""Outcomes for programs; `version` changes when the shape does."""

import json
from collections.abc import Mapping, Sequence

from ampsd.testing.coverage import Coverage
from ampsd.testing.run import Outcome, Played

VERSION = 1


def render(played: Sequence[Played], coverages: Mapping[str, Coverage] | None) -> str:
    """One document for the run; with coverages, by configuration, what of its actions was tried."""
    document: dict[str, object] = {
        "version": VERSION,
        "files": [
            {
                "config": one.config,
                "tests": one.tests,
                "passed": len(one.outcomes) - one.failed,
                "failed": one.failed,
                "cases": [_row(outcome) for outcome in one.outcomes],
            }
            for one in played
        ],
    }
    if coverages is not None:
        document["coverage"] = [_covered(config, one) for config, one in coverages.items()]
    return json.dumps(document, indent=2) + "\n"


def _row(outcome: Outcome) -> dict[str, object]:
    failure = outcome.failure
    row: dict[str, object] = {
        "name": outcome.name,
        "line": outcome.line,
        "seconds": round(outcome.seconds, 6),
        "passed": failure is None,
    }
    if failure is not None:
        row["failure"] = {"line": failure.line, "sentence": failure.sentence, "difference": list(failure.lines)}
    return row


def _covered(config: str, coverage: Coverage) -> dict[str, object]:
    actions = [
        {
            "name": action.name,
            "points": [{"what": point.text, "outcome": point.what, "count": point.count} for point in action.points],
        }
        for action in coverage.actions.values()
    ]
    return {"config": config, "percent": round(coverage.percent, 1), "actions": actions}
