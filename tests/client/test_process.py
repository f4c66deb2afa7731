"""The process from outside: exit codes, findings, the lock, damage, `--dev`, an orderly stop."""

import signal
import subprocess
import sys
from pathlib import Path

import AMPS
import pytest
from daemon_process import QUEUES_AND_ACTION, TRANSACTION_LOG, DaemonProcess, StartDaemon

EXIT_CONFIG, EXIT_STORAGE, EXIT_ADDRESS = 64, 74, 75
WAIT_SECONDS = 30


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ampsd", *arguments], cwd=directory, capture_output=True, text=True, timeout=WAIT_SECONDS
    )


def test_several_faults_are_told_in_one_run_and_nothing_is_opened_or_written(tmp_path: Path) -> None:
    config = tmp_path / "bad.xml"
    config.write_text(
        "<AMPSConfig>\n<Name>Bad</Name>\n"
        "<SOW><Queue><Nam>Jobs</Nam><MessageType>json</MessageType><LeasePeriod>soon</LeasePeriod></Queue>\n"
        "<Queue><Name>Other</Name><MessageType>jason</MessageType></Queue></SOW>\n"
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory></TransactionLog>\n</AMPSConfig>\n"
    )
    done = run(tmp_path, "run", "bad.xml")
    assert done.returncode == EXIT_CONFIG
    for word in ("bad.xml:3:", "bad.xml:4:", "Nam", "jason", "soon", "not started"):
        assert word in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.xml"]


@pytest.mark.parametrize(
    ("text", "exit_code"), [("<AMPSConfig><Name>x</Name></AMPSConfig>", 0), ("<AMPSConfig/>", 1), (None, 3)]
)
def test_lint_tells_by_its_exit_code(tmp_path: Path, text: str | None, exit_code: int) -> None:
    if text is not None:
        (tmp_path / "config.xml").write_text(text)
    assert run(tmp_path, "lint", "config.xml").returncode == exit_code
    assert run(tmp_path, "lint").returncode == 2


def test_a_port_in_use_is_told_with_its_address(start_daemon: StartDaemon, tmp_path: Path) -> None:
    daemon = start_daemon()
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.xml").write_text(daemon.config.read_text().replace(str(daemon.directory), str(other)))
    done = run(other, "run", "config.xml")
    assert done.returncode == EXIT_ADDRESS
    assert f"127.0.0.1:{daemon.port}" in (other / "daemon.log").read_text()


def test_a_second_instance_on_the_same_journal_is_refused(start_daemon: StartDaemon) -> None:
    daemon = start_daemon()
    again = run(daemon.directory, "run", "config.xml")
    assert again.returncode == EXIT_STORAGE
    assert "2C-0005" in daemon.log_text
    client = AMPS.Client("still-there")
    client.connect(daemon.uri)
    client.logon()
    client.close()


def fill(daemon: DaemonProcess, count: int) -> None:
    client = AMPS.Client("filler")
    client.connect(daemon.uri)
    client.logon()
    for number in range(count):
        client.publish("Jobs", f'{{"id":{number}}}')
    command = AMPS.Command("flush").set_ack_type("persisted")
    client.execute(command)
    client.publish_flush()
    client.close()


def test_damage_stops_the_start_with_file_and_offset(start_daemon: StartDaemon) -> None:
    daemon = start_daemon()
    fill(daemon, 50)
    assert daemon.stop() == 0
    journal = daemon.directory / "journal" / "Test.0000000000.journal"
    data = bytearray(journal.read_bytes())
    data[4096 + 40] ^= 1
    journal.write_bytes(data)
    done = run(daemon.directory, "run", "config.xml")
    assert done.returncode == EXIT_STORAGE
    assert f"{journal} is damaged at offset 4096" in daemon.log_text


def test_a_clean_stop_goes_on_in_the_same_journal_file(start_daemon: StartDaemon) -> None:
    daemon = start_daemon()
    fill(daemon, 5)
    assert daemon.stop() == 0
    daemon.start()
    fill(daemon, 5)
    assert daemon.stop() == 0
    assert [path.name for path in sorted((daemon.directory / "journal").glob("*.journal"))] == [
        "Test.0000000000.journal"
    ]


def test_an_interrupt_from_the_keyboard_stops_cleanly(start_daemon: StartDaemon) -> None:
    daemon = start_daemon()
    fill(daemon, 5)
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGINT)
    assert daemon.process.wait(timeout=WAIT_SECONDS) == 0
    assert "FF-0002" in daemon.log_text


def test_dev_fills_what_a_snippet_lacks(start_daemon: StartDaemon) -> None:
    daemon = start_daemon(QUEUES_AND_ACTION, "--dev")
    fill(daemon, 3)
    assert daemon.stop() == 0
    assert not (daemon.directory / "journal").exists()


def test_a_snippet_without_a_transaction_log_is_explained(tmp_path: Path) -> None:
    (tmp_path / "config.xml").write_text(f"<AMPSConfig><Name>x</Name>{QUEUES_AND_ACTION}</AMPSConfig>")
    done = run(tmp_path, "run", "config.xml")
    assert done.returncode == EXIT_CONFIG
    assert "TransactionLog" in done.stderr


def test_both_versions_are_shown(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")
    assert "ampsd 0." in done.stdout
    assert "5.3.5.0" in done.stdout


def test_the_journal_directory_may_be_read_only_to_others(start_daemon: StartDaemon) -> None:
    daemon = start_daemon(QUEUES_AND_ACTION + TRANSACTION_LOG)
    assert daemon.stop() == 0
    modes = {path.stat().st_mode & 0o007 for path in (daemon.directory / "journal").iterdir()}
    assert modes == {0}
