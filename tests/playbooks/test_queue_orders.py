"""In which order and when messages go out: Priority, barriers, TargetQueueDepth, start times, back-off, pause.

User Guide, Message Queues, Advanced Queue Configuration; the settings ampsd adds.
"""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from play import Client, Playbook, queue
from workers import ack, deliveries, publish, subscriber

from ampsd.definitions.backoff import BackoffDefinition
from ampsd.engine.backoff import wait_ns
from ampsd.engine.priority import LOWEST, priority_of
from ampsd.engine.publishers import publisher_id


def bodies(client: Client) -> list[str]:
    return [one["body"] for one in deliveries(client)]


def drain(client: Client) -> list[str]:
    """Take and acknowledge until nothing more comes."""
    found: list[str] = []
    while messages := deliveries(client):
        found += [one["body"] for one in messages]
        ack(client, *messages)
    return found


# ---- Priority


def test_the_greatest_priority_goes_first_and_among_equals_the_oldest() -> None:
    play = Playbook(queues=queue("Jobs", Priority="/price * /qty", MaxPerSubscriptionBacklog=1))
    texts = [
        '{"n":1,"price":2,"qty":3}',
        '{"n":2,"price":10,"qty":3}',
        '{"n":3,"price":3,"qty":2}',
        '{"n":4,"price":"x","qty":2}',
        '{"n":5}',
        '{"n":6,"price":10,"qty":"3"}',
        '{"n":7,"price":-1,"qty":1}',
    ]
    publish(play, *texts)
    order = [texts.index(body) + 1 for body in drain(subscriber(play, "worker"))]
    assert order == [2, 6, 1, 3, 4, 5, 7]


@pytest.mark.parametrize(
    ("value", "priority"),
    [
        (3, 3),
        (3.9, 3),
        (b"7", 7),
        (b"x", LOWEST),
        (None, LOWEST),
        (-1, LOWEST),
        (float("nan"), LOWEST),
        (1e30, 2**64 - 1),
    ],
)
def test_a_priority_is_an_unsigned_number(value: int | float | bytes | None, priority: int) -> None:
    assert priority_of(value) == priority


def test_a_body_that_does_not_parse_is_refused_where_priority_reads_it() -> None:
    play = Playbook(queues=queue("Jobs", Priority="/p"))
    client = play.client("x")
    client.send("{", c="p", t="Jobs")
    assert client.take()[0]["reason"] == "parse error"


def test_what_comes_back_keeps_its_priority_also_after_a_restart() -> None:
    play = Playbook(queues=queue("Jobs", Priority="/p", MaxPerSubscriptionBacklog=3))
    publish(play, '{"p":1}', '{"p":5}', '{"p":3}')
    worker = subscriber(play, "worker", backlog=2)
    first, second = deliveries(worker)
    assert first["body"] == '{"p":5}'
    ack(worker, first, option="cancel")
    assert bodies(worker) == ['{"p":5}']
    play.restart()
    assert drain(subscriber(play, "worker")) == ['{"p":5}', '{"p":3}', '{"p":1}']
    assert second["body"] == '{"p":3}'
    play.check_events()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=12),
    st.lists(st.sampled_from(["ack", "cancel"]), max_size=30),
    st.booleans(),
)
def test_priority_against_sorting(priorities: list[int], answers: list[str], filtered: bool) -> None:
    """Whatever is cancelled on the way, each delivery is the best of what is available."""
    play = Playbook(queues=queue("Jobs", Priority="/p"))
    publish(play, *(f'{{"p":{p},"n":{n}}}' for n, p in enumerate(priorities)))
    worker = subscriber(play, "worker", **({"filter": "/p >= 1"} if filtered else {}))
    waiting = [(-p, n) for n, p in enumerate(priorities) if p >= 1 or not filtered]
    for answer in itertools.chain(answers, itertools.repeat("ack")):
        found = deliveries(worker)
        if not waiting:
            assert found == []
            break
        best = min(waiting)
        assert [one["body"] for one in found] == [f'{{"p":{-best[0]},"n":{best[1]}}}']
        if answer == "ack":
            waiting.remove(best)
        ack(worker, found[0], option=None if answer == "ack" else "cancel")
    play.check_events()


# ---- barriers

BARRIER = queue("Jobs", BarrierExpression="/sync IS NOT NULL", MaxPerSubscriptionBacklog=5)


