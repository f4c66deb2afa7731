"""Functions by name, in any case."""

from ampsd.expressions.functions import arrays, choices, numbers, strings
from ampsd.expressions.functions.function import Function

_BY_NAME = {function.name: function for family in (strings, numbers, arrays, choices) for function in family.FUNCTIONS}


def find(name: str) -> Function | None:
    """The function of that name; None when there is none, or it does not run yet."""
    return _BY_NAME.get(name.upper())


def functions() -> tuple[Function, ...]:
    """All functions that run, but for IF."""
    return tuple(_BY_NAME.values())
