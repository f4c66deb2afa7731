"""Reload, seen from clients: what survives, what changes, what is refused."""

import json

import pytest
from play import DEAD_LETTER, TRANSACTION_LOG, Client, Playbook, acting, action, echo, queue, step

from ampsd.adoption import ReloadRefused
from ampsd.reactor import Disconnected
from ampsd.wire import amps

JOBS = queue("Jobs", MaxCancels=3, LeasePeriod="10s", MaxPerSubscriptionBacklog=10)


def publishing(topic: str, text: str) -> str:
    return acting(
        step("on-publish-message", Topic=topic, MessageType="json"),
        step("do-publish-message", Topic="Out", MessageType="json", Data=text),
    )


def worker_of(play: Playbook, name: str = "worker", topic: str = "Jobs", backlog: int = 10) -> Client:
    worker = play.client(name)
    worker.send(c="subscribe", cid="1", sub_id="s", t=topic, opts=f"max_backlog={backlog}")
    return worker


def publish(client: Client, topic: str, *bodies: str) -> None:
    for body in bodies:
        client.send(c="p", t=topic, body=body)


# ---- actions


def test_a_new_action_fires_and_a_removed_one_does_not() -> None:
    play = Playbook(actions=publishing("A", "from A"))
    reader, publisher = worker_of(play, topic="Out"), play.client("publisher")
    publish(publisher, "A", "{}")
    assert reader.bodies() == ["from A"]

    assert play.reload(actions=publishing("B", "from B")) == []

    publish(publisher, "A", "{}")
    publish(publisher, "B", "{}")
    assert reader.bodies() == ["from B"]


def test_clients_stay_connected_and_their_subscriptions_live() -> None:
    play = Playbook(queues=JOBS)
    reader, worker, publisher = worker_of(play, "reader", "News"), worker_of(play), play.client("publisher")
    for number in range(20):
        assert play.reload(actions=publishing("A", f"version {number}")) == []
        publish(publisher, "News", f"{number}")
        publish(publisher, "Jobs", f"{number}")
    assert reader.bodies() == [f"{number}" for number in range(20)]
    assert worker.bodies() == [f"{number}" for number in range(10)]
    assert not any(one.is_closed for one in (reader, worker, publisher))


def test_timers_of_unchanged_actions_go_on_wherever_they_stand_now() -> None:
    every_minute = acting(step("on-schedule", Every="1m", Name="minute"), echo("a minute"))
    play = Playbook(actions=every_minute)
    play.advance("40s")

    play.reload(actions=acting(step("on-schedule", Every="1h", Name="hour"), echo("an hour")) + every_minute)

    play.advance("20s")
    assert play.echoes() == ["a minute"]
    counts = play.instance.automation.traces.counts
    assert (counts["action 1"].fired, counts["action 2"].fired) == (0, 1)


def test_a_new_timer_begins_with_the_reload() -> None:
    play = Playbook()
    play.advance("50s")
    play.reload(actions=acting(step("on-schedule", Every="1m", Name="minute"), echo("a minute")))
    play.advance("59s")
    assert "29-0103" not in play.codes()
    play.advance("1s")
    assert "29-0103" in play.codes()


def test_startup_actions_do_not_run_again() -> None:
    play = Playbook(actions=acting(step("on-startup"), echo("first")))
    play.reload(actions=acting(step("on-startup"), echo("second")))
    assert play.echoes() == ["first"]


def test_a_run_under_way_goes_on_with_the_steps_it_began_with() -> None:
    waiting = (
        step("on-publish-message", Topic="A", MessageType="json"),
        step("do-execute-system", Command="true"),
        step("do-publish-message", Topic="Out", MessageType="json", Data="{}"),
    )
    play = Playbook(actions=acting(*waiting[:2], waiting[2].replace("{}", "old")))
    reader, publisher = worker_of(play, topic="Out"), play.client("publisher")
    play.errands.is_held = True
    publish(publisher, "A", "{}")

    play.reload(actions=acting(*waiting[:2], waiting[2].replace("{}", "new")))
    publish(publisher, "A", "{}")
    play.errands.is_held = False
    play.settle()

    assert reader.bodies() == ["old", "new"]


