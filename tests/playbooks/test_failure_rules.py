"""What holds for every action: order, failures, steps that wait, retries, budgets (Automating AMPS With Actions)."""

from collections.abc import Callable

import pytest
from play import Playbook, acting, echo, errors, queue, step
from workers import ack, deliveries, publish, subscriber

from ampsd import limits
from ampsd.actions import module
from ampsd.actions.module import On, short_name

JSON = {"MessageType": "json"}
FAIL = step("do-publish-message", Topic="/AMPS/no", Data="x", **JSON)
RUN = step("do-execute-system", Command="work {{AMPS_DATA}}")
RUNNING = [name for name in module.names() if (cls := module.find(name)) is not None and not cls.not_running]
RETRY = (
    "<ampsd:Retry><ampsd:Mode>Limit</ampsd:Mode><ampsd:Limit>2</ampsd:Limit><ampsd:Wait>2s</ampsd:Wait></ampsd:Retry>"
)
ON_EXPIRY = step("on-sow-expire-message", Topic="Jobs", **JSON)


def expire(play: Playbook, body: str = "1") -> str:
    """A message of Jobs is given back for the last time; its bookmark."""
    worker = subscriber(play, "worker")
    publish(play, body)
    (message,) = deliveries(worker)
    ack(worker, message, option="cancel")
    worker.hang_up()
    return message["bm"]


def fall_behind(play: Playbook, is_reading_on: bool) -> None:
    slow, writer = play.client("slow"), play.client("writer")
    slow.send(c="subscribe", t="news", cid="1", sub_id="1")
    slow.stall()
    for number in range(30):
        writer.send(f"{number}".ljust(10_000), c="p", t="news")
    if is_reading_on:
        slow.read_on()


def subscribe(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="Jobs", cid="1", sub_id="1")
    reader.send(c="unsubscribe", cid="2", sub_id="1")


def work(play: Playbook) -> None:
    worker = subscriber(play, "worker")
    publish(play, "1")
    ack(worker, *deliveries(worker))


TRIGGERS: dict[str, tuple[dict[str, str], Callable[[Playbook], object]]] = {
    "on-admin": ({"Path": "go"}, lambda play: play.request("go")),
    "on-connect-client": ({}, lambda play: play.connect()),
    "on-deliver-message": ({"Topic": "Jobs", **JSON}, work),
    "on-disconnect-client": ({}, lambda play: play.connect().hang_up()),
    "on-execute-event": ({"Event": "late"}, lambda play: play.request("raise")),
    "on-logon-client": ({}, lambda play: play.client("ann")),
    "on-minidump": ({}, lambda play: play.signal("SIGQUIT")),
    "on-offline-start": ({}, lambda play: fall_behind(play, is_reading_on=False)),
    "on-offline-stop": ({}, lambda play: fall_behind(play, is_reading_on=True)),
    "on-publish-message": ({"Topic": "Jobs", **JSON}, lambda play: publish(play, "1")),
    "on-schedule": ({"Every": "1m"}, lambda play: play.advance("1m")),
    "on-shutdown": ({}, lambda play: play.stop()),
    "on-signal": ({"Signal": "SIGWINCH"}, lambda play: play.signal("SIGWINCH")),
    "on-sow-delete-message": ({"Topic": "Jobs", **JSON}, work),
    "on-sow-expire-message": ({"Topic": "Jobs", **JSON}, expire),
    "on-startup": ({}, lambda play: None),
    "on-subscribe": ({"Topic": "Jobs", **JSON}, subscribe),
    "on-unsubscribe": ({"Topic": "Jobs", **JSON}, subscribe),
}
"""For every module that runs, what sets it off."""
RAISING = acting(step("on-admin", Path="raise"), step("do-execute-event", Event="late"))
SETTINGS = "<MessageMemoryLimit>100KB</MessageMemoryLimit><MessageDiskLimit>9MB</MessageDiskLimit>"


def test_every_trigger_that_runs_is_tried() -> None:
    found = [name for name in RUNNING if issubclass(module.find(name) or object, On)]
    assert [f"amps-action-{name}" for name in TRIGGERS] == sorted(found)


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_failing_do_stops_its_action_and_harms_neither_others_nor_what_set_it_off(name: str) -> None:
    options, set_off = TRIGGERS[name]
    actions = acting(step(name, **options), echo("first"), FAIL, echo("never"))
    actions += acting(step(name, **options), echo("other"))
    play = Playbook(queues=queue("Jobs", MaxCancels=1), actions=RAISING + actions, settings=SETTINGS)
    set_off(play)
    times = play.echoes().count("other")
    assert times >= 1
    assert play.echoes() == ["first", "other"] * times
    assert len(play.failures()) == times
    failed = [values for code, values in play.log if code == "29-0105"]
    assert {(one["action"], one["step"]) for one in failed} == {("action 2", 2)}
    reader, writer = play.client("reader2"), play.client("writer2")
    reader.send(c="subscribe", t="other", cid="1", sub_id="1")
    writer.send("1", c="p", t="other")
    assert reader.bodies() == ["1"]
    play.check_events()


