"""Functions of numbers. What is no number makes NaN; so does what has no result, such as the root of -1."""

import math
from collections.abc import Callable

from ampsd.expressions.functions.function import ANY_NUMBER, Function
from ampsd.expressions.values import bounded, number_of
from ampsd.message_types.message_type import Value

Number = int | float
_EARTH_RADIUS_M = 6_371_000.0
_PLACES_MAX = 300


def _number(value: Value) -> Number:
    found = number_of(value)
    return math.nan if found is None else found


def _of_one(function: Callable[[Number], Number]) -> Callable[[Value], Number]:
    def apply(value: Value) -> Number:
        number = _number(value)
        if number != number:
            return math.nan
        try:
            return bounded(function(number))
        except (ValueError, ZeroDivisionError):
            return math.nan
        except OverflowError:
            return math.inf

    return apply


def _of_two(function: Callable[[Number, Number], Number]) -> Callable[[Value, Value], Number]:
    def apply(one: Value, other: Value) -> Number:
        a, b = _number(one), _number(other)
        if a != a or b != b:
            return math.nan
        try:
            return bounded(function(a, b))
        except (ValueError, ZeroDivisionError):
            return math.nan
        except OverflowError:
            return math.inf

    return apply


def _ceiling(number: Number) -> Number:
    return number if isinstance(number, int) or math.isinf(number) else float(math.ceil(number))


def _floor(number: Number) -> Number:
    return number if isinstance(number, int) or math.isinf(number) else float(math.floor(number))


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and 0 <= exponent <= 64 and abs(base) < 2**64:
        return int(base**exponent)
    return math.pow(base, exponent)


def _sign(number: Number) -> int:
    return (number > 0) - (number < 0)


def _round(value: Value, places: Value = 0) -> Number:
    """Halves go away from 0, as in SQL."""
    number, digits = _number(value), _number(places)
    if number != number or digits != digits or math.isinf(number):
        return number if digits == digits else math.nan
    count = int(max(-_PLACES_MAX, min(_PLACES_MAX, digits)))
    if isinstance(number, int) and count >= 0:
        return number
    scale = 10.0 ** min(abs(count), 22)
    scaled = number * scale if count >= 0 else number / scale
    if math.isinf(scaled):
        return number
    whole = math.floor(abs(scaled) + 0.5) * _sign(scaled)
    result = whole / scale if count >= 0 else whole * scale
    return bounded(int(result)) if isinstance(number, int) else result


def _extreme(pick: Callable[[list[Number]], Number]) -> Callable[..., Number]:
    def apply(*values: Value) -> Number:
        numbers = [number for value in values if (number := _number(value)) == number]
        return pick(numbers) if numbers else math.nan

    return apply


def _bucket(value: Value, low: Value, high: Value, count: Value) -> Number:
    x, lowest, highest, buckets = map(_number, (value, low, high, count))
    if any(one != one or math.isinf(one) for one in (x, lowest, highest, buckets)):
        return math.nan
    if buckets < 1 or highest <= lowest:
        return math.nan
    if x < lowest:
        return 0
    if x >= highest:
        return int(buckets) + 1
    return int((x - lowest) / (highest - lowest) * int(buckets)) + 1


def _distance(*values: Value) -> Number:
    """Metres along the great circle, by the haversine formula."""
    lat1, lon1, lat2, lon2 = (math.radians(_number(value)) for value in values)
    if any(one != one or math.isinf(one) for one in (lat1, lon1, lat2, lon2)):
        return math.nan
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


FUNCTIONS = (
    Function("ABS", 1, 1, _of_one(abs), "The number without its sign."),
    Function("CEILING", 1, 1, _of_one(_ceiling), "The next whole number up; whole numbers stay."),
    Function("FLOOR", 1, 1, _of_one(_floor), "The next whole number down; whole numbers stay."),
    Function("SIGN", 1, 1, _of_one(_sign), "-1, 0 or 1."),
    Function("SQRT", 1, 1, _of_one(math.sqrt), "The square root."),
    Function("EXP", 1, 1, _of_one(math.exp), "e to the power of the number."),
    Function("LN", 1, 1, _of_one(math.log), "The natural logarithm."),
    Function("LOG2", 1, 1, _of_one(math.log2), "The logarithm to the base of 2."),
    Function("LOG10", 1, 1, _of_one(math.log10), "The logarithm to the base of 10."),
    Function("POWER", 2, 2, _of_two(_power), "The first number to the power of the second."),
    Function("GREATEST", 1, ANY_NUMBER, _extreme(max), "The greatest number; NaN without any.", takes_null=True),
    Function("LEAST", 1, ANY_NUMBER, _extreme(min), "The least number; NaN without any.", takes_null=True),
    Function("ROUND", 1, 2, _round, "The number rounded to so many places behind the point, or before it."),
    Function("SIN", 1, 1, _of_one(math.sin), "The sine of an angle in radians."),
    Function("COS", 1, 1, _of_one(math.cos), "The cosine of an angle in radians."),
    Function("TAN", 1, 1, _of_one(math.tan), "The tangent of an angle in radians."),
    Function("COT", 1, 1, _of_one(lambda number: 1 / math.tan(number)), "The cotangent of an angle in radians."),
    Function("ASIN", 1, 1, _of_one(math.asin), "The angle of a sine, in radians."),
    Function("ACOS", 1, 1, _of_one(math.acos), "The angle of a cosine, in radians."),
    Function("ATAN", 1, 1, _of_one(math.atan), "The angle of a tangent, in radians."),
    Function("ATAN2", 2, 2, _of_two(math.atan2), "The angle of the point x, y, given y first, in radians."),
    Function("SINH", 1, 1, _of_one(math.sinh), "The hyperbolic sine."),
    Function("COSH", 1, 1, _of_one(math.cosh), "The hyperbolic cosine."),
    Function("TANH", 1, 1, _of_one(math.tanh), "The hyperbolic tangent."),
    Function("RADIANS", 1, 1, _of_one(math.radians), "Degrees as radians."),
    Function("DEGREES", 1, 1, _of_one(math.degrees), "Radians as degrees."),
    Function("WIDTH_BUCKET", 4, 4, _bucket, "Which of so many equal parts of a range holds the number."),
    Function("GEO_DISTANCE", 4, 4, _distance, "Metres between two places by latitude and longitude in degrees."),
)
