"""Logging: where the instance's own records go (User Guide, Logging)."""

import re

from ampsd.declare import BYTES, PATH, TEXT, Definition, Kind, one_of, option, words_of

LEVELS = ("developer", "trace", "stats", "info", "warning", "error", "critical", "emergency")
"""From the least to the most severe, as in the guide's table."""

FILE_NAME_DEFAULT = "%Y-%m-%dT%H%M%S.log"

LEVEL = one_of(*LEVELS, "none", aliases={"debug": "info"})


def _levels(text: str) -> tuple[str, ...]:
    found = [LEVEL.parse(word) for word in text.split(",") if word.strip()]
    return tuple(level for level in LEVELS if level in found)


def _codes(text: str) -> tuple[str, ...]:
    patterns = tuple(word for word in re.split(r"[,\s]+", text) if word)
    for pattern in patterns:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    if not patterns:
        raise ValueError("the text is empty")
    return patterns


CODES = Kind("list of record codes or regular expressions", _codes, pattern=r"[\s\S]*\S[\s\S]*", fault="pattern")


class TargetDefinition(Definition, element="Target"):
    """One place that log records go to (User Guide, Logging)."""

    protocol: str = option(one_of("stdout", "stderr", "file", "gzip", "syslog"), "Where records go.")
    level: str = option(LEVEL, "Least severe level that is logged; debug is another word for info.", default="none")
    levels: tuple[str, ...] = option(
        Kind(f"comma list of {', '.join(LEVELS)}", _levels), "Single levels that are logged too.", default=()
    )
    include_errors: tuple[str, ...] = option(
        CODES, "Codes, or regular expressions for codes, that are always logged.", default=()
    )
    exclude_errors: tuple[str, ...] = option(
        CODES, "Codes, or regular expressions for codes, that are never logged.", default=()
    )
    file_name: str = option(
        PATH, "File of a file or gzip target; takes strftime's tokens, and %n for a counter.", default=FILE_NAME_DEFAULT
    )
    rotation_threshold_bytes: int | None = option(
        BYTES, "Size, before compression, at which the next file is begun; without it, never.", default=None
    )
    ident: str | None = option(TEXT, "Identifier in syslog; without it, the instance's name.", default=None)
    options: tuple[str, ...] = option(
        words_of("LOG_CONS", "LOG_NDELAY", "LOG_NOWAIT", "LOG_ODELAY", "LOG_PERROR", "LOG_PID"),
        "Options of syslog.",
        default=(),
    )
    facility: str = option(
        one_of("LOG_USER", *(f"LOG_LOCAL{number}" for number in range(8))), "Facility of syslog.", default="LOG_USER"
    )


class LoggingDefinition(Definition, element="Logging"):
    """Where the instance's own records go (User Guide, Logging)."""

    targets: tuple[TargetDefinition, ...] = option(TargetDefinition, "One place that records go to.", repeatable=True)
