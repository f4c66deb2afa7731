"""Firings whose steps wait for errands: what goes on meanwhile, what follows the answer, and what is told of it."""

import pytest
from stub_actions import DoLog, DoPublish, DoRun, DoRunTwice, DoTry, IfAsks, IfPing, OnPing, Ping, World

from ampsd import limits
from ampsd.actions.graph import Action
from ampsd.actions.module import Do, If
from ampsd.actions.trace import COMPLETED, DONE, ENDED, FAILED, PASSED, RETRYING, RUNNING, STOPPED, WAITING
from ampsd.definitions.retry import RetryDefinition
from ampsd.ports import MeasureFileSystem, RunProgram


def action(name: str, *steps: If | Do, on: str = "", retry: RetryDefinition | None = None) -> Action:
    return Action(name, (OnPing(name=on),), steps, retry)


def log(word: str) -> DoLog:
    return DoLog(words=word)


def run(program: str) -> DoRun:
    return DoRun(program=program)


def test_a_run_waits_and_the_others_go_on() -> None:
    world = World(action("a", log("one"), run("p"), log("two")), action("b", log("three")))
    world.happen(Ping("x"))
    assert world.requests == ["one x", "three x"]
    assert (world.firings.is_waiting, world.firings.is_pending) == (True, False)
    world.happen(Ping("y"))
    assert world.requests == ["one x", "three x", "one y", "three y"]
    assert [errand.words for _, errand in world.errands if isinstance(errand, RunProgram)] == [(b"p",), (b"p",)]
    world.answer(at=1)
    assert world.requests[4:] == ["two y"], "the second need not wait for the first"
    world.answer()
    assert world.requests[4:] == ["two y", "two x"]
    assert not world.firings.is_waiting


def test_what_follows_an_answer_is_set_off_by_the_step_that_waited() -> None:
    world = World(action("a", run("p"), DoPublish(topic="y"), log("last"), on="x"), action("b", log("then"), on="y"))
    world.happen(Ping("x", depth=3))
    world.answer()
    assert world.requests == ["publish y", "last x"]
    assert world.firings.is_pending
    world.firings.run_pending()
    assert world.requests == ["publish y", "last x", "then y"]
    assert [trace.depth for trace in world.firings.traces] == [3, 4]


def test_an_errand_that_fails_ends_its_action_alone() -> None:
    world = World(action("a", run("p"), log("never")), action("b", run("p"), log("two")))
    world.happen(Ping("x"))
    world.answer(failure="it ended with exit status 1")
    world.answer()
    assert world.requests == ["two x"]
    expected = {"action": "a", "step": 1, "module": "amps-action-do-test-run", "reason": "it ended with exit status 1"}
    assert world.reports == [("29-0105", expected)]
    assert world.runs == [
        *("a waiting in step 0, then None", "b waiting in step 0, then None"),
        *("a going on", "a failed: it ended with exit status 1", "b going on", "b completed"),
    ]


def test_a_do_may_catch_the_failure_of_an_errand_and_go_on() -> None:
    world = World(action("a", DoTry(), log("after")))
    world.happen(Ping("x"))
    world.answer(failure="no such program")
    assert world.requests == ["caught no such program", "after x"]
    assert world.reports == []
    assert world.firings.traces[0].outcomes == [DONE, DONE]
    assert world.firings.traces[0].steps[0].set == {"REASON": b"no such program"}


def test_an_if_that_asks_passes_stops_or_fails_by_the_answer() -> None:
    world = World(action("a", IfAsks(), log("full")))
    for value, failure in ((b"50.5", None), (b"50", None), (b"", "no such path")):
        world.happen(Ping("/disk"))
        assert isinstance(world.errands[0][1], MeasureFileSystem)
        assert world.firings.traces[-1].outcomes == [WAITING]
        world.answer(value, failure)
    world.happen(Ping("known"))
    assert world.requests == ["full /disk", "full known"]
    assert [(trace.outcomes, trace.outcome) for trace in world.firings.traces] == [
        ([PASSED, DONE], COMPLETED),
        ([STOPPED], ENDED),
        ([FAILED], FAILED),
        ([PASSED, DONE], COMPLETED),
    ]
    assert [values["reason"] for _, values in world.reports] == ["no such path"]