def test_a_retry_that_a_reload_moved_is_made_after_a_restart() -> None:
    failing = (
        "<Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>A</Topic>"
        "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-execute-system</Module>"
        "<Options><Command>broken</Command></Options></Do>"
        "<ampsd:Retry><ampsd:Mode>Always</ampsd:Mode><ampsd:Wait>10s</ampsd:Wait></ampsd:Retry></Action>"
    )
    play = Playbook(actions=failing)
    play.errands.outcomes[b"broken"] = (b"", "exit status 1")
    publish(play.client("publisher"), "A", "{}")
    play.reload(actions=publishing("B", "{}") + failing)

    play.restart()
    play.errands.outcomes.clear()
    ran = len(play.errands.programs)
    play.advance("10s")

    assert len(play.errands.programs) == ran + 1
    play.restart()
    play.advance("1m")
    assert len(play.errands.programs) == ran + 1, "it was made, and the log says so"


def test_counters_go_on() -> None:
    counting = acting(
        step("on-publish-message", Topic="A", MessageType="json"),
        step("do-increment-counter", Key="k", Value="N"),
        step("do-publish-message", Topic="Out", MessageType="json", Data="{{N}}"),
    )
    play = Playbook(actions=counting)
    reader, publisher = worker_of(play, topic="Out"), play.client("publisher")
    publish(publisher, "A", "{}", "{}")
    play.reload(actions=publishing("B", "{}") + counting)
    publish(publisher, "A", "{}")
    assert reader.bodies() == ["1", "2", "3"]


def test_deliveries_are_watched_from_the_reload_on() -> None:
    play = Playbook(queues=JOBS)
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1")
    play.reload(
        queues=JOBS,
        actions=acting(step("on-deliver-message", Topic="Jobs", MessageType="json"), echo("{{AMPS_DATA}}")),
    )
    publish(publisher, "Jobs", "2")
    assert worker.bodies() == ["1", "2"]
    assert play.echoes() == ["2"]


# ---- queues that change


def test_leases_and_counters_stay_and_the_new_limits_apply_to_what_comes() -> None:
    play = Playbook(queues=JOBS, actions=DEAD_LETTER)
    worker, publisher = worker_of(play), play.client("publisher")
    failed = worker_of(play, "reader", "FailedJobs")
    publish(publisher, "Jobs", "1", "2", "3")
    first, second, _ = worker.take()
    worker.send(c="sow_delete", t="Jobs", cid="a", bm=first["bm"], o="cancel")
    worker.send(c="sow_delete", t="Jobs", cid="a", bm=second["bm"], o="cancel")
    again = worker.take()

    assert play.reload(queues=JOBS.replace(">3<", ">2<").replace("10s", "1m"), actions=DEAD_LETTER) == []
    assert failed.bodies() == [], "nothing ends by the reload itself"
    worker.send(c="sow_delete", t="Jobs", cid="a", bm=again[0]["bm"], o="cancel")

    assert failed.bodies() == ['{"message": 1, "reason": "max_cancels"}'], "a second cancel is the last now"
    play.advance("10s")
    assert [one["body"] for one in worker.take()] == ["2", "3"], "leases in force end when they were to end"
    play.advance("59s")
    assert worker.take() == []
    play.advance("1s")
    assert [one["body"] for one in worker.take()] == ["2", "3"], "new leases have the new period"


def test_a_shorter_period_ends_new_leases_before_old_ones() -> None:
    play = Playbook(queues=JOBS)
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1")
    play.reload(queues=JOBS.replace("10s", "2s"))
    publish(publisher, "Jobs", "2")
    worker.take()
    play.advance("2s")
    assert worker.bodies() == ["2"]
    play.advance("8s")
    assert "1" in worker.bodies()


def test_a_larger_backlog_is_filled_at_once() -> None:
    play = Playbook(queues=JOBS.replace(">10<", ">1<"))
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1", "2", "3")
    assert worker.bodies() == ["1"]
    play.reload(queues=JOBS.replace(">10<", ">2<"))
    assert worker.bodies() == ["2"]