@pytest.mark.parametrize("name", RUNNING)
def test_an_option_that_a_module_does_not_have_is_refused(name: str) -> None:
    cls = module.find(name)
    assert cls is not None
    kind = module.kind_of(name)
    element = f"<{kind}><Module>{name}</Module><Options><NoSuchOption>1</NoSuchOption></Options></{kind}>"
    inside = element + echo("x") if kind == "On" else step("on-startup") + element
    assert any("NoSuchOption" in one for one in errors(acting(inside))), short_name(name)


# ---- order


def test_each_of_several_triggers_starts_the_steps_and_a_gate_ends_them() -> None:
    triggers = (
        step("on-admin", Path="go")
        + step("on-signal", Signal="SIGWINCH")
        + step("on-publish-message", Topic="t", **JSON)
    )
    gate = step("if-condition", Condition="'{{GO}}' = 'on'")
    play = Playbook(actions=acting(triggers, echo("before"), gate, echo("behind")))
    play.request("go", GO="on")
    play.request("go", GO="off")
    play.signal("SIGWINCH")
    publish(play, "1", topic="t")
    assert play.echoes() == ["before", "behind", "before", "before", "before"]
    assert play.failures() == []


def test_what_a_step_publishes_is_as_durable_as_what_set_it_off() -> None:
    copy = step("do-publish-message", Topic="copies", Data="{{AMPS_DATA}}", **JSON)
    play = Playbook(actions=acting(step("on-publish-message", Topic="news", **JSON), copy))
    reader = play.client("reader")
    reader.send(c="subscribe", t="copies", cid="1", sub_id="1")
    play.is_disk_held = True
    play.client("writer").send("1", c="p", t="news")
    play.release_disk()
    assert reader.bodies() == ["1"]


# ---- steps that wait


def test_a_step_that_waits_keeps_the_order_of_its_steps_and_holds_up_nobody() -> None:
    on = step("on-publish-message", Topic="news", **JSON)
    actions = acting(on, echo("one {{AMPS_DATA}}"), RUN, echo("two {{AMPS_DATA}}"), RUN, echo("three {{AMPS_DATA}}"))
    actions += acting(on, echo("other {{AMPS_DATA}}"))
    play = Playbook(actions=actions)
    play.errands.is_held = True
    publish(play, "1", "2", topic="news")
    assert play.echoes() == ["one 1", "other 1", "one 2", "other 2"]
    play.client("ann").send(c="heartbeat", cid="1", o="start,1")
    play.errands.is_held = False
    play.settle()
    assert play.echoes()[4:] == ["two 1", "two 2", "three 1", "three 2"]
    assert [list(one.words) for one in play.errands.programs] == [[b"work", one] for one in (b"1", b"2", b"1", b"2")]


def test_a_step_that_waits_is_tried_again_when_its_errand_fails() -> None:
    play = Playbook(
        queues=queue("Jobs", MaxCancels=1), actions=acting(ON_EXPIRY, echo("before"), RUN, echo("after"), RETRY)
    )
    play.errands.outcomes[b"work"] = (b"", "work ended with exit status 3")
    bookmark = expire(play)
    play.advance("2s")
    assert (play.echoes(), len(play.errands.programs)) == (["before"], 2)
    del play.errands.outcomes[b"work"]
    play.advance("2s")
    assert (play.echoes(), len(play.errands.programs)) == (["before", "after"], 3)
    again = ["Started", "Retrying: work ended with exit status 3"]
    assert play.story(bookmark, "action 1", processor="action") == [
        "Received: MessageExpired",
        *again,
        *again,
        "Started",
        "Completed",
    ]
    play.advance("1h")
    assert len(play.errands.programs) == 3
    play.check_events()


@pytest.mark.parametrize("power_cut_seed", [None, 5])
def test_without_a_retry_a_crash_while_a_step_waits_ends_the_action(power_cut_seed: int | None) -> None:
    play = Playbook(queues=queue("Jobs", MaxCancels=1), actions=acting(ON_EXPIRY, RUN, echo("after")))
    play.errands.is_held = True
    bookmark = expire(play)
    play.restart(power_cut_seed=power_cut_seed)
    play.errands.is_held = False
    play.advance("1h")
    assert (play.echoes(), play.errands.programs) == ([], [])
    told = play.story(bookmark, "action 1", processor="action")
    assert told == ["Received: MessageExpired", "Started", "Failed: restart"]
    play.check_events()