def test_a_barrier_goes_to_everybody_when_all_before_it_is_acknowledged() -> None:
    play = Playbook(queues=BARRIER)
    one = subscriber(play, "one", backlog=1)
    two = subscriber(play, "two", backlog=0)
    publish(play, '{"n":1}', '{"n":2}', '{"sync":1}', '{"n":3}')
    (first,) = deliveries(one)
    assert (first["body"], bodies(two)) == ('{"n":1}', [])
    ack(one, first)
    (second,) = deliveries(one)
    assert (second["body"], bodies(two)) == ('{"n":2}', []), "the barrier waits for it"
    ack(one, second)
    barrier, third = deliveries(one)
    assert (barrier["body"], third["body"]) == ('{"sync":1}', '{"n":3}')
    assert "lp" not in barrier, "nobody need acknowledge it"
    assert bodies(two) == ['{"sync":1}'], "a full backlog does not matter"
    ack(one, third)
    assert play.instance.queues[0].entries.count == 0
    assert play.story(barrier["bm"]) == ["Received", "Completed: barrier"]
    play.check_events()


def test_a_barrier_honours_filters_and_still_holds_others_up() -> None:
    play = Playbook(queues=BARRIER)
    all_of_it = subscriber(play, "all", backlog=5)
    some = subscriber(play, "some", backlog=5, filter="/kind = 'x'")
    publish(play, '{"kind":"y"}', '{"sync":1,"kind":"y"}', '{"kind":"x"}')
    (first,) = deliveries(all_of_it)
    assert bodies(some) == []
    ack(all_of_it, first)
    assert bodies(all_of_it) + bodies(some) == ['{"sync":1,"kind":"y"}', '{"kind":"x"}']


def test_a_barrier_waits_for_a_consumer_and_survives_a_restart() -> None:
    play = Playbook(queues=BARRIER)
    publish(play, '{"sync":1}', '{"n":1}')
    play.restart()
    assert bodies(subscriber(play, "late", backlog=5)) == ['{"sync":1}', '{"n":1}']
    play.restart()
    assert bodies(subscriber(play, "later", backlog=5)) == ['{"n":1}'], "the barrier is gone"


def test_barriers_of_an_at_most_once_queue_wait_for_acknowledgments() -> None:
    play = Playbook(
        queues=queue("Jobs", BarrierExpression="/sync = 1", Semantics="at-most-once", MaxPerSubscriptionBacklog=5)
    )
    worker = subscriber(play, "worker", backlog=5)
    publish(play, '{"n":1}', '{"sync":1}')
    (first,) = deliveries(worker)
    ack(worker, first)
    assert bodies(worker) == ['{"sync":1}']


def test_a_barrier_can_expire_and_be_acknowledged_like_others() -> None:
    play = Playbook(queues=queue("Jobs", BarrierExpression="/sync = 1", Expiration="10s", MaxPerSubscriptionBacklog=5))
    publish(play, '{"sync":1}')
    play.advance("10s")
    publish(play, '{"n":1}')
    assert bodies(subscriber(play, "worker", backlog=5)) == ['{"n":1}']


# ---- TargetQueueDepth


def test_only_so_many_messages_are_active() -> None:
    play = Playbook(queues=queue("Jobs", TargetQueueDepth=1000))
    publisher = play.client("publisher")
    publisher.raw(b"".join(_frame(f'{{"n":{n},"late":{int(n >= 1000)}}}') for n in range(1100)))
    late = subscriber(play, "late", filter="/late = 1")
    assert bodies(late) == [], "what matches is not active"
    reader = play.client("reader")
    reader.send(c="sow", t="Jobs", cid="1", a="stats", top_n=0, batch_size=10)
    assert reader.take()[-1]["matches"] == "1000"
    reader.send(c="sow_delete", t="Jobs", cid="2", a="stats", filter="/n < 2 OR /n = 1050")
    assert reader.take()[-1]["records_deleted"] == "2", "the third is not active"
    assert bodies(late) == ['{"n":1000,"late":1}'], "two more are active now"
    assert play.instance.queues[0].entries.count == 1098
    play.restart()
    reader = play.client("reader")
    reader.send(c="sow", t="Jobs", cid="1", a="stats", top_n=0)
    assert reader.take()[-1]["matches"] == "1000"


def _frame(body: str) -> bytes:
    header = b'{"c":"p","t":"Jobs"}'
    return (len(header) + len(body)).to_bytes(4, "big") + header + body.encode()


# ---- start times, back-off, pause


