"""When a schedule is due (User Guide, On a Schedule). Time is handed in: nothing here reads a clock.

An interval counts from the start of the instance on the monotonic clock, so only its length stands here. A time of the
day belongs to a date, and runs once for each date:

- A time that the clocks pass over that day runs at the moment it would have been without the change: where they go from
  02:00 to 03:00, 02:30 runs at 03:30 of the new time.
- A time that comes twice runs the first time only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from ampsd import limits
from ampsd.declare import INTERVAL

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(Z?)\Z")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKLY = re.compile(r"([A-Za-z]+)\s+at\s+(\S+)\Z", re.IGNORECASE)
_ADVICE = "write an interval, HH:MM, HH:MMZ for UTC, or a weekday at one of these, such as Saturday at 23:30Z"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_FIRST_DATE = -1
"""Where clocks go forward over midnight, the time of the date before may still be due."""
_DATES = 11
"""Dates looked at: a week, the date before, and where clocks go back over midnight the date after may have had its
run already."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a schedule is due: every `interval_ns`, or at a time of day, perhaps on one day of the week.

    `minute` counts from midnight, `weekday` from Monday as 0; UTC with `is_utc`, local time otherwise.
    """

    interval_ns: int | None = None
    minute: int | None = None
    weekday: int | None = None
    is_utc: bool = False
    text: str = ""

    def __str__(self) -> str:
        return self.text


def parse_schedule(text: str) -> Schedule:
    """`30s`, `02:30`, `02:30Z`, `Saturday at 23:30Z`. Raises ValueError."""
    whole = text.strip()
    weekday = None
    clock = whole
    weekly = _WEEKLY.match(whole)
    if weekly is not None:
        if weekly.group(1).lower() not in _WEEKDAYS:
            raise ValueError(f"{weekly.group(1)!r} is not a day of the week: write one in English, such as Saturday")
        weekday, clock = _WEEKDAYS.index(weekly.group(1).lower()), weekly.group(2)
    found = _CLOCK.match(clock)
    if found is not None:
        minute = int(found.group(1)) * 60 + int(found.group(2))
        return Schedule(minute=minute, weekday=weekday, is_utc=bool(found.group(3)), text=whole)
    if weekday is not None or ":" in whole:
        raise ValueError(f"{whole!r} is not a schedule: {_ADVICE}")
    try:
        interval = int(INTERVAL.parse(whole))
    except ValueError as error:
        raise ValueError(f"{whole!r} is not a schedule: {_ADVICE}") from error
    if interval < limits.SCHEDULE_INTERVAL_MIN_NS:
        least = limits.SCHEDULE_INTERVAL_MIN_NS // 1_000_000
        raise ValueError(f"{whole!r} is too short for a schedule: write an interval of {least}ms or more")
    return Schedule(interval_ns=interval, text=whole)


def next_due_ns(schedule: Schedule, after_wall_ns: int, zone: tzinfo) -> int:
    """When a daily or weekly schedule runs next after `after_wall_ns`, both in nanoseconds since 1970-01-01 UTC.

    `zone` is local time; a schedule in UTC does not look at it. When the zone's rules or the wall clock were changed,
    ask again from the present: nothing is remembered. Raises ValueError for an interval.
    """
    if schedule.minute is None:
        raise ValueError(f"{schedule} is an interval: it counts from the start, not from a time of day")
    return next(due for due in _times(schedule, after_wall_ns, UTC if schedule.is_utc else zone) if due > after_wall_ns)


def _times(schedule: Schedule, after_wall_ns: int, zone: tzinfo) -> Iterator[int]:
    """The times of the dates around the present one, in order."""
    minute = schedule.minute or 0
    today = (_EPOCH + timedelta(microseconds=after_wall_ns // 1000)).astimezone(zone).date()
    for number in range(_FIRST_DATE, _FIRST_DATE + _DATES):
        date = today + number * _DAY
        if schedule.weekday is None or date.weekday() == schedule.weekday:
            # The earlier reading of a time that comes twice, and of one that is passed over that of the old time.
            reading = datetime.combine(date, time(minute // 60, minute % 60, fold=0), zone)
            yield (reading - _EPOCH) // _MICROSECOND * 1000
