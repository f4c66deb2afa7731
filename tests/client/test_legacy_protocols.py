"""The older protocols with the official client: commands, deliveries, acks and queues over fix, nvfix and xml."""

import AMPS
import pytest
from daemon_process import DaemonProcess, StartDaemon, free_port, start_daemon

__all__ = ["start_daemon"]

BODIES = {
    "fix": ("35=D\x0155=IBM\x01", "/55 = 'IBM'", "35=8\x0155=MSFT\x01"),
    "nvfix": ("kind=D\x01name=IBM\x01", "/name = 'IBM'", "kind=8\x01name=MSFT\x01"),
    "xml": ("<o><name>IBM</name></o>", "/o/name = 'IBM'", "<o><name>MSFT</name></o>"),
    "soap": ("<o><name>I&amp;M</name></o>", "/o/name = 'I&M'", "<o><name>MSFT</name></o>"),
}
every_protocol = pytest.mark.parametrize("protocol", sorted(BODIES))


class Legacy:
    """A daemon that speaks one of them beside `amps`."""

    def __init__(self, protocol: str, start: StartDaemon) -> None:
        self.port = free_port()
        self.message_type = "xml" if protocol == "soap" else protocol
        self.daemon: DaemonProcess = start(
            f"<SOW><Queue><Name>Jobs</Name><MessageType>{self.message_type}</MessageType></Queue></SOW>"
            "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
            f"<Topic><Name>Jobs</Name><MessageType>{self.message_type}</MessageType></Topic></TransactionLog>",
            transports=f"<Transport><Name>old</Name><Type>tcp</Type><InetAddr>127.0.0.1:{self.port}</InetAddr>"
            f"<Protocol>{protocol}</Protocol><MessageType>{self.message_type}</MessageType></Transport>",
        )

    @property
    def uri(self) -> str:
        return f"tcp://127.0.0.1:{self.port}/{self.message_type}"

    def connect(self, name: str) -> AMPS.Client:
        client = AMPS.Client(name)
        client.connect(self.uri)
        client.logon()
        return client

    def connect_with_amps(self, name: str) -> AMPS.Client:
        client = AMPS.Client(name)
        client.connect(f"tcp://127.0.0.1:{self.daemon.port}/amps/{self.message_type}")
        client.logon()
        return client


@every_protocol
def test_a_filtered_subscription_receives_what_it_asks_for(protocol: str, start_daemon: StartDaemon) -> None:
    legacy = Legacy(protocol, start_daemon)
    wanted, content, other = BODIES[protocol]
    subscriber, publisher = legacy.connect("reader <&> one"), legacy.connect("writer")
    stream = subscriber.subscribe("news & <more>", content, timeout=20_000)
    publisher.publish("news & <more>", other)
    publisher.publish("news & <more>", wanted)
    message = next(stream)
    assert message.get_data() == wanted
    assert message.get_topic() == "news & <more>"
    subscriber.close()
    publisher.close()


@every_protocol
def test_both_protocols_share_the_topics(protocol: str, start_daemon: StartDaemon) -> None:
    legacy = Legacy(protocol, start_daemon)
    wanted, _, other = BODIES[protocol]
    old, new = legacy.connect("old"), legacy.connect_with_amps("new")
    to_old, to_new = old.subscribe("a", timeout=20_000), new.subscribe("b", timeout=20_000)
    new.publish("a", wanted)
    old.publish("b", other)
    assert next(to_old).get_data() == wanted
    assert next(to_new).get_data() == other
    old.close()
    new.close()


@every_protocol
def test_a_queue_is_worked_off(protocol: str, start_daemon: StartDaemon) -> None:
    legacy = Legacy(protocol, start_daemon)
    wanted, _, other = BODIES[protocol]
    publisher = AMPS.HAClient("writer")
    chooser = AMPS.DefaultServerChooser()
    chooser.add(legacy.uri)
    publisher.set_server_chooser(chooser)
    publisher.set_publish_store(AMPS.MemoryPublishStore(100))
    publisher.connect_and_logon()
    publisher.publish("Jobs", wanted)
    publisher.publish("Jobs", other)
    publisher.publish_flush(20_000)  # both are persisted
    worker = legacy.connect("worker")
    stream = worker.subscribe("Jobs", options="max_backlog=1", timeout=20_000)
    for expected in (wanted, other):
        message = next(stream)
        assert message.get_data() == expected
        assert message.get_bookmark()
        assert message.get_lease_period()
        message.ack()
    worker.close()
    publisher.close()


@every_protocol
def test_a_command_that_fails_says_why(protocol: str, start_daemon: StartDaemon) -> None:
    legacy = Legacy(protocol, start_daemon)
    client = legacy.connect("reader")
    with pytest.raises(AMPS.BadFilterException):
        client.subscribe("a", "/a = ", timeout=20_000)
    with pytest.raises(AMPS.BadRegexTopicException):
        client.subscribe("(", timeout=20_000)
    client.close()


@every_protocol
def test_the_ready_line_says_where_to_connect(protocol: str, start_daemon: StartDaemon) -> None:
    legacy = Legacy(protocol, start_daemon)
    assert f"{legacy.uri} " in legacy.daemon.ready_line
