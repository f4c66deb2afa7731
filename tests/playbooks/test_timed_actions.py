"""Schedules, start-up and shutdown: what time and the life of the instance set off."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from play import Playbook, acting, echo, errors, step

HOUR, DAY = 3600 * 10**9, 86400 * 10**9
BERLIN = ZoneInfo("Europe/Berlin")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def scheduled(*every: str, start: str, zone: tzinfo = UTC) -> Playbook:
    """An instance that starts at that time of UTC, and says when each schedule runs."""
    actions = "".join(
        acting(step("on-schedule", Every=one, Name=f"of {one}"), echo(one + " at {{AMPS_DATETIME}}")) for one in every
    )
    play = Playbook(actions=actions, transaction_log="", zone=zone)
    moment = datetime.strptime(start, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    play.clock.jump((moment - EPOCH) // timedelta(microseconds=1) * 1000 - play.clock.wall)
    play.restart()
    return play


def told(play: Playbook) -> list[str]:
    """What ran since the last call: schedule, day, hour and minute in UTC."""
    found = [one.split(" at 2") for one in play.echoes()]
    play.log.clear()
    return [f"{every} {time[5:7]} {time[8:10]}:{time[10:12]}" for every, time in found]


def test_a_timer_begins_with_the_instance_and_a_restart_begins_it_again() -> None:
    play = scheduled("4h", start="2026-03-01 01:00")
    play.live(9 * HOUR)
    assert told(play) == ["4h 01 05:00", "4h 01 09:00"]
    play.restart()
    play.live(4 * HOUR)
    assert told(play) == ["4h 01 14:00"]


def test_a_schedule_is_named_in_the_log() -> None:
    play = scheduled("1h", start="2026-03-01 01:00")
    play.live(HOUR)
    assert ("29-0109", {"name": "of 1h", "every": "1h"}) in play.log
    unnamed = Playbook(actions=acting(step("on-schedule", Every="1h"), echo("x")))
    unnamed.advance("1h")
    assert ("29-0109", {"name": "unknown", "every": "1h"}) in unnamed.log


def test_daily_and_weekly_actions_in_local_time_and_in_utc() -> None:
    every = ("17:47", "17:47Z", "Saturday at 11:00", "Saturday at 11:00Z")
    play = scheduled(*every, start="2026-06-03 00:00", zone=BERLIN)
    play.live(2 * DAY)
    assert told(play) == ["17:47 03 15:47", "17:47Z 03 17:47", "17:47 04 15:47", "17:47Z 04 17:47"]
    play.live(2 * DAY)
    assert told(play)[-4:-2] == ["Saturday at 11:00 06 09:00", "Saturday at 11:00Z 06 11:00"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-28 00:00", ["28 01:30", "29 01:30", "30 00:30"]),
        ("2026-10-24 00:00", ["24 00:30", "25 00:30", "26 01:30"]),
    ],
    ids=["to summer time", "to winter time"],
)
def test_a_local_time_runs_once_a_day_over_both_changes_of_the_clock(start: str, expected: list[str]) -> None:
    play = scheduled("02:30", start=start, zone=BERLIN)
    play.live(3 * DAY)
    assert told(play) == [f"02:30 {one}" for one in expected]


def test_a_weekly_action_keeps_its_local_time_over_a_change_of_the_clock() -> None:
    play = scheduled("Saturday at 11:00", start="2026-10-23 00:00", zone=BERLIN)
    play.live(10 * DAY)
    assert told(play) == ["Saturday at 11:00 24 09:00", "Saturday at 11:00 31 10:00"]


def test_a_wall_clock_that_is_set_forward_and_back() -> None:
    play = scheduled("12:00Z", "1h", start="2026-03-01 11:30")
    play.clock.jump(3 * DAY)
    play.live(HOUR // 60)
    assert told(play) == ["12:00Z 04 11:30"], "what was passed over runs once"
    play.clock.jump(-3 * DAY)
    play.live(HOUR)
    assert told(play) == ["12:00Z 01 12:00", "1h 01 12:30"], "timers do not look at the wall clock"
    play.clock.jump(-HOUR)
    play.live(HOUR)
    assert told(play) == ["1h 01 12:30"], "a small correction runs nothing twice"


def test_a_machine_that_slept_runs_once_what_it_missed() -> None:
    play = scheduled("10m", "12:00Z", start="2026-03-01 10:00")
    play.leap(3 * DAY)
    assert told(play) == ["10m 04 10:00", "12:00Z 04 10:00"]
    play.live(2 * HOUR)
    assert len(told(play)) == 13


@pytest.mark.parametrize(
    "every", ["", "0s", "-1h", "25:00", "12:60", "Caturday at 11:00", "Saturday", "12:00 Z+1", "1 fortnight"]
)
def test_a_schedule_that_is_none_is_refused(every: str) -> None:
    assert errors(acting(step("on-schedule", Every=every), echo("x"))) != []


def test_start_up_actions_run_in_the_order_of_the_file_before_any_client() -> None:
    actions = acting(step("on-startup"), echo("one of {{AMPS_INSTANCE_NAME}}")) + acting(
        step("on-startup"), echo("two")
    )
    play = Playbook(actions=actions + acting(step("on-connect-client"), echo("client")))
    play.client("ann")
    assert play.echoes() == ["one of Play", "two", "client"]
    play.restart()
    assert play.echoes()[3:] == ["one of Play", "two"]


def test_a_start_up_action_that_fails_does_not_keep_the_instance_from_starting() -> None:
    actions = acting(step("on-startup"), step("do-execute-system", Command="prepare"), echo("prepared"))
    play = Playbook(actions="" + actions)
    assert play.echoes() == ["prepared"]
    play.errands.outcomes[b"prepare"] = (b"", "/bin/sh ended with exit status 1")
    play.restart()
    assert play.echoes() == ["prepared"]
    assert play.failures() == ["/bin/sh ended with exit status 1"]
    play.client("ann")


def test_shutdown_actions_run_once_in_order_and_reach_who_is_connected() -> None:
    bye = step("do-publish-message", Topic="news", MessageType="json", Data='"bye"')
    actions = acting(step("on-shutdown"), echo("one"), bye) + acting(step("on-shutdown"), echo("two"))
    play = Playbook(actions=actions + acting(step("on-schedule", Every="1s"), echo("tick")))
    reader = play.client("ann")
    reader.send(c="subscribe", t="news", cid="1", sub_id="1")
    play.stop()
    assert play.echoes() == ["one", "two"]
    assert reader.bodies() == ['"bye"']
    play.stop()
    play.advance("1m")
    assert play.echoes() == ["one", "two"], "no schedule runs any more, and nothing runs twice"
    assert play.instance.automation.is_idle


def test_a_shutdown_waits_for_what_its_actions_have_sent_out() -> None:
    play = Playbook(actions=acting(step("on-shutdown"), step("do-execute-system", Command="save"), echo("saved")))
    play.errands.is_held = True
    play.stop()
    assert not play.instance.automation.is_idle
    play.errands.is_held = False
    play.settle()
    assert play.echoes() == ["saved"]
    assert play.instance.automation.is_idle


@pytest.mark.parametrize("module", ["on-startup", "on-shutdown"])
def test_start_up_and_shutdown_have_no_options(module: str) -> None:
    assert errors(acting(step(module, Path="x"), echo("x"))) != []
