"""The units: what they say, that they agree with the daemon and with each other, and what systemd thinks of them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from unit_file import FOLDER, SERVICES, SOCKETS, Unit, only, parse, read, seconds

from ampsd import limits
from ampsd.cli.main import main
from ampsd.server import archive_directory, daemon, event_file, exits, http

COMMANDS = {name: main.get_command(click.Context(main), name) for name in main.list_commands(click.Context(main))}

EXPOSURE_MAX = 2.0
"""Of `systemd-analyze security`, from 0 to 10."""

SANDBOX = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "PrivateUsers": "yes",
    "ProtectProc": "invisible",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "MemoryDenyWriteExecute": "yes",
    "IPAddressDeny": "any",
    "UMask": "0077",
}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Unit:
    return read(request.param)


def test_the_start_is_over_when_clients_can_connect_and_the_loop_is_watched(service: Unit) -> None:
    assert only(service, "Service", "Type") == "notify"
    assert only(service, "Service", "NotifyAccess") == "main"
    assert 2 <= seconds(only(service, "Service", "WatchdogSec")) <= 60
    assert only(service, "Install", "WantedBy") == "multi-user.target"


def test_a_refused_configuration_is_not_tried_again_and_a_failed_disk_once_more(service: Unit) -> None:
    assert only(service, "Service", "Restart") == "on-failure"
    assert only(service, "Service", "RestartPreventExitStatus") == str(exits.EXIT_CONFIG)
    assert "SuccessExitStatus" not in service["Service"]
    assert int(only(service, "Unit", "StartLimitBurst")) > 1
    pauses = seconds(only(service, "Service", "RestartSec")) * int(only(service, "Unit", "StartLimitBurst"))
    assert pauses < seconds(only(service, "Unit", "StartLimitIntervalSec"))


def test_a_stop_may_take_as_long_as_what_it_waits_for(service: Unit) -> None:
    assert only(service, "Service", "KillMode") == "mixed"
    longest = (
        limits.STOP_ACTIONS_NS / 1e9
        + 2 * http._REPLY_SECONDS
        + daemon._ERRANDS_END_SECONDS
        + archive_directory._END_SECONDS
        + 2 * event_file._END_SECONDS
    )
    assert seconds(only(service, "Service", "TimeoutStopSec")) > longest


@pytest.mark.parametrize("option", SANDBOX)
def test_the_sandbox_is_closed(service: Unit, option: str) -> None:
    assert only(service, "Service", option) == SANDBOX[option]


def test_it_runs_as_a_user_of_its_own_and_writes_to_its_directories_only(service: Unit) -> None:
    assert only(service, "Service", "User") == only(service, "Service", "Group") == "ampsd"
    assert (FOLDER / "ampsd.sysusers").read_text().startswith("u ampsd ")
    for kind in ("State", "Logs", "Cache", "Runtime", "Configuration"):
        assert only(service, "Service", f"{kind}Directory").startswith("ampsd")
        assert only(service, "Service", f"{kind}DirectoryMode") == "0750"
    assert "ReadWritePaths" not in service["Service"]


@pytest.mark.parametrize("option", ["ExecStart", "ExecReload"])
def test_the_commands_exist(service: Unit, option: str) -> None:
    program, name, *arguments = only(service, "Service", option).split()
    assert program == "/usr/local/bin/ampsd"
    found = COMMANDS[name]
    assert found is not None
    known = {one for parameter in found.params for one in parameter.opts}
    assert {one for one in arguments if one.startswith("-")} <= known


@pytest.mark.parametrize("kind", ["service", "socket"])
def test_the_template_differs_in_names_only(kind: str) -> None:
    one, template = read(f"ampsd.{kind}"), (FOLDER / f"ampsd@.{kind}").read_text()
    for written, meant in (("ampsd-%i", "ampsd"), ("ampsd/%i", "ampsd"), (", instance %i", "")):
        template = template.replace(written, meant)
    assert parse(template) == one
    assert only(read(f"ampsd@.{kind}"), "Unit", "Description").endswith("%i")


def test_the_file_is_read_from_where_it_is_installed() -> None:
    for name, path in (("ampsd.service", "/etc/ampsd/config.xml"), ("ampsd@.service", "/etc/ampsd/%i/config.xml")):
        unit = read(name)
        assert only(unit, "Service", "ExecStart").endswith(f" run {path}")
        assert f"/etc/{only(unit, 'Service', 'ConfigurationDirectory')}/config.xml" == path
        assert only(unit, "Service", "WorkingDirectory") == f"/var/lib/{only(unit, 'Service', 'StateDirectory')}"


@pytest.mark.parametrize("name", SOCKETS)
def test_sockets_are_those_of_the_first_configuration(name: str) -> None:
    unit = read(name)
    configuration = (FOLDER / "config.xml").read_text()
    assert f"<Name>{only(unit, 'Socket', 'FileDescriptorName')}</Name>" in configuration
    assert f"<InetAddr>{only(unit, 'Socket', 'ListenStream')}</InetAddr>" in configuration
    for option in ("IPAddressDeny", "IPAddressAllow"):
        assert unit["Socket"][option] == read("ampsd.service")["Service"][option]


def test_the_drop_ins_change_what_is_there() -> None:
    for path in sorted((FOLDER / "drop-ins").iterdir()):
        assert set(parse(path.read_text())) == {"Service"}
        assert set(parse(path.read_text())["Service"]) <= {*read("ampsd.service")["Service"], "ReloadSignal"}


@pytest.mark.parametrize(
    "text", ["Type=notify", "[Service]\nType", "[Service]\nType = notify", "[Service]\nExecStart=a \\"]
)
def test_what_systemd_would_ignore_is_seen(text: str) -> None:
    with pytest.raises(ValueError, match="line"):
        parse(text)


def test_the_guide_lists_every_exit_code_and_what_the_unit_does_then() -> None:
    guide = (FOLDER.parent / "docs/service.md").read_text()
    rows = dict(re.findall(r"^\| (\d+) \|.*\| (\w+)", guide, re.MULTILINE))
    codes = {value for name, value in vars(exits).items() if name.startswith("EXIT_")}
    assert {int(one) for one in rows} == codes
    not_again = {"0", *read("ampsd.service")["Service"]["RestartPreventExitStatus"]}
    assert {code for code, what in rows.items() if what == "nothing"} == not_again


def test_what_the_guide_lets_people_change_is_in_the_unit_or_opens_it() -> None:
    guide = (FOLDER.parent / "docs/service.md").read_text()
    named = set(re.findall(r"^    ([A-Z][A-Za-z]+)=", guide, re.MULTILINE))
    unit, listener = read("ampsd.service"), read("ampsd.socket")
    assert named - {"ReadWritePaths", "MemoryMax"} <= {*unit["Service"], *listener["Socket"]}
    assert named >= {"LimitNOFILE", "ReadWritePaths", "IPAddressAllow", "ListenStream", "FileDescriptorName"}


# ---- systemd's own opinion


def analyze(directory: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Of the units in `directory`, which are found before those of the machine."""
    return subprocess.run(
        ["systemd-analyze", *arguments],
        cwd=directory,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{directory}:"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, of a program that is there."""
    if shutil.which("systemd-analyze") is None or not Path("/lib/systemd/system/sysinit.target").exists():
        pytest.skip("systemd is not installed")
    for name in (*SERVICES, *SOCKETS):
        (tmp_path / name).write_text((FOLDER / name).read_text().replace("/usr/local/bin/ampsd", "/bin/true"))
    return tmp_path


def complaints(units: Path) -> list[str]:
    found = analyze(units, "verify", "--man=no", *(f"./{one.replace('@', '@one')}" for one in (*SERVICES, *SOCKETS)))
    lines = [line for line in (found.stdout + found.stderr).splitlines() if "ampsd" in line]
    return lines or [f"exit code {found.returncode}"] * (found.returncode != 0)


def test_systemd_has_nothing_to_say_about_the_units(units: Path) -> None:
    assert complaints(units) == []


def test_systemd_would_say_what_is_wrong(units: Path) -> None:
    path = units / "ampsd.service"
    path.write_text(path.read_text().replace("NoNewPrivileges", "NoNewPrivilege"))
    assert any("NoNewPrivilege" in line for line in complaints(units))


def exposure(units: Path, name: str) -> float:
    found = analyze(units, "security", "--offline=yes", "--no-pager", f"./{name}")
    if "unrecognized option" in found.stderr:
        pytest.skip("this systemd rates units only while they run")
    rating = re.search(r"exposure level for \S+: ([0-9.]+)", found.stdout)
    assert rating is not None, found.stdout + found.stderr
    return float(rating[1])


@pytest.mark.parametrize("name", ["ampsd.service", "ampsd@one.service"])
def test_little_is_exposed(units: Path, name: str) -> None:
    assert exposure(units, name) <= EXPOSURE_MAX


def test_little_is_exposed_where_commands_are_run(units: Path) -> None:
    closed = exposure(units, "ampsd.service")
    (units / "ampsd.service.d").mkdir()
    shutil.copy(FOLDER / "drop-ins/execute-system.conf", units / "ampsd.service.d")
    assert closed < exposure(units, "ampsd.service") <= EXPOSURE_MAX


def test_a_unit_without_a_sandbox_would_be_seen(units: Path) -> None:
    path = units / "ampsd.service"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("Protect")))
    assert exposure(units, "ampsd.service") > EXPOSURE_MAX
