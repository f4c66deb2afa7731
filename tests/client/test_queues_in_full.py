"""Queues as the official client sees them: queries, acknowledgments by filter, replace, order, barriers, events."""

import json
import queue as queues
from typing import Any

import AMPS
from daemon_process import DaemonProcess, StartDaemon, wait_until
from test_dead_letter_with_the_official_client import Inbox, connect

LOG = """<TransactionLog><JournalDirectory>./journal</JournalDirectory><JournalSize>10MB</JournalSize>
<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"""


def queue(name: str, **settings: object) -> str:
    inside = "".join(f"<{key}>{value}</{key}>" for key, value in {"MessageType": "json", **settings}.items())
    return f"<Queue><Name>{name}</Name>{inside}<MaxPerSubscriptionBacklog>100</MaxPerSubscriptionBacklog></Queue>"


def started(start_daemon: StartDaemon, *sections: str) -> DaemonProcess:
    return start_daemon(f"<SOW>{''.join(sections)}</SOW>{LOG}")


def published(daemon: DaemonProcess, *bodies: object, topic: str = "Jobs") -> None:
    publisher = connect(daemon.uri, "publisher")
    for body in bodies:
        publisher.publish(topic, json.dumps(body))
    publisher.publish_flush()
    publisher.close()


def subscribed(client: AMPS.Client, topic: str = "Jobs", options: str = "max_backlog=100", **more: str) -> Inbox:
    inbox = Inbox()
    command = AMPS.Command("subscribe").set_topic(topic).set_options(options).set_sub_id("s")
    if "filter" in more:
        command.set_filter(more["filter"])
    client.execute_async(command, inbox)
    return inbox


def taken(inbox: Inbox, number: int) -> list[tuple[str, Any]]:
    return [(bookmark, json.loads(body)) for bookmark, body in (inbox.take() for _ in range(number))]


def is_empty(inbox: Inbox, client: AMPS.Client) -> bool:
    """Whether nothing is on its way: what the server sent before it answered a flush has arrived."""
    client.publish_flush()
    try:
        inbox.messages.get_nowait()
    except queues.Empty:
        return True
    return False


def test_a_query_shows_what_could_be_delivered_and_takes_nothing(start_daemon: StartDaemon) -> None:
    daemon = started(start_daemon, queue("Jobs"))
    published(daemon, *({"n": number, "kind": "ab"[number % 2]} for number in range(7)))
    worker = connect(daemon.uri, "worker")
    inbox = subscribed(worker, options="max_backlog=2")
    leased = taken(inbox, 2)
    reader = connect(daemon.uri, "reader")
    rows = [
        json.loads(message.get_data()) for message in reader.sow("Jobs", batch_size=3) if message.get_command() == "sow"
    ]
    assert [row["n"] for row in rows] == [2, 3, 4, 5, 6], "leased ones are not shown"
    command = AMPS.Command("sow").set_topic("Jobs").set_filter("/kind = 'a'").set_order_by("/n DESC")
    command.set_top_n(2).set_batch_size(10).set_ack_type("stats")
    found: list[int] = []
    for message in reader.execute(command):
        if message.get_command() == "sow":
            found.append(json.loads(message.get_data())["n"])
            assert message.get_bookmark().count("|") == 2
        elif message.get_ack_type() == "stats":
            assert (message.get_matches(), message.get_records_returned()) == ("3", "2")
    assert found == [6, 4]
    worker.ack("Jobs", leased[0][0])
    assert taken(inbox, 1)[0][1]["n"] == 2, "the query leased nothing"