@pytest.mark.parametrize("power_cut_seed", [None, 5])
def test_with_a_retry_a_step_that_waited_is_tried_again_after_a_crash(power_cut_seed: int | None) -> None:
    actions = acting(ON_EXPIRY, echo("before"), RUN, echo("after {{AMPS_DATA}} {{AMPS_REASON}}"), RETRY)
    play = Playbook(queues=queue("Jobs", MaxCancels=1), actions=actions)
    play.errands.is_held = True
    bookmark = expire(play)
    play.restart(power_cut_seed=power_cut_seed)
    play.restart(power_cut_seed=power_cut_seed)
    play.errands.is_held = False
    play.settle()
    assert play.echoes() == ["before", "after 1 max_cancels"]
    told = play.story(bookmark, "action 1", processor="action")
    assert (told[:3], told[-2:]) == (
        ["Received: MessageExpired", "Started", "Retrying: restart"],
        ["Started", "Completed"],
    )
    play.restart()
    play.advance("1h")
    assert len(play.echoes()) == 2, "once it has ended it is over"
    play.check_events()


def test_a_crash_uses_up_retries_so_that_a_step_cannot_crash_the_instance_for_ever() -> None:
    play = Playbook(queues=queue("Jobs", MaxCancels=1), actions=acting(ON_EXPIRY, RUN, echo("after"), RETRY))
    play.errands.is_held = True
    bookmark = expire(play)
    for _ in range(5):
        play.restart()
        play.advance("10s")
    play.errands.is_held = False
    play.advance("1h")
    assert play.errands.programs == []
    told = play.story(bookmark, "action 1", processor="action")
    assert told.count("Started") == 3, "the first time and two retries"
    assert told[-1] == "Failed: restart"


def test_the_events_of_a_queue_keep_their_topic_over_a_restart() -> None:
    jobs = queue("Jobs", UnderlyingTopic="Work", MaxCancels=1)
    play = Playbook(queues=jobs, actions=acting(ON_EXPIRY, RUN, echo("{{AMPS_TOPIC}} {{AMPS_CORRELATION_ID}}"), RETRY))
    play.errands.is_held = True
    worker = subscriber(play, "worker")
    publish(play, "1", topic="Work", x="corr")
    ack(worker, *deliveries(worker), option="cancel")
    play.restart()
    play.errands.is_held = False
    play.settle()
    assert play.echoes() == ["Jobs corr"]


# ---- budgets


def raising(event: str, raised: str) -> str:
    return acting(step("on-execute-event", Event=event), step("do-execute-event", Event=raised))


def test_a_loop_through_custom_events_is_cut_and_its_actions_are_named() -> None:
    begin = acting(step("on-admin", Path="go"), step("do-execute-event", Event="a"))
    play = Playbook(
        actions=raising("a", "b") + raising("b", "a") + begin + acting(step("on-admin", Path="go"), echo("fine"))
    )
    play.request("go")
    cut = [values for code, values in play.log if code == "29-0110"]
    assert [one["actions"] for one in cut] == ["action 3, action 4, action 1, action 2"]
    assert cut[0]["depth"] == limits.FIRING_DEPTH_MAX + 1
    assert play.echoes() == ["fine"]
    play.request("go")
    assert len([code for code in play.codes() if code == "29-0110"]) == 2, "once for each event that begins one"


def test_a_chain_that_fans_out_is_cut_by_its_steps() -> None:
    twice = acting(step("on-execute-event", Event="a"), *[step("do-execute-event", Event="a")] * 3)
    play = Playbook(actions=twice + acting(step("on-admin", Path="go"), step("do-execute-event", Event="a")))
    play.request("go")
    cut = [values for code, values in play.log if code == "29-0110"]
    assert [one["steps"] for one in cut] == [limits.FIRING_STEPS_MAX]
    assert play.instance.automation.is_idle


def test_a_loop_through_a_command_is_cut_too() -> None:
    loop = step("do-execute-system", Command="work") + step("do-publish-message", Topic="news", Data="1", **JSON)
    play = Playbook(actions=acting(step("on-publish-message", Topic="news", **JSON), loop))
    publish(play, "0", topic="news")
    assert play.codes().count("29-0110") == 1
    assert len(play.errands.programs) == limits.FIRING_DEPTH_MAX + 1


def test_no_more_steps_wait_than_the_bound_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FIRINGS_WAITING_MAX", 20)
    play = Playbook(actions=acting(step("on-publish-message", Topic="news", **JSON), RUN, echo("after")))
    play.errands.is_held = True
    publish(play, *map(str, range(25)), topic="news")
    assert play.failures() == ["20 runs of actions wait, with 2101 bytes, and no more may"] * 5
    play.errands.is_held = False
    play.settle()
    assert len(play.echoes()) == 20
    publish(play, "26", topic="news")
    assert len(play.echoes()) == 21
