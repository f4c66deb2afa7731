"""on-deliver-message and on-sow-delete-message: what is sent to whom, and what was acknowledged."""

import pytest
from play import Playbook, action, queue
from workers import ack, deliveries, publish, subscriber


def telling(on: str, topic: str, data: str) -> str:
    return action(
        on,
        {"Topic": topic, "MessageType": "json"},
        ("do-publish-message", {"Topic": "Told", "MessageType": "json", "Data": data}),
    )


DELIVERED = '{"to":"{{AMPS_CLIENT_NAME}}","topic":"{{AMPS_TOPIC}}","x":"{{AMPS_CORRELATION_ID}}","data":{{AMPS_DATA}}}'


@pytest.mark.parametrize("topic", ["news", "^ne.s$"])
def test_each_client_that_receives_a_message_sets_off_the_action(topic: str) -> None:
    play = Playbook(actions=telling("on-deliver-message", topic, DELIVERED))
    watcher = play.client("watcher")
    watcher.send(c="subscribe", t="Told", cid="1", sub_id="s")
    for name, extra in (("ann", {}), ("bob", {"filter": "/a = 1"}), ("eve", {"filter": "/a = 2"})):
        reader = play.client(name)
        reader.send(c="subscribe", t="news", cid="1", sub_id="s", **extra)
    publish(play, '{"a":1}', topic="news", x="c")
    publish(play, '{"a":3}', topic="other")
    assert sorted(watcher.bodies()) == [
        '{"to":"ann","topic":"news","x":"c","data":{"a":1}}',
        '{"to":"bob","topic":"news","x":"c","data":{"a":1}}',
    ]


@pytest.mark.parametrize("semantics", ["at-least-once", "at-most-once"])
def test_deliveries_of_a_queue_name_the_queue_and_each_counts(semantics: str) -> None:
    jobs = queue("Jobs", UnderlyingTopic="Work", Semantics=semantics)
    play = Playbook(queues=jobs, actions=telling("on-deliver-message", "Jobs", DELIVERED))
    watcher = play.client("watcher")
    watcher.send(c="subscribe", t="Told", cid="1", sub_id="s")
    publish(play, "1", topic="Work")
    assert watcher.bodies() == []
    worker = subscriber(play, "worker")
    (message,) = deliveries(worker)
    first = '{"to":"worker","topic":"Jobs","x":"","data":1}'
    assert watcher.bodies() == [first]
    ack(worker, message, option="cancel")
    assert watcher.bodies() == ([first] if semantics == "at-least-once" else [])
    play.check_events()


def test_an_acknowledgment_sets_off_the_action_and_an_expiry_does_not() -> None:
    play = Playbook(
        queues=queue("Jobs", MaxPerSubscriptionBacklog=5),
        actions=telling("on-sow-delete-message", "Jobs", '{"gone":{{AMPS_DATA}}}'),
    )
    watcher = play.client("watcher")
    watcher.send(c="subscribe", t="Told", cid="1", sub_id="s")
    worker = subscriber(play, "worker", backlog=3)
    publish(play, "1", "2", "3", "4", "5")
    first, second, third = deliveries(worker)
    ack(worker, first, second)
    ack(worker, third, option="expire")
    worker.send(c="sow_delete", t="Jobs", filter="1=1")
    assert watcher.bodies() == ['{"gone":1}', '{"gone":2}', '{"gone":4}', '{"gone":5}']
    play.restart()
    assert play.instance.queues[0].entries.count == 0
    play.check_events()
