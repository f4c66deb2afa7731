"""AMPS's own spelling of the command line, from outside the process."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "ampServer")


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, timeout=60, env=os.environ | environment, check=False
    )


def written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "config.xml"
    path.write_text(run("--sample-config").stdout)
    return path


def test_the_sample_is_verified_without_a_word(sample: Path) -> None:
    done = run("--verify-config", str(sample))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert os.listdir(sample.parent) == ["config.xml"]


def test_an_error_is_exit_code_1_and_opens_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "config.xml", "<AMPSConfig><Nmae>A</Nmae></AMPSConfig>")
    done = run("--verify-config", path)
    assert done.returncode == 1
    assert f"{path}:1:13: error: <Nmae> is not known inside <AMPSConfig> [AC101]" in done.stderr
    assert "Did you mean Name?" in done.stderr


def test_what_does_not_run_keeps_verification_from_success(tmp_path: Path) -> None:
    path = written(
        tmp_path / "config.xml", "<AMPSConfig><Name>A</Name><RegexTopicSupport>false</RegexTopicSupport></AMPSConfig>"
    )
    done = run("--verify-config", path)
    assert done.returncode == 1
    assert "AC108" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--verify-config", "no-such-file.xml"), 3), (("--verify-config",), 2), (("--nonsense",), 2)],
)
def test_unreadable_files_and_wrong_use_have_codes_of_their_own(arguments: tuple[str, ...], code: int) -> None:
    assert run(*arguments).returncode == code


def test_a_dump_has_includes_and_variables_in_place_and_dumps_to_itself(tmp_path: Path) -> None:
    written(tmp_path / "part.xml", "<Description>in ${SITE}</Description>")
    path = written(tmp_path / "config.xml", "<AMPSConfig><Name>A</Name><Include>part.xml</Include></AMPSConfig>")
    done = run("--dump-config", path, "-DSITE=Berlin")
    assert done.stdout.strip() == "<AMPSConfig><Name>A</Name><Description>in Berlin</Description></AMPSConfig>"
    again = written(tmp_path / "again.xml", done.stdout)
    assert run("--dump-config", again).stdout == done.stdout


def test_the_version_is_that_of_amps_first() -> None:
    assert run("--version").stdout.startswith("5.3.5.0 ")


def test_a_daemon_detaches_when_it_is_ready_and_answers_sigterm(sample: Path) -> None:
    port = free_port()
    sample.write_text(sample.read_text().replace("9007", str(port)))
    done = run("--daemon", str(sample))
    assert done.returncode == 0, done.stderr
    process = int(done.stdout.rpartition("process ")[2])
    socket.create_connection(("localhost", port), timeout=10).close()
    watching = os.pidfd_open(process)
    os.kill(process, signal.SIGTERM)
    assert select.select([watching], [], [], 20)[0], "the daemon did not end"


def test_a_daemon_that_cannot_listen_says_so_by_its_exit_code(sample: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        sample.write_text(sample.read_text().replace("localhost:9007", f"127.0.0.1:{taken.getsockname()[1]}"))
        done = run("--daemon", str(sample))
    assert done.returncode == 75
