"""Functions that choose between values, and constants. IF is not here: it looks at one of its values only."""

import math

from ampsd.expressions.functions.function import ANY_NUMBER, Function
from ampsd.expressions.values import number_of
from ampsd.message_types.message_type import Value


def _first(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def _byte(value: Value) -> Value:
    number = number_of(value)
    return bytes([int(number)]) if number is not None and number == number and 0 <= number <= 255 else None


FUNCTIONS = (
    Function("COALESCE", 1, ANY_NUMBER, _first, "The first value that is not NULL.", takes_null=True),
    Function("TRUE_VALUE", 0, 0, lambda: True, "True."),
    Function("FALSE_VALUE", 0, 0, lambda: False, "False."),
    Function("NAN_VALUE", 0, 0, lambda: math.nan, "The number that is none."),
    Function("CHAR_VALUE", 1, 1, _byte, "The byte of a number from 0 to 255."),
)
