"""Leases, backlogs, limits, fairness, expiration, underlying topics (User Guide, Message Queues)."""

import pytest
from play import Playbook, queue
from workers import ack, deliveries, publish, subscriber


@pytest.mark.parametrize(
    ("wanted", "most", "effective"), [(None, 5, 1), (10, 5, 5), (3, 5, 3), (10, None, 1), (0, 5, 0)]
)
def test_the_backlog_is_the_smaller_of_what_is_asked_and_allowed(
    wanted: int | None, most: int | None, effective: int
) -> None:
    play = Playbook(queues=queue("Jobs", **({} if most is None else {"MaxPerSubscriptionBacklog": most})))
    worker = subscriber(play, "worker", backlog=wanted)
    assert worker.take()[0]["opts"] == f"max_backlog={effective}"
    publish(play, *map(str, range(10)))
    assert [one["body"] for one in deliveries(worker)] == [str(number) for number in range(effective)]


def test_a_delivery_has_the_fields_clients_rely_on() -> None:
    play = Playbook(queues=queue("Jobs", LeasePeriod="30s"))
    worker = subscriber(play, "worker", o="timestamp")
    publish(play, "body", x="corr")
    (message,) = deliveries(worker)
    assert message["t"] == "Jobs"
    assert message["sids"] == "s"
    assert message["x"] == "corr"
    assert message["ts"] == "20231114T221320.000000Z"
    assert message["lp"] == "20231114T221350.000000Z"
    assert message["bm"].count("|") == 2


def test_acks_make_room_for_the_next() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=2))
    worker = subscriber(play, "worker", backlog=2)
    publish(play, *"abcde")
    first = deliveries(worker)
    assert [one["body"] for one in first] == ["a", "b"]
    ack(worker, first[1])
    assert [one["body"] for one in deliveries(worker)] == ["c"]
    ack(worker, first[0])
    assert [one["body"] for one in deliveries(worker)] == ["d"]


def test_a_list_of_bookmarks_is_one_command() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=100))
    worker = subscriber(play, "worker", backlog=100)
    publish(play, *map(str, range(100)))
    ack(worker, *deliveries(worker))
    assert play.instance.queues[0].entries.count == 0


def test_stats_and_processed_acks_of_an_acknowledgment() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=5))
    worker = subscriber(play, "worker", backlog=5)
    publish(play, "a", "b")
    bookmarks = ",".join(one["bm"] for one in deliveries(worker)) + ",1|1|"
    worker.send(c="sow_delete", t="Jobs", cid="7", query_id="q", a="processed,stats", bm=bookmarks)
    processed, stats = worker.take()
    assert (processed["a"], processed["status"]) == ("processed", "success")
    assert (stats["a"], stats["query_id"], stats["records_deleted"], stats["matches"]) == ("stats", "q", "2", "3")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"t": "Jobs"}, "no filter or bookmark"),
        ({"bm": "1|1|"}, "no topic"),
        ({"t": "nowhere", "bm": "1|1|"}, "invalid topic"),
        ({"t": "Jobs", "bm": "1|1|", "o": "nonsense"}, "invalid options"),
        ({"t": "Jobs", "bm": "1|1|", "o": "cancel,expire"}, "invalid options"),
        ({"t": "Jobs", "filter": "/a ="}, "bad filter"),
        ({"t": "Jobs", "sow_keys": "1"}, "not supported"),
        (
            {"t": "Jobs", "filter": "1=1", "bm": "1|1|"},
            "sow_delete command only supports one of: filter, sow_keys, bookmark, or data",
        ),
    ],
)
def test_a_sow_delete_that_makes_no_sense_fails_with_its_reason(fields: dict[str, str], reason: str) -> None:
    play = Playbook(queues=queue("Jobs"))
    worker = play.client("worker")
    worker.send(c="sow_delete", cid="7", a="processed,stats", **fields)
    assert [(one["status"], one["reason"]) for one in worker.take()] == [("failure", reason)]


@pytest.mark.parametrize("bookmark", ["", "1|1|", "x", "|", "99999999999999999999999|1|", "1|99999999999999999999999|"])
def test_unknown_bookmarks_count_as_processed(bookmark: str) -> None:
    play = Playbook(queues=queue("Jobs"))
    worker = play.client("worker")
    worker.send(c="sow_delete", t="Jobs", cid="7", a="processed", bm=f"{bookmark},2|2|")
    assert worker.take()[0]["status"] == "success"


