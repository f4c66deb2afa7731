"""Values of expressions: numbers, texts and NULL, and how they convert and compare (User Guide, AMPS Expressions).

NULL is also the empty text and the missing field. Texts are bytes, compared byte by byte. A text compared with a
number counts as the number it reads as, and is greater than every number when it reads as none.
"""

import math
import operator
import re
from collections.abc import Callable
from itertools import islice, product
from typing import Any

from ampsd import limits
from ampsd.message_types.message_type import NumericText, Value, Values

Test = Callable[[Value, Value], bool]

_NUMBER = re.compile(rb"[+-]?(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))([eE][+-]?[0-9]+)?\Z")
_INTEGER_MIN = -(2**63)
_INTEGER_MAX = 2**64 - 1
_INTEGER_DIGITS_MAX = 21

_Order = Callable[[Any, Any], bool]
_ORDERS: dict[str, _Order] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def bounded(number: int | float) -> int | float:
    """`number` as AMPS could hold it: integers beyond 64 bits are doubles."""
    if isinstance(number, float) or _INTEGER_MIN <= number <= _INTEGER_MAX:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def read_number(text: bytes) -> int | float | None:
    """The number that a text is, in the forms that expressions have for numbers; None when it is none."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    if match.lastindex is None and len(text) <= _INTEGER_DIGITS_MAX:
        return bounded(int(text))
    return float(text)


def number_of(value: Values) -> int | float | None:
    """A value as a number: NULL stays NULL, a text that reads as none is NaN, an array is its first element."""
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None:
        return None
    if isinstance(value, bytes):
        number = read_number(value)
        return math.nan if number is None else number
    return bounded(value)


def text_of(value: Value) -> bytes | None:
    """A value as a text: numbers as they would be written; NULL stays NULL."""
    if value is None or isinstance(value, bytes):
        return value
    return repr(bounded(int(value) if isinstance(value, bool) else value)).encode()


def truth(value: Values) -> bool | None:
    """A value as an operand of AND, OR and NOT. NULL and what is no number are NULL."""
    if value is True or value is False:
        return value
    number = number_of(value)
    if number is None or number != number:
        return None
    return number != 0


def is_nan(value: Values) -> bool:
    """Whether a value, or the first element of an array, is the number NaN."""
    if isinstance(value, list):
        value = value[0] if value else None
    return isinstance(value, float) and math.isnan(value)


def comparison(symbol: str) -> Test:
    """The test of one of = != < <= > >=; comparisons with NULL and NaN are false."""
    order = _ORDERS[symbol]

    def holds(left: Value, right: Value) -> bool:
        if left is None or right is None:
            return False
        if isinstance(left, bytes):
            if isinstance(right, bytes):
                if left.__class__ is NumericText and right.__class__ is NumericText:
                    return _holds(order, read_number(left), read_number(right), 0)
                return order(left, right)
            return _holds(order, read_number(left), right, 1)
        if isinstance(right, bytes):
            return _holds(order, left, read_number(right), -1)
        return left == left and right == right and order(left, right)

    return holds


def _holds(order: _Order, left: int | float | None, right: int | float | None, unread: int) -> bool:
    """Compare a number with a text that was read; where it reads as no number, `unread` says which is greater."""
    if left is None or right is None:
        number = right if left is None else left
        return number == number and order(unread, 0)
    return left == left and right == right and order(left, right)


def any_of(left: Values, right: Values, holds: Test, pairs_max: int = limits.EXPRESSION_PAIRS_MAX) -> bool:
    """Whether `holds` for any pair of elements. Of two arrays, `pairs_max` pairs are looked at."""
    if not isinstance(left, list):
        if not isinstance(right, list):
            return holds(left, right)
        return any(holds(left, one) for one in right)
    if not isinstance(right, list):
        return any(holds(one, right) for one in left)
    pairs = islice(product(left, right), pairs_max)
    return any(holds(one, other) for one, other in pairs)
