"""Kinds of texts that several sections of AMPSConfig share."""

import re
from contextlib import suppress

from ampsd import units
from ampsd.declare import EXPRESSION, INTERVAL, TEXT, Kind, NotRunningError, one_of
from ampsd.expressions.compile import compile_expression, compile_filter
from ampsd.expressions.lexer import NotAvailableError
from ampsd.expressions.regex import compile_regex

_PERCENT = re.compile(r"\s*([0-9]{1,3})\s*%?\s*\Z")
_OCTAL = re.compile(r"[0-7]{3,4}\Z")
_DIGITS = re.compile(r"\s*[0-9]+\s*\Z")
_MOMENT = re.compile(r"[0-9]{8}T[0-9]{6}(?:\.[0-9]+)?Z?\Z|[0-9]+\|[0-9]+\|.*\Z")
_TLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


NO_FUNCTIONS = "Write the expression without it."


def _percent(text: str) -> int:
    match = _PERCENT.match(text)
    if match is None or int(match.group(1)) > 100:
        raise ValueError(f"{text.strip()!r} is not a percentage: write a number from 0 to 100, such as 50%")
    return int(match.group(1))


PERCENT = Kind("percentage", _percent, pattern=r"\s*[0-9]{1,3}\s*%?\s*")


def _filter(text: str) -> str:
    try:
        compile_filter(text)
    except NotAvailableError as error:
        raise NotRunningError(str(error), NO_FUNCTIONS, text.strip()) from error
    return text.strip()


def _value(text: str) -> str:
    try:
        compile_expression(text)
    except NotAvailableError as error:
        raise NotRunningError(str(error), NO_FUNCTIONS, text.strip()) from error
    return text.strip()


VALUE = Kind("expression", _value, pattern=EXPRESSION.pattern, fault="expression")
"""An expression for a value, that this version runs."""
FILTER = Kind("expression", _filter, pattern=EXPRESSION.pattern, fault="expression")
"""An expression that this version runs."""


def _filter_with_functions(text: str) -> str:
    text = EXPRESSION.parse(text)
    with suppress(NotAvailableError):
        compile_filter(text)
    return text


FILTER_WITH_FUNCTIONS = Kind("expression", _filter_with_functions, pattern=EXPRESSION.pattern, fault="expression")
"""A filter of a section that does not run: functions of AMPS that this version does not know are let pass."""


def _pattern(text: str) -> str:
    text = TEXT.parse(text)
    compile_regex(text.encode())
    return text


PATTERN = Kind("regular expression", _pattern, pattern=TEXT.pattern, fault="pattern")
FIELD = Kind("field", TEXT.parse, pattern=TEXT.pattern)
"""The path of a field of a message, such as /customer/id."""
FIELD_EXPRESSION = Kind("expression AS field", TEXT.parse, pattern=TEXT.pattern)
"""What a field is computed from and the path that takes it; aggregates and functions are AMPS's."""
URI = Kind("URI", TEXT.parse, pattern=TEXT.pattern)


def _file_mask(text: str) -> int:
    if _OCTAL.match(text.strip()) is None:
        raise ValueError(f"{text.strip()!r} is not a file mask: write octal digits as chmod takes them, such as 0640")
    return int(text, 8)


FILE_MASK = Kind("file mask", _file_mask, pattern=r"\s*[0-7]{3,4}\s*")
"""Permissions of a file; the value is their bits."""


def _tls_versions(text: str) -> tuple[str, ...]:
    one = one_of(*_TLS)
    found = [one.parse(word) for word in text.split()]
    if not found:
        raise ValueError("the text is empty")
    return tuple(word for word in _TLS if word in found)


TLS_VERSIONS = Kind(f"list, separated by blanks, of {', '.join(_TLS)}", _tls_versions)
TLS_VERSIONS_DEFAULT = ("TLSv1.1", "TLSv1.2", "TLSv1.3")


def _milliseconds(text: str) -> int:
    if _DIGITS.match(text) is None:
        raise ValueError(f"{text.strip()!r} is not a number of milliseconds: write digits only, such as 5000")
    return units.interval_ns(f"{text.strip()}ms")


def _interval_or_milliseconds(text: str) -> int:
    return _milliseconds(text) if _DIGITS.match(text) else units.interval_ns(text)


MILLISECONDS = Kind("milliseconds", _milliseconds, pattern=r"\s*[0-9]+\s*")
"""A number of milliseconds; the value is nanoseconds, as everywhere."""
INTERVAL_OR_MILLISECONDS = Kind("interval, or milliseconds", _interval_or_milliseconds, pattern=INTERVAL.pattern)


def _intervals(text: str) -> tuple[int, ...]:
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not words:
        raise ValueError("the text is empty")
    return tuple(units.interval_ns(word) for word in words)


INTERVALS = Kind("list of intervals", _intervals, pattern=TEXT.pattern)


def is_moment(text: str) -> bool:
    """Whether the text is a place in the transaction log: a bookmark, or a timestamp such as 20250102T123500Z."""
    return _MOMENT.match(text) is not None
