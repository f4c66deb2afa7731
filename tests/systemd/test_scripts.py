"""install.sh and uninstall.sh, below a directory of the test's own; the first configuration; logrotate."""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from unit_file import FOLDER, SERVICES, SOCKETS, only, read

from ampsd.cli.lint import command as lint
from ampsd.server.log_file import LogFile

UNITS = (*SERVICES, *SOCKETS)


def script(name: str, root: Path | None, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {one: value for one, value in os.environ.items() if one not in ("PREFIX", "DESTDIR")} | more
    if root is not None:
        environment["DESTDIR"] = str(root)
    return subprocess.run(
        ["/bin/sh", str(FOLDER / name), *arguments], env=environment, capture_output=True, text=True, timeout=60
    )


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of each file, by its path."""
    return {
        str(path.relative_to(root)): (path.stat().st_mode & 0o777, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }


def done(root: Path, name: str, *arguments: str, **more: str) -> dict[str, tuple[int, bytes]]:
    found = script(name, root, *arguments, **more)
    assert (found.returncode, found.stderr) == (0, "")
    return tree(root)


def test_twice_is_the_same_as_once(tmp_path: Path) -> None:
    installed = done(tmp_path, "install.sh")
    assert sorted(installed) == sorted(
        [
            *(f"usr/local/lib/systemd/system/{name}" for name in UNITS),
            *(f"usr/local/share/ampsd/drop-ins/{path.name}" for path in (FOLDER / "drop-ins").iterdir()),
            "usr/local/lib/sysusers.d/ampsd.conf",
            "etc/ampsd/config.xml",
            "etc/logrotate.d/ampsd",
        ]
    )
    assert installed["etc/ampsd/config.xml"][0] == 0o640
    assert (tmp_path / "etc/ampsd").stat().st_mode & 0o777 == 0o750
    assert done(tmp_path, "install.sh") == installed
    removed = done(tmp_path, "uninstall.sh")
    assert list(removed) == ["etc/ampsd/config.xml"]
    assert not (tmp_path / "usr/local/share/ampsd").exists()
    assert done(tmp_path, "uninstall.sh") == removed


def test_uninstalling_what_was_never_installed_is_no_error(tmp_path: Path) -> None:
    assert done(tmp_path, "uninstall.sh") == {}


def test_what_is_the_operators_stays(tmp_path: Path) -> None:
    done(tmp_path, "install.sh")
    own = {
        "etc/ampsd/config.xml": "mine",
        "etc/logrotate.d/ampsd": "mine too",
        "etc/systemd/system/ampsd.service.d/override.conf": "[Service]",
        "var/lib/ampsd/journal/ampsd.0000000001.journal": "messages",
        "var/log/ampsd/ampsd.log": "lines",
        "usr/local/share/ampsd/drop-ins/own.conf": "[Service]",
    }
    for name, text in own.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    done(tmp_path, "install.sh")
    assert {name: text.decode() for name, (_, text) in done(tmp_path, "uninstall.sh").items()} == own


def test_a_unit_of_an_older_version_is_replaced(tmp_path: Path) -> None:
    installed = done(tmp_path, "install.sh")
    (tmp_path / "usr/local/lib/systemd/system/ampsd.service").write_text("[Service]\n")
    assert done(tmp_path, "install.sh") == installed


@pytest.mark.parametrize(
    ("prefix", "units"), [("/usr", "usr/lib/systemd/system"), ("/opt/ampsd-1.0", "etc/systemd/system")]
)
def test_units_start_the_program_of_the_prefix_and_are_where_systemd_looks(
    tmp_path: Path, prefix: str, units: str
) -> None:
    installed = done(tmp_path, "install.sh", PREFIX=prefix)
    for name in SERVICES:
        text = installed[f"{units}/{name}"][1].decode()
        assert f"ExecStart={prefix}/bin/ampsd run " in text
        assert "/usr/local" not in text
    assert list(done(tmp_path, "uninstall.sh", PREFIX=prefix)) == ["etc/ampsd/config.xml"]


def test_the_prefix_is_where_pip_has_put_the_scripts(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "venv/share/ampsd/systemd")
    environment = {"PATH": os.environ["PATH"], "DESTDIR": str(tmp_path / "root")}
    subprocess.run([tmp_path / "venv/share/ampsd/systemd/install.sh"], env=environment, check=True, capture_output=True)
    unit = (tmp_path / "root/etc/systemd/system/ampsd.service").read_text()
    assert f"ExecStart={tmp_path}/venv/bin/ampsd run " in unit


def test_pip_puts_them_there() -> None:
    wheel = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {FOLDER.name: "share/ampsd/systemd"}


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    assert done(tmp_path, "install.sh", "--dry-run") == {}
    assert list(tmp_path.iterdir()) == []
    installed = done(tmp_path, "install.sh")
    found = script("uninstall.sh", tmp_path, "--dry-run")
    assert found.stdout.count("would run: rm") == len(installed) - 1
    assert tree(tmp_path) == installed


@pytest.mark.parametrize("name", ["install.sh", "uninstall.sh"])
@pytest.mark.parametrize(
    ("arguments", "more"),
    [(["--force"], {}), (["--dry-run", "--dry-run"], {}), ([], {"PREFIX": "opt"}), ([], {"PREFIX": "/o p,t"})],
)
def test_what_it_cannot_do_is_refused(tmp_path: Path, name: str, arguments: list[str], more: dict[str, str]) -> None:
    found = script(name, tmp_path, *arguments, **more)
    assert found.returncode == 1
    assert found.stderr.startswith(f"{name}: ")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("name", ["install.sh", "uninstall.sh"])
def test_help_says_what_it_does(tmp_path: Path, name: str) -> None:
    found = script(name, tmp_path, "--help")
    assert found.returncode == 0
    assert "DESTDIR" in found.stdout
    assert "set -eu" not in found.stdout
    assert tree(tmp_path) == {}


def test_a_program_that_the_service_cannot_see_is_refused(tmp_path: Path) -> None:
    found = script("install.sh", None, "--dry-run", PREFIX=str(tmp_path))
    assert (found.returncode, found.stderr) == (
        1,
        f"install.sh: there is no {tmp_path}/bin/ampsd: install ampsd there, or set PREFIX\n",
    )
    program = tmp_path / "bin/ampsd"
    program.parent.mkdir()
    program.write_text("#!/home/python\n")
    program.chmod(0o755)
    found = script("install.sh", None, "--dry-run", PREFIX=str(tmp_path))
    assert found.returncode == 1
    assert "/home/python, where no service can see it" in found.stderr


# ---- what is installed with the units


def test_nothing_is_found_in_the_first_configuration() -> None:
    found = CliRunner().invoke(lint, [str(FOLDER / "config.xml")])
    assert (found.exit_code, found.output) == (0, "nothing found in 1 configuration\n")
    assert CliRunner().invoke(lint, [str(FOLDER / "config.xml"), "--profile", "strict"]).exit_code == 0


def test_the_first_configuration_writes_where_the_service_may() -> None:
    unit = read("ampsd.service")
    text = (FOLDER / "config.xml").read_text()
    assert f"<JournalDirectory>/var/lib/{only(unit, 'Service', 'StateDirectory')}/journal</JournalDirectory>" in text
    assert f"<MiniDumpDirectory>/var/lib/{only(unit, 'Service', 'StateDirectory')}</MiniDumpDirectory>" in text
    assert f"<FileName>/var/log/{only(unit, 'Service', 'LogsDirectory')}/ampsd.log</FileName>" in text


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="logrotate is not installed")
def test_logrotate_takes_a_file_away_and_no_line_is_lost(tmp_path: Path) -> None:
    logs = tmp_path / "log/ampsd"
    logs.mkdir(parents=True)
    text = (FOLDER / "ampsd.logrotate").read_text().replace("/var/log", f"{tmp_path}/log")
    (tmp_path / "rotate").write_text(text.replace("    su ampsd ampsd\n", ""))
    (tmp_path / "rotate").chmod(0o644)
    file = LogFile(f"{logs}/ampsd.log", None, lambda code, **values: pytest.fail(code))
    file.write(b"one\n", "info", 0)
    subprocess.run(
        ["logrotate", "--force", "--state", str(tmp_path / "state"), str(tmp_path / "rotate")], check=True, timeout=60
    )
    file.write(b"two\n", "info", 0)
    file.flush()
    file.write(b"three\n", "info", 0)
    file.close()
    assert (logs / "ampsd.log.1").read_text() == "one\ntwo\n"
    assert (logs / "ampsd.log").read_text() == "three\n"
