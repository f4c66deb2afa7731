"""Functions of dates and times: seconds since 1970 in UTC, and texts (User Guide, Date and Time Functions).

The conversions are our own, because the platform's formats depend on its locale, and a width in a format such as
`%99999999d` would fill the memory. Names of days and months are English.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from ampsd.expressions.functions.function import Function
from ampsd.expressions.functions.messages import seconds
from ampsd.expressions.values import number_of, text_of
from ampsd.message_types.message_type import Value

FORMATTED_MAX = 128
"""Longest text in bytes that STRFTIME makes (User Guide, Date and Time Functions)."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SPECIFIER = re.compile(r"%(?:03f|[EO]?(.))", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment(value: Value) -> datetime | None:
    """A timestamp as a date in UTC; None where it is none or beyond the years 1 to 9999."""
    number = number_of(value)
    if number is None or number != number or abs(number) > 1e12:
        return None
    try:
        return _EPOCH + timedelta(microseconds=round(number * 1_000_000))
    except OverflowError:
        return None


def timestamp(when: datetime) -> float:
    """A date as seconds since 1970, exact to the microsecond."""
    return (when - _EPOCH) // _MICROSECOND / 1e6


def _hour12(when: datetime) -> int:
    return when.hour % 12 or 12


def _iso_week(when: datetime) -> int:
    return when.isocalendar().week


_WRITERS: dict[str, Callable[[datetime], str]] = {
    "a": lambda t: _DAYS[t.weekday()][:3],
    "A": lambda t: _DAYS[t.weekday()],
    "b": lambda t: _MONTHS[t.month - 1][:3],
    "B": lambda t: _MONTHS[t.month - 1],
    "c": lambda t: _written("%a %b %e %H:%M:%S %Y", t),
    "C": lambda t: f"{t.year // 100:02d}",
    "d": lambda t: f"{t.day:02d}",
    "D": lambda t: _written("%m/%d/%y", t),
    "e": lambda t: f"{t.day:2d}",
    "f": lambda t: f"{t.microsecond:06d}",
    "F": lambda t: _written("%Y-%m-%d", t),
    "g": lambda t: f"{t.isocalendar().year % 100:02d}",
    "G": lambda t: str(t.isocalendar().year),
    "h": lambda t: _MONTHS[t.month - 1][:3],
    "H": lambda t: f"{t.hour:02d}",
    "I": lambda t: f"{_hour12(t):02d}",
    "j": lambda t: f"{t.timetuple().tm_yday:03d}",
    "k": lambda t: f"{t.hour:2d}",
    "l": lambda t: f"{_hour12(t):2d}",
    "m": lambda t: f"{t.month:02d}",
    "M": lambda t: f"{t.minute:02d}",
    "n": lambda t: "\n",
    "p": lambda t: "AM" if t.hour < 12 else "PM",
    "P": lambda t: "am" if t.hour < 12 else "pm",
    "r": lambda t: _written("%I:%M:%S %p", t),
    "R": lambda t: _written("%H:%M", t),
    "s": lambda t: str((t - _EPOCH) // timedelta(seconds=1)),
    "S": lambda t: f"{t.second:02d}",
    "t": lambda t: "\t",
    "T": lambda t: _written("%H:%M:%S", t),
    "u": lambda t: str(t.isoweekday()),
    "U": lambda t: f"{(t.timetuple().tm_yday + 6 - t.isoweekday() % 7) // 7:02d}",
    "V": lambda t: f"{_iso_week(t):02d}",
    "w": lambda t: str(t.isoweekday() % 7),
    "W": lambda t: f"{(t.timetuple().tm_yday + 6 - t.weekday()) // 7:02d}",
    "x": lambda t: _written("%m/%d/%y", t),
    "X": lambda t: _written("%H:%M:%S", t),
    "y": lambda t: f"{t.year % 100:02d}",
    "Y": lambda t: str(t.year),
    "z": lambda t: "+0000",
    "Z": lambda t: "UTC",
    "%": lambda t: "%",
}


def _written(form: str, when: datetime) -> str:
    """`when` in a format; specifiers that are none stay as they are."""

    def one(match: re.Match[str]) -> str:
        if match.group(1) is None:
            return f"{when.microsecond // 1000:03d}"
        write = _WRITERS.get(match.group(1))
        return match.group() if write is None else write(when)

    return _SPECIFIER.sub(one, form)


def _strftime(form: Value, value: Value) -> Value:
    when, text = moment(value), text_of(form) or b""
    if when is None or len(text) > FORMATTED_MAX:
        return None
    written = _written(text.decode("utf-8", "surrogateescape"), when).encode("utf-8", "surrogateescape")
    return written[:FORMATTED_MAX] or None


_NAMES = "|".join(name[:3] for name in _DAYS), "|".join(name[:3] for name in _MONTHS)
_READERS = {
    **dict.fromkeys("aA", ("", rf"(?:{'|'.join(_DAYS)}|{_NAMES[0]})")),
    **dict.fromkeys("bBh", ("b", rf"({'|'.join(_MONTHS)}|{_NAMES[1]})")),
    "C": ("C", r"(\d{1,2})"),
    **dict.fromkeys("de", ("d", r"\s*(\d{1,2})")),
    "f": ("f", r"(\d{1,6})"),
    **dict.fromkeys("Hk", ("H", r"\s*(\d{1,2})")),
    **dict.fromkeys("Il", ("I", r"\s*(\d{1,2})")),
    "j": ("j", r"(\d{1,3})"),
    "m": ("m", r"(\d{1,2})"),
    "M": ("M", r"(\d{1,2})"),
    **dict.fromkeys("nt", ("", r"\s*")),
    **dict.fromkeys("pP", ("p", r"(AM|PM)")),
    "s": ("s", r"(-?\d{1,12})"),
    "S": ("S", r"(\d{1,2})"),
    "u": ("", r"[1-7]"),
    **dict.fromkeys("UVW", ("", r"\d{1,2}")),
    "w": ("", r"[0-6]"),
    "y": ("y", r"(\d{1,2})"),
    "Y": ("Y", r"(\d{4})"),
    "z": ("z", r"(Z|[+-]\d{2}:?\d{2})"),
    "Z": ("", r"[A-Za-z]{1,5}"),
    "%": ("", "%"),
}
"""What each specifier of a format reads: the name of its value, empty for none, and how it looks."""
_WHOLE = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "r": "%I:%M:%S %p",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
}


