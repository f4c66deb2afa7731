"""Which records a log target takes (User Guide, Logging: Log Levels)."""

import re
from collections.abc import Sequence

from ampsd import errors


class Selection:
    """Level and above, exactly Levels, and IncludeErrors; ExcludeErrors drops and wins.

    Ids and patterns must match the whole id. Each text may itself be a list, split at commas and white space. Raises
    ValueError for a level that does not exist and a pattern that cannot be read.
    """

    __slots__ = ("_exclude", "_include", "_levels", "_lowest")

    def __init__(
        self, level: str, levels: Sequence[str], include_errors: Sequence[str], exclude_errors: Sequence[str]
    ) -> None:
        self._lowest = _rank(level)
        self._levels = frozenset(_rank(one) for one in levels)
        self._include = _patterns(include_errors)
        self._exclude = _patterns(exclude_errors)

    def takes(self, code: str, level: str) -> bool:
        """Whether records of `code`, whose level is `level`, go to the target."""
        if any(one.fullmatch(code) for one in self._exclude):
            return False
        rank = _rank(level)
        return rank >= self._lowest or rank in self._levels or any(one.fullmatch(code) for one in self._include)


def _rank(level: str) -> int:
    word = level.strip().lower()
    if word == "none":
        return len(errors.LEVELS)
    if word == "debug":  # obsolete in AMPS, which logs such records at info
        word = "info"
    if word not in errors.LEVELS:
        raise ValueError(f"{level!r} is not a log level: write one of {', '.join(errors.LEVELS)} or none")
    return errors.LEVELS.index(word)


def _patterns(texts: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    words = [word for text in texts for word in re.split(r"[,\s]+", text) if word]
    return tuple(_pattern(word) for word in words)


def _pattern(word: str) -> re.Pattern[str]:
    try:
        return re.compile(word)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{word!r} is neither an id such as 00-0015 nor a regular expression: {error}") from error
