"""The operators + - * / % (User Guide, AMPS Expressions): integers stay integers, one double makes doubles."""

import math
from collections.abc import Callable

from ampsd.expressions.values import bounded

Number = int | float


def _quotient(a: Number, b: Number) -> Number:
    if b == 0:
        return math.nan
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    whole = abs(a) // abs(b)
    return whole if (a < 0) == (b < 0) else -whole


def _remainder(a: Number, b: Number) -> Number:
    """The rest of the division, with the sign of the first operand."""
    if b == 0 or math.isinf(a):
        return math.nan
    if isinstance(a, float) or isinstance(b, float):
        return math.fmod(a, b)
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


_OPERATIONS: dict[str, Callable[[Number, Number], Number]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _quotient,
    "%": _remainder,
}


def operation(symbol: str) -> Callable[[Number, Number], Number]:
    """The function of one of + - * / %. Results beyond 64 bits are doubles; division by zero is NaN."""
    apply = _OPERATIONS[symbol]

    def calculate(a: Number, b: Number) -> Number:
        return bounded(apply(a, b))

    return calculate
