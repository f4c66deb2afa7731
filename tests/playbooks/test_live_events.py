"""The topic on which the instance tells what happens to messages."""

import json

import pytest
from play import DEAD_LETTER, Client, Playbook, queue
from workers import ack, deliveries, publish, subscriber

TOPIC = "/AMPS/MessageEvents"


def watcher(play: Playbook, name: str, topic: str = TOPIC, **fields: object) -> Client:
    client = play.client(name)
    client.send(c="subscribe", t=topic, cid="1", sub_id="s", a="processed", **fields)
    assert client.take()[0]["status"] == "success"
    return client


def told(client: Client) -> list[dict[str, object]]:
    return [json.loads(body) for body in client.bodies()]


def test_what_happens_is_told_once_it_is_durable() -> None:
    play = Playbook(queues=queue("Jobs", MaxCancels=1) + queue("FailedJobs"), actions=DEAD_LETTER)
    all_of_it = watcher(play, "all")
    failures = watcher(play, "failures", filter="/status = 'Failed' AND /queue = 'json:Jobs'")
    worker = subscriber(play, "worker")
    publish(play, "1")
    (message,) = deliveries(worker)
    assert [one["status"] for one in told(all_of_it)] == ["Received", "Started"]
    play.is_disk_held = True
    ack(worker, message, option="cancel")
    assert told(all_of_it) == []
    play.release_disk()
    failed, *_, received, letter, completed = told(all_of_it)
    assert (completed["queue"], completed["status"]) == ("action:action 1", "Completed")
    assert failed == {
        "number": 3,
        "time": "20231114T221320.000000Z",
        "message": message["bm"],
        "queue": "json:Jobs",
        "status": "Failed",
        "numeric": 4,
        "outcome": "failed",
        "session": 2,
        "reason": "max_cancels",
        "client": "worker",
    }
    assert (letter["status"], letter["message"], letter["other"]) == (
        "Dead-Lettered",
        message["bm"],
        received["message"],
    )
    assert told(failures) == [failed]


def test_the_live_order_is_that_of_the_store() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=5))
    reader = watcher(play, "reader")
    worker = subscriber(play, "worker", backlog=5)
    publish(play, *"abc")
    ack(worker, *deliveries(worker))
    numbers = [one["number"] for one in told(reader)]
    assert numbers == [run.first + at for run in play.store.events() for at in range(run.number)]


def test_operators_are_named_apart_from_clients() -> None:
    play = Playbook(queues=queue("Jobs"))
    publish(play, "1")
    reader = watcher(play, "reader")
    jobs = play.instance.queues[0]
    play.operate("suspend", "Jobs", jobs.bookmark_of(jobs.entries.oldest()).decode(), actor="ann")
    (event,) = told(reader)
    assert (event["status"], event["operator"]) == ("Suspended", "ann")
    assert "client" not in event


@pytest.mark.parametrize("topic", [".*", "^.*Events$"])
def test_a_pattern_for_everything_does_not_mean_it(topic: str) -> None:
    play = Playbook(queues=queue("Jobs"))
    everything = watcher(play, "everything", topic)
    publish(play, "1")
    named = watcher(play, "named", "^/AMPS/.*")
    publish(play, "2")
    assert all(one in (1, 2) for one in told(everything)), "messages of the queue at most"
    assert [one["status"] for one in told(named)][:1] == ["Received"]


def test_clients_cannot_publish_there_and_nothing_of_it_is_logged() -> None:
    play = Playbook(queues=queue("Jobs"))
    client = watcher(play, "client")
    client.send("{}", c="p", t=TOPIC)
    assert client.take()[0]["reason"] == "invalid topic"
    publish(play, "1")
    assert [one["status"] for one in told(client)] == ["Received"]
    position = play.journal.append_position if play.journal else 0
    play.restart()
    assert play.journal is not None
    assert play.journal.append_position - position < 2000


def test_other_message_types_get_it_in_their_own_way() -> None:
    play = Playbook(queues=queue("Jobs"))
    client = play.client("fix", mt="nvfix")
    client.send(c="subscribe", t=TOPIC, cid="1", sub_id="s", filter="/status = 'Received'")
    publish(play, "1")
    (body,) = client.bodies()
    assert "status=Received" in body.split("\x01")
