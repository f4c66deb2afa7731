"""The vendor's two snippets, the official Python client, a real process."""

import json
import queue as queues

import AMPS
from daemon_process import QUEUES_AND_ACTION, TRANSACTION_LOG, StartDaemon

BODY = '{"id":1,"note":"{{AMPS_INSTANCE_NAME}} }} ünïcode {\\"a\\":{\\"b\\":1}}"}'


class Inbox:
    """Messages of a subscription as the client's thread delivers them."""

    def __init__(self) -> None:
        self.messages: queues.Queue[tuple[str, str]] = queues.Queue()

    def __call__(self, message: AMPS.Message) -> None:
        if message.get_command() != "ack":
            self.messages.put((message.get_bookmark(), message.get_data()))

    def take(self) -> tuple[str, str]:
        return self.messages.get(timeout=20)


def connect(uri: str, name: str) -> AMPS.Client:
    client = AMPS.Client(name)
    client.connect(uri)
    client.logon()
    return client


def end_delivery(client: AMPS.Client, topic: str, bookmark: str, option: str) -> None:
    """The guide's own way to acknowledge outside a handler; `Client.ack` with an option raises in this client."""
    client.execute_async(AMPS.Command("sow_delete").set_topic(topic).set_bookmark(bookmark).set_options(option), None)


def read_dead_letter(uri: str) -> dict[str, object]:
    reader = connect(uri, "reader")
    inbox = Inbox()
    reader.execute_async(AMPS.Command("subscribe").set_topic("FailedJobs").set_options("max_backlog=10"), inbox)
    bookmark, body = inbox.take()
    assert body.startswith('{ "message": ' + BODY + ', "reason": "')
    reader.ack("FailedJobs", bookmark)
    reader.publish_flush()
    assert inbox.messages.empty()
    reader.close()
    letter: dict[str, object] = json.loads(body)
    return letter


def test_three_cancels_make_one_dead_letter(start_daemon: StartDaemon) -> None:
    daemon = start_daemon()
    publisher = connect(daemon.uri, "publisher")
    publisher.publish("Jobs", BODY)
    publisher.publish_flush()
    worker = connect(daemon.uri, "worker")
    inbox = Inbox()
    worker.execute_async(AMPS.Command("subscribe").set_topic("Jobs").set_options("max_backlog=10"), inbox)
    for _ in range(3):
        bookmark, body = inbox.take()
        assert body == BODY
        end_delivery(worker, "Jobs", bookmark, "cancel")
    letter = read_dead_letter(daemon.uri)
    assert letter["reason"] == "max_cancels"
    assert letter["message"] == json.loads(BODY)
    assert inbox.messages.empty()
    worker.close()
    publisher.close()


def test_ten_lost_deliveries_make_one_dead_letter(start_daemon: StartDaemon) -> None:
    daemon = start_daemon()
    publisher = connect(daemon.uri, "publisher")
    publisher.publish("Jobs", BODY)
    publisher.publish_flush()
    publisher.close()
    for attempt in range(10):
        worker = connect(daemon.uri, f"worker{attempt}")
        inbox = Inbox()
        worker.execute_async(AMPS.Command("subscribe").set_topic("Jobs"), inbox)
        assert inbox.take()[1] == BODY
        worker.close()
    assert read_dead_letter(daemon.uri)["reason"] == "max_deliveries"


def test_ack_option_expire_makes_one_dead_letter(start_daemon: StartDaemon) -> None:
    daemon = start_daemon()
    publisher = connect(daemon.uri, "publisher")
    publisher.publish("Jobs", BODY)
    worker = connect(daemon.uri, "worker")
    inbox = Inbox()
    worker.execute_async(AMPS.Command("subscribe").set_topic("Jobs"), inbox)
    end_delivery(worker, "Jobs", inbox.take()[0], "expire")
    assert read_dead_letter(daemon.uri)["reason"] == "forced_expire"
    worker.close()
    publisher.close()


