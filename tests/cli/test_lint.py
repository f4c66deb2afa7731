"""`ampsd lint` as people and pipelines call it."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ampsd.cli.lint import command

TRANSPORT = (
    "<Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport></Transports>"
)
GOOD = f"<AMPSConfig><Name>A</Name>{TRANSPORT}</AMPSConfig>\n"
FIXABLE = GOOD.replace("</Name>", "</Name><Descripton>what</Descripton>", 1)
QUIET = GOOD.replace("</AMPSConfig>", "<Logging><Target><Protocol>stdout</Protocol></Target></Logging></AMPSConfig>")


def lint(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.xml"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (GOOD, [], 0),
        (GOOD, ["--profile", "strict"], 0),
        (QUIET, [], 0),
        (QUIET, ["--profile", "strict"], 1),
        (QUIET, ["--rule", "no-level=error"], 1),
        (QUIET, ["--rule", "AC218=off", "--profile", "strict"], 0),
        (FIXABLE, [], 1),
        (FIXABLE, ["--fix"], 0),
        (GOOD.replace("</Name>", "</Name><RegexTopicSupport>false</RegexTopicSupport>", 1), [], 0),
        (GOOD.replace("</Name>", "</Name><RegexTopicSupport>false</RegexTopicSupport>", 1), ["--profile", "strict"], 1),
        ("", [], 1),
    ],
)
def test_the_exit_code_tells_what_was_found(config: Path, text: str, options: list[str], code: int) -> None:
    config.write_text(text)
    done = lint(str(config), *options)
    assert done.exit_code == code, done.output


def test_a_file_that_cannot_be_read_has_a_code_of_its_own(config: Path) -> None:
    done = lint(str(config), "no-such-file.xml")
    assert done.exit_code == 3
    assert "no-such-file.xml:1:1: error: the file cannot be read" in done.output


@pytest.mark.parametrize("options", [[], ["--rule", "no-such-rule=off"], ["--baseline", "no-such-file.json"], ["--x"]])
def test_wrong_use_is_code_2(config: Path, options: list[str]) -> None:
    assert lint(*([str(config), *options] if options else [])).exit_code == 2


def test_every_configuration_is_in_one_report(config: Path) -> None:
    other = config.with_name("other.xml")
    other.write_text(FIXABLE)
    document = json.loads(lint("config.xml", "other.xml", "--format", "json").output)
    assert [(one["path"], len(one["findings"])) for one in document["configurations"]] == [
        ("config.xml", 0),
        ("other.xml", 1),
    ]


def test_the_report_goes_to_a_file(config: Path) -> None:
    done = lint("config.xml", "--format", "sarif", "--output", "out.sarif")
    assert (done.exit_code, done.output) == (0, "")
    assert json.loads((config.parent / "out.sarif").read_text())["version"] == "2.1.0"
    assert lint("config.xml", "--output", "no/such/directory").exit_code == 2


def test_fix_writes_and_keeps_the_permissions(config: Path) -> None:
    config.write_text(FIXABLE)
    config.chmod(0o640)
    assert lint("config.xml", "--fix").exit_code == 0
    assert config.read_text() == FIXABLE.replace("Descripton", "Description")
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert os.listdir(config.parent) == ["config.xml"]


def test_fix_reaches_included_files_and_follows_links(config: Path) -> None:
    real = config.with_name("real.xml")
    real.write_text("<Descripton>what</Descripton>")
    config.with_name("part.xml").symlink_to("real.xml")
    config.write_text(GOOD.replace("</Name>", "</Name><Include>part.xml</Include>", 1))
    assert lint("config.xml", "--fix").exit_code == 0
    assert real.read_text() == "<Description>what</Description>"
    assert config.with_name("part.xml").is_symlink()


def test_diff_shows_and_writes_nothing(config: Path) -> None:
    config.write_text(FIXABLE)
    done = lint("config.xml", "--diff")
    assert done.exit_code == 0
    assert "+++ config.xml (fixed)" in done.output
    assert config.read_text() == FIXABLE


def test_a_baseline_hides_what_is_known_and_shows_what_is_new(config: Path) -> None:
    config.write_text(FIXABLE)
    assert lint("config.xml", "--write-baseline", "known.json").exit_code == 0
    assert lint("config.xml", "--baseline", "known.json").exit_code == 0
    config.write_text("\n\n" + FIXABLE.replace("</Name>", "</Name><Nothing/>", 1))
    done = lint("config.xml", "--baseline", "known.json")
    assert done.exit_code == 1
    assert "<Nothing> is not known" in done.output
    assert "Descripton" not in done.output.split("  Remove it")[1]
    assert "1 known from the baseline" in done.output
    config.write_text(GOOD)
    assert "AC405 stale-baseline" in lint("config.xml", "--baseline", "known.json").output


def test_a_suppressed_finding_does_not_fail(config: Path) -> None:
    config.write_text(QUIET.replace("<Target>", '<!-- ampsd-lint disable=no-level reason="by hand" --><Target>'))
    done = lint("config.xml", "--profile", "strict")
    assert done.exit_code == 0
    assert "1 suppressed by comments" in done.output


def test_variables_can_be_defined(config: Path) -> None:
    config.write_text(GOOD.replace("A</Name>", "${INSTANCE_OF_TEST}</Name>"))
    assert lint("config.xml").exit_code == 1
    assert lint("config.xml", "-DINSTANCE_OF_TEST=B").exit_code == 0


@pytest.mark.parametrize("secret", ["root:x:0:0:topsecret", "<a>topsecret", "<!DOCTYPE topsecret>", "topsecret\x00"])
@pytest.mark.parametrize(
    "place", ["<Description>{}</Description>", "{}", "<Logging><Target><Level>{}</Level></Target></Logging>"]
)
def test_nothing_of_an_included_file_that_is_no_configuration_is_shown(config: Path, secret: str, place: str) -> None:
    outside = config.with_name("shadow")
    outside.write_text(secret)
    config.write_text(GOOD.replace("</Name>", "</Name>" + place.format(f"<Include>{outside}</Include>"), 1))
    for form in ("text", "json", "sarif", "junit", "github"):
        done = lint("config.xml", "--format", form)
        assert "topsecret" not in done.output
        assert done.exit_code == 1
