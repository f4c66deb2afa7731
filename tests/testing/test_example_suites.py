"""Every example's own tests pass, cover its actions, and notice when the example is changed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ampsd.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"
TESTED = sorted(path.parent.name for path in EXAMPLES.glob("*/test.yml"))


def test_every_example_has_tests() -> None:
    assert sorted(path.parent.name for path in EXAMPLES.glob("*/config.xml")) == TESTED


@pytest.mark.parametrize("name", TESTED)
def test_the_tests_of_an_example_pass_and_try_all_of_its_actions(name: str) -> None:
    result = CliRunner().invoke(main, ["test", str(EXAMPLES / name), "--fail-under", "100"])
    assert result.exit_code == 0, result.output


def test_a_fourth_cancel_fails_exactly_the_cases_about_it(tmp_path: Path) -> None:
    config = EXAMPLES / "dead-letter" / "config.xml"
    changed = tmp_path / "config.xml"
    changed.write_text(config.read_text().replace("<MaxCancels>3<", "<MaxCancels>4<"))
    result = CliRunner().invoke(main, ["test", str(changed), str(EXAMPLES / "dead-letter" / "test.yml")])
    assert result.exit_code == 1
    failed = [line.removeprefix("  FAILED  ") for line in result.output.split("\n") if "FAILED" in line]
    assert failed == [
        "the third cancel makes a dead letter with the job and the reason",
        "the story of a job that was cancelled three times",
        "a reviewer takes the dead letter off its queue",
        "cancels count across a crash",
    ]
    assert (
        "published to FailedJobs: expected 1 message, got none\n"
        "            --- expected\n"
        "            +++ got\n"
        '            -{"message": {"id": 1}, "reason": "max_cancels"}\n'
    ) in result.output
    assert result.output.endswith("10 cases: 6 passed, 4 failed\n")
