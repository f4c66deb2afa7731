"""Firings: order, failure, gates, loops and the trace."""

import pytest
from stub_actions import DoLog, DoPublish, IfPing, OnPing, Ping, World

from ampsd import limits
from ampsd.actions import module, trace
from ampsd.actions.graph import Action
from ampsd.actions.template import Template
from ampsd.definitions.retry import RetryDefinition
from ampsd.engine.events import InstanceStarted


def on(name: str = "") -> tuple[OnPing, ...]:
    return (OnPing(name=name),)


def test_steps_run_in_order_and_actions_in_the_order_of_the_file() -> None:
    world = World(
        Action("a", on(), (DoLog(words="one two"), DoLog(words="three"))), Action("b", on(), (DoLog(words="four"),))
    )
    world.happen(Ping("x"))
    assert world.requests == ["one x", "two x", "three x", "four x"]
    assert world.reports == []


def test_events_wait_until_they_are_run() -> None:
    world = World(Action("a", on(), (DoLog(words="one"),)))
    world.firings.offer(InstanceStarted())
    assert not world.firings.is_pending
    world.firings.offer(Ping("x"))
    assert world.firings.is_pending
    assert world.requests == []
    world.firings.run_pending()
    assert not world.firings.is_pending
    assert world.requests == ["one x"]


def test_a_failed_do_stops_the_rest_of_its_action_and_no_other() -> None:
    world = World(
        Action("a", on(), (DoLog(words="one bad three"), DoLog(words="four"))),
        Action("b", on(), (DoLog(words="five"),)),
    )
    world.failures["bad"] = "no space"
    world.happen(Ping("x"))
    assert world.requests == ["one x", "bad x", "five x"]
    expected = {"action": "a", "step": 1, "module": "amps-action-do-test-log", "reason": "no space"}
    assert world.reports == [("29-0105", expected)]


def test_a_do_may_go_on_after_a_failure() -> None:
    world = World(Action("a", on("x"), (DoPublish(topic="t"), DoLog(words="after"))))
    world.failures["t"] = "refused"
    world.happen(Ping("x"))
    assert world.requests == ["publish t", "after x"]
    assert world.reports == []


def test_a_gate_that_does_not_pass_ends_the_action_without_an_error() -> None:
    world = World(Action("a", on(), (DoLog(words="one"), IfPing(name="yes"), DoLog(words="two"))))
    world.happen(Ping("no"), Ping("yes"))
    assert world.requests == ["one no", "one yes", "two yes"]
    assert world.reports == []


def test_a_gate_that_cannot_decide_ends_the_action_with_an_error() -> None:
    world = World(Action("a", on(), (IfPing(name="fault"), DoLog(words="two"))))
    world.happen(Ping("fault"))
    assert world.requests == []
    expected = {"action": "a", "step": 1, "module": "amps-action-if-test-ping", "reason": "cannot tell"}
    assert world.reports == [("29-0105", expected)]


