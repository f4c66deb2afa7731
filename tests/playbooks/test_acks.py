"""Which acks come, when, and with what (Command Reference; protocol rules that clients rely on)."""

import pytest
from play import Playbook, queue

QUEUES = queue("Jobs") + queue("Big", Filter="/n &gt;= 0")


@pytest.fixture
def play() -> Playbook:
    return Playbook(queues=QUEUES)


def persisted(messages: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(one["s"], one["status"]) for one in messages if one.get("a") == "persisted"]


def test_nothing_is_sent_that_was_not_asked_for(play: Playbook) -> None:
    client = play.client("x")
    client.send("1", c="p", t="Jobs")
    client.send(c="subscribe", t="news", cid="1", sub_id="s")
    client.send(c="unsubscribe", sub_id="s", cid="2")
    client.send(c="flush", cid="3")
    assert client.take() == []


def test_each_type_asked_for_comes_once_in_order(play: Playbook) -> None:
    client = play.client("x")
    client.send("1", c="publish", t="Jobs", cid="7", a="received,processed,completed,persisted")
    assert [(one["a"], one["cid"]) for one in client.take()] == [
        ("received", "7"),
        ("processed", "7"),
        ("completed", "7"),
        ("persisted", "7"),
    ]


def test_persisted_comes_only_after_the_sync(play: Playbook) -> None:
    client = play.client("x")
    play.is_disk_held = True
    client.send("1", c="p", t="Jobs", a="persisted", s=1)
    client.send(c="flush", cid="2", a="processed,persisted")
    assert [one["a"] for one in client.take()] == ["processed"]
    play.release_disk()
    assert [(one["a"], one.get("s")) for one in client.take()] == [("persisted", "1"), ("persisted", None)]


def test_persisted_acks_are_conflated_to_one_an_interval(play: Playbook) -> None:
    client = play.client("x", o="ack_conflation=100ms")
    client.send("1", c="p", t="Jobs", a="persisted", s=1)
    assert persisted(client.take()) == [("1", "success")]
    for sequence in (2, 3, 4):
        client.send("1", c="p", t="Jobs", a="persisted", s=sequence)
    assert client.take() == []
    play.advance("99ms")
    assert client.take() == []
    play.advance("1ms")
    (ack,) = client.take()
    assert (ack["s"], ack["bm"].split("|")[1]) == ("4", "4")
    assert "cid" not in ack


def test_the_default_interval_is_a_second(play: Playbook) -> None:
    client = play.client("x")
    for sequence in (1, 2):
        client.send("1", c="p", t="Jobs", a="persisted", s=sequence)
    assert persisted(client.take()) == [("1", "success")]
    play.advance("999ms")
    assert client.take() == []
    play.advance("1ms")
    assert persisted(client.take()) == [("2", "success")]


def test_a_flush_pushes_out_what_is_conflated(play: Playbook) -> None:
    client = play.client("x")
    for sequence in (1, 2):
        client.send("1", c="p", t="Jobs", a="persisted", s=sequence)
    client.take()
    client.send(c="flush", cid="3", a="processed")
    assert persisted(client.take()) == [("2", "success")]


def test_a_failure_stands_between_the_successes_it_interrupts(play: Playbook) -> None:
    client = play.client("x")
    for sequence, body in enumerate(['{"n":1}', '{"n":2}', "{bad", '{"n":4}', '{"n":5}'], 1):
        client.send(body, c="p", t="Big", a="persisted", s=sequence)
    client.send(c="flush", cid="9", a="processed")
    acks = [one for one in client.take() if one["a"] == "persisted"]
    assert [(one["s"], one["status"], one.get("reason")) for one in acks] == [
        ("1", "success", None),
        ("2", "success", None),
        ("3", "failure", "parse error"),
        ("5", "success", None),
    ]


def test_without_a_transaction_log_persisted_acks_come_one_by_one() -> None:
    play = Playbook(transaction_log="")
    client = play.client("x")
    for sequence in (1, 2, 3):
        client.send("1", c="p", t="news", a="persisted", s=sequence)
    assert persisted(client.take()) == [("1", "success"), ("2", "success"), ("3", "success")]


def test_a_duplicate_is_not_logged_again_and_is_acknowledged(play: Playbook) -> None:
    client = play.client("x")
    reader = play.client("reader")
    reader.send(c="subscribe", t="Jobs", cid="1", sub_id="s", o="max_backlog=1")
    for _ in range(2):
        client.send("1", c="p", t="Jobs", a="persisted", s=5)
    client.send("0", c="p", t="Jobs", a="persisted", s=4)
    client.send(c="flush", cid="9", a="processed")
    assert persisted(client.take())[-1] == ("5", "success")
    assert [one["body"] for one in reader.take() if "body" in one] == ["1"]
    assert play.instance.queues[0].entries.count == 1


def test_sequences_are_remembered_through_a_restart(play: Playbook) -> None:
    client = play.client("x")
    for sequence in (1, 2, 3):
        client.send("1", c="p", t="Jobs", a="persisted", s=sequence)
    play.restart(power_cut_seed=3)
    again = play.connect()
    again.send(c="logon", cid="1", client_name="x", a="processed")
    assert again.take()[0]["s"] == "3"
    again.send("1", c="p", t="Jobs", a="persisted", s=3)
    assert play.instance.queues[0].entries.count == 3


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a": "processed"}),
        ({"cid": "7", "a": "processed"}, {"a": "processed", "cid": "7"}),
        ({"a": "persisted", "s": 1}, {"a": "persisted", "s": "1"}),
        ({"a": "persisted"}, {"a": "persisted", "s": "0"}),
    ],
)
def test_a_publish_that_cannot_be_processed_always_gets_a_failure_ack(
    play: Playbook, fields: dict[str, object], expected: dict[str, str]
) -> None:
    client = play.client("x")
    client.send("{bad", c="p", t="Big", **fields)
    (ack,) = client.take()
    assert (ack["status"], ack["reason"]) == ("failure", "parse error")
    assert expected.items() <= ack.items()
    assert not client.is_closed


def test_a_topic_whose_bodies_nobody_reads_takes_any_bytes(play: Playbook) -> None:
    client = play.client("x")
    client.send(b"\xff\x00{not json", c="p", t="Jobs")
    reader = play.client("reader")
    reader.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    assert client.take() == []
    assert reader.bodies() == [b"\xff\x00{not json".decode("utf-8", "surrogateescape")]


@pytest.mark.parametrize("topic", ["/AMPS/SOWStats", "/AMPS"])
def test_reserved_topics_take_no_publishes(play: Playbook, topic: str) -> None:
    client = play.client("x")
    client.send("1", c="p", t=topic)
    assert client.take()[0]["reason"] == "invalid topic"
    client.send("1", c="p", t="/AMPS/devnull")
    assert client.take() == []


@pytest.mark.parametrize("command", ["sow_and_subscribe", "delta_subscribe", "sow_and_delta_subscribe"])
def test_commands_that_do_not_run_yet_say_so(play: Playbook, command: str) -> None:
    client = play.client("x")
    client.send(c=command, t="Jobs", cid="1", query_id="1", a="processed,completed")
    assert [(one["a"], one["status"], one["reason"]) for one in client.take()] == [
        ("processed", "failure", "not supported")
    ]
