"""For each example of actions in the guide a configuration of our own that does the same: what is said of it, no more.

The guide's chapters are Automating AMPS With Actions and, for the nightly maintenance, the Deployment Checklist.
"""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ampsd.actions.module import On
from ampsd.cli.main import main
from ampsd.config.model import Loading, load

FILES = sorted((Path(__file__).parent.parent / "configs" / "actions").glob("*.xml"))
ENVIRONMENT = {"KEPT_DAYS": "30", "LOG_DIRECTORY": "./log"}

EXPECTED: dict[str, tuple[str, ...]] = {
    "archive-on-request": (),
    "count-of-a-signal": (),
    "greeting-at-start": (),
    "nightly-maintenance": ("AC108 <Topic>", "AC108 amps-action-do-delete-sow", "AC110 amps-action-do-delete-files"),
    "notice-of-some-clients": (),
    "permissions-of-a-user-who-left": (),
    "regions-shared-out-to-workers": (
        "AC108 <Topic>",
        "AC108 <Topic>",
        "AC108 <View>",
        "AC108 amps-action-do-delete-sow",
        "AC108 amps-action-on-message-affinity",
    ),
    "second-topic-for-every-message": (),
    "security-off-and-on-by-signal": (),
    "stop-when-the-disk-is-full": (),
    "tickets-that-wait-too-long": ("AC108 <Topic>", "AC108 amps-action-on-message-condition-timeout"),
    "transport-follows-a-client": (),
    "two-limits-for-a-file-system": (),
    "undelivered-of-two-queues": (),
    "values-of-a-local-message": (),
    "weekly-archive": (),
    "weekly-look-at-a-record": ("AC108 <Topic>",),
}
"""What is found in each file, by code and subject: topics of the SOW do not run, and one module has an old name."""


def loaded(path: Path) -> Loading:
    return load(
        str(path), read=lambda name: Path(name).read_bytes(), environment=ENVIRONMENT, working_directory="/nowhere"
    )


def test_every_file_has_its_expectation() -> None:
    assert [path.stem for path in FILES] == sorted(EXPECTED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_loads_or_is_refused_for_its_topics(path: Path) -> None:
    findings = loaded(path).findings
    found = sorted(f"{finding.code} {finding.sentence.partition(' ')[0]}" for finding in findings)
    assert found == sorted(EXPECTED[path.stem]), "\n".join(map(str, findings))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_understood_whole(path: Path) -> None:
    model = loaded(path).model
    assert model is not None
    text = path.read_text()
    assert [len(model.definition.actions), text.count("<On>"), text.count("<If>") + text.count("<Do>")] == [
        text.count("<Action>"),
        sum(len(action.ons) for action in model.definition.actions),
        sum(len(action.steps) for action in model.definition.actions),
    ]
    assert all(isinstance(on, On) for action in model.definition.actions for on in action.ons)


def test_variables_of_the_file_and_of_the_action_are_two_things() -> None:
    path = next(path for path in FILES if path.stem == "nightly-maintenance")
    model = loaded(path).model
    assert model is not None
    (action,) = model.definition.actions
    by_module = {step.module.removeprefix("amps-action-"): step for step in action.steps}
    assert by_module["do-remove-journal"].age.text == "30d"
    assert by_module["do-remove-files"].pattern.text == "./log/caretaker-*.log"
    assert by_module["do-publish-message"].data.names == ("AMPS_DATETIME",)


PLAYED = [path for path in FILES if path.with_suffix(".test.yml").exists()]
NEVER_PASSES = {"notice-of-some-clients"}
"""Where the guide's own example cannot come true: the client's name is not known when it connects."""


def test_every_example_that_runs_is_played() -> None:
    runs = [name for name, findings in EXPECTED.items() if not any("AC108" in one for one in findings)]
    assert sorted(path.stem for path in PLAYED) == sorted(runs)


@pytest.mark.parametrize("path", PLAYED, ids=lambda path: path.stem)
def test_an_example_behaves_as_its_text_says(path: Path) -> None:
    least = "0" if path.stem in NEVER_PASSES else "80"
    arguments = ["test", str(path), str(path.with_suffix(".test.yml")), "--fail-under", least]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
