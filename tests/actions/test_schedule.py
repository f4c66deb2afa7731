"""When schedules are due: what their texts say, and every run around two changes of the clock in many zones."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampsd import limits
from ampsd.actions.schedule import Schedule, next_due_ns, parse_schedule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_NS = 1_000_000_000


def nanoseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def utc(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def runs(schedule: str, zone: tzinfo, after: datetime, count: int) -> list[datetime]:
    """The next runs, in UTC."""
    parsed, now_ns, found = parse_schedule(schedule), nanoseconds(after), []
    for _ in range(count):
        now_ns = next_due_ns(parsed, now_ns, zone)
        assert now_ns % (60 * SECOND_NS) == 0
        found.append(EPOCH + timedelta(seconds=now_ns // SECOND_NS))
    return found


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("30s", Schedule(interval_ns=30_000_000_000, text="30s")),
        (" 1d ", Schedule(interval_ns=86_400_000_000_000, text="1d")),
        ("02:30", Schedule(minute=150, text="02:30")),
        ("2:30Z", Schedule(minute=150, is_utc=True, text="2:30Z")),
        ("Saturday at 23:59", Schedule(minute=1439, weekday=5, text="Saturday at 23:59")),
        ("monday AT 0:00Z", Schedule(minute=0, weekday=0, is_utc=True, text="monday AT 0:00Z")),
    ],
)
def test_a_schedule_is_an_interval_or_a_time(text: str, schedule: Schedule) -> None:
    assert parse_schedule(text) == schedule
    assert str(parse_schedule(text)) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "24:00", "12:60", "noon", "Caturday at 12:00", "Monday", "Monday at 30s", "0s", "-1"]
)
def test_what_is_no_schedule_says_what_one_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|day of the week"):
        parse_schedule(text)


def test_an_interval_is_not_shorter_than_a_tenth_of_a_second() -> None:
    assert parse_schedule("100ms").interval_ns == limits.SCHEDULE_INTERVAL_MIN_NS == 100_000_000
    for text in ("99ms", "1us", "99999us", "0s"):
        with pytest.raises(ValueError, match=f"'{text}' is too short for a schedule: write an interval of 100ms"):
            parse_schedule(text)


@given(st.text(max_size=30))
def test_any_text_is_a_schedule_or_an_error(text: str) -> None:
    try:
        found = parse_schedule(text)
    except ValueError:
        return
    assert (found.interval_ns is None) != (found.minute is None)


AROUND_CHANGES = [
    # Zone, schedule, after (UTC), the next runs (UTC).
    # Berlin: 29 March 2026 02:00 becomes 03:00; 25 October 03:00 becomes 02:00.
    ("Europe/Berlin", "02:30", "2026-03-27 12:00", "2026-03-28 01:30, 2026-03-29 01:30, 2026-03-30 00:30"),
    ("Europe/Berlin", "03:30", "2026-03-28 12:00", "2026-03-29 01:30, 2026-03-30 01:30"),
    ("Europe/Berlin", "02:00", "2026-03-28 12:00", "2026-03-29 01:00, 2026-03-30 00:00"),
    ("Europe/Berlin", "01:59", "2026-03-28 12:00", "2026-03-29 00:59, 2026-03-29 23:59"),
    ("Europe/Berlin", "02:30", "2026-10-24 12:00", "2026-10-25 00:30, 2026-10-26 01:30"),
    ("Europe/Berlin", "03:00", "2026-10-24 12:00", "2026-10-25 02:00, 2026-10-26 02:00"),
    ("Europe/Berlin", "02:30", "2026-10-25 00:30", "2026-10-26 01:30"),
    ("Europe/Berlin", "02:30", "2026-10-25 01:00", "2026-10-26 01:30"),
    ("Europe/Berlin", "02:30Z", "2026-03-28 12:00", "2026-03-29 02:30, 2026-03-30 02:30"),
    ("Europe/Berlin", "02:30Z", "2026-10-24 12:00", "2026-10-25 02:30, 2026-10-26 02:30"),
    ("Europe/Berlin", "Sunday at 02:30", "2026-03-23 00:00", "2026-03-29 01:30, 2026-04-05 00:30"),
    ("Europe/Berlin", "Sunday at 02:30", "2026-10-19 00:00", "2026-10-25 00:30, 2026-11-01 01:30"),
    ("Europe/Berlin", "Sunday at 02:30", "2026-10-25 01:15", "2026-11-01 01:30"),
    ("Europe/Berlin", "Sunday at 23:30Z", "2026-03-23 00:00", "2026-03-29 23:30, 2026-04-05 23:30"),
    ("Europe/Berlin", "Monday at 00:30", "2026-03-23 00:00", "2026-03-29 22:30, 2026-04-05 22:30"),
    # New York: 8 March 2026 02:00 becomes 03:00; 1 November 02:00 becomes 01:00.
    ("America/New_York", "02:15", "2026-03-07 12:00", "2026-03-08 07:15, 2026-03-09 06:15"),
    ("America/New_York", "01:15", "2026-10-31 12:00", "2026-11-01 05:15, 2026-11-02 06:15"),
    ("America/New_York", "Saturday at 23:59", "2026-03-01 12:00", "2026-03-08 04:59, 2026-03-15 03:59"),
    ("America/New_York", "Sunday at 01:15", "2026-10-31 12:00", "2026-11-01 05:15, 2026-11-08 06:15"),
    ("America/New_York", "01:15Z", "2026-10-31 12:00", "2026-11-01 01:15, 2026-11-02 01:15"),
    # Lord Howe, by half an hour: 5 April 2026 02:00 becomes 01:30; 4 October 02:00 becomes 02:30.
    ("Australia/Lord_Howe", "01:45", "2026-04-03 18:00", "2026-04-04 14:45, 2026-04-05 15:15"),
    ("Australia/Lord_Howe", "02:10", "2026-10-02 18:00", "2026-10-03 15:40, 2026-10-04 15:10"),
    ("Australia/Lord_Howe", "02:30", "2026-10-02 18:00", "2026-10-03 15:30, 2026-10-04 15:30"),
    ("Australia/Lord_Howe", "Sunday at 02:10", "2026-10-01 00:00", "2026-10-03 15:40, 2026-10-10 15:10"),
    # The south: Auckland 5 April and 27 September 2026, Santiago over midnight on 4 April and 6 September.
    ("Pacific/Auckland", "02:30", "2026-04-04 00:00", "2026-04-04 13:30, 2026-04-05 14:30"),
    ("Pacific/Auckland", "02:30", "2026-09-25 20:00", "2026-09-26 14:30, 2026-09-27 13:30"),
    ("America/Santiago", "23:30", "2026-04-04 12:00", "2026-04-05 02:30, 2026-04-06 03:30"),
    ("America/Santiago", "00:30", "2026-09-05 12:00", "2026-09-06 04:30, 2026-09-07 03:30"),
    # Nuuk goes forward over midnight: Saturday's 23:30 is 00:30 of Sunday.
    ("America/Nuuk", "23:30", "2026-03-28 12:00", "2026-03-29 01:30, 2026-03-30 00:30"),
    ("America/Nuuk", "23:30", "2026-03-29 01:10", "2026-03-29 01:30, 2026-03-30 00:30"),
    ("America/Nuuk", "Saturday at 23:30", "2026-03-29 01:10", "2026-03-29 01:30, 2026-04-05 00:30"),
    # St John's went back from 00:01 to 23:01: the date after had its 00:00 before the date ended.
    ("America/St_Johns", "00:00", "2010-11-07 02:30", "2010-11-08 03:30"),
    ("America/St_Johns", "Sunday at 00:00", "2010-11-06 12:00", "2010-11-07 02:30, 2010-11-14 03:30"),
    ("America/St_Johns", "Sunday at 00:00", "2010-11-07 03:00", "2010-11-14 03:30"),
    # Samoa left 30 December 2011 out: its run is that of the 31st, once.
    ("Pacific/Apia", "12:00", "2011-12-29 00:00", "2011-12-29 22:00, 2011-12-30 22:00, 2011-12-31 22:00"),
    ("Pacific/Apia", "Friday at 12:00", "2011-12-29 00:00", "2011-12-30 22:00, 2012-01-05 22:00"),
    # No change at all.
    ("Asia/Kathmandu", "00:00", "2026-03-28 18:00", "2026-03-28 18:15, 2026-03-29 18:15"),
    ("Asia/Kathmandu", "Monday at 05:44", "2026-03-29 00:00", "2026-03-29 23:59, 2026-04-05 23:59"),
    ("UTC", "02:30", "2026-03-28 02:30", "2026-03-29 02:30, 2026-03-30 02:30"),
    ("UTC", "Wednesday at 03:32", "2028-02-23 03:32", "2028-03-01 03:32"),
]


@pytest.mark.parametrize(("zone", "schedule", "after", "expected"), AROUND_CHANGES)
def test_runs_around_a_change_of_the_clock(zone: str, schedule: str, after: str, expected: str) -> None:
    wanted = [utc(one) for one in expected.split(", ")]
    assert runs(schedule, ZoneInfo(zone), utc(after), len(wanted)) == wanted


def test_a_run_is_strictly_after_the_moment_asked_for() -> None:
    schedule, due_ns = parse_schedule("02:30Z"), nanoseconds(utc("2026-03-28 02:30"))
    assert next_due_ns(schedule, due_ns - 1, UTC) == due_ns
    assert next_due_ns(schedule, due_ns, UTC) == due_ns + 86_400 * SECOND_NS
    assert next_due_ns(schedule, due_ns + 1, UTC) == due_ns + 86_400 * SECOND_NS


def test_an_interval_has_no_time_of_day() -> None:
    with pytest.raises(ValueError, match="4h is an interval"):
        next_due_ns(parse_schedule("4h"), 0, UTC)


def run_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first moment that reads so; where none does, that of the offset before the gap. Found by trying offsets."""
    reading = datetime.combine(day, clock, UTC)
    around = [reading + timedelta(hours=hours) for hours in range(-36, 37, 12)]
    offsets = sorted({moment.astimezone(zone).utcoffset() or timedelta() for moment in around})
    moments = [reading - offset for offset in reversed(offsets)]
    for moment in moments:
        if moment.astimezone(zone).replace(tzinfo=UTC) == reading:
            return moment
    return reading - (moments[0].astimezone(zone).utcoffset() or timedelta())


