"""Logon, client names, heartbeats, and what ends a connection."""

import pytest
from play import TRANSACTION_LOG, Playbook, queue

from ampsd import limits
from ampsd.wire import amps

QUEUES = queue("Jobs")


@pytest.fixture
def play() -> Playbook:
    return Playbook(queues=QUEUES)


def test_the_answer_has_what_both_clients_need(play: Playbook) -> None:
    client = play.connect()
    client.send(c="logon", cid="auto0", client_name="js1", a="processed", version="5.3.4.0:javascript")
    (answer,) = client.take()
    assert answer["cid"] == "auto0"
    assert answer["status"] == "success"
    assert answer["s"] == "0"
    assert answer["client_name"] == "js1"
    assert answer["version"] == "5.3.5.0"
    publisher, last, rest = answer["bm"].split("|")
    assert publisher.isdigit()
    assert (last, rest) == ("0", "")


def test_the_same_name_has_the_same_publisher_everywhere(play: Playbook) -> None:
    first = play.connect()
    first.send(c="logon", cid="1", client_name="x", a="processed")
    second = Playbook(queues=QUEUES).connect()
    second.send(c="logon", cid="1", client_name="x", a="processed")
    assert first.take()[0]["bm"] == second.take()[0]["bm"]


def test_a_command_before_logon_is_refused_and_the_connection_closed(play: Playbook) -> None:
    client = play.connect()
    client.send(c="subscribe", t="x", cid="1", a="processed")
    assert client.take() == [
        {"c": "ack", "cid": "1", "a": "processed", "status": "failure", "reason": "logon required"}
    ]
    assert client.is_closed


def test_a_plain_publish_before_logon_closes_the_connection(play: Playbook) -> None:
    client = play.connect()
    client.send("body", c="p", t="Jobs")
    assert client.is_closed


def test_a_second_logon_fails_and_the_connection_goes_on(play: Playbook) -> None:
    client = play.client("x")
    client.send(c="logon", cid="2", client_name="x", a="processed")
    assert client.take()[0]["reason"] == "duplicate logon attempt"
    client.send(c="flush", cid="3", a="processed")
    assert client.take()[0]["status"] == "success"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "no client name"),
        ({"client_name": "x", "mt": "nonsense"}, "invalid message type"),
        ({"client_name": "x", "o": "ack_conflation=soon"}, "invalid options"),
        ({"client_name": "x", "o": "nonsense"}, "invalid options"),
    ],
)
def test_a_bad_logon_fails_and_closes(play: Playbook, fields: dict[str, str], reason: str) -> None:
    client = play.connect()
    client.send(c="logon", cid="1", a="processed", **fields)
    assert client.take()[0]["reason"] == reason
    assert client.is_closed


def test_a_transport_of_one_message_type_refuses_others(play: Playbook) -> None:
    client = play.connect(transport_message_type="json")
    client.send(c="logon", cid="1", client_name="x", mt="binary", a="processed")
    assert client.take()[0]["reason"] == "invalid message type"
    same = play.connect(transport_message_type="json")
    same.send(c="logon", cid="1", client_name="y", mt="json", a="processed")
    assert same.take()[0]["status"] == "success"


def test_the_newer_connection_of_a_name_wins(play: Playbook) -> None:
    old = play.client("x")
    old.send(c="subscribe", t="news", cid="1", sub_id="s")
    new = play.client("x")
    assert old.is_closed
    assert not new.is_closed
    assert "07-0004" in play.codes()


def test_without_a_transaction_log_a_name_may_be_connected_twice() -> None:
    play = Playbook(transaction_log="")
    old = play.client("x")
    play.client("x")
    assert not old.is_closed


def test_silence_before_logon_ends_at_the_timeout(play: Playbook) -> None:
    client = play.connect()
    play.advance(f"{limits.LOGON_TIMEOUT_NS - 1}ns")
    assert not client.is_closed
    play.advance("1ns")
    assert client.is_closed


def test_heartbeats_go_out_every_half_interval_and_silence_ends_the_connection(play: Playbook) -> None:
    client = play.client("x")
    client.send(c="heartbeat", a="received", o="start,1", cid="5")
    assert [one["c"] for one in client.take()] == ["ack", "heartbeat"]
    for _ in range(4):
        play.advance("499ms")
        assert client.take() == []
        play.advance("1ms")
        assert [one["c"] for one in client.take()] == ["heartbeat"]
        client.send(c="heartbeat", o="beat")
    play.advance("1999ms")
    assert not client.is_closed
    play.advance("1ms")
    assert client.is_closed


def test_any_bytes_count_as_a_sign_of_life(play: Playbook) -> None:
    client = play.client("x")
    client.send(c="heartbeat", o="start,1")
    for _ in range(5):
        play.advance("1500ms")
        client.send("x", c="p", t="news")
    assert not client.is_closed


def test_stopped_heartbeats_end_nothing(play: Playbook) -> None:
    client = play.client("x")
    client.send(c="heartbeat", o="start,1")
    client.send(c="heartbeat", o="stop")
    play.advance("1h")
    assert not client.is_closed


def test_an_unknown_command_closes_the_connection_with_a_record(play: Playbook) -> None:
    client = play.client("x")
    client.send(c="start_timer", cid="1", a="processed")
    assert client.is_closed
    assert "07-0006" in play.codes()


def test_a_malformed_frame_closes_that_connection_only(play: Playbook) -> None:
    bad, good = play.client("bad"), play.client("good")
    bad.raw(amps.frame(b"nonsense"))
    assert bad.is_closed
    assert "07-0005" in play.codes()
    good.send(c="flush", cid="1", a="processed")
    assert good.take()[0]["status"] == "success"


def test_what_came_before_the_malformed_frame_in_one_read_is_done(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="news", cid="1", sub_id="s")
    bad = play.client("bad")
    bad.raw(amps.frame(b'{"c":"p","t":"news"}', b"first") + amps.frame(b"nonsense"))
    assert reader.bodies() == ["first"]


def test_a_frame_larger_than_allowed_closes_the_connection(play: Playbook) -> None:
    client = play.client("x")
    client.raw((limits.FRAME_SIZE_MAX + 1).to_bytes(4, "big"))
    assert client.is_closed


def test_the_logon_answer_waits_for_the_sync_of_what_it_counts() -> None:
    play = Playbook(queues=QUEUES, transaction_log=TRANSACTION_LOG)
    first = play.client("x")
    play.is_disk_held = True
    first.send("1", c="p", t="Jobs", a="persisted", s=7)
    second = play.client("x")
    assert second.take() == []
    play.release_disk()
    assert second.take()[0]["s"] == "7"
