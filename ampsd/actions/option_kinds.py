"""Kinds of options that only action modules have."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ampsd.actions.template import TEMPLATE, Template
from ampsd.actions.variables import NAME
from ampsd.declare import COUNT, INTERVAL, Kind, NotRunningError
from ampsd.expressions.compile import Filter
from ampsd.expressions.lexer import NotAvailableError

_NAME = re.compile(rf"{NAME}\Z")
_PERCENT = re.compile(r"[0-9]{1,3}\s*%\Z")
_SIGNAL = re.compile(r"SIG[A-Z0-9]+([+-][0-9]+)?\Z")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(Z?)\Z")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKLY = re.compile(r"([A-Za-z]+)\s+at\s+(\S+)\Z", re.IGNORECASE)


def templated(kind: Kind, name: str) -> Kind:
    """A template whose text, where it has no variables, must be one of `kind`."""

    def parse(text: str) -> Template:
        template: Template = TEMPLATE.parse(text.strip())
        if not template.names:
            kind.parse(text)
        return template

    return Kind(name, parse)


def available(compiles: Callable[[str], Filter]) -> Callable[[str], Filter]:
    """The same for configurations: what AMPS can do and this version cannot is told as that, and stands for "true"."""

    def parse(text: str) -> Filter:
        try:
            return compiles(text)
        except NotAvailableError as error:
            remedy = "Write the expression without it."
            raise NotRunningError(str(error), remedy, compiles("1 = 1")) from error

    return parse


def _variable(text: str) -> str:
    name = text.strip()
    if name.startswith("{{") and name.endswith("}}"):
        raise ValueError(f"{name!r} would be filled in: write the variable's name alone, {name.strip('{} ')}")
    if _NAME.match(name) is None:
        raise ValueError(f"{name!r} is not the name of a variable: write letters, digits and _")
    return name


def _percent(text: str) -> None:
    if _PERCENT.match(text.strip()) is None or int(text.strip().rstrip("% ")) > 100:
        raise ValueError(f"{text.strip()!r} is not a percentage: write a number from 0 to 100 and %, such as 90%")


def _signal(text: str) -> str:
    name = text.strip().upper()
    if _SIGNAL.match(name) is None:
        raise ValueError(f"{text.strip()!r} is not a signal: write its name, such as SIGUSR1")
    return name


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty")
    return text.strip()


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=right`: a variable, and what is put into it or, for a translation, what becomes of a value."""

    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.left}={self.right}"


def _pair(check: Callable[[str], Any], example: str) -> Callable[[str], Assignment]:
    def parse(text: str) -> Assignment:
        left, equals, right = text.partition("=")
        if not equals:
            raise ValueError(f"{text.strip()!r} has no =: write {example}")
        return Assignment(str(check(left)), right.strip())

    return parse


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
    time = _CLOCK.match(clock)
    if time is not None:
        minute = int(time.group(1)) * 60 + int(time.group(2))
        return Schedule(minute=minute, weekday=weekday, is_utc=bool(time.group(3)), text=whole)
    advice = "write an interval, HH:MM, HH:MMZ for UTC, or a weekday at one of these, such as Saturday at 23:30Z"
    if weekday is not None or ":" in whole:
        raise ValueError(f"{whole!r} is not a schedule: {advice}")
    try:
        interval = int(INTERVAL.parse(whole))
    except ValueError as error:
        raise ValueError(f"{whole!r} is not a schedule: {advice}") from error
    if interval <= 0:
        raise ValueError(f"{whole!r} is not a schedule: an interval is more than 0")
    return Schedule(interval_ns=interval, text=whole)


VARIABLE = Kind("name of a variable", _variable, pattern=rf"\s*{NAME}\s*")
EVENT = Kind("name of an event", _text, pattern=r"[\s\S]*\S[\s\S]*")
SIGNAL = Kind("signal", _signal, pattern=r"\s*[Ss][Ii][Gg][A-Za-z0-9]+([+\-][0-9]+)?\s*")
SCHEDULE = Kind("schedule: an interval, HH:MM[Z] or Weekday at HH:MM[Z]", parse_schedule, pattern=r"[\s\S]*\S[\s\S]*")
INTERVAL_TEXT = templated(INTERVAL, "interval, may hold {{VARIABLES}}")
COUNT_TEXT = templated(COUNT, "whole number, may hold {{VARIABLES}}")
PERCENT_TEXT = templated(Kind("percentage", _percent), "percentage, may hold {{VARIABLES}}")
TEXT_TEXT = templated(Kind("text", _text), "text, may hold {{VARIABLES}}")
EXTRACTION = Kind("VARIABLE=expression", _pair(_variable, "VARIABLE=expression"), pattern=r"[^=]*=[\s\S]*")
TRANSLATION = Kind("original=translated", _pair(str.strip, "original=translated"), pattern=r"[^=]*=[\s\S]*")