def test_a_message_with_a_start_time_waits_and_then_is_in_its_old_place() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=5, **{"ampsd:StartAfter": "/start"}))
    worker = subscriber(play, "worker", backlog=5)
    publish(play, '{"start":"2023-11-14T22:13:50Z"}', '{"start":1699999000}', '{"start":"soon"}', "{}")
    assert bodies(worker) == ['{"start":1699999000}', '{"start":"soon"}', "{}"]
    play.advance("29s")
    assert bodies(worker) == []
    play.restart()
    worker = subscriber(play, "worker", backlog=5)
    assert bodies(worker) == ['{"start":1699999000}', '{"start":"soon"}', "{}"]
    play.advance("1s")
    assert bodies(worker) == ['{"start":"2023-11-14T22:13:50Z"}']
    play.check_events()


BACKOFF = (
    "<Queue><Name>Jobs</Name><MessageType>json</MessageType><ampsd:Backoff><ampsd:Model>{model}</ampsd:Model>"
    "<ampsd:Initial>1s</ampsd:Initial><ampsd:Maximum>5s</ampsd:Maximum></ampsd:Backoff></Queue>"
)


@pytest.mark.parametrize(
    ("model", "waits"), [("fixed", [1, 1, 1, 1]), ("linear", [1, 2, 3, 4]), ("exponential", [1, 2, 4, 5])]
)
def test_a_message_rests_between_deliveries_and_holds_up_no_other(model: str, waits: list[int]) -> None:
    play = Playbook(queues=BACKOFF.format(model=model))
    worker = subscriber(play, "worker")
    publish(play, '"slow"')
    for wait in waits:
        (message,) = deliveries(worker)
        ack(worker, message, option="cancel")
        publish(play, '"quick"')
        assert drain(worker) == ['"quick"']
        play.clock.advance(wait * 1_000_000_000 - 1)
        play.settle()
        assert bodies(worker) == []
        play.clock.advance(1)
        play.settle()
    assert bodies(worker) == ['"slow"']
    play.check_events()


def test_a_rest_survives_a_restart() -> None:
    play = Playbook(queues=BACKOFF.format(model="exponential"))
    worker = subscriber(play, "worker")
    publish(play, '"a"')
    for _ in range(2):
        ack(worker, deliveries(worker)[0], option="cancel")
        play.advance("1s")
    play.restart()
    worker = subscriber(play, "worker")
    assert bodies(worker) == []
    play.advance("1s")
    assert bodies(worker) == ['"a"']
    play.check_events()


@given(
    st.sampled_from(["fixed", "linear", "exponential"]),
    st.integers(1, 10**12),
    st.integers(1, 10**12),
    st.integers(0, 100),
    st.integers(1, 10**6),
    st.integers(0, 2**60),
)
def test_jitter_stays_within_its_share(
    model: str, initial: int, maximum: int, jitter: int, attempts: int, position: int
) -> None:
    definition = BackoffDefinition(model=model, initial_ns=initial, maximum_ns=maximum, jitter=jitter)
    exact = BackoffDefinition(model=model, initial_ns=initial, maximum_ns=maximum)
    plain = wait_ns(exact, attempts, position)
    assert plain <= maximum
    assert abs(wait_ns(definition, attempts, position) - plain) <= plain * jitter / 100 + 1
    assert wait_ns(definition, attempts, position) == wait_ns(definition, attempts, position)


def test_what_is_handed_back_comes_later_and_counts_for_no_limit() -> None:
    play = Playbook(queues=queue("Jobs", MaxDeliveries=2, MaxCancels=1))
    worker = subscriber(play, "worker")
    publish(play, "1")
    (message,) = deliveries(worker)
    for _ in range(3):
        ack(worker, message, option="ampsd_after=10s")
        play.advance("9s")
        assert deliveries(worker) == []
        play.restart()
        worker = subscriber(play, "worker")
        assert deliveries(worker) == []
        play.advance("1s")
        (message,) = deliveries(worker)
    worker.hang_up()
    worker = subscriber(play, "worker")
    assert [one["body"] for one in deliveries(worker)] == ["1"], "the first delivery that counts was lost"
    worker.hang_up()
    assert play.story(message["bm"])[-3:] == [
        *("Terminated - Redelivering: connection closed", "Started", "Terminated: max_deliveries")
    ]
    assert play.story(message["bm"])[2] == "Retrying: handed back until 20231114T221330.000000Z"
    play.check_events()


@pytest.mark.parametrize("option", ["ampsd_after", "ampsd_after=soon", "ampsd_after=1s,cancel"])
def test_a_hand_back_that_makes_no_sense_is_refused(option: str) -> None:
    play = Playbook(queues=queue("Jobs"))
    worker = subscriber(play, "worker")
    publish(play, "1")
    (message,) = deliveries(worker)
    worker.send(c="sow_delete", t="Jobs", cid="7", a="processed", bookmark=message["bm"], o=option)
    assert worker.take()[0]["reason"] == "invalid options"