@pytest.mark.parametrize("how", ["hang up", "unsubscribe", "lease over"])
def test_leases_that_end_come_back_in_their_old_order(how: str) -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=5, LeasePeriod="10s"))
    worker = subscriber(play, "worker", backlog=5)
    publish(play, *"abcdefg")
    assert [one["body"] for one in deliveries(worker)] == list("abcde")
    if how == "hang up":
        worker.hang_up()
    elif how == "unsubscribe":
        worker.send(c="unsubscribe", sub_id="s")
    else:
        worker.send(c="subscribe", t="Jobs", sub_id="s", o="replace,max_backlog=0", cid="9")
        play.advance("10s")
    other = subscriber(play, "other", backlog=5)
    assert [one["body"] for one in deliveries(other)] == list("abcde")


def test_a_lease_ends_at_its_period_not_before() -> None:
    play = Playbook(queues=queue("Jobs", LeasePeriod="10s"))
    subscriber(play, "first")
    publish(play, "a")
    second = subscriber(play, "second")
    play.advance("9999ms")
    assert deliveries(second) == []
    play.advance("1ms")
    play.advance("0s")
    leased = play.instance.queues[0].leases
    assert len(leased) == 1
    assert "31-0012" in play.codes()


def test_a_jump_of_the_wall_clock_ends_no_lease() -> None:
    play = Playbook(queues=queue("Jobs", LeasePeriod="10s"))
    subscriber(play, "first")
    second = subscriber(play, "second")
    publish(play, "a")
    play.clock.jump(3_600_000_000_000)
    play.settle()
    assert deliveries(second) == []


def test_a_late_ack_of_a_message_that_was_leased_again() -> None:
    play = Playbook(queues=queue("Jobs", LeasePeriod="10s", Leasing="sublet"))
    first = subscriber(play, "first")
    publish(play, "a")
    (old,) = deliveries(first)
    first.send(c="subscribe", t="Jobs", sub_id="s", o="replace,max_backlog=0", cid="9")
    second = subscriber(play, "second")
    play.advance("10s")
    assert len(deliveries(second)) == 1
    ack(first, old)
    assert play.instance.queues[0].entries.count == 0


def test_strict_leasing_lets_only_the_holder_acknowledge() -> None:
    play = Playbook(queues=queue("Jobs", Leasing="strict"))
    holder = subscriber(play, "holder")
    publish(play, "a", "b")
    (held,) = deliveries(holder)
    other = play.client("other")
    for option in (None, "cancel", "expire"):
        ack(other, held, option=option)
    assert play.instance.queues[0].entries.count == 2
    ack(holder, held)
    assert play.instance.queues[0].entries.count == 1


def test_cancel_gives_the_message_to_another() -> None:
    play = Playbook(queues=queue("Jobs", FairnessModel="round-robin"))
    first, second = subscriber(play, "first"), subscriber(play, "second")
    publish(play, "a")
    (message,) = deliveries(first)
    ack(first, message, option="cancel")
    assert [one["body"] for one in deliveries(second)] == ["a"]


def test_cancel_of_a_message_that_is_not_leased_has_no_effect() -> None:
    play = Playbook(queues=queue("Jobs", MaxCancels=1))
    first = subscriber(play, "first")
    publish(play, "a")
    (message,) = deliveries(first)
    first.hang_up()
    ack(play.client("other"), message, option="cancel")
    assert play.instance.queues[0].entries.count == 1


def test_at_most_once_is_gone_when_it_is_sent() -> None:
    play = Playbook(queues=queue("Jobs", Semantics="at-most-once", MaxPerSubscriptionBacklog=2))
    worker = subscriber(play, "worker", backlog=2)
    publish(play, *"abcd")
    first = deliveries(worker)
    assert [one["body"] for one in first] == ["a", "b"]
    assert all("lp" in one for one in first)
    ack(worker, first[0], option="cancel")
    assert [one["body"] for one in deliveries(worker)] == ["c"]
    worker.hang_up()
    play.restart(power_cut_seed=1)
    other = subscriber(play, "other", backlog=2)
    assert [one["body"] for one in deliveries(other)] == ["d"]


def test_at_most_once_waits_for_the_removal_to_be_durable() -> None:
    play = Playbook(queues=queue("Jobs", Semantics="at-most-once"))
    publish(play, "a")
    play.is_disk_held = True
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    play.settle()
    assert deliveries(worker) == []
    play.release_disk()
    assert [one["body"] for one in deliveries(worker)] == ["a"]


def test_a_fresh_message_is_delivered_only_once_it_is_durable() -> None:
    play = Playbook(queues=queue("Jobs"))
    worker = subscriber(play, "worker")
    publisher = play.client("publisher")
    play.is_disk_held = True
    publisher.send("a", c="p", t="Jobs")
    assert deliveries(worker) == []
    play.release_disk()
    assert [one["body"] for one in deliveries(worker)] == ["a"]


