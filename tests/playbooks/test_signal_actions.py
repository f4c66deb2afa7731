"""Signals, minidumps and shutdown (User Guide, Default Signal Actions)."""

import json

import pytest
from play import Playbook, acting, echo, errors, step

from ampsd.ports import WriteMinidump


def security(play: Playbook) -> tuple[bool, bool]:
    return play.instance.security.has_authentication, play.instance.security.has_entitlement


def on(signal: str) -> str:
    return step("on-signal", Signal=signal)


def test_usr1_switches_security_off_and_usr2_on() -> None:
    play = Playbook()
    assert security(play) == (True, True)
    play.signal("SIGUSR1")
    assert security(play) == (False, False)
    play.signal("SIGUSR2")
    assert security(play) == (True, True)
    assert [values for code, values in play.log if code == "25-0001"] == [
        {"what": what, "state": state} for state in ("off", "on") for what in ("authentication", "entitlement")
    ]


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
def test_the_signals_of_a_shutdown_ask_for_one(signal: str) -> None:
    play = Playbook()
    play.signal(signal)
    assert play.instance.is_stop_asked


def test_hanging_up_asks_for_a_reload() -> None:
    play = Playbook()
    play.signal("SIGHUP")
    assert play.errands.reloads == ["default SIGHUP"]
    assert not play.instance.is_stop_asked


def test_quit_writes_a_minidump_that_actions_hear_of() -> None:
    play = Playbook(actions=acting(step("on-minidump"), echo("dumped to {{AMPS_MINIDUMP_PATH}}")))
    play.signal("SIGQUIT")
    assert play.echoes() == ["dumped to /minidumps/1.zip"]
    (dump,) = play.errands.minidumps
    assert json.loads(dump.sections["engine.json"])["instance"] == "Play"


@pytest.mark.parametrize("signal", ["SIGUSR1", "SIGUSR2", "SIGINT", "SIGTERM", "SIGHUP"])
def test_an_action_replaces_what_a_signal_does(signal: str) -> None:
    play = Playbook(actions=acting(on(signal), on("SIGWINCH"), echo("instead")))
    for one in (signal, "SIGWINCH"):
        play.signal(one)
    assert play.echoes() == ["instead", "instead"]
    assert security(play) == (True, True)
    assert not play.instance.is_stop_asked
    assert play.instance.automation.signals.count(signal) == 1
    play.signal("SIGUSR1" if signal != "SIGUSR1" else "SIGINT")
    assert security(play) == (False, False) or play.instance.is_stop_asked


def test_quit_is_reserved() -> None:
    assert any("SIGQUIT" in one for one in errors(acting(on("SIGQUIT"), echo("mine"))))


@pytest.mark.parametrize("signal", ["", "USR1", "10", "SIG", "SIGUSR1 SIGUSR2"])
def test_what_is_no_name_of_a_signal_is_refused(signal: str) -> None:
    assert errors(acting(on(signal), echo("x"))) != []


def test_a_signal_that_no_action_watches_does_nothing() -> None:
    play = Playbook()
    before = play.codes()
    play.signal("SIGWINCH")
    assert play.codes() == before


def test_a_minidump_on_request_and_one_that_fails() -> None:
    actions = acting(on("SIGWINCH"), step("do-minidump"), echo("after")) + acting(step("on-minidump"), echo("dumped"))
    play = Playbook(actions=actions)
    play.signal("SIGWINCH")
    assert sorted(play.echoes()) == ["after", "dumped"]
    play.errands.failures[WriteMinidump] = "no space is left"
    play.signal("SIGWINCH")
    assert len(play.echoes()) == 2
    assert play.failures() == ["no space is left"]


def test_a_minidump_on_each_minidump_is_a_loop_and_is_cut() -> None:
    play = Playbook(actions=acting(step("on-minidump"), step("do-minidump")))
    play.signal("SIGQUIT")
    assert play.codes().count("29-0110") == 1


def test_a_shutdown_may_be_asked_for_twice_and_steps_behind_it_run() -> None:
    actions = acting(on("SIGWINCH"), step("do-shutdown"), step("do-shutdown"), echo("going")) + acting(
        step("on-shutdown"), echo("gone")
    )
    play = Playbook(actions=actions)
    play.signal("SIGWINCH")
    assert play.instance.is_stop_asked
    assert play.echoes() == ["going"]
    play.stop()
    play.stop()
    assert play.echoes() == ["going", "gone"]