def test_only_the_queue_that_changed_is_touched() -> None:
    play = Playbook(queues=JOBS + queue("Other"))
    jobs, other = play.instance.queues
    play.reload(queues=JOBS.replace("10s", "1m") + queue("Other"))
    assert [*play.instance.queues] == [jobs, other]
    assert other.definition is play.instance.definition.queues[1]


# ---- queues that come and go


def test_a_new_queue_begins_with_what_the_log_holds() -> None:
    play = Playbook()
    publisher = play.client("publisher")
    publish(publisher, "Jobs", "1", "2")
    worker = worker_of(play)

    assert play.reload(queues=JOBS) == []

    assert worker.bodies() == ["1", "2"], "who subscribed to the topic consumes from the queue now"
    publish(publisher, "Jobs", "3")
    assert worker.bodies() == ["3"]


def test_a_new_queue_survives_a_restart_as_it_was() -> None:
    play = Playbook()
    publisher = play.client("publisher")
    publish(publisher, "Jobs", "1", "2")
    play.reload(queues=JOBS)
    worker = worker_of(play)
    first, _ = worker.take()
    worker.send(c="sow_delete", t="Jobs", cid="a", bm=first["bm"])
    play.restart()
    assert worker_of(play).bodies() == ["2"]


def test_a_queue_that_holds_messages_is_not_removed_unless_forced() -> None:
    play = Playbook(queues=JOBS)
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1")
    digest = play.instance.digest

    (reason,) = play.reload(queues="", actions=publishing("A", "{}"))
    assert "Jobs" in reason
    assert "1 message" in reason
    assert play.instance.digest == digest
    publish(publisher, "Jobs", "2")
    assert worker.bodies() == ["1", "2"], "it goes on as before"

    assert play.reload(queues="", is_forced=True) == []
    publish(publisher, "Jobs", "3")
    assert [one.get("bm") for one in worker.take()] == [None], "a topic like any other"


def test_a_queue_that_is_empty_is_removed_and_comes_back_as_it_was() -> None:
    play = Playbook(queues=JOBS)
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1")
    worker.send(c="sow_delete", t="Jobs", cid="a", bm=worker.take()[0]["bm"])
    assert play.reload(queues="") == []
    publish(publisher, "Jobs", "2")
    assert worker.bodies() == ["2"]

    assert play.reload(queues=JOBS) == []
    assert worker.bodies() == ["2"], "the log holds it, and nobody acknowledged it"


def test_a_forced_removal_forgets_leases_but_not_messages() -> None:
    play = Playbook(queues=JOBS)
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1")
    worker.take()
    play.reload(queues="", is_forced=True)
    play.reload(queues=JOBS)
    assert worker.bodies() == ["1"]


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_new_topics_of_the_log_record_is_there_after_a_restart(is_killed: bool) -> None:
    only_jobs = TRANSACTION_LOG.replace(".*", "Jobs", 1)
    play = Playbook(transaction_log=only_jobs)
    publisher = play.client("publisher")
    publish(publisher, "Later", "0")
    play.reload(transaction_log=TRANSACTION_LOG, queues=queue("Later"))
    publish(publisher, "Later", "1")
    if is_killed:
        play.restart()
    assert worker_of(play, topic="Later").bodies() == ["1"]


# ---- transports


def test_clients_of_a_changed_transport_connect_again_and_others_stay() -> None:
    other = "<Transport><Name>u</Name><Type>tcp</Type><InetAddr>{}</InetAddr><Protocol>amps</Protocol></Transport>"
    play = Playbook(transports=other.format(9008))
    stays, goes = play.client("stays"), play.client("goes", transport="u")
    assert play.reload(transports=other.format(9009)) == []
    assert (stays.is_closed, goes.is_closed) == (False, True)
    play.client("comes", transport="u")
    assert play.reload(transports="") == []
    assert not stays.is_closed


# ---- whole or not at all