def test_an_option_that_gets_too_large_fails_the_step() -> None:
    copies = Template("{{NAME}}" * (limits.TEMPLATE_OUTPUT_MAX // 100_000 + 2))
    echo = module.find("amps-action-do-echo-message")(message=copies)
    world = World(Action("a", on(), (echo,)))
    world.happen(Ping("x" * 100_000))
    assert world.requests == []
    assert [code for code, _ in world.reports] == ["29-0105"]


def test_what_a_step_sets_off_runs_after_the_present_action_not_inside_it() -> None:
    world = World(
        Action("a", on("x"), (DoPublish(topic="y"), DoLog(words="last"))), Action("b", on("y"), (DoLog(words="first"),))
    )
    world.happen(Ping("x"))
    assert world.requests == ["publish y", "last x", "first y"]


def test_events_set_off_by_a_step_are_one_deeper() -> None:
    depths: list[int] = []
    world = World(Action("a", on("x"), (DoPublish(topic="y"),)), Action("b", on("y"), (DoLog(words="w"),)))
    world.on_request = lambda request, event: depths.append(event.depth)
    world.happen(Ping("x"))
    assert depths == [1]
    assert [one.depth for one in world.firings.traces] == [0, 1]


def test_a_loop_is_cut_by_its_depth_and_reported_once() -> None:
    world = World(Action("a", on("x"), (DoPublish(topic="y"),)), Action("b", on("y"), (DoPublish(topic="x"),)))
    world.happen(Ping("x"))
    assert len(world.requests) == limits.FIRING_DEPTH_MAX + 1
    steps = limits.FIRING_DEPTH_MAX + 1
    assert world.reports == [("29-0110", {"steps": steps, "depth": steps, "actions": "a, b"})]
    assert not world.firings.is_pending


def test_a_loop_that_fans_out_is_cut_by_its_steps_and_reported_once() -> None:
    twice = (DoPublish(topic="x"), DoPublish(topic="x"), DoPublish(topic="x"))
    world = World(Action("a", on("x"), twice))
    world.happen(Ping("x"))
    assert len(world.requests) == limits.FIRING_STEPS_MAX
    assert [code for code, _ in world.reports] == ["29-0110"]
    assert not world.firings.is_pending


def test_one_events_loop_does_not_use_up_the_budget_of_another() -> None:
    world = World(Action("a", on("loop"), (DoPublish(topic="loop"),)), Action("b", on("other"), (DoLog(words="fine"),)))
    world.happen(Ping("loop"), Ping("other"), Ping("loop"), Ping("other"))
    assert world.requests.count("fine other") == 2
    assert [code for code, _ in world.reports] == ["29-0110", "29-0110"]


def test_many_events_of_their_own_are_no_loop() -> None:
    world = World(Action("a", on(), (DoLog(words="w"),)))
    world.happen(*(Ping("x") for _ in range(limits.FIRING_STEPS_MAX * 2)))
    assert len(world.requests) == limits.FIRING_STEPS_MAX * 2
    assert world.reports == []


def test_a_long_action_may_take_exactly_the_budget() -> None:
    world = World(Action("a", on(), (DoLog(words="w"),) * limits.FIRING_STEPS_MAX))
    world.happen(Ping("x"))
    assert len(world.requests) == limits.FIRING_STEPS_MAX
    assert world.reports == []


def test_the_trace_tells_the_outcome_of_each_step() -> None:
    world = World(
        Action("a", on("no"), (DoLog(words="w"), IfPing(name="yes"), DoLog(words="w"))),
        Action("b", on("no"), (IfPing(name="no"), DoLog(words="bad"), DoLog(words="w"))),
        Action("c", on("x"), (DoPublish(topic="x"),)),
    )
    world.failures["bad"] = "no space"
    world.happen(Ping("no"), now_ns=7)
    first, second = world.firings.traces
    assert (first.action_name, first.event_name, first.depth, first.wall_ns) == ("a", "Ping", 0, 7)
    assert first.outcomes == [trace.DONE, trace.STOPPED]
    assert (second.outcomes, second.reason) == ([trace.PASSED, trace.FAILED], "no space")
    world.happen(Ping("x"))
    assert world.firings.traces[-1].outcomes == [trace.CUT]


def test_the_trace_keeps_the_latest_firings_only() -> None:
    world = World(Action("a", on(), (DoLog(words="w"),)))
    for number in range(limits.FIRING_TRACE_MAX + 5):
        world.happen(Ping("x"), now_ns=number)
    assert len(world.firings.traces) == limits.FIRING_TRACE_MAX
    assert world.firings.traces[0].wall_ns == 5


def test_a_step_may_not_run_what_waits() -> None:
    world = World(Action("a", on(), (DoLog(words="w"),)))
    world.on_request = lambda request, event: world.firings.run_pending()
    with pytest.raises(AssertionError, match="a step offers events"):
        world.happen(Ping("x"))


def test_a_failed_step_is_tried_again_and_the_rest_follows() -> None:
    steps = (DoLog(words="one"), DoLog(words="two"), DoLog(words="three"))
    world = World(Action("a", on("x"), steps, RetryDefinition(limit=2, wait_ns=1_000_000)))
    world.failures["two"] = "not now"
    world.happen(Ping("x"))
    assert world.requests == ["one x", "two x"]
    assert world.firings.next_ns == 1_000_000
    world.firings.begin(999_999, 0)
    world.firings.tick()
    world.firings.begin(1_000_000, 0)
    world.firings.tick()
    del world.failures["two"]
    world.firings.begin(2_000_000, 0)
    world.firings.tick()
    assert world.requests == ["one x", "two x", "two x", "two x", "three x"]
    assert world.runs == [
        *("a started", "a retrying step 1, 1 in 1000000: not now"),
        *("a started again", "a retrying step 1, 2 in 1000000: not now"),
        *("a started again", "a completed"),
    ]
    assert world.firings.next_ns == 2**63 - 1