def test_expiration_makes_one_dead_letter(start_daemon: StartDaemon) -> None:
    sections = QUEUES_AND_ACTION.replace("<MaxCancels>", "<Expiration>200ms</Expiration><MaxCancels>", 1)
    daemon = start_daemon(sections + TRANSACTION_LOG)
    publisher = connect(daemon.uri, "publisher")
    publisher.publish("Jobs", BODY)
    publisher.publish_flush()
    assert read_dead_letter(daemon.uri)["reason"] == "time_limit"
    publisher.close()


FILTERED = """
<SOW><Queue><Name>Big</Name><MessageType>json</MessageType><Filter>/n &gt;= 0</Filter></Queue>
  <Queue><Name>Any</Name><MessageType>json</MessageType></Queue></SOW>
<TransactionLog><JournalDirectory>./journal</JournalDirectory><JournalSize>10MB</JournalSize>
  <Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>
"""


def test_an_unparseable_publish_reaches_the_last_chance_handler(start_daemon: StartDaemon) -> None:
    """A stock client, no store: the failure is heard of, and the connection stays usable."""
    daemon = start_daemon(FILTERED)
    client = connect(daemon.uri, "stock")
    failures: queues.Queue[tuple[str, str, str]] = queues.Queue()
    client.set_last_chance_message_handler(
        lambda message: failures.put((message.get_command(), message.get_status(), message.get_reason()))
    )
    client.publish("Big", '{"n":')
    assert failures.get(timeout=20) == ("ack", "failure", "parse error")
    for number in range(1000):
        client.publish("Big", f'{{"n":{number}}}')
        client.publish("Big", '{"bad')
    client.publish_flush()
    for _ in range(1000):
        assert failures.get(timeout=20)[1] == "failure"
    inbox = Inbox()
    client.execute_async(AMPS.Command("subscribe").set_topic("Big").set_options("max_backlog=1"), inbox)
    for number in range(1000):
        bookmark, body = inbox.take()
        assert json.loads(body) == {"n": number}
        client.ack("Big", bookmark)
    client.close()


def test_a_queue_that_reads_no_bodies_takes_any_bytes(start_daemon: StartDaemon) -> None:
    daemon = start_daemon(FILTERED)
    client = connect(daemon.uri, "stock")
    client.publish("Any", "this is not {json")
    inbox = Inbox()
    client.execute_async(AMPS.Command("subscribe").set_topic("Any"), inbox)
    assert inbox.take()[1] == "this is not {json"
    client.close()


def test_auto_ack_and_cancel_on_exception(start_daemon: StartDaemon) -> None:
    """CL-04: the client acknowledges after the handler returns and cancels when it raises."""
    daemon = start_daemon()
    client = connect(daemon.uri, "auto")
    client.set_auto_ack(True)
    client.set_ack_batch_size(1)
    client.set_exception_listener(lambda error: None)
    seen: queues.Queue[str] = queues.Queue()
    failed: list[str] = []

    def handle(message: AMPS.Message) -> None:
        if message.get_command() == "ack":
            return
        seen.put(message.get_data())
        if message.get_data() == '{"id":3}' and len(failed) < 2:
            failed.append(message.get_data())
            raise ValueError("this worker cannot do that")

    client.execute_async(AMPS.Command("subscribe").set_topic("Jobs").set_options("max_backlog=10"), handle)
    for number in range(5):
        client.publish("Jobs", f'{{"id":{number}}}')
    arrived = sorted(seen.get(timeout=20) for _ in range(7))
    assert arrived == sorted(['{"id":3}'] * 2 + [f'{{"id":{number}}}' for number in range(5)])
    client.publish("Jobs", '{"id":"last"}')  # its handler runs after the acks of all others were sent
    assert seen.get(timeout=20) == '{"id":"last"}'
    client.publish_flush()
    client.disconnect()
    again = connect(daemon.uri, "again")
    rest = Inbox()
    again.execute_async(AMPS.Command("subscribe").set_topic("Jobs").set_options("max_backlog=10"), rest)
    again.publish_flush()
    came_again = [rest.messages.get_nowait()[1] for _ in range(rest.messages.qsize())]
    assert came_again in ([], ['{"id":"last"}']), "a message that was acknowledged came again"
    again.close()
