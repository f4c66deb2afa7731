"""Actions of a real process, as an operator and the official client see them."""

import json
import re
import signal
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import AMPS
import pytest
from daemon_process import DaemonProcess, StartDaemon, free_port, wait_until
from play import action
from test_dead_letter_with_the_official_client import Inbox, connect

ECHO = "do-echo-message"


def actions(*each: str) -> str:
    return f"<Actions>{''.join(each)}</Actions>"


def echoes(daemon: DaemonProcess) -> list[str]:
    return re.findall(r"29-0103 (.*)", daemon.log_text)


def subscribe(client: AMPS.Client, topic: str) -> Inbox:
    inbox = Inbox()
    client.execute_async(AMPS.Command("subscribe").set_topic(topic), inbox)
    return inbox


def send(daemon: DaemonProcess, number: int) -> None:
    assert daemon.process is not None
    daemon.process.send_signal(number)


def publish_step(topic: str, data: str) -> tuple[str, dict[str, str]]:
    return "do-publish-message", {"Topic": topic, "MessageType": "json", "Data": data}


def test_what_runs_on_shutdown_reaches_a_subscriber_that_is_still_connected(start_daemon: StartDaemon) -> None:
    slow = ("do-execute-system", {"Command": "sleep 0.2"})
    daemon = start_daemon(actions(action("on-shutdown", {}, slow, publish_step("last", '{"word":"bye"}'))))
    client = connect(daemon.uri, "listener")
    inbox = subscribe(client, "last")
    assert daemon.stop() == 0
    assert inbox.take()[1] == '{"word":"bye"}'