def test_a_step_may_wait_twice_and_the_trace_keeps_all_it_set() -> None:
    world = World(action("a", DoRunTwice(), log("after")))
    world.happen(Ping("x"))
    trace = world.firings.traces[0]
    assert trace.steps[0].set == {"FIRST": b"asked", "STAYS": b"set before"}
    world.answer(b"1")
    assert trace.outcomes == [WAITING]
    world.answer(b"2")
    assert trace.steps[0].set == {"FIRST": b"1", "STAYS": b"set before", "SECOND": b"2"}
    assert {name: trace.before(1)[name] for name in ("NAME", "FIRST", "STAYS", "SECOND")} == {
        "NAME": b"x",
        "FIRST": b"1",
        "STAYS": b"set before",
        "SECOND": b"2",
    }
    assert "SECOND" not in trace.before(0)
    assert world.runs.count("a going on") == 2


def test_the_trace_tells_how_long_a_step_took_with_what_it_waited_for() -> None:
    world = World(action("a", log("one"), run("p"), IfPing(name="x")))
    world.on_request = lambda request, event: setattr(world, "clock_ns", world.clock_ns + 5)
    world.happen(Ping("x"), now_ns=77)
    trace = world.firings.traces[0]
    assert (trace.outcome, trace.outcomes, trace.duration_ns) == (RUNNING, [DONE, WAITING], 0)
    world.clock_ns += 1000
    world.answer(b"words")
    assert [(step.number, step.outcome, step.duration_ns) for step in trace.steps] == [
        (1, DONE, 5),
        (2, DONE, 1000),
        (3, PASSED, 0),
    ]
    assert (trace.outcome, trace.duration_ns, trace.wall_ns) == (COMPLETED, 1005, 77)
    assert trace.before(2)["OUTPUT"] == b"words"
    assert "OUTPUT" not in trace.before(1)


def test_a_long_value_is_shortened_in_the_trace_and_nowhere_else() -> None:
    seen: list[bytes] = []
    world = World(action("a", run("p"), log("after")))
    world.happen(Ping("x"))
    world.answer(b"v" * 1000)
    trace = world.firings.traces[0]
    assert trace.before(1)["OUTPUT"] == b"v" * limits.TRACE_VALUE_MAX
    seen.append(trace.steps[0].set["OUTPUT"])
    assert seen == [b"v" * limits.TRACE_VALUE_MAX]


def test_a_failed_errand_is_tried_again_and_the_steps_keep_their_order() -> None:
    world = World(action("a", log("one"), run("p"), log("two"), retry=RetryDefinition(limit=1, wait_ns=1_000_000)))
    world.happen(Ping("x"))
    world.firings.begin(500, 0)
    world.answer(failure="busy")
    assert world.firings.next_ns == 1_000_500
    assert world.firings.traces[-1].outcomes == [DONE, RETRYING]
    assert not world.firings.is_waiting
    world.firings.begin(1_000_500, 0)
    world.firings.tick()
    assert world.firings.traces[-1].outcomes == [WAITING]
    world.answer(b"done")
    assert world.requests == ["one x", "two x"]
    assert world.runs == [
        *("a started", "a waiting in step 1, then 1", "a going on", "a retrying step 1, 1 in 1000000: busy"),
        *("a started again", "a waiting in step 1, then None", "a going on", "a completed"),
    ]
    counts = world.firings.traces.counts["a"]
    assert (counts.fired, counts.failed, counts.last_reason) == (2, 0, "")