def test_max_backlog_bounds_the_whole_queue() -> None:
    play = Playbook(queues=queue("Jobs", MaxBacklog=3, MaxPerSubscriptionBacklog=2))
    workers = [subscriber(play, f"worker{number}", backlog=2) for number in range(3)]
    publish(play, *map(str, range(9)))
    held = [deliveries(worker) for worker in workers]
    assert sum(map(len, held)) == 3
    ack(workers[0], held[0][0])
    assert sum(len(deliveries(worker)) for worker in workers) == 1


def test_proportional_fairness_prefers_the_emptier_share() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=10))
    small, large = subscriber(play, "small", backlog=2), subscriber(play, "large", backlog=8)
    publish(play, *map(str, range(5)))
    assert (len(deliveries(small)), len(deliveries(large))) == (1, 4)


def test_round_robin_takes_turns() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=10, FairnessModel="round-robin"))
    workers = [subscriber(play, f"worker{number}", backlog=10) for number in range(3)]
    publish(play, *map(str, range(6)))
    assert [[one["body"] for one in deliveries(worker)] for worker in workers] == [["0", "3"], ["1", "4"], ["2", "5"]]


def test_fast_fills_the_first() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=10, FairnessModel="fast"))
    first, second = subscriber(play, "first", backlog=4), subscriber(play, "second", backlog=4)
    publish(play, *map(str, range(6)))
    assert (len(deliveries(first)), len(deliveries(second))) == (4, 2)


def test_a_content_filter_picks_the_oldest_that_matches() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=10))
    publish(play, *(f'{{"n":{number}}}' for number in range(6)))
    odd = subscriber(play, "odd", backlog=2, filter="/n % 2 = 1")
    rest = subscriber(play, "rest", backlog=9)
    assert [one["body"] for one in deliveries(odd)] == ['{"n":1}', '{"n":3}']
    assert [one["body"] for one in deliveries(rest)] == ['{"n":0}', '{"n":2}', '{"n":4}', '{"n":5}']


def test_the_queue_filter_decides_what_enters() -> None:
    play = Playbook(queues=queue("Jobs", Filter="/n &gt; 1"))
    publish(play, '{"n":1}', '{"n":2}')
    assert play.instance.queues[0].entries.count == 1
    play.restart()
    assert play.instance.queues[0].entries.count == 1


@pytest.mark.parametrize(
    ("model", "own", "gone_after"),
    [
        ("default", None, "5s"),
        ("default", 9, "9s"),
        ("default", 0, None),
        ("queue", 9, "5s"),
        ("earliest", 9, "5s"),
        ("earliest", 2, "2s"),
        ("latest", 9, "9s"),
        ("latest", 2, "5s"),
        ("latest", 0, None),
    ],
)
def test_expiration_models(model: str, own: int | None, gone_after: str | None) -> None:
    play = Playbook(queues=queue("Jobs", Expiration="5s", ExpirationModel=model))
    publish(play, "a", **({} if own is None else {"e": own}))
    entries = play.instance.queues[0].entries
    if gone_after is None:
        play.advance("10d")
        assert entries.count == 1
        return
    play.advance(f"{int(gone_after[:-1]) * 1000 - 1}ms")
    assert entries.count == 1
    play.advance("1ms")
    assert entries.count == 0


def test_a_lifetime_over_during_a_lease_counts_when_the_lease_ends() -> None:
    play = Playbook(queues=queue("Jobs", Expiration="5s"))
    worker = subscriber(play, "worker")
    publish(play, "a")
    play.advance("6s")
    assert play.instance.queues[0].entries.count == 1
    worker.hang_up()
    assert play.instance.queues[0].entries.count == 0


def test_an_ack_after_the_lifetime_is_a_success() -> None:
    play = Playbook(queues=queue("Jobs", Expiration="5s"))
    worker = subscriber(play, "worker")
    publish(play, "a")
    (message,) = deliveries(worker)
    play.advance("6s")
    ack(worker, message)
    assert "31-0011" not in play.codes()


def test_lifetimes_go_on_through_a_restart() -> None:
    play = Playbook(queues=queue("Jobs", Expiration="5s"))
    publish(play, "a")
    play.clock.advance(4_000_000_000)
    play.restart()
    play.advance("999ms")
    assert play.instance.queues[0].entries.count == 1
    play.advance("1ms")
    assert play.instance.queues[0].entries.count == 0


def test_lifetimes_that_end_together_end_in_several_turns() -> None:
    play = Playbook(queues=queue("Jobs", Expiration="5s"))
    publisher = play.client("publisher")
    for _ in range(3000):
        publisher.send("a", c="p", t="Jobs")
    play.is_disk_held = True
    play.advance("5s")
    left = [play.instance.queues[0].entries.count]
    for _ in range(3):
        play.settle()
        left.append(play.instance.queues[0].entries.count)
    assert left == [2000, 1000, 0, 0]
    play.release_disk()


