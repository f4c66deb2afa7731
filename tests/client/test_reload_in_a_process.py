"""Reload of a running daemon, as operators and editors ask for it: by files, signals and commands."""

import json
import os
import queue as queues
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import AMPS
import pytest
from daemon_process import QUEUES_AND_ACTION, TRANSACTION_LOG, DaemonProcess, StartDaemon, free_port

WAIT_SECONDS = 20.0
QUIET_SECONDS = 1.0
"""Longer than any debounce: a second reload would be in the log by then."""

ON_PUBLISH = """<Action><On><Module>amps-action-on-publish-message</Module>
  <Options><Topic>{topic}</Topic><MessageType>json</MessageType></Options></On>
  <Do><Module>amps-action-do-publish-message</Module>
  <Options><Topic>Out</Topic><MessageType>json</MessageType><Data>{data}</Data></Options></Do></Action>"""


def wait_until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


class Reloaded:
    """A daemon with an admin interface, its configuration, and a client that stays connected through it all."""

    def __init__(self, daemon: DaemonProcess, admin: str) -> None:
        self.daemon = daemon
        self.admin = admin
        self.text = daemon.config.read_text()
        self.received: queues.Queue[str] = queues.Queue()
        self.client = AMPS.Client("stays")
        self.is_lost = False
        self.client.set_disconnect_handler(self._lost)
        self.client.connect(daemon.uri)
        self.client.logon()
        self.client.subscribe(lambda message: self.received.put(message.get_data()), "Out")

    def _lost(self, client: object) -> None:
        self.is_lost = True

    def with_actions(self, *actions: str) -> str:
        """The configuration with more actions."""
        return self.text.replace("<Actions>", f"<Actions>{''.join(actions)}")

    def ampsd(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command against the daemon."""
        return subprocess.run(
            [sys.executable, "-m", "ampsd", *arguments, "--admin", self.admin],
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
        )

    def count(self, code: str) -> int:
        """How many records of the log have this code."""
        return self.daemon.log_text.count(f" {code} ")

    @property
    def reloads(self) -> tuple[int, int]:
        """How many were taken over, and how many not."""
        return self.count("00-0020"), self.count("00-0021")

    def expect(self, *reloads: int) -> None:
        """Wait for so many reloads, and see that no more follow."""
        wait_until(lambda: self.reloads == reloads, f"{self.reloads} reloads, not {reloads}: {self.daemon.log_text}")
        time.sleep(QUIET_SECONDS)
        assert self.reloads == reloads

    def answer_to(self, topic: str) -> str:
        """What the action on a topic publishes."""
        self.client.publish(topic, "{}")
        return self.received.get(timeout=WAIT_SECONDS)


def started(start_daemon: StartDaemon, *arguments: str) -> Iterator[Reloaded]:
    port = free_port()
    admin = f"<Admin><InetAddr>127.0.0.1:{port}</InetAddr><FileName>:memory:</FileName></Admin>"
    found = Reloaded(start_daemon(QUEUES_AND_ACTION + TRANSACTION_LOG + admin, *arguments), f"http://127.0.0.1:{port}")
    yield found
    assert not found.is_lost
    found.client.close()


@pytest.fixture
def reloaded(start_daemon: StartDaemon) -> Iterator[Reloaded]:
    yield from started(start_daemon)


@pytest.fixture
def unwatched(start_daemon: StartDaemon) -> Iterator[Reloaded]:
    """One that does not look at its files unless it is asked to."""
    yield from started(start_daemon, "--no-watch")


def replace_by_name(path: Path, text: str) -> None:
    """As editors do that write another file and give it the name."""
    other = path.with_name(f".{path.name}.new")
    other.write_text(text)
    os.replace(other, path)


def write_in_place(path: Path, text: str) -> None:
    """As others do, in several writes."""
    with path.open("w") as file:
        for start in range(0, len(text), 100):
            file.write(text[start : start + 100])
            file.flush()


def keep_a_copy(path: Path, text: str) -> None:
    """As those do that rename the old file first, and then write a new one."""
    os.replace(path, path.with_name(f"{path.name}~"))
    path.write_text(text)


@pytest.mark.parametrize("save", [replace_by_name, write_in_place, keep_a_copy])
def test_to_save_the_file_is_to_reload_once(reloaded: Reloaded, save: Callable[[Path, str], None]) -> None:
    save(reloaded.daemon.config, reloaded.with_actions(ON_PUBLISH.format(topic="A", data="from A")))
    reloaded.expect(1, 0)
    assert reloaded.answer_to("A") == "from A"


def test_a_link_that_leads_elsewhere_reloads_once(start_daemon: StartDaemon, reloaded: Reloaded) -> None:
    daemon, directory = reloaded.daemon, reloaded.daemon.directory
    daemon.stop()
    reloaded.client.close()
    versions = [directory / name for name in ("..1", "..2")]
    for number, version in enumerate(versions):
        version.mkdir()
        text = reloaded.with_actions(ON_PUBLISH.format(topic="A", data=f"from version {number}"))
        (version / "config.xml").write_text(text)
    daemon.config.unlink()
    (directory / "..data").symlink_to("..1")
    daemon.config.symlink_to("..data/config.xml")
    daemon.start()
    again = Reloaded(daemon, reloaded.admin)
    reloaded.is_lost = False
    assert again.answer_to("A") == "from version 0"

    (directory / "..data_tmp").symlink_to("..2")
    os.replace(directory / "..data_tmp", directory / "..data")
    shutil.rmtree(versions[0])

    again.expect(1, 0)
    assert again.answer_to("A") == "from version 1"
    assert not again.is_lost
    again.client.close()


def test_a_file_that_is_included_reloads_once(reloaded: Reloaded) -> None:
    included = reloaded.daemon.directory / "actions.xml"
    included.write_text(ON_PUBLISH.format(topic="A", data="first"))
    reloaded.daemon.config.write_text(reloaded.with_actions("<Include>actions.xml</Include>"))
    reloaded.expect(1, 0)
    assert reloaded.answer_to("A") == "first"

    replace_by_name(included, ON_PUBLISH.format(topic="A", data="second"))
    reloaded.expect(2, 0)
    assert reloaded.answer_to("A") == "second"


def test_a_bad_file_changes_nothing_and_says_why(reloaded: Reloaded) -> None:
    replace_by_name(reloaded.daemon.config, reloaded.text.replace("<MaxCancels>3<", "<MaxCancels>three<"))
    reloaded.expect(0, 1)
    assert "config.xml:" in reloaded.daemon.log_text
    assert "three" in reloaded.daemon.log_text

    status = reloaded.ampsd("status")
    assert status.returncode == 3
    assert "latest reload: refused" in status.stdout
    reload = reloaded.ampsd("reload")
    assert reload.returncode == 1
    assert "three" in reload.stderr

    replace_by_name(reloaded.daemon.config, reloaded.text)
    reloaded.expect(1, 2)
    assert reloaded.ampsd("status").returncode == 0


def test_sighup_reloads(unwatched: Reloaded) -> None:
    replace_by_name(unwatched.daemon.config, unwatched.with_actions(ON_PUBLISH.format(topic="A", data="from A")))
    assert unwatched.daemon.process is not None
    unwatched.daemon.process.send_signal(signal.SIGHUP)
    unwatched.expect(1, 0)
    assert unwatched.answer_to("A") == "from A"


def test_the_command_says_what_it_would_do_and_what_it_did(unwatched: Reloaded) -> None:
    replace_by_name(unwatched.daemon.config, unwatched.with_actions(ON_PUBLISH.format(topic="A", data="from A")))
    assert unwatched.ampsd("status").returncode == 3
    planned = unwatched.ampsd("reload", "--dry-run", "--json")
    assert (planned.returncode, json.loads(planned.stdout)["outcome"]) == (0, "planned")
    assert unwatched.reloads == (0, 0)

    done = unwatched.ampsd("reload")
    assert done.returncode == 0, done.stderr
    assert "Actions/Action" in done.stdout
    assert unwatched.reloads == (1, 0)
    assert unwatched.answer_to("A") == "from A"
    status = json.loads(unwatched.ampsd("status", "--json").stdout)
    assert (status["is_drifted"], status["last_reload"]["outcome"]) == (False, "live")
    assert status["digest"] == status["last_reload"]["digest"]


def test_a_file_is_compared_with_what_runs(unwatched: Reloaded) -> None:
    other = unwatched.daemon.directory / "other.xml"
    included = unwatched.daemon.directory / "actions.xml"
    included.write_text(ON_PUBLISH.format(topic="A", data="from ${WHO}"))
    other.write_text(unwatched.with_actions("<Include>actions.xml</Include>"))
    compared = unwatched.ampsd("diff", "--running", str(other), "-DWHO=A")
    assert (compared.returncode, compared.stderr) == (0, "")
    assert "+ live" in compared.stdout
    assert "1 change: 1 live" in compared.stdout

    other.write_text(unwatched.text.replace("10MB", "20MB").replace("<MaxCancels>3<", "<MaxCancels>4<"))
    compared = unwatched.ampsd("diff", "--running", str(other), "--format", "json")
    found = json.loads(compared.stdout)
    assert (compared.returncode, len(found["changes"]), len(found["pending"])) == (2, 1, 1)

    other.write_text(unwatched.text.replace("<Name>Test<", "<Name>Other<"))
    assert unwatched.ampsd("diff", "--running", str(other)).returncode == 3
    other.write_text("<AMPSConfig>")
    assert unwatched.ampsd("diff", "--running", str(other)).returncode == 1
    assert unwatched.reloads == (0, 0)


def test_a_signal_that_an_action_of_a_reload_watches_is_taken_by_it(reloaded: Reloaded) -> None:
    on_signal = """<Action><On><Module>amps-action-on-signal</Module><Options><Signal>SIGUSR2</Signal></Options></On>
      <Do><Module>amps-action-do-publish-message</Module>
      <Options><Topic>Out</Topic><MessageType>json</MessageType><Data>signalled</Data></Options></Do></Action>"""
    replace_by_name(reloaded.daemon.config, reloaded.with_actions(on_signal))
    reloaded.expect(1, 0)
    assert reloaded.daemon.process is not None
    reloaded.daemon.process.send_signal(signal.SIGUSR2)
    assert reloaded.received.get(timeout=WAIT_SECONDS) == "signalled"


def another_transport(port: int, name: str = "second") -> str:
    return (
        f"<Transport><Name>{name}</Name><Type>tcp</Type><InetAddr>127.0.0.1:{port}</InetAddr>"
        f"<Protocol>amps</Protocol></Transport></Transports>"
    )


def test_transports_come_move_and_go(unwatched: Reloaded) -> None:
    first, second = free_port(), free_port()
    config = unwatched.daemon.config
    replace_by_name(config, unwatched.text.replace("</Transports>", another_transport(first)))
    assert unwatched.ampsd("reload").returncode == 0
    client = AMPS.Client("moves")
    lost: queues.Queue[object] = queues.Queue()
    client.set_disconnect_handler(lost.put)
    client.connect(f"tcp://127.0.0.1:{first}/amps/json")
    client.logon()

    replace_by_name(config, unwatched.text.replace("</Transports>", another_transport(second)))
    assert unwatched.ampsd("reload").returncode == 0
    lost.get(timeout=WAIT_SECONDS)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", first))
    client.connect(f"tcp://127.0.0.1:{second}/amps/json")
    client.logon()
    client.close()

    replace_by_name(config, unwatched.text)
    assert unwatched.ampsd("reload").returncode == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", second))


def test_an_address_that_is_taken_refuses_all_of_a_reload(unwatched: Reloaded) -> None:
    action = ON_PUBLISH.format(topic="A", data="from A")
    free = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        transports = another_transport(free, "free").replace("</Transports>", another_transport(port))
        text = unwatched.with_actions(action).replace("</Transports>", transports)
        replace_by_name(unwatched.daemon.config, text)
        done = unwatched.ampsd("reload")
    assert done.returncode == 1
    assert f"transport second cannot listen on 127.0.0.1:{port}" in done.stderr
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", free))
    unwatched.client.publish("A", "{}")
    unwatched.client.publish_flush()
    assert unwatched.received.empty()


def test_a_signal_that_nobody_can_take_is_named_and_everything_goes_on(unwatched: Reloaded) -> None:
    on_child = """<Action><On><Module>amps-action-on-signal</Module><Options><Signal>SIGCHLD</Signal></Options></On>
      <Do><Module>amps-action-do-nothing</Module></Do></Action>"""
    action = ON_PUBLISH.format(topic="A", data="from A")
    replace_by_name(unwatched.daemon.config, unwatched.with_actions(on_child, action))
    assert unwatched.ampsd("reload").returncode == 0
    assert unwatched.answer_to("A") == "from A"


def test_a_pipe_in_the_place_of_the_file_holds_up_nothing(unwatched: Reloaded) -> None:
    config = unwatched.daemon.config
    config.unlink()
    os.mkfifo(config)
    done = unwatched.ampsd("reload")
    assert done.returncode == 1
    assert "is no regular file" in done.stderr
    replace_by_name(config, unwatched.with_actions(ON_PUBLISH.format(topic="A", data="from A")))
    assert unwatched.ampsd("reload").returncode == 0
    assert unwatched.answer_to("A") == "from A"


def test_a_signal_is_sent_only_to_who_takes_it(unwatched: Reloaded) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        refused = unwatched.ampsd("reload", "--pid", str(other.pid))
        assert (refused.returncode, other.poll()) == (1, None)
        other.kill()
    assert "it is no daemon of ampsd" in refused.stderr
    assert unwatched.ampsd("reload", "--pid", "0").returncode == 2


def test_nobody_who_answers_is_not_a_refusal(tmp_path: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "ampsd", "reload", "--admin", f"http://127.0.0.1:{free_port()}"],
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
    )
    assert asked.returncode == 4
    assert "no daemon answers" in asked.stderr


def test_what_looks_like_a_password_is_not_told(unwatched: Reloaded) -> None:
    def action(password: str) -> str:
        return f"""<Action><On><Module>amps-action-on-startup</Module></On><Do>
          <Module>amps-action-do-execute-system</Module>
          <Options><Command>curl https://bob:{password}@example.org/ password={password}</Command></Options>
          </Do></Action>"""

    for password in ("hunter1", "hunter2"):
        replace_by_name(unwatched.daemon.config, unwatched.with_actions(action(password)))
        done = unwatched.ampsd("reload")
        assert done.returncode == 0
        assert "hunter" not in done.stdout + done.stderr + unwatched.daemon.log_text
