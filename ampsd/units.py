"""The texts AMPS uses for intervals, bytes, counts and booleans (User Guide, Using Units in the Configuration).

Inside the program time is integer nanoseconds and sizes are integer bytes; text forms exist only here.
Each parser raises ValueError with a sentence that says what is expected.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_NUMBER_AND_UNIT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*\Z")

_INTERVAL_NS = {
    "": 1_000_000_000,
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40}
_COUNT = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRUE = {"true", "yes", "enabled", "1"}
_FALSE = {"false", "no", "disabled", "0"}

NANOSECONDS_MAX = 2**63 - 1
NEVER = NANOSECONDS_MAX
"""A time that does not come, and a position that no log reaches."""


def _scaled(text: str, factors: dict[str, int], expected: str) -> int:
    match = _NUMBER_AND_UNIT.match(text)
    factor = factors.get(match.group(2).lower()) if match else None
    if match is None or factor is None:
        raise ValueError(f"{text.strip()!r} is not {expected}")
    value = int(Decimal(match.group(1)) * factor)
    if value > NANOSECONDS_MAX:
        raise ValueError(f"{text.strip()!r} is too large")
    return value


def interval_ns(text: str) -> int:
    """Nanoseconds of `1h`, `250us`, `86400s`; a bare number is seconds."""
    return _scaled(text, _INTERVAL_NS, "an interval: write a number with ns, us, ms, s, m, h, d or w, such as 30s")


def byte_size(text: str) -> int:
    """Bytes of `10MB` (powers of 1024), `2G` (powers of 1000) or a bare number."""
    return _scaled(text, _BYTES, "a size: write a number with kb, mb, gb, tb (1024) or k, M, G, T (1000), such as 10MB")


def count(text: str) -> int:
    """A whole number, with k or M for thousands and millions."""
    value = _scaled(text, _COUNT, "a whole number: write digits, with k or M for thousands and millions")
    if "." in text and not re.search("[A-Za-z]", text):
        raise ValueError(f"{text.strip()!r} is not a whole number")
    return value


def boolean(text: str) -> bool:
    """True, yes, enabled, 1 and their opposites, in any case."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(f"{text.strip()!r} is not a yes or no: write true or false (yes, no, enabled, disabled, 1, 0)")


def timestamp_ns(text: str) -> int:
    """Nanoseconds since 1970 of an ISO 8601 text such as 20251121T103000.5Z; UTC where it names no zone."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def interval_text(ns: int) -> str:
    """The shortest text that parses back to `ns`."""
    for unit in ("w", "d", "h", "m", "s", "ms", "us"):
        if ns and ns % _INTERVAL_NS[unit] == 0:
            return f"{ns // _INTERVAL_NS[unit]}{unit}"
    return f"{ns}ns" if ns else "0s"
