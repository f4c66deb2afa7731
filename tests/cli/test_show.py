"""`ampsd show` and `ampsd diff` as people call them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ampsd.cli.diff import command as diff
from ampsd.cli.show import command as show

TRANSPORT = (
    "<Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport></Transports>"
)
GOOD = f"<AMPSConfig><Name>A</Name>{TRANSPORT}</AMPSConfig>\n"
SECRETS = GOOD.replace(
    "</AMPSConfig>",
    "<Authenticator><Module>amps-default-authenticator-module</Module>"
    "<Options><User>u</User><Password>hunter2</Password></Options></Authenticator>"
    "<Authentication><Module>mine</Module><Options><Key>hunter2</Key></Options></Authentication>"
    "<Modules><Module><Name>mine</Name><Library>libmine.so</Library></Module></Modules></AMPSConfig>",
)


def run(command: object, *arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))  # type: ignore[arg-type]  # click's commands are untyped here


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.xml").write_text(GOOD)
    return tmp_path / "config.xml"


def test_every_setting_is_shown_with_its_origin(config: Path) -> None:
    done = run(show, "config.xml")
    assert done.exit_code == 0
    lines = [line.split() for line in done.output.splitlines()]
    assert ["InetAddr", "9007", "config.xml:1:86"] in lines
    assert ["RegexTopicSupport", "true", "(default)"] in lines


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_shown(config: Path, form: str) -> None:
    config.write_text(SECRETS)
    done = run(show, "config.xml", "--format", form)
    assert done.exit_code == 0
    assert "hunter2" not in done.output
    assert "********" in done.output


def test_the_plan_says_what_a_start_does_and_what_it_refuses(config: Path) -> None:
    config.write_text(SECRETS)
    done = run(show, "config.xml", "--plan")
    assert "listen    9007  any-tcp: tcp, amps, every message type" in done.output
    assert "This version refuses to start with:" in done.output
    document = json.loads(run(show, "config.xml", "--plan", "--format", "json").output)
    assert document["plan"][0]["verb"] == "listen"


def test_errors_are_told_instead(config: Path) -> None:
    config.write_text("<AMPSConfig/>")
    for command, arguments in ((show, ["config.xml"]), (diff, ["config.xml", "config.xml"])):
        done = run(command, *arguments)
        assert done.exit_code == 1
        assert "lacks <Name>" in done.output


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("9007", "9007", 0, "no difference"),
        ("9007", "9008", 0, "reconnect"),
        ("<Name>A</Name>", "<Name>B</Name>", 3, "refused"),
        ("<Name>A</Name>", "<Name>A</Name><Group>G</Group>", 2, "restart"),
    ],
)
def test_the_exit_code_of_a_difference_tells_its_class(config: Path, old: str, new: str, code: int, said: str) -> None:
    config.with_name("new.xml").write_text(GOOD.replace(old, new, 1))
    done = run(diff, "config.xml", "new.xml")
    assert done.exit_code == code, done.output
    assert said in done.output
    document = json.loads(run(diff, "config.xml", "new.xml", "--format", "json").output)
    assert document["reload"] == (said if code or said == "reconnect" else "live")
    assert done.output.splitlines()[-1] == document["summary"]