@given(
    zone=st.sampled_from(sorted(available_timezones())).map(ZoneInfo),
    minute=st.integers(0, 24 * 60 - 1),
    year=st.integers(1975, 2040),
    weekday=st.none() | st.integers(0, 6),
)
@settings(max_examples=150, deadline=None)
def test_every_date_of_a_year_has_one_run(zone: ZoneInfo, minute: int, year: int, weekday: int | None) -> None:
    clock = time(minute // 60, minute % 60)
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(367)]
    expected = [run_of(day, clock, zone) for day in days if weekday in (None, day.weekday())]
    expected = sorted(set(expected))  # a date that a zone leaves out has its run with the next
    schedule, now_ns, found = Schedule(minute=minute, weekday=weekday), nanoseconds(expected[0]) - 1, []
    while now_ns < nanoseconds(expected[-1]):
        now_ns = next_due_ns(schedule, now_ns, zone)
        found.append(now_ns)
    assert found == [nanoseconds(moment) for moment in expected]
    assert all(earlier < later for earlier, later in pairwise(found))


@given(after_ns=st.integers(0, 2**62), minute=st.integers(0, 24 * 60 - 1), weekday=st.none() | st.integers(0, 6))
def test_utc_does_not_look_at_the_zone(after_ns: int, minute: int, weekday: int | None) -> None:
    schedule = Schedule(minute=minute, weekday=weekday, is_utc=True)
    due_ns = next_due_ns(schedule, after_ns, ZoneInfo("Australia/Lord_Howe"))
    assert due_ns == next_due_ns(schedule, after_ns, UTC)
    moment = EPOCH + timedelta(seconds=due_ns // SECOND_NS)
    assert (moment.hour * 60 + moment.minute, moment.second) == (minute, 0)
    assert weekday in (None, moment.weekday())
    assert 0 < due_ns - after_ns <= (1 if weekday is None else 7) * 86_400 * SECOND_NS