REGEX_QUEUES = "".join(
    queue(
        name,
        UnderlyingTopic=f"^ORDERS$|^{name}_DIRECT$",
        DefaultPublishTarget=f"{name}_DIRECT",
        MaxPerSubscriptionBacklog=9,
    )
    for name in ("ANALYTICS", "RISK")
)


@pytest.mark.parametrize(
    ("topic", "queues"),
    [
        ("ORDERS", ["ANALYTICS", "RISK"]),
        ("ANALYTICS", ["ANALYTICS"]),
        ("RISK", ["RISK"]),
        ("ANALYTICS_DIRECT", ["ANALYTICS"]),
        ("RISK_DIRECT", ["RISK"]),
    ],
)
def test_several_underlying_topics(topic: str, queues: list[str]) -> None:
    play = Playbook(queues=REGEX_QUEUES)
    publish(play, "a", topic=topic)
    assert [one.definition.name for one in play.instance.queues if one.entries.count] == queues
    worker = subscriber(play, "worker", topic="ANALYTICS|RISK", backlog=9)
    assert sorted(one["t"] for one in deliveries(worker)) == queues


def test_queues_over_one_topic_keep_their_own_books() -> None:
    play = Playbook(queues=queue("A", UnderlyingTopic="Work") + queue("B", UnderlyingTopic="Work"))
    a, b = subscriber(play, "a", topic="A"), subscriber(play, "b", topic="B")
    plain = play.client("plain")
    plain.send(c="subscribe", t="Work", cid="1", sub_id="s")
    publish(play, "job", topic="Work")
    ack(a, *deliveries(a))
    assert [one["body"] for one in deliveries(b)] == ["job"]
    assert plain.bodies() == ["job"]
    play.restart()
    assert [one.entries.count for one in play.instance.queues] == [0, 1]


def test_a_pattern_subscription_takes_queues_as_queues() -> None:
    play = Playbook(queues=queue("Jobs") + queue("Jots"))
    worker = subscriber(play, "worker", topic="^Jo", backlog=5)
    publish(play, "1", "2", topic="Jobs")
    publish(play, "3", topic="Jots")
    publish(play, "4", topic="Joke")
    assert [(one["t"], "lp" in one) for one in deliveries(worker)] == [("Jobs", True), ("Joke", False)]


def test_replace_keeps_leases_and_counts() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=9))
    worker = subscriber(play, "worker", backlog=4)
    publish(play, *"abcdefgh")
    held = deliveries(worker)
    worker.send(c="subscribe", t="Jobs", sub_id="s", o="replace,max_backlog=2", cid="9", a="processed")
    assert worker.take()[0]["opts"] == "max_backlog=2"
    ack(worker, *held[:2])
    assert deliveries(worker) == []
    ack(worker, held[2])
    assert [one["body"] for one in deliveries(worker)] == ["e"]


def test_replace_with_another_queue_loses_the_old_leases_with_the_client() -> None:
    play = Playbook(queues=queue("Jobs") + queue("Other"))
    worker = subscriber(play, "worker")
    publish(play, "a")
    worker.send(c="subscribe", t="Other", sub_id="s", o="replace", cid="9")
    worker.hang_up()
    other = subscriber(play, "other")
    assert [one["body"] for one in deliveries(other)] == ["a"]


def test_a_numbered_acknowledgment_is_persisted_and_known_as_a_duplicate() -> None:
    play = Playbook(queues=queue("Jobs"))
    worker = subscriber(play, "worker")
    publish(play, "a", "b")
    (first,) = deliveries(worker)
    worker.send(c="sow_delete", t="Jobs", cid="x", a="persisted", s=1, bookmark=first["bm"])
    assert [(one["a"], one["s"]) for one in worker.take() if one["c"] == "ack"] == [("persisted", "1")]
    play.restart(power_cut_seed=2)
    again = play.connect()
    again.send(c="logon", cid="1", client_name="worker", a="processed")
    assert again.take()[0]["s"] == "1"
    assert play.instance.queues[0].entries.count == 1


def test_a_deep_queue_is_delivered_from_the_journal() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=100))
    bodies = [f"{number}-" + "x" * 500 for number in range(600)]
    publish(play, *bodies, x="c")
    play.restart()
    worker = subscriber(play, "worker", backlog=100)
    seen = []
    while messages := deliveries(worker):
        assert all(one["x"] == "c" for one in messages)
        seen += [one["body"] for one in messages]
        ack(worker, *messages)
    assert seen == bodies
