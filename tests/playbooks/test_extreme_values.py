"""Numbers at the edge of what a header can hold: none stops the instance, none keeps it from starting again."""

import pytest
from play import Playbook, queue

FOR_EVER = "99999999999999999999"


@pytest.mark.parametrize("seconds", ["0", "9223372036", "18446744074", "10000000000", str(2**63), FOR_EVER])
def test_any_expiration_is_taken_and_survives_a_restart(seconds: str) -> None:
    play = Playbook(queues=queue("Jobs", LeasePeriod="30s"))
    publisher = play.client("publisher")
    publisher.send("body", c="publish", t="Jobs", cid="1", a="persisted", e=seconds)
    answer = publisher.take()
    play.restart()
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    is_acknowledged = [one["status"] for one in answer] == ["success"]
    assert is_acknowledged == (seconds != FOR_EVER)
    assert worker.bodies() == (["body"] if is_acknowledged else [])


@pytest.mark.parametrize("setting", ["LeasePeriod", "Expiration"])
def test_a_queue_may_wait_for_centuries(setting: str) -> None:
    play = Playbook(queues=queue("Jobs", **{setting: "15000w"}))
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    play.client("publisher").send("body", c="p", t="Jobs")
    assert worker.bodies() == ["body"]
    play.restart()
    again = play.client("worker")
    again.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    assert again.bodies() == ["body"]


def test_no_client_name_spoils_another_clients_numbers() -> None:
    play = Playbook(queues=queue("Jobs"))
    forger = play.connect()
    forger.send(c="logon", cid="0", client_name="victim\\u0000Play", a="processed", version="5.3.5.14:test")
    forger.send("forged", c="publish", t="Jobs", s=2**64 - 1)
    victim = play.client("victim")
    victim.send("plain", c="publish", t="Jobs", cid="1", a="processed")
    assert [one["status"] for one in victim.take()] == ["success"]


def test_the_highest_sequence_is_a_sequence_like_others() -> None:
    play = Playbook(queues=queue("Jobs"))
    publisher = play.client("publisher")
    publisher.send("last", c="publish", t="Jobs", s=2**64 - 1)
    publisher.send("plain", c="publish", t="Jobs", cid="1", a="processed")
    publisher.send("again", c="publish", t="Jobs", s=2**64 - 1)
    publisher.send("too large", c="publish", t="Jobs", s=2**64, cid="2", a="processed")
    play.restart()
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s", o="max_backlog=9")
    assert worker.bodies()[:1] == ["last"]


def test_a_client_that_is_always_refused_does_not_fill_the_log() -> None:
    play = Playbook(queues=queue("Jobs", Filter="/a = 1"))
    publisher = play.client("publisher")
    for _ in range(1_000):
        publisher.send("no json", c="p", t="Jobs")
    assert len([one for one in publisher.take() if one["status"] == "failure"]) == 1_000
    told = [values["number"] for code, values in play.log if code == "04-0001"]
    assert told == [*range(1, 11), 16, 32, 64, 128, 256, 512]