def test_a_refused_reload_leaves_everything_as_it_was() -> None:
    play = Playbook(queues=JOBS, actions=publishing("A", "old"))
    reader, publisher = worker_of(play, topic="Out"), play.client("publisher")
    publish(publisher, "Jobs", "1")
    before = play.instance.definition

    assert play.reload(queues=queue("Added"), actions=publishing("A", "new")) != []

    assert play.instance.definition is before
    assert [one.definition.name for one in play.instance.queues] == ["Jobs"]
    publish(publisher, "A", "{}")
    assert reader.bodies() == ["old"]


def test_what_is_published_while_a_queue_fills_is_in_it_once() -> None:
    play = Playbook(segment_size=1 << 20)
    publisher = play.client("publisher")
    publish(publisher, "Jobs", *(f'{{"n":{number},"filling":"{"f" * 1000}"}}' for number in range(2000)))
    outcome = play.begin(queues=JOBS)
    published = 2000
    while not outcome:
        body = f'{{"n":{published}}}'.encode()
        play.post((publisher.connection, amps.frame(b'{"c":"p","t":"Jobs"}', body)))
        published += 1
        play.turn()
    assert outcome == [()]
    play.settle()
    assert published > 2001, "it took several turns"
    jobs = play.instance.queues[0]
    numbers = [json.loads(jobs.message_of(serial)[0])["n"] for serial in jobs.entries.serials()]
    assert numbers == list(range(published))


def test_the_audit_says_who_reloaded() -> None:
    play = Playbook()
    play.reload(actions=publishing("A", "{}"))
    (audit,) = play.store.audits()
    assert (audit.actor, audit.verb, audit.parameters) == ("tests", "reload", {"digest": play.instance.digest})


def test_actions_that_watch_the_end_of_an_instance_run_those_of_the_new_configuration() -> None:
    play = Playbook(actions=action("on-shutdown", {}, ("do-echo-message", {"Message": "old"})))
    play.reload(actions=action("on-shutdown", {}, ("do-echo-message", {"Message": "new"})))
    play.stop()
    assert play.echoes() == ["new"]


# ---- what may go wrong beside it


@pytest.mark.parametrize("ends", ["reads on", "goes", "its transport goes"])
def test_a_client_that_owes_reading_outlives_a_reload(ends: str) -> None:
    other = "<Transport><Name>u</Name><Type>tcp</Type><InetAddr>9008</InetAddr><Protocol>amps</Protocol></Transport>"
    play = Playbook(transports=other)
    slow, publisher = play.client("slow", transport="u"), play.client("publisher")
    slow.send(c="subscribe", cid="1", sub_id="s", t="News")
    slow.stall()
    publish(publisher, "News", "1", "2")
    play.reload(transports=other if ends != "its transport goes" else "", actions=publishing("A", "a"))
    if ends == "reads on":
        slow.read_on()
        assert slow.bodies() == ["1", "2"]
    elif ends == "goes":
        play.post(Disconnected(slow.connection, "connection closed"))
        play.settle()
    publish(publisher, "News", "3")
    assert play.slow.owing == {}


@pytest.mark.parametrize("actions", [publishing("B", "from B"), "<Action/>"])
def test_without_a_transaction_log_reloads_are_taken_and_refused_too(actions: str) -> None:
    play = Playbook(transaction_log="", actions=publishing("A", "from A"))
    reader, publisher = worker_of(play, topic="Out"), play.client("publisher")
    if actions == "<Action/>":
        play.post(ReloadRefused("tests", "digest", ["a reason"]))
        play.settle()
    else:
        assert play.reload(actions=actions) == []
    publish(publisher, "A", "{}")
    publish(publisher, "B", "{}")
    assert reader.bodies() == ["from A" if actions == "<Action/>" else "from B"]


def test_a_schedule_goes_on_in_an_action_that_is_rewritten() -> None:
    every_minute = step("on-schedule", Every="1m", Name="minute")
    play = Playbook(actions=publishing("A", "a") + acting(every_minute, echo("old")))
    play.advance("40s")
    play.reload(actions=acting(every_minute, echo("new")))
    play.advance("20s")
    assert play.echoes() == ["new"]