def test_a_step_shuts_the_instance_down_and_what_was_acknowledged_is_there_again(start_daemon: StartDaemon) -> None:
    sections = (
        "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
        "<TransactionLog><JournalDirectory>./journal</JournalDirectory><JournalSize>10MB</JournalSize>"
        "<Topic><Name>Jobs</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )
    stop = action("on-publish-message", {"Topic": "stop", "MessageType": "json"}, ("do-shutdown", {}))
    once = action("on-shutdown", {}, (ECHO, {"Message": "shutting down"}))
    daemon = start_daemon(sections + actions(stop, once))
    client = connect(daemon.uri, "publisher")
    client.publish("Jobs", '{"id":1}')
    client.publish_flush()
    client.publish("stop", "{}")
    assert daemon.process is not None
    assert daemon.process.wait(timeout=20) == 0
    assert echoes(daemon) == ["shutting down"]
    daemon.start()
    worker = connect(daemon.uri, "worker")
    inbox = subscribe(worker, "Jobs")
    assert inbox.take()[1] == '{"id":1}'


def test_signals_do_what_the_guide_says_unless_an_action_takes_them(start_daemon: StartDaemon) -> None:
    counter = ("do-increment-counter", {"Key": "usr2", "Value": "COUNT"})
    daemon = start_daemon(
        actions(
            action("on-signal", {"Signal": "SIGUSR2"}, counter, (ECHO, {"Message": "count {{COUNT}}"})),
            action("on-signal", {"Signal": "SIGHUP"}, (ECHO, {"Message": "hung up"})),
            action("on-signal", {"Signal": "SIGRTMIN+3"}, (ECHO, {"Message": "real time"})),
        )
    )
    for number in (signal.SIGUSR2, signal.SIGHUP, signal.SIGRTMIN + 3):
        before = len(echoes(daemon))
        send(daemon, number)
        wait_until(lambda before=before: len(echoes(daemon)) > before)
    send(daemon, signal.SIGUSR1)
    wait_until(lambda: "25-0001 entitlement is switched off" in daemon.log_text)
    assert echoes(daemon) == ["count 1", "hung up", "real time"]
    assert daemon.stop() == 0


def test_a_slow_command_delays_nobody(start_daemon: StartDaemon) -> None:
    slow = ("do-execute-system", {"Command": "sleep 5"})
    daemon = start_daemon(
        actions(action("on-publish-message", {"Topic": "slow", "MessageType": "json"}, slow, (ECHO, {"Message": "up"})))
    )
    client = AMPS.Client("beating")
    client.connect(daemon.uri)
    client.logon()
    client.set_heartbeat(1, 1)
    inbox = subscribe(client, "news")
    client.publish("slow", "{}")
    began = time.monotonic()
    for number in range(200):
        client.publish("news", f'{{"n":{number}}}')
        assert inbox.take()[1] == f'{{"n":{number}}}'
    assert time.monotonic() - began < 4, "the round trips waited for the command"
    wait_until(lambda: echoes(daemon) == ["up"])
    client.publish("news", "{}")
    assert inbox.take()[1] == "{}"


def test_a_transport_opens_and_closes_with_the_client_that_matters(start_daemon: StartDaemon) -> None:
    """The guide's example: subscribers may only be there while the publisher is."""
    port = free_port()
    other = (
        f"<Transport><Name>subscribers</Name><Type>tcp</Type><InetAddr>127.0.0.1:{port}</InetAddr>"
        "<Protocol>amps</Protocol><InitialState>disabled</InitialState></Transport>"
    )
    gate = ("if-condition", {"Condition": '"{{AMPS_CLIENT_NAME}}" = "publisher"'})
    named = {"Transport": "subscribers"}
    daemon = start_daemon(
        actions(
            action("on-logon-client", {}, gate, ("do-enable-transport", named)),
            action("on-disconnect-client", {}, gate, ("do-disable-transport", named)),
        ),
        transports=other,
    )
    uri = f"tcp://127.0.0.1:{port}/amps/json"
    with pytest.raises(AMPS.ConnectionRefusedException):
        connect(uri, "early")
    bystander = connect(daemon.uri, "bystander")
    publisher = connect(daemon.uri, "publisher")
    wait_until(lambda: "transport subscribers listening" in daemon.log_text)
    subscriber = AMPS.Client("subscriber")
    lost: list[object] = []
    subscriber.set_disconnect_handler(lost.append)
    subscriber.connect(uri)
    subscriber.logon()
    publisher.close()
    wait_until(lambda: bool(lost))
    with pytest.raises(AMPS.ConnectionRefusedException):
        connect(uri, "late")
    inbox = subscribe(bystander, "news")
    bystander.publish("news", "{}")
    assert inbox.take()[1] == "{}"


def ask(port: int, path: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_request_runs_its_action_and_a_missing_parameter_does_not(start_daemon: StartDaemon) -> None:
    port = free_port()
    options = {"Path": "greet", "RequiredParameter": "Who", "Name": "Greeting", "Description": "Says hello."}
    daemon = start_daemon(
        f"<Admin><InetAddr>{port}</InetAddr></Admin>"
        + actions(action("on-admin", options, (ECHO, {"Message": "hello {{Who}}, not {{WHO}}"})))
    )
    base = "/amps/administrator/actions"
    assert ask(port, base) == (
        200,
        {
            "actions": [
                {"path": "greet", "name": "Greeting", "description": "Says hello.", "required_parameters": ["Who"]}
            ]
        },
    )
    status, problem = ask(port, f"{base}/greet?who=x")
    assert (status, problem["error"]) == (400, "the action greet needs Who; it was not run")
    assert ask(port, f"{base}/farewell")[0] == 404
    assert ask(port, f"{base}/greet?Who=a%20b%7B%7BAMPS_DATA%7D%7D")[0] == 200
    wait_until(lambda: len(echoes(daemon)) == 1)
    for header, value in (("Referer", "http://elsewhere.example/"), ("Sec-Fetch-Site", "cross-site")):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{base}/greet?Who=forged", headers={header: value})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=20)
    assert echoes(daemon) == ["hello a b{{AMPS_DATA}}, not "]
    firings = ask(port, "/ampsd/v1/firings")[1]["firings"]
    assert isinstance(firings, list)
    assert [(one["action"], one["event"], one["outcome"]) for one in firings] == [
        ("action 1", "AdminRequested", "completed")
    ]
    assert firings[0]["variables"]["Who"] == "a b{{AMPS_DATA}}"


def test_a_minidump_holds_what_a_diagnosis_needs_and_tells_of_itself(start_daemon: StartDaemon) -> None:
    daemon = start_daemon(
        "<MiniDumpDirectory>./dumps</MiniDumpDirectory>"
        + actions(action("on-minidump", {}, (ECHO, {"Message": "{{AMPS_MINIDUMP_PATH}}"})))
    )
    client = connect(daemon.uri, "secretive")
    client.publish("news", '{"secret":"8c6f2"}')
    client.publish_flush()
    send(daemon, signal.SIGQUIT)
    wait_until(lambda: len(echoes(daemon)) == 1)
    path = Path(echoes(daemon)[0])
    assert path.parent == daemon.directory / "dumps"
    with zipfile.ZipFile(path) as bundle:
        texts = {name: bundle.read(name) for name in bundle.namelist()}
    assert json.loads(texts["engine.json"])["instance"] == "Test"
    assert b"Thread" in texts["stacks.txt"]
    assert not any(b"8c6f2" in text for text in texts.values())
    assert daemon.stop() == 0


def test_logs_rotate_and_old_ones_are_compressed_and_removed(start_daemon: StartDaemon) -> None:
    port = free_port()
    rotating = (
        "<Target><Protocol>file</Protocol><FileName>./logs/%n.log</FileName><Level>info</Level>"
        "<RotationThreshold>1GB</RotationThreshold></Target>"
    )
    daemon = start_daemon(
        f"<Admin><InetAddr>{port}</InetAddr></Admin>"
        + actions(
            action("on-admin", {"Path": "rotate"}, ("do-rotate-logs", {}), (ECHO, {"Message": "rotated"})),
            action(
                "on-admin",
                {"Path": "compress"},
                ("do-compress-files", {"Age": "0s", "Pattern": "./logs/*.log", "Keep": "2"}),
                (ECHO, {"Message": "compressed"}),
            ),
            action(
                "on-admin",
                {"Path": "remove"},
                ("do-remove-files", {"Age": "0s", "Pattern": "./logs/*.gz"}),
                (ECHO, {"Message": "removed"}),
            ),
            action("on-admin", {"Path": "journals"}, ("do-remove-files", {"Age": "0s", "Pattern": "./{{WHAT}}"})),
        ),
        targets=rotating,
    )
    kept = daemon.directory / "logs"

    def names() -> list[str]:
        return sorted(path.name for path in kept.iterdir())

    def run(path: str) -> None:
        before = len(echoes(daemon))
        assert ask(port, f"/amps/administrator/actions/{path}")[0] == 200
        wait_until(lambda: len(echoes(daemon)) > before)

    for _ in range(3):
        run("rotate")
    logs = names()
    assert len(logs) == 4
    run("compress")
    assert names() == [f"{logs[0]}.gz", f"{logs[1]}.gz", logs[2], logs[3]]
    run("remove")
    assert names() == logs[2:]
    (daemon.directory / "x.journal").write_text("not to be touched")
    assert ask(port, "/amps/administrator/actions/journals?WHAT=x.journal")[0] == 200
    wait_until(lambda: ask(port, "/ampsd/v1/firings?outcome=failed")[1]["firings"] != [])
    assert (daemon.directory / "x.journal").exists()
