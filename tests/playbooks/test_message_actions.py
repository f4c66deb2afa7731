"""Actions on messages: published, delivered, acknowledged, expired; and a status of one's own for them."""

import re

import pytest
from play import Playbook, acting, echo, errors, queue, step
from workers import ack, deliveries, publish, subscriber

JSON = {"MessageType": "json"}
MESSAGE = "{{AMPS_TOPIC}} {{AMPS_DATA}} {{AMPS_DATA_LENGTH}}"
ON_NEWS = step("on-publish-message", Topic="news", **JSON)


# ---- on-publish-message


def test_a_publish_tells_what_was_published_by_whom_and_when() -> None:
    told = f"{MESSAGE} [{{{{AMPS_BOOKMARK}}}}] {{{{AMPS_TIMESTAMP}}}} {{{{AMPS_CLIENT_NAME}}}}"
    play = Playbook(actions=acting(step("on-publish-message", Topic="^n", **JSON), echo(told)))
    publish(play, '{"a":"\u00fc"}', topic="news")
    (found,) = play.echoes()
    assert re.fullmatch(r'news \{"a":"\u00fc"\} 10 \[\d+\|1\|\] \d{8}T\d{6}[.0-9]*Z publisher', found), found


def test_a_publish_that_is_in_no_log_has_no_bookmark() -> None:
    play = Playbook(transaction_log="", actions=acting(ON_NEWS, echo("[{{AMPS_BOOKMARK}}]")))
    publish(play, "1", topic="news")
    assert play.echoes() == ["[]"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["news", "news", "n.*s"]),
        ({"MessageSource": "all"}, ["news", "news", "n.*s"]),
        ({"MessageSource": "local"}, ["news", "news", "n.*s"]),
        ({"MessageSource": "replicated"}, []),
        ({"Filter": "/n &gt; 1"}, ["news"]),
        ({"Options": "non_regex_topic"}, ["n.*s"]),
        ({"Options": "timestamp,none"}, ["news", "news", "n.*s"]),
    ],
)
def test_topic_source_filter_and_options_choose_the_publishes(options: dict[str, str], expected: list[str]) -> None:
    play = Playbook(actions=acting(step("on-publish-message", Topic="n.*s", **JSON, **options), echo("{{AMPS_TOPIC}}")))
    publish(play, '{"n":1}', '{"n":2}', topic="news")
    publish(play, "no json", topic="n.*s")
    publish(play, '{"n":5}', topic="other")
    play.client("b", mt="binary").send('{"n":5}', c="p", t="news")
    assert play.echoes() == expected


def test_recovery_sets_off_no_publish_action() -> None:
    play = Playbook(queues=queue("news"), actions=acting(ON_NEWS, echo("{{AMPS_DATA}}")))
    publish(play, "1", topic="news")
    play.restart()
    assert play.echoes() == ["1"]
    assert subscriber(play, "worker", "news").bodies() == ["1"]


@pytest.mark.parametrize(
    "options",
    [
        {"Filter": "/n &gt;"},
        {"MessageSource": "remote"},
        {"Options": "live"},
        {"Options": "conflation=1s"},
        {"Topic": "("},
    ],
)
def test_a_publish_trigger_that_cannot_be_is_refused(options: dict[str, str]) -> None:
    wanted = {"Topic": "news", **JSON, **options}
    assert errors(acting(step("on-publish-message", **wanted), echo("x"))) != []


# ---- on-deliver-message


def test_a_delivery_tells_the_receiver_and_the_bookmark() -> None:
    told = f"{MESSAGE} [{{{{AMPS_BOOKMARK}}}}] {{{{AMPS_CLIENT_NAME}}}} [{{{{AMPS_CORRELATION_ID}}}}]"
    play = Playbook(queues=queue("Jobs"), actions=acting(step("on-deliver-message", Topic="Jobs", **JSON), echo(told)))
    worker = subscriber(play, "worker")
    publish(play, "1", x="corr")
    (message,) = deliveries(worker)
    assert play.echoes() == [f"Jobs 1 1 [{message['bm']}] worker [corr]"]


def test_what_nobody_receives_is_not_delivered() -> None:
    play = Playbook(actions=acting(step("on-deliver-message", Topic="news", **JSON), echo("x")))
    subscriber(play, "reader", "news", filter="/a = 1")
    publish(play, '{"a":2}', topic="news")
    assert play.echoes() == []
    assert errors(acting(step("on-deliver-message", Topic="news"), echo("x"))) != []


# ---- on-sow-delete-message, on-sow-expire-message


def test_an_acknowledgment_is_a_deletion_and_an_expiry_is_none() -> None:
    told = f"{MESSAGE} [{{{{AMPS_CORRELATION_ID}}}}]"
    actions = acting(step("on-sow-delete-message", Topic="Jobs", **JSON), echo("deleted " + told))
    actions += acting(step("on-sow-expire-message", Topic="Jobs", **JSON), echo("expired " + told + " {{AMPS_REASON}}"))
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=5), actions=actions)
    worker = subscriber(play, "worker", backlog=5)
    publish(play, "1", x="corr")
    publish(play, "2")
    first, second = deliveries(worker)
    ack(worker, first)
    ack(worker, second, option="expire")
    assert play.echoes() == ["deleted Jobs 1 1 [corr]", "expired Jobs 2 1 [] forced_expire"]