def test_a_changed_backoff_is_that_of_the_next_wait() -> None:
    def jobs(initial: str) -> str:
        backoff = f"<ampsd:Model>fixed</ampsd:Model><ampsd:Initial>{initial}</ampsd:Initial>"
        return queue("Jobs", MaxPerSubscriptionBacklog=10, **{"ampsd:Backoff": backoff})

    play = Playbook(queues=jobs("1h"))
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1")
    play.reload(queues=jobs("1s"))
    (message,) = worker.take()
    worker.send(c="sow_delete", t="Jobs", cid="a", bm=message["bm"], opts="cancel")
    play.advance("2s")
    assert worker.bodies() == ["1"]


@pytest.mark.parametrize("ends", ["removed", "wider"])
def test_room_that_a_reload_makes_is_used_by_the_other_queues_of_a_consumer(ends: str) -> None:
    first = queue("JobsA", MaxPerSubscriptionBacklog=1)
    second = queue("JobsB", MaxPerSubscriptionBacklog=10)
    play = Playbook(queues=first + second)
    worker, publisher = worker_of(play, topic="^Jobs.$"), play.client("publisher")
    publish(publisher, "JobsA", "a")
    publish(publisher, "JobsB", "b")
    assert worker.bodies() == ["a"]
    play.reload(queues=second if ends == "removed" else first.replace(">1<", ">10<") + second, is_forced=True)
    assert worker.bodies() == ["b"]


def test_a_run_of_an_action_that_is_gone_is_in_nobodys_way() -> None:
    on = step("on-sow-expire-message", Topic="Jobs", MessageType="json")
    command = step("do-execute-system", Command="{}")
    retry = "<ampsd:Retry><ampsd:Mode>Always</ampsd:Mode><ampsd:Wait>1h</ampsd:Wait></ampsd:Retry>"

    def action_with(name: str) -> str:
        return acting(on, command.format(name), echo(f"{name} is done")).replace("</Action>", f"{retry}</Action>")

    jobs = queue("Jobs", MaxCancels=1, MaxPerSubscriptionBacklog=10)
    play = Playbook(queues=jobs, actions=action_with("broken"))
    play.errands.outcomes[b"broken"] = (b"", "exit status 1")
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1")
    (message,) = worker.take()
    worker.send(c="sow_delete", t="Jobs", cid="a", bm=message["bm"], opts="cancel")
    play.reload(actions=action_with("mended"))
    assert play.operate("reset", "Jobs", str(message["bm"])) == [("done", "")]
    (message,) = worker.take()
    worker.send(c="sow_delete", t="Jobs", cid="b", bm=message["bm"], opts="cancel")
    assert play.echoes() == ["mended is done"]


def test_a_lower_limit_of_deliveries_ends_nothing_at_a_restart_that_nobody_held() -> None:
    def jobs(most: int) -> str:
        return queue("Jobs", MaxDeliveries=most, MaxPerSubscriptionBacklog=10)

    play = Playbook(queues=jobs(5))
    worker, publisher = worker_of(play), play.client("publisher")
    publish(publisher, "Jobs", "1")
    assert worker.bodies() == ["1"]
    worker.send(c="unsubscribe", cid="2", sub_id="s")
    play.reload(queues=jobs(1))
    play.restart()
    assert worker_of(play).bodies() == ["1"]
    play.check_events()


def test_a_queue_does_not_become_one_of_another_kind_without_a_restart() -> None:
    play = Playbook(queues=JOBS)
    (before,) = play.instance.queues
    local = JOBS.replace("<Queue>", "<LocalQueue>").replace("</Queue>", "</LocalQueue>")
    play.reload(queues=local.replace("10s", "1h"))
    assert play.instance.queues == [before]
    assert before.definition.lease_period_ns == 10_000_000_000


def test_whoever_connects_to_a_transport_that_is_gone_is_sent_away() -> None:
    play = Playbook()
    assert play.connect(transport="nowhere").is_closed
