"""Functions by name, in any case."""

from ampsd.expressions.functions import (
    arrays,
    checksums,
    choices,
    dates,
    legacy,
    messages,
    numbers,
    patterns,
    strings,
)
from ampsd.expressions.functions.function import Function

_FAMILIES = (strings, patterns, dates, numbers, arrays, choices, checksums, messages, legacy)
_BY_NAME = {function.name: function for family in _FAMILIES for function in family.FUNCTIONS}

IF = "IF"
"""The one function that looks at one of its values only; the parser knows it."""

ELSEWHERE = frozenset({"VALUE_LOOKUP"})
"""Functions of AMPS's that need a module this version does not have (User Guide, Auxiliary Modules)."""


def find(name: str) -> Function | None:
    """The function of that name; None when there is none, or it does not run."""
    return _BY_NAME.get(name.upper())


def functions() -> tuple[Function, ...]:
    """All functions that run, but for IF."""
    return tuple(_BY_NAME.values())
