"""When a change counts: tables of what happens when, and what holds whatever happens."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.server.debounce import Debounce

QUIET, LONGEST = 100, 1000


def play(events: str) -> list[str]:
    """What counted, and when, after such as "0 heard; 100 new": a look at each due time sees what was last written.

    A word behind the time is what the files hold from then on; with a question mark they are doubtful; `heard` is an
    event without a change, `unheard WORD` a change without an event, `look` a look that nothing asked for.
    """
    debounce = Debounce(QUIET, LONGEST)
    debounce.believe("old")
    content, found = "old", []
    steps = [(int(one.split()[0]), one.split()[1:]) for one in events.split(";")]

    def look(now: int) -> None:
        debounce.begin_look()
        if debounce.saw(now, content.rstrip("?"), is_doubtful=content.endswith("?")):
            found.append(f"{now} {content}")

    for now, words in [*steps, (10_000, ["end"])]:
        while debounce.due_ns is not None and debounce.due_ns <= now:
            look(debounce.due_ns)
        if words == ["end"]:
            break
        if words == ["look"]:
            look(now)
        elif words[0] == "unheard":
            content = words[1]
        else:
            content = content if words == ["heard"] else words[0]
            debounce.heard(now)
    return found


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ("0 new", ["100 new"]),
        ("0 heard", []),
        ("0 half; 50 new", ["150 new"]),
        ("0 half; 150 new", ["100 half", "250 new"]),
        ("0 new; 50 old", []),
        ("0 new; 200 old", ["100 new", "300 old"]),
        ("0 empty?; 50 new", ["150 new"]),
        ("0 empty?; 150 new", ["250 new"]),
        ("0 empty?", ["200 empty?"]),
        ("0 empty?; 150 old", []),
        ("0 empty?; 190 missing?", ["390 missing?"]),
        ("0 unheard new; 0 look", ["100 new"]),
        ("0 unheard half; 0 look; 50 unheard new", ["200 new"]),
        ("0 unheard new; 0 look; 50 unheard old", []),
        ("0 look", []),
    ],
)
def test_a_change_counts_when_it_is_quiet(events: str, expected: list[str]) -> None:
    assert play(events) == expected


def test_what_never_ends_counts_after_the_longest_time() -> None:
    assert play(";".join(f"{now} {now}" for now in range(0, 2500, 50))) == ["1000 950", "2000 1950", "2550 2450"]


def test_what_is_doubtful_then_has_one_more_quiet_time() -> None:
    endless = ";".join(f"{now} {now}?" for now in range(0, 1050, 50))
    assert play(endless) == ["1100 1000?"]
    assert play(f"{endless}; 1050 new") == ["1100 new"]


def test_what_nothing_tells_of_and_never_ends_counts_too() -> None:
    changing = ";".join(f"{now} unheard {now}" for now in range(10, 1090, 10))
    assert play(f"0 unheard 0; 0 look; {changing}") == ["1000 990"]


def test_an_event_during_a_look_is_not_lost() -> None:
    debounce = Debounce(QUIET, LONGEST)
    debounce.believe("old")
    debounce.begin_look()
    debounce.heard(10)
    assert not debounce.saw(20, "old", is_doubtful=False)
    assert debounce.due_ns == 120
    debounce.begin_look()
    assert debounce.saw(120, "new", is_doubtful=False)
    debounce.heard(200)
    debounce.begin_look()
    debounce.heard(310)
    assert not debounce.saw(320, "half", is_doubtful=False), "it is not quiet"
    debounce.begin_look()
    assert debounce.saw(420, "whole", is_doubtful=False)
    assert debounce.due_ns is None


def test_what_is_believed_can_be_replaced() -> None:
    debounce = Debounce(QUIET, LONGEST)
    debounce.believe("old")
    debounce.heard(0)
    debounce.believe("new")
    debounce.begin_look()
    assert not debounce.saw(100, "new", is_doubtful=False)
    assert debounce.due_ns is None


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.booleans(), st.sampled_from(["old", "a", "b", "empty?", "missing?"])),
        max_size=60,
    )
)
def test_whatever_happens_the_end_is_known_in_time_and_nothing_counts_twice(
    happenings: list[tuple[int, bool, str]],
) -> None:
    now, steps = 0, []
    for pause, is_heard, content in happenings:
        now += pause
        steps.append(f"{now} {'' if is_heard else 'unheard '}{content}")
    steps.append(f"{now} look")
    contents = [one.split() for one in play(";".join(steps))]
    known = ["old", *(content for _, content in contents)]
    assert all(one != following for one, following in itertools.pairwise(known))
    assert known[-1] == (happenings[-1][2] if happenings else "old")
    assert not contents or int(contents[-1][0]) <= now + LONGEST + 2 * QUIET
