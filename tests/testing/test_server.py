"""The daemon of a test: the official client, faults, restarts."""

import os
import queue
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import AMPS
import pytest

from ampsd.testing.server import AmpsdServer, ServerFault

LEASED = Path(__file__).parents[2] / "examples" / "dead-letter" / "config.xml"
TWO_PORTS = """
<AMPSConfig>
  <Name>Two</Name>
  <Transports>
    <Transport><Name>off</Name><Type>tcp</Type><InetAddr>9007</InetAddr><Protocol>amps</Protocol>
      <InitialState>disabled</InitialState></Transport>
    <Transport><Name>json</Name><Type>tcp</Type><InetAddr>9008</InetAddr><Protocol>amps</Protocol></Transport>
    <Transport><Name>fix</Name><Type>tcp</Type><InetAddr>9009</InetAddr><Protocol>amps</Protocol>
      <MessageType>fix</MessageType></Transport>
  </Transports>
</AMPSConfig>"""


@pytest.fixture
def client(ampsd_server: AmpsdServer) -> Iterator[AMPS.Client]:
    with closing(AMPS.Client("tester")) as client:
        client.set_publish_store(AMPS.MemoryPublishStore(10))
        client.connect(ampsd_server.uri)
        client.logon()
        yield client


def bodies(client: AMPS.Client, topic: str) -> "queue.Queue[str]":
    inbox: queue.Queue[str] = queue.Queue()

    def put(message: AMPS.Message) -> None:
        if message.get_command() != "ack":
            inbox.put(message.get_data())

    client.execute_async(AMPS.Command("subscribe").set_topic(topic).set_options("max_backlog=5"), put)
    return inbox


def test_a_message_goes_through_the_queue_that_is_there_without_a_configuration(
    ampsd_server: AmpsdServer, client: AMPS.Client
) -> None:
    inbox = bodies(client, "Jobs")
    client.publish("Jobs", '{"id":1}')
    assert inbox.get(timeout=5) == '{"id":1}'
    ampsd_server.expect_queue("Jobs", depth=1, leased=1)
    assert ampsd_server.clients() == ["tester"]
    assert ampsd_server.expect_log("12-0010", "tester").level == "info"


def test_a_message_survives_a_kill_and_a_restart_on_the_same_port(
    ampsd_server: AmpsdServer, client: AMPS.Client
) -> None:
    uri, admin_url = ampsd_server.uri, ampsd_server.admin_url
    client.publish("Jobs", '{"id":1}')
    client.publish_flush()
    ampsd_server.kill()
    assert ampsd_server.exit_code == -9
    ampsd_server.start()
    assert (ampsd_server.uri, ampsd_server.admin_url) == (uri, admin_url)
    assert ampsd_server.queue("Jobs").depth == 1
    ampsd_server.restart()
    assert ampsd_server.queue("Jobs").depth == 1
    assert str(ampsd_server.port) in uri


def test_a_client_hears_that_its_connection_broke(ampsd_server: AmpsdServer, client: AMPS.Client) -> None:
    heard: queue.Queue[bool] = queue.Queue()
    client.set_disconnect_handler(lambda _: heard.put(True))
    ampsd_server.drop_connection("tester")
    assert heard.get(timeout=5)
    ampsd_server.wait_until(lambda: not ampsd_server.clients())
    with pytest.raises(ServerFault, match="no client 'tester' is connected"):
        ampsd_server.drop_connection("tester")


def test_while_the_disk_is_held_nothing_is_acknowledged(ampsd_server: AmpsdServer, client: AMPS.Client) -> None:
    ampsd_server.hold_disk()
    client.publish("Jobs", '{"id":1}')
    with pytest.raises(AMPS.TimedOutException):
        client.publish_flush(100)
    ampsd_server.release_disk()
    client.publish_flush(5000)


def test_a_disk_that_fails_ends_the_daemon(ampsd_server: AmpsdServer, client: AMPS.Client) -> None:
    ampsd_server.fail_disk()
    client.publish("Jobs", '{"id":1}')
    ampsd_server.wait_until(lambda: not ampsd_server.is_running)
    assert ampsd_server.exit_code == 74
    assert ampsd_server.expect_log("2C-0004").values["error"] == "Input/output error"
    with pytest.raises(ServerFault, match="does not run"):
        ampsd_server.queue("Jobs")


def test_a_disk_that_was_to_fail_and_is_not_written_to_is_told_of(ampsd_server: AmpsdServer) -> None:
    ampsd_server.fail_disk()
    with pytest.raises(ServerFault, match="nothing was written after it"):
        ampsd_server.close()
    ampsd_server.start()


def opened() -> tuple[list[str], int]:
    """Threads and descriptors of this process."""
    return sorted(one.name for one in threading.enumerate()), len(os.listdir("/proc/self/fd"))


def test_nothing_is_left_of_a_daemon(ampsd_server: AmpsdServer) -> None:
    ampsd_server.stop()
    before = opened()
    for _ in range(3):
        ampsd_server.restart()
        ampsd_server.stop()
    assert opened() == before


@pytest.mark.parametrize("taken", ["transport", "admin"])
def test_nothing_is_left_of_a_start_that_fails(ampsd_server: AmpsdServer, taken: str) -> None:
    port = ampsd_server.port if taken == "transport" else int(ampsd_server.admin_url.split(":")[2].split("/")[0])
    ampsd_server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        before = opened()
        with pytest.raises(ServerFault, match="did not start: exit code 75"):
            ampsd_server.start()
        ampsd_server.wait_until(lambda: not ampsd_server.is_running)
        assert opened() == before
    ampsd_server.start()


@pytest.mark.ampsd(config=LEASED)
def test_the_configuration_of_a_path_with_its_actions(ampsd_server: AmpsdServer, client: AMPS.Client) -> None:
    client.publish("Jobs", '{"id":1}')
    inbox: queue.Queue[str] = queue.Queue()

    def cancel(message: AMPS.Message) -> None:
        if message.get_command() != "ack":
            message.ack("cancel")

    client.execute_async(AMPS.Command("subscribe").set_topic("Jobs"), cancel)
    ampsd_server.expect_queue("FailedJobs", depth=1)
    client.execute_async(AMPS.Command("subscribe").set_topic("FailedJobs"), lambda one: inbox.put(one.get_data()))
    assert '"reason": "max_cancels"' in inbox.get(timeout=5)
    with urllib.request.urlopen(f"{ampsd_server.admin_url}/queues") as answer:
        assert b"FailedJobs" in answer.read()


@pytest.mark.ampsd(config=TWO_PORTS)
def test_every_transport_that_listens_has_a_port_and_keeps_it(ampsd_server: AmpsdServer) -> None:
    first, second = ampsd_server.uris
    assert (first.rpartition("/")[2], second.rpartition("/")[2]) == ("json", "fix")
    ampsd_server.restart()
    assert ampsd_server.uris == [first, second]


def test_what_is_expected_in_vain_is_told_with_the_last_log_records(ampsd_server: AmpsdServer) -> None:
    with pytest.raises(ServerFault, match=r"(?s)queue Jobs is not .*QueueStatus.*00-0015 info"):
        ampsd_server.expect_queue("Jobs", depth=7, timeout=0.05)
    with pytest.raises(ServerFault, match=r"there is no queue json:Jbos; the queues are: json:Jobs"):
        ampsd_server.queue("Jbos")
    with pytest.raises(ServerFault, match=r"a log record FF-0003 is not so after 0.05 s"):
        ampsd_server.expect_log("FF-0003", timeout=0.05)