def test_acknowledgments_by_filter_reach_leased_messages_as_leasing_allows(start_daemon: StartDaemon) -> None:
    daemon = started(start_daemon, queue("Jobs"), queue("Own", Leasing="strict"))
    for topic in ("Jobs", "Own"):
        published(daemon, *({"n": number} for number in range(4)), topic=topic)
        worker = connect(daemon.uri, f"worker of {topic}")
        inbox = subscribed(worker, topic, "max_backlog=2")
        taken(inbox, 2)
        other = connect(daemon.uri, f"other of {topic}")
        assert other.sow_delete(topic, "/n < 3").get_matches() == "3"
        left = [json.loads(one.get_data())["n"] for one in other.sow(topic) if one.get_command() == "sow"]
        if topic == "Own":
            assert left == [3], "what the worker has leased is its own"
            assert is_empty(inbox, worker)
        else:
            assert left == []
            assert taken(inbox, 1)[0][1] == {"n": 3}, "its leases are gone, so there is room"
        worker.close()
        other.close()


def test_replacing_a_subscription_keeps_its_leases_and_its_count(start_daemon: StartDaemon) -> None:
    daemon = started(start_daemon, queue("Jobs"))
    published(daemon, *({"n": number, "kind": "ab"[number % 2]} for number in range(6)))
    worker = connect(daemon.uri, "worker")
    inbox = subscribed(worker, options="max_backlog=3")
    first = taken(inbox, 3)
    replaced = AMPS.Command("subscribe").set_topic("Jobs").set_sub_id("s").set_filter("/kind = 'b'")
    worker.execute_async(replaced.set_options("replace,max_backlog=2"), inbox)
    worker.ack("Jobs", first[0][0])
    assert is_empty(inbox, worker), "two are still leased, and no more may be"
    worker.ack("Jobs", first[1][0])
    worker.ack("Jobs", first[2][0])
    assert [one["n"] for _, one in taken(inbox, 2)] == [3, 5]
    reader = connect(daemon.uri, "reader")
    assert [json.loads(one.get_data())["n"] for one in reader.sow("Jobs") if one.get_command() == "sow"] == [4]


def test_priorities_and_barriers(start_daemon: StartDaemon) -> None:
    daemon = started(start_daemon, queue("Urgent", Priority="/p"), queue("Steps", BarrierExpression="/sync = 1"))
    published(daemon, {"p": 1}, {"p": 7}, {"p": "x"}, {"p": 3}, topic="Urgent")
    worker = connect(daemon.uri, "worker")
    inbox = subscribed(worker, "Urgent")
    assert [one["p"] for _, one in taken(inbox, 4)] == [7, 3, 1, "x"]
    one, two = connect(daemon.uri, "one"), connect(daemon.uri, "two")
    ones, twos = subscribed(one, "Steps", "max_backlog=1"), subscribed(two, "Steps", "max_backlog=1")
    published(daemon, {"n": 1}, {"n": 2}, {"sync": 1}, {"n": 3}, topic="Steps")
    (first,), (second,) = taken(ones, 1), taken(twos, 1)
    one.ack("Steps", first[0])
    assert is_empty(ones, one)
    two.ack("Steps", second[0])
    together = [*taken(ones, 1), *taken(twos, 1)]
    assert [body for _, body in together] == [{"sync": 1}] * 2
    wait_until(lambda: not ones.messages.empty() or not twos.messages.empty())


def test_an_unmodified_client_subscribes_to_what_happens(start_daemon: StartDaemon) -> None:
    daemon = started(start_daemon, queue("Jobs", MaxCancels=1))
    watcher = connect(daemon.uri, "watcher")
    seen = Inbox()
    command = AMPS.Command("subscribe").set_topic("/AMPS/MessageEvents").set_filter("/status = 'Failed'")
    watcher.execute_async(command, seen)
    watcher.publish_flush()
    published(daemon, {"n": 1}, {"n": 2})
    worker = connect(daemon.uri, "worker")
    (first, _), (second, _) = taken(subscribed(worker), 2)
    worker.ack("Jobs", first)
    worker.execute_async(AMPS.Command("sow_delete").set_topic("Jobs").set_bookmark(second).set_options("cancel"), None)
    event = json.loads(seen.take()[1])
    assert (event["message"], event["queue"], event["reason"]) == (second, "json:Jobs", "max_cancels")
    assert (event["client"], event["outcome"], event["numeric"]) == ("worker", "failed", 4)
