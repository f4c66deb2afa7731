"""Traces of firings: what is kept, for how long, and what is counted."""

from ampsd import limits
from ampsd.actions.trace import COMPLETED, CUT, ENDED, FAILED, RETRYING, RUNNING, WAITING, StepTrace, Traces, shortened
from ampsd.engine.events import InstanceStarted, MessageExpired, Parent


def traces(*names: str) -> Traces:
    return Traces({name: f"key of {name}" for name in names})


def test_a_trace_tells_of_the_event_and_its_message() -> None:
    event = MessageExpired("Jobs", "json", b"{}", ("time_limit",), depth=2)
    event.parent = Parent(b"json:Jobs", 5, 6, 7, 8, None)
    trace = traces("a").begin("a", "key of a", event, {"X": b"1"}, 100, 2000)
    assert (trace.number, trace.action_name, trace.event_name, trace.depth) == (1, "a", "MessageExpired", 2)
    assert (trace.bookmark, trace.started_ns, trace.wall_ns, trace.outcome) == ("7|8|", 100, 2000, RUNNING)
    assert traces("a").begin("a", "key of a", InstanceStarted(), {}, 0, 0).bookmark == ""


def test_variables_before_a_step_are_those_at_the_beginning_and_what_steps_set_since() -> None:
    trace = traces("a").begin("a", "key of a", InstanceStarted(), {"X": b"0", "Y": b"0"}, 0, 0)
    for number, changed in enumerate(({"X": b"1"}, {}, {"X": b"2", "Z": b"2"}), 1):
        step = StepTrace(number, "m", 0)
        step.set = changed
        trace.steps.append(step)
    assert trace.before(0) == {"X": b"0", "Y": b"0"}
    assert trace.before(1) == trace.before(2) == {"X": b"1", "Y": b"0"}
    assert trace.before(3) == {"X": b"2", "Y": b"0", "Z": b"2"}
    assert trace.outcomes == [WAITING] * 3
    trace.before(1)["X"] = b"changed"
    assert trace.before(1)["X"] == b"1"


def test_values_are_kept_to_a_bound_and_are_those_of_the_moment() -> None:
    variables = {"X": b"x" * (limits.TRACE_VALUE_MAX + 1)}
    trace = traces("a").begin("a", "key of a", InstanceStarted(), variables, 0, 0)
    variables["X"] = b"later"
    assert trace.variables == {"X": b"x" * limits.TRACE_VALUE_MAX}
    assert shortened({"Y": b""}) == {"Y": b""}


def test_ends_count_failures_and_cuts_and_nothing_else() -> None:
    found = traces("a", "b")
    for outcome, reason in ((COMPLETED, ""), (ENDED, ""), (RETRYING, "r"), (FAILED, "f"), (CUT, "c")):
        found.end(found.begin("a", "key of a", InstanceStarted(), {}, 10, 20), outcome, reason, 35, 50)
    counts = found.counts["a"]
    assert (counts.fired, counts.failed, counts.cuts) == (5, 2, 1)
    assert (counts.fired_wall_ns, counts.failed_wall_ns, counts.last_reason) == (20, 50, "c")
    assert [(one.outcome, one.reason, one.duration_ns) for one in found][2:4] == [
        (RETRYING, "r", 25),
        (FAILED, "f", 25),
    ]
    assert (found.counts["b"].fired, found.counts["b"].last_reason) == (0, "")


def test_the_oldest_go_and_are_not_found_any_more() -> None:
    found = traces("a")
    for _ in range(limits.FIRING_TRACE_MAX + 3):
        found.begin("a", "key of a", InstanceStarted(), {}, 0, 0)
    assert len(found) == limits.FIRING_TRACE_MAX
    assert (found[0].number, found[-1].number) == (4, limits.FIRING_TRACE_MAX + 3)
    assert found.find(3) is None
    assert found.find(4) is found[0]
    assert found.counts["a"].fired == limits.FIRING_TRACE_MAX + 3


def test_counts_follow_an_action_wherever_it_goes_and_runs_of_one_that_is_gone_are_counted_nowhere() -> None:
    found = Traces({"action 1": "x", "action 2": "y"})
    of_x, of_y = (found.begin(f"action {at}", key, InstanceStarted(), {}, 0, 0) for at, key in ((1, "x"), (2, "y")))
    found.adopt({"action 1": "z", "action 2": "x"})
    for one in (of_x, of_y):
        found.end(one, FAILED, "broken", 1, 1)
    found.begin("action 2", "y", InstanceStarted(), {}, 0, 0)
    counts = {name: (one.fired, one.failed) for name, one in found.counts.items()}
    assert counts == {"action 1": (0, 0), "action 2": (1, 1)}