@lru_cache(maxsize=256)
def _reader(form: str) -> tuple[re.Pattern[str], tuple[str, ...]] | None:
    """How to read texts of a format, and the names of what is read; None where the format is none."""
    pieces: list[str] = []
    names: list[str] = []
    at = 0
    while at < len(form):
        match = _SPECIFIER.match(form, at)
        if match is None:
            pieces.append(r"\s*" if form[at].isspace() else re.escape(form[at]))
            at += 1
            continue
        at = match.end()
        if match.group(1) is None:
            names.append("f")
            pieces.append(r"(\d{1,3})")
        elif match.group(1) in _WHOLE:
            form, at = _WHOLE[match.group(1)] + form[at:], 0
        elif match.group(1) in _READERS:
            name, piece = _READERS[match.group(1)]
            names += [name] if name else []
            pieces.append(piece)
        else:
            return None
    return re.compile("".join(pieces), re.IGNORECASE | re.ASCII), tuple(names)


def _strptime(value: Value, form: Value) -> Value:
    """What stands behind what the format reads is left, as the C function does; what is not read is 1970-01-01."""
    text, wanted = text_of(value) or b"", text_of(form) or b""
    if len(text) > FORMATTED_MAX or len(wanted) > FORMATTED_MAX:
        return None
    reader = _reader(wanted.decode("utf-8", "replace"))
    match = None if reader is None else reader[0].match(text.decode("utf-8", "replace"))
    if reader is None or match is None:
        return None
    found = dict(zip(reader[1], match.groups(), strict=True))
    if "s" in found:
        return float(found["s"])
    try:
        return timestamp(_date(found))
    except (ValueError, OverflowError):
        return None


def _date(found: dict[str, str]) -> datetime:
    """Raises ValueError and OverflowError."""
    hour = int(found.get("H", 0))
    if "I" in found:
        hour = int(found["I"]) % 12 + 12 * (found.get("p", "AM").upper() == "PM")
    second = int(found.get("S", 0))
    month = _month(found["b"]) if "b" in found else int(found.get("m", 1))
    start = datetime(_year(found), month, int(found.get("d", 1)), hour, int(found.get("M", 0)), tzinfo=UTC)
    if second > 60:
        raise ValueError("no such second")
    if "j" in found:
        start = start.replace(month=1, day=1) + timedelta(days=int(found["j"]) - 1)
    micro = int(found["f"].ljust(6, "0")) if "f" in found else 0
    return start + timedelta(seconds=second, microseconds=micro) - _offset(found.get("z", "Z"))


def _year(found: dict[str, str]) -> int:
    if "Y" in found:
        return int(found["Y"])
    if "C" in found:
        return int(found["C"]) * 100 + int(found.get("y", 0))
    if "y" in found:
        short = int(found["y"])
        return short + (1900 if short >= 69 else 2000)
    return 1970


def _month(name: str) -> int:
    return next(number for number, one in enumerate(_MONTHS, 1) if one[:3].lower() == name[:3].lower())


def _offset(zone: str) -> timedelta:
    if zone in ("Z", "z"):
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)


FUNCTIONS = (
    Function("STRFTIME", 2, 2, _strftime, "A timestamp as a text in a format of strftime(3), and %f, %03f; UTC."),
    Function("STRPTIME", 2, 2, _strptime, "The timestamp in a text of a format of strptime(3), and %f, %03f; UTC."),
    Function(
        "UNIX_TIMESTAMP",
        0,
        0,
        lambda e: seconds(e.now_ns),
        "Now, as seconds since 1970.",
        asks_environment=True,
        is_deterministic=False,
    ),
)