def test_counts_are_kept_for_each_action() -> None:
    world = World(action("a", run("p")), action("b", log("one"), on="x"))
    world.happen(Ping("x"), Ping("y"), now_ns=7)
    world.firings.begin(0, 9)
    world.answer(failure="first")
    world.answer(failure="second")
    counts = world.firings.traces.counts
    assert [(name, one.fired, one.failed, one.cuts) for name, one in counts.items()] == [("a", 2, 2, 0), ("b", 1, 0, 0)]
    assert (counts["a"].fired_wall_ns, counts["a"].failed_wall_ns, counts["a"].last_reason) == (7, 9, "second")
    assert counts["b"].failed_wall_ns == 0


def test_no_more_than_so_many_wait_and_the_next_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FIRINGS_WAITING_MAX", 3)
    world = World(action("a", run("p"), log("after")))
    world.happen(*(Ping(str(number)) for number in range(4)))
    assert len(world.errands) == 3
    assert [values["reason"] for _, values in world.reports] == [
        "3 runs of actions wait, with 108 bytes, and no more may"
    ]
    world.answer()
    world.happen(Ping("5"))
    assert len(world.errands) == 3, "one was answered, so there is room"
    while world.errands:
        world.answer()
    assert world.requests == ["after 0", "after 1", "after 2", "after 5"]


def test_what_the_variables_hold_is_bounded_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FIRINGS_WAITING_BYTES", 10_000)
    world = World(action("a", DoRunTwice(), log("after")))
    for name in ("x" * 6000, "y" * 6000, "z"):
        world.happen(Ping(name))
    assert len(world.errands) == 2
    world.answer(b"1" * 3000, at=0)
    world.answer(b"2" * 100_000, at=1)
    assert len(world.reports) == 1
    world.answer(b"", at=0)
    world.answer(b"", at=0)
    assert not world.firings.is_waiting
    world.happen(Ping("w" * 9000))
    assert len(world.errands) == 1, "what was used is free again"


def test_a_do_is_told_that_no_more_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FIRINGS_WAITING_MAX", 0)
    world = World(action("a", DoTry(), log("after")), action("b", IfAsks(), log("never")))
    world.happen(Ping("x"))
    assert world.requests == ["caught 0 runs of actions wait, with 0 bytes, and no more may", "after x"]
    assert [values["action"] for _, values in world.reports] == ["b"]


def test_a_loop_through_errands_is_cut_too() -> None:
    world = World(action("a", run("p"), DoPublish(topic="x"), on="x"))
    world.happen(Ping("x"))
    answers = 0
    while world.errands:
        world.answer()
        world.firings.run_pending()
        answers += 1
    assert answers == limits.FIRING_DEPTH_MAX + 1
    assert [(code, values["actions"]) for code, values in world.reports] == [("29-0110", "a")]
    assert world.firings.traces.counts["a"].cuts == 1


def test_a_chain_cut_elsewhere_does_not_end_a_run_that_waits() -> None:
    world = World(
        action("a", run("p"), log("after"), on="x"),
        action("b", *[DoPublish(topic="loop")] * 3, on="x"),
        action("c", *[DoPublish(topic="loop")] * 3, on="loop"),
    )
    world.happen(Ping("x"))
    assert [code for code, _ in world.reports] == ["29-0110"]
    world.answer()
    assert "after x" not in world.requests, "the budget is that of the whole chain"
    assert world.firings.traces.counts["a"].cuts == 1
    world.happen(Ping("x"))
    assert len(world.errands) == 1, "another event has a budget of its own"


def test_an_answer_that_nobody_waits_for_is_a_fault_of_ours() -> None:
    world = World(action("a", run("p")))
    with pytest.raises(AssertionError, match="no step waits for errand 1"):
        world.firings.answered(1, b"", None)
    world.happen(Ping("x"))
    ((ticket, _),) = world.errands
    world.answer()
    with pytest.raises(AssertionError, match=f"no step waits for errand {ticket}"):
        world.firings.answered(ticket, b"", None)
