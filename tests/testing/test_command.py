"""`ampsd test`: which files, which cases, which form, which exit code."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree
from play import DEAD_LETTER, action, queue

from ampsd.cli.main import main

PASSES = """
cases:
  - name: a cancel is a dead letter
    steps:
      - subscribe: {client: worker, topic: Jobs}
      - publish: {topic: Jobs, data: 1}
      - cancel: worker
      - expect: {published: {topic: FailedJobs, count: 1}}
"""
FAILS = (
    PASSES
    + """\
  - name: nothing comes of nothing
    steps:
      - expect: {published: {topic: FailedJobs, exactly: [{id: 1}]}}
"""
)


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    gate = action(
        "on-publish-message",
        {"Topic": "^n", "MessageType": "json"},
        ("if-condition", {"Condition": "{{AMPS_DATA_LENGTH}} > 5"}),
        ("do-nothing", {}),
    )
    queues = queue("Jobs", MaxCancels="${CANCELS}") + queue("FailedJobs")
    (tmp_path / "config.xml").write_text(
        "<AMPSConfig><Name>Command</Name><Transports><Transport><Name>t</Name><Type>tcp</Type>"
        "<InetAddr>9007</InetAddr><Protocol>amps</Protocol></Transport></Transports>"
        f"<SOW>{queues}</SOW>"
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory><Topic><Name>.*</Name>"
        "<MessageType>json</MessageType></Topic></TransactionLog>"
        f"<Logging><Target><Protocol>file</Protocol><FileName>./log.txt</FileName></Target></Logging>"
        f"<Actions>{DEAD_LETTER}{gate}</Actions></AMPSConfig>"
    )
    (tmp_path / "test.yml").write_text(PASSES)
    (tmp_path / "fails.yml").write_text(FAILS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["test", *arguments, "-DCANCELS=1"])


def test_exit_codes(directory: Path) -> None:
    (directory / "broken.yml").write_text("cases: 5")
    (directory / "broken.xml").write_text("<AMPSConfig>")
    assert run("config.xml", "test.yml").exit_code == 0
    assert run("config.xml", "fails.yml").exit_code == 1
    for wrong in (["test.yml"], ["config.xml"], ["config.xml", "test.yml", "config.xml"], ["--fast"]):
        assert run(*wrong).exit_code == 2, wrong
    assert run("config.xml", "test.yml", "-k", "no such case").exit_code == 2
    for lost in (["config.xml", "absent.yml"], ["absent.xml", "test.yml"], ["config.xml", "broken.yml"]):
        assert run(*lost).exit_code == 3, lost
    assert run("broken.xml", "test.yml").exit_code == 3


def test_what_is_wrong_with_a_file_is_told_on_one_line(directory: Path) -> None:
    (directory / "broken.yml").write_text("cases: 5")
    said = run("config.xml", "broken.yml").output
    assert said == "broken.yml:1:8: error: '5' stands where a list belongs. Begin each entry with `- `.\n"
    said = run("config.xml", "absent.yml").output
    assert said == "absent.yml: error: the file cannot be read: No such file or directory. Check the path.\n"


def test_nothing_is_opened_or_written(directory: Path) -> None:
    before = sorted(os.listdir(directory))
    assert run(".").exit_code == 0
    assert sorted(os.listdir(directory)) == before


def test_a_directory_stands_for_its_pair_and_several_configurations_share_tests(directory: Path) -> None:
    (directory / "other.xml").write_text((directory / "config.xml").read_text())
    said = run(".", "config.xml", "other.xml", "test.yml", "fails.yml")
    heads = [line for line in said.output.split("\n") if line.endswith(".yml")]
    pairs = ["config.xml: test.yml", "other.xml: test.yml", "config.xml: fails.yml", "other.xml: fails.yml"]
    assert heads == ["./config.xml: ./test.yml", *pairs]
    assert said.output.endswith("7 cases: 5 passed, 2 failed\n")


def test_cases_are_chosen_by_a_word(directory: Path) -> None:
    assert run("config.xml", "fails.yml", "-k", "DEAD").output == (
        "config.xml: fails.yml\n  ok      a cancel is a dead letter\n\n1 case: 1 passed, 0 failed\n"
    )


def test_json(directory: Path) -> None:
    (one,) = json.loads(run("config.xml", "fails.yml", "--format", "json").output)["files"]
    assert (one["passed"], one["failed"]) == (1, 1)
    assert one["cases"][1]["failure"] == {
        "line": 11,
        "sentence": "published to FailedJobs: expected 1 message, got none",
        "difference": ["--- expected", "+++ got", '-{"id": 1}'],
    }


def test_junit_in_a_file(directory: Path) -> None:
    result = run("config.xml", "fails.yml", "--format", "junit", "--output", "out.xml")
    assert (result.exit_code, result.output) == (1, "")
    root = etree.fromstring((directory / "out.xml").read_bytes())
    etree.XMLSchema(file=str(Path(__file__).parents[1] / "lint" / "junit.xsd")).assertValid(root)
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    assert [case.get("name") for case in root.iter("testcase")] == [
        "a cancel is a dead letter",
        "nothing comes of nothing",
    ]
    (failure,) = root.iter("failure")
    assert failure.get("message") == "published to FailedJobs: expected 1 message, got none"
    assert failure.text == 'fails.yml:11\n--- expected\n+++ got\n-{"id": 1}'


def test_coverage_says_what_was_never_tried(directory: Path) -> None:
    said = run("config.xml", "test.yml", "--coverage").output
    assert said.split("\n\n")[1] == (
        "coverage of config.xml: 33 %\n"
        "  action 1\n"
        "        1 x  On on-sow-expire-message fired\n"
        "        1 x  Do do-publish-message ran\n"
        "  action 2\n"
        "      NEVER  On on-publish-message fired\n"
        "      NEVER  If if-condition passed\n"
        "      NEVER  If if-condition stopped\n"
        "      NEVER  Do do-nothing ran"
    )


def test_coverage_counts_over_all_files_and_can_fail_a_run(directory: Path) -> None:
    publish = "- publish: {topic: news, data: '%s'}"
    steps = f"      {publish % 'x'}\n      {publish % 'long enough'}\n"
    (directory / "more.yml").write_text(f"cases:\n  - name: the gate\n    steps:\n{steps}")
    assert run("config.xml", "test.yml", "more.yml", "--fail-under", "100").exit_code == 0
    result = run("config.xml", "more.yml", "--fail-under", "80")
    assert result.exit_code == 1
    assert "config.xml: 67 % of the actions were tried, not 80 %" in result.output
    for wrong in ("nan", "101", "-1"):
        assert run("config.xml", "more.yml", "--fail-under", wrong).exit_code == 2, wrong


def test_a_configuration_that_cannot_be_started_is_not_tested(directory: Path) -> None:
    text = (directory / "config.xml").read_text()
    (directory / "config.xml").write_text(text.replace("</SOW>", "<Topic><Name>a</Name></Topic></SOW>"))
    result = run("config.xml", "test.yml")
    assert result.exit_code == 3
    assert "config.xml: not tested: it cannot be started" in result.output