def test_a_paused_queue_takes_publishes_and_acknowledgments_and_delivers_nothing() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=2))
    worker = subscriber(play, "worker", backlog=2)
    publish(play, *"ab")
    first, second = deliveries(worker)
    assert play.operate("pause", "Jobs", for_ns=600_000_000_000) == [("done", "")]
    ack(worker, first)
    publish(play, "c")
    assert bodies(worker) == []
    play.restart()
    worker = subscriber(play, "worker", backlog=2)
    play.advance("599s")
    assert bodies(worker) == []
    play.advance("1s")
    assert bodies(worker) == ["b", "c"]
    assert second["body"] == "b"


def test_a_pause_without_an_end_lasts_until_it_is_ended() -> None:
    play = Playbook(queues=queue("Jobs"))
    assert play.operate("unpause", "Jobs") == [("already so", "")]
    play.operate("pause", "Jobs")
    publish(play, "a")
    play.restart()
    worker = subscriber(play, "worker")
    play.advance("1000d")
    assert bodies(worker) == []
    assert play.operate("unpause", "Jobs") == [("done", "")]
    assert bodies(worker) == ["a"]
    play.restart()
    assert bodies(subscriber(play, "worker")) == ["a"]


# ---- RecoveryPoint


def point(text: str) -> str:
    return queue("Jobs", RecoveryPoint=text, MaxPerSubscriptionBacklog=9)


def test_a_new_queue_over_an_old_log_begins_at_its_recovery_point() -> None:
    play = Playbook(queues="")
    publisher = play.client("publisher")
    for number, body in enumerate("abc", 1):
        publisher.send(body, c="p", t="Jobs", s=number)
        play.advance("1s")
    bookmark = publisher_id(b"publisher")
    for text, expected in [
        ("epoch", ["a", "b", "c"]),
        ("now", []),
        ("creation", []),
        (f"{bookmark}|2|", ["c"]),
        ("20231114T221321Z", ["b", "c"]),
        ("20231114T221321.5Z", ["c"]),
        ("20991114T221321Z", []),
    ]:
        play.configure(queues=point(text))
        play.restart()
        assert bodies(subscriber(play, "worker", backlog=9)) == expected, text
        play.restart()
        assert bodies(subscriber(play, "worker", backlog=9)) == expected, f"{text}, again"


def test_now_keeps_what_came_after_the_queue_was_new() -> None:
    play = Playbook(queues="")
    publish(play, "old")
    play.configure(queues=point("now"))
    play.restart()
    publish(play, "new")
    play.restart()
    worker = subscriber(play, "worker", backlog=9)
    (message,) = deliveries(worker)
    assert message["body"] == "new"
    assert play.story(message["bm"])[0] == "Received"
    play.configure(queues=point("epoch"))
    play.restart()
    assert bodies(subscriber(play, "worker", backlog=9)) == ["old", "new"], "the point was changed"


def test_a_stuck_message_is_reported_and_stays_leased() -> None:
    play = Playbook(queues=queue("Jobs"))
    worker, other = subscriber(play, "worker"), subscriber(play, "other")
    publish(play, "a")
    (message,) = deliveries(worker)
    play.clock.advance(30 * 60 * 1_000_000_000 - 1)
    play.settle()
    assert "31-0013" not in play.codes()
    play.clock.advance(1)
    play.settle()
    assert play.codes().count("31-0013") == 1
    play.advance("10h")
    assert play.codes().count("31-0013") == 1
    assert bodies(other) == []
    ack(worker, message)
    assert play.story(message["bm"]) == ["Received", "Started", "Stuck", "Completed"]
    (line,) = play.lines
    assert line.startswith(f"31-0013 message {message['bm']} of queue Jobs is stuck: ")
    play.check_events()


def test_stuck_after_gives_the_message_to_another() -> None:
    play = Playbook(queues=queue("Jobs", MaxDeliveries=2, **{"ampsd:StuckAfter": "5s"}))
    worker, other = subscriber(play, "worker"), subscriber(play, "other")
    publish(play, "a")
    (message,) = deliveries(worker)
    play.advance("5s")
    assert bodies(worker) + bodies(other) == ["a"]
    play.advance("5s")
    assert play.story(message["bm"]) == [
        *("Received", "Started", "Stuck", "Terminated - Redelivering: stuck"),
        *("Started", "Stuck", "Terminated: max_deliveries"),
    ]
    play.check_events()