def test_a_queue_that_delivers_at_most_once_deletes_nothing() -> None:
    play = Playbook(
        queues=queue("Jobs", Semantics="at-most-once"),
        actions=acting(step("on-sow-delete-message", Topic="Jobs", **JSON), echo("x")),
    )
    publish(play, "1")
    assert subscriber(play, "worker").bodies() == ["1"]
    assert play.echoes() == []
    assert errors(acting(step("on-sow-delete-message", **JSON), echo("x"))) != []


def test_an_expiry_sets_off_who_asked_for_one_of_its_reasons() -> None:
    jobs = queue("Jobs", MaxPerSubscriptionBacklog=5, MaxCancels=1, MaxDeliveries=1, LeasePeriod="1s", Expiration="1h")
    actions = "".join(
        acting(
            step("on-sow-expire-message", Topic="Jobs", **JSON, Reason=one),
            echo(f"{one}: {{{{AMPS_REASON}}}} {{{{AMPS_DATA}}}}"),
        )
        for one in ("max_cancels", "time_limit,forced_expire", "max_deliveries")
    )
    play = Playbook(queues=jobs, actions=actions)
    worker = subscriber(play, "worker", backlog=5)
    publish(play, "1", "2")
    cancelled, expired = deliveries(worker)
    ack(worker, expired, option="expire")
    ack(worker, cancelled, option="cancel")
    worker.hang_up()
    publish(play, "3")
    play.advance("2h")
    assert play.echoes() == [
        "time_limit,forced_expire: forced_expire 2",
        "max_cancels: max_cancels,max_deliveries 1",
        "max_deliveries: max_cancels,max_deliveries 1",
        "time_limit,forced_expire: time_limit 3",
    ]
    assert errors(acting(step("on-sow-expire-message", Topic="Jobs", **JSON, Reason="boredom"), echo("x"))) != []


# ---- set-status, nothing, echo


def test_a_status_is_noted_for_the_message_and_fails_without_one() -> None:
    note = step("ampsd-action-do-set-status", Status="Held", Reason="of {{AMPS_CLIENT_NAME}}")
    bare = step("ampsd-action-do-set-status", Status="Seen")
    play = Playbook(
        queues=queue("Jobs"),
        actions=acting(step("on-publish-message", Topic=".*", **JSON), note, bare, echo("noted {{AMPS_DATA}}")),
    )
    publish(play, "1")
    bookmark = deliveries(subscriber(play, "worker"))[0]["bm"]
    assert [one for one in play.story(bookmark) if one.startswith(("Held", "Seen"))] == ["Held: of publisher", "Seen"]
    publish(play, "2", topic="news")
    assert play.echoes() == ["noted 1"]
    assert len(play.failures()) == 1
    assert errors(acting(ON_NEWS, step("ampsd-action-do-set-status", Status="Started"))) != []


def test_nothing_is_done_and_said_and_a_text_is_echoed() -> None:
    bare = step("do-echo-message")
    play = Playbook(
        actions=acting(ON_NEWS, step("do-nothing"), echo("{{AMPS_INSTANCE_NAME}}|{{NOPE}}|{{AMPS_BYTE_41}}"), bare)
    )
    publish(play, "1", topic="news")
    assert play.echoes() == ["Play||A", ""]
    assert ("29-0104", {"action": "action 1"}) in play.log


def test_a_text_that_is_no_template_is_refused_and_one_too_large_fails() -> None:
    assert errors(acting(ON_NEWS, echo("{% for %}"))) != []
    play = Playbook(actions=acting(ON_NEWS, echo("{{AMPS_DATA}}" * 100), step("do-nothing")))
    publish(play, "x" * 200_000, topic="news")
    assert play.echoes() == []
    assert "29-0104" not in play.codes()


def test_every_byte_has_a_variable() -> None:
    data = "".join(f"{{{{AMPS_BYTE_{number:02X}}}}}" for number in range(256))
    copy = step("do-publish-message", Topic="bytes", MessageType="binary", Data=data)
    play = Playbook(actions=acting(ON_NEWS, copy))
    reader = play.client("reader", mt="binary")
    reader.send(c="subscribe", t="bytes", cid="1", sub_id="1")
    publish(play, "1", topic="news")
    assert [one.encode("utf-8", "surrogateescape") for one in reader.bodies()] == [bytes(range(256))]


def test_a_firing_has_one_time_for_all_its_steps() -> None:
    wait = step("do-execute-system", Command="sleep 5")
    now = "{{AMPS_DATETIME}} {{AMPS_UNIX_TIMESTAMP}}"
    play = Playbook(actions=acting(ON_NEWS, echo(now), wait, echo(now)))
    play.errands.is_held = True
    publish(play, "1", topic="news")
    play.advance("5s")
    play.errands.is_held = False
    play.settle()
    assert play.echoes() == ["20231114T221320.000000Z 1700000000.000000"] * 2
