"""What signals do where nobody says otherwise (User Guide, Default Signal Actions)."""

import pytest

from ampsd.actions.default_signals import default_actions, signals_of
from ampsd.actions.graph import Action
from ampsd.actions.module import short_name
from ampsd.actions.modules.do_nothing import DoNothing
from ampsd.actions.modules.on_signal import OnSignal
from ampsd.actions.modules.on_startup import OnStartup

SECURITY = ["authentication", "entitlement"]
TABLE = {
    "SIGUSR1": [f"do-disable-{one}" for one in SECURITY],
    "SIGUSR2": [f"do-enable-{one}" for one in SECURITY],
    "SIGINT": ["do-shutdown"],
    "SIGTERM": ["do-shutdown"],
    "SIGHUP": ["do-reload"],
    "SIGQUIT": ["do-minidump"],
}


def steps(actions: list[Action]) -> dict[str, list[str]]:
    return {on.signal: [short_name(step.module) for step in one.steps] for one in actions for on in one.ons}


def on(*signals: str) -> Action:
    return Action("own", (OnStartup(), *(OnSignal(signal=one) for one in signals)), (DoNothing(),))


def test_the_table_of_the_guide() -> None:
    found = default_actions([])
    assert steps(found) == TABLE
    assert [one.name for one in found] == [f"default {name}" for name in TABLE]
    assert all(one.retry is None and one.has_events is None for one in found)


@pytest.mark.parametrize("taken", [("SIGHUP",), ("SIGUSR1", "SIGTERM"), tuple(TABLE)])
def test_a_signal_that_an_action_takes_has_no_default(taken: tuple[str, ...]) -> None:
    assert list(steps(default_actions([on(*taken)]))) == [name for name in TABLE if name not in taken]
    assert list(steps(default_actions([on(one) for one in taken]))) == [name for name in TABLE if name not in taken]


def test_other_signals_take_nothing_away() -> None:
    assert steps(default_actions([on("SIGWINCH")])) == TABLE


def test_each_signal_is_listed_once_in_the_order_of_the_file() -> None:
    actions = [on("SIGUSR2", "SIGWINCH"), on("SIGUSR2"), on()]
    assert signals_of(actions) == ("SIGUSR2", "SIGWINCH")
