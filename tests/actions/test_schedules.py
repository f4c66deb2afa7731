"""The schedules of an instance over two clocks: one that only goes on, and one that somebody sets."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from ampsd.actions.graph import Action
from ampsd.actions.modules.on_schedule import OnSchedule
from ampsd.actions.schedule import parse_schedule
from ampsd.actions.schedules import NEVER, Schedules

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = 10**9, 60 * 10**9, 3600 * 10**9, 86400 * 10**9
BERLIN = ZoneInfo("Europe/Berlin")


def wall(text: str) -> int:
    moment = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


class Timetable:
    """Schedules that are asked whenever they want to be."""

    def __init__(self, start: str, *every: str, zone: tzinfo = UTC) -> None:
        self.ons = [OnSchedule(every=parse_schedule(one), name=f"s{number}") for number, one in enumerate(every)]
        self.reports: list[tuple[str, dict[str, object]]] = []
        self.schedules = Schedules(
            [Action("a", tuple(self.ons), ())], zone, lambda code, **values: self.reports.append((code, values))
        )
        self.now_ns, self.wall_ns = 5 * SECOND, wall(start)
        self.found: list[str] = []
        self.schedules.start(self.now_ns, self.wall_ns)

    def live(self, ns: int) -> list[str]:
        """Time passes; what was due, as text and UTC."""
        self.found = []
        end_ns = self.now_ns + ns
        while self.schedules.next_ns <= end_ns:
            self._move(self.schedules.next_ns - self.now_ns)
        self._move(end_ns - self.now_ns)
        return self.found

    def leap(self, ns: int) -> list[str]:
        """The machine slept: both clocks are later at once."""
        self.found = []
        self._move(ns)
        return self.found

    def set_clock(self, ns: int) -> None:
        """Somebody sets the wall clock."""
        self.wall_ns += ns

    def _move(self, ns: int) -> None:
        assert ns >= 0
        self.now_ns += ns
        self.wall_ns += ns
        for due in self.schedules.due(self.now_ns, self.wall_ns):
            moment = EPOCH + timedelta(microseconds=self.wall_ns // 1000)
            self.found.append(f"{due.schedule.every} {moment:%d %H:%M}")


def test_without_schedules_nothing_is_ever_due() -> None:
    table = Timetable("2026-03-01 00:00")
    assert table.schedules.next_ns == NEVER
    assert list(table.schedules.due(2**62, 2**62)) == []


def test_an_interval_counts_from_the_start_without_drift() -> None:
    table = Timetable("2026-03-01 00:00", "40m")
    assert table.live(2 * HOUR) == ["40m 01 00:40", "40m 01 01:20", "40m 01 02:00"]
    assert table.leap(41 * MINUTE) == ["40m 01 02:41"]
    assert table.live(HOUR) == ["40m 01 03:20"], "late once, and then in time again"


def test_intervals_that_were_slept_through_run_once() -> None:
    table = Timetable("2026-03-01 00:00", "1m", "1h")
    assert table.leap(150 * MINUTE + SECOND) == ["1m 01 02:30", "1h 01 02:30"]
    assert table.live(30 * MINUTE).count("1h 01 03:00") == 1


def test_setting_the_clock_is_nothing_to_an_interval() -> None:
    table = Timetable("2026-03-01 12:00", "1h")
    table.set_clock(-400 * DAY)
    assert len(table.live(3 * HOUR)) == 3
    table.set_clock(800 * DAY)
    assert len(table.live(3 * HOUR)) == 3


def test_a_time_of_the_day_and_of_the_week_in_utc_and_local_time() -> None:
    table = Timetable("2026-03-04 00:00", "11:32", "11:32Z", "Saturday at 11:00", "Saturday at 11:00Z", zone=BERLIN)
    assert table.live(DAY) == ["11:32 04 10:32", "11:32Z 04 11:32"]
    assert table.live(3 * DAY)[4:] == [
        "Saturday at 11:00 07 10:00",
        "11:32 07 10:32",
        "Saturday at 11:00Z 07 11:00",
        "11:32Z 07 11:32",
    ]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-28 00:00", ["28 01:30", "29 01:30", "30 00:30"]),
        ("2026-10-24 00:00", ["24 00:30", "25 00:30", "26 01:30"]),
    ],
)
def test_a_local_time_runs_once_each_day_over_both_changes_of_the_clock(start: str, expected: list[str]) -> None:
    table = Timetable(start, "02:30", zone=BERLIN)
    assert table.live(3 * DAY) == [f"02:30 {one}" for one in expected]


def test_a_time_that_is_passed_over_by_setting_the_clock_runs_once() -> None:
    table = Timetable("2026-03-01 10:00", "12:00")
    table.set_clock(5 * DAY)
    assert table.live(MINUTE) == ["12:00 06 10:00"]
    assert table.live(DAY) == ["12:00 06 12:00"]


@pytest.mark.parametrize("back", [SECOND, HOUR, 3 * HOUR])
def test_a_clock_that_is_corrected_a_little_runs_nothing_twice(back: int) -> None:
    table = Timetable("2026-03-01 11:59", "12:00", "Sunday at 12:00")
    assert len(table.live(2 * MINUTE)) == 2
    table.set_clock(-back)
    assert table.live(12 * HOUR) == []
    assert table.live(DAY) == ["12:00 02 12:00"]


@pytest.mark.parametrize(("back", "day"), [(2 * DAY, "27 12:00"), (5 * 365 * DAY, "02 12:00")])
def test_a_clock_that_was_far_ahead_does_not_keep_schedules_waiting(back: int, day: str) -> None:
    table = Timetable("2026-03-01 10:00", "12:00")
    table.set_clock(-back)
    assert table.live(2 * HOUR + MINUTE) == [f"12:00 {day}"]
    assert len(table.live(3 * DAY)) == 3


def test_a_week_ahead_is_not_far_for_a_weekly_schedule() -> None:
    table = Timetable("2026-03-01 11:00", "Sunday at 12:00")
    table.set_clock(-HOUR)
    assert table.live(2 * HOUR + MINUTE) == ["Sunday at 12:00 01 12:00"]
    table.set_clock(-30 * DAY)
    assert table.live(7 * DAY) == ["Sunday at 12:00 01 12:00"]


def test_what_is_due_is_reported_with_its_name() -> None:
    table = Timetable("2026-03-01 00:00", "1h")
    table.live(HOUR)
    assert table.reports == [("29-0109", {"name": "s0", "every": "1h"})]


def test_the_clock_is_looked_at_at_least_twice_a_minute_and_no_more_than_needed() -> None:
    table = Timetable("2026-03-01 00:00", "12:00")
    assert table.schedules.next_ns - table.now_ns == 30 * SECOND
    table = Timetable("2026-03-01 00:00", "4h")
    assert table.schedules.next_ns - table.now_ns == 4 * HOUR
