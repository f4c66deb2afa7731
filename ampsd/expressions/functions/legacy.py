"""Date functions of AMPS's legacy compatibility module, which it loads on demand (User Guide, Auxiliary Modules)."""

from collections.abc import Callable
from datetime import UTC, datetime

from ampsd.expressions.environment import Environment
from ampsd.expressions.functions.dates import moment, timestamp
from ampsd.expressions.functions.function import Function
from ampsd.message_types.message_type import Value


def _of_date(pick: Callable[[datetime], float]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        when = moment(value)
        if when is None:
            return None
        try:
            return pick(when)
        except (OverflowError, ValueError, OSError):
            return None  # the first and last days of the calendar, in other zones

    return apply


def _day(when: datetime) -> float:
    return timestamp(when.replace(hour=0, minute=0, second=0, microsecond=0))


def _local_day(when: datetime) -> float:
    """The beginning of the day in the zone of the instance."""
    local = when.astimezone()
    return timestamp(datetime(local.year, local.month, local.day).astimezone(UTC))


def _today(pick: Callable[[datetime], float]) -> Callable[[Environment], Value]:
    begins = _of_date(pick)
    return lambda environment: None if environment.now_ns is None else begins(environment.now_ns // 1000 / 1e6)


def _offset(environment: Environment) -> Value:
    now = None if environment.now_ns is None else moment(environment.now_ns / 1e9)
    offset = None if now is None else now.astimezone().utcoffset()
    return None if offset is None else int(offset.total_seconds())


FUNCTIONS = (
    Function("TIMEZONEOFFSET", 0, 0, _offset, "Seconds that local time is ahead of UTC.", asks_environment=True),
    Function("YEAR", 1, 1, _of_date(lambda when: when.year), "Year of a timestamp in UTC."),
    Function("MONTH", 1, 1, _of_date(lambda when: when.month), "Month of a timestamp in UTC."),
    Function("DAY", 1, 1, _of_date(lambda when: when.day), "Day of the month of a timestamp in UTC."),
    Function("DATE_UTC", 1, 1, _of_date(_day), "Beginning of a timestamp's day in UTC."),
    Function("DATE", 1, 1, _of_date(_local_day), "Beginning of a timestamp's day in local time."),
    Function("TODAY_UTC", 0, 0, _today(_day), "Beginning of today in UTC.", asks_environment=True),
    Function("TODAY", 0, 0, _today(_local_day), "Beginning of today in local time.", asks_environment=True),
)
