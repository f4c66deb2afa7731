"""Aggregates: what a view makes of the messages of a group (User Guide, Aggregate Functions).

Each takes values in and out one by one, so that a view that changes by one message costs one step. NULL is left out
everywhere; sums of doubles are exact until they are asked for, so the order of changes leaves no trace.
"""

import math
from fractions import Fraction
from typing import Protocol

from ampsd.expressions.values import bounded, number_of
from ampsd.message_types.message_type import Value


class Aggregate(Protocol):
    """The values of one group. `remove` takes out what was put in before."""

    def add(self, value: Value) -> None:
        """One more value."""
        ...

    def remove(self, value: Value) -> None:
        """One value less."""
        ...

    def result(self) -> Value:
        """What they come to."""
        ...


class Count:
    """How many values there are."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def add(self, value: Value) -> None:
        """One more value."""
        self._count += value is not None

    def remove(self, value: Value) -> None:
        """One value less."""
        self._count -= value is not None

    def result(self) -> Value:
        """What they come to."""
        return self._count


class Numbers:
    """The sum of values and of their squares; what is no number is counted, because it spoils both."""

    __slots__ = ("_infinities", "_integer", "_is_squared", "_not_numbers", "_real", "_squares", "count", "reals")

    def __init__(self, is_squared: bool = False) -> None:
        self.count = 0
        self.reals = 0
        """Values among them that are doubles."""
        self._integer = 0
        self._real = Fraction(0)
        self._squares = Fraction(0)
        self._is_squared = is_squared
        self._infinities = {math.inf: 0, -math.inf: 0}
        self._not_numbers = 0

    def change(self, value: Value, by: int) -> None:
        """Put a value in, by 1, or take it out, by -1."""
        number = number_of(value)
        if number is None:
            return
        self.count += by
        if isinstance(number, int):
            self._integer += by * number
        else:
            self.reals += by
            if number != number:
                self._not_numbers += by
                return
            if math.isinf(number):
                self._infinities[number] += by
                return
            self._real += by * Fraction(number)
        if self._is_squared:
            self._squares += by * Fraction(number) ** 2

    def special(self) -> float | None:
        """The sum where it is infinite or no number; None where it is an ordinary one."""
        plus, minus = self._infinities[math.inf], self._infinities[-math.inf]
        if self._not_numbers or (plus and minus):
            return math.nan
        return math.inf if plus else -math.inf if minus else None

    @property
    def total(self) -> Fraction:
        """The sum of the ordinary numbers."""
        return self._real + self._integer

    @property
    def squares(self) -> Fraction:
        """The sum of their squares."""
        return self._squares


def _double(fraction: Fraction) -> float:
    try:
        return float(fraction)
    except OverflowError:
        return math.inf if fraction > 0 else -math.inf


class _OfNumbers:
    """What sums, means and deviations share."""

    __slots__ = ("_numbers",)

    def __init__(self, is_squared: bool = False) -> None:
        self._numbers = Numbers(is_squared)

    def add(self, value: Value) -> None:
        """One more value."""
        self._numbers.change(value, 1)

    def remove(self, value: Value) -> None:
        """One value less."""
        self._numbers.change(value, -1)


class Sum(_OfNumbers):
    """The sum: an integer as long as all values are."""

    __slots__ = ()

    def result(self) -> Value:
        """What they come to; NULL without any."""
        numbers = self._numbers
        if not numbers.count:
            return None
        special = numbers.special()
        if special is not None:
            return special
        return bounded(int(numbers.total)) if not numbers.reals else _double(numbers.total)


class Average(_OfNumbers):
    """The sum divided by the number of values, as a double."""

    __slots__ = ()

    def result(self) -> Value:
        """What they come to; NULL without any."""
        numbers = self._numbers
        if not numbers.count:
            return None
        special = numbers.special()
        return _double(numbers.total / numbers.count) if special is None else special


class Deviation(_OfNumbers):
    """The standard deviation, of a population or of a sample."""

    __slots__ = ("_is_sample",)

    def __init__(self, is_sample: bool) -> None:
        super().__init__(is_squared=True)
        self._is_sample = is_sample

    def result(self) -> Value:
        """What they come to; NULL without any, and for a sample of one."""
        numbers = self._numbers
        degrees = numbers.count - self._is_sample
        if degrees < 1:
            return None
        if numbers.special() is not None:
            return math.nan
        return math.sqrt(_double((numbers.squares - numbers.total**2 / numbers.count) / degrees))


class Distinct:
    """How many different values there are; a text that reads as a number is that number."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[Value, int] = {}

    def add(self, value: Value) -> None:
        """One more value."""
        if value is not None:
            key = _converted(value)
            self._counts[key] = self._counts.get(key, 0) + 1

    def remove(self, value: Value) -> None:
        """One value less."""
        if value is not None:
            key = _converted(value)
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]

    def result(self) -> Value:
        """What they come to."""
        return len(self._counts)


def _converted(value: Value) -> Value:
    number = number_of(value)
    if number is not None and number == number:
        return number
    return value if isinstance(value, bytes) else b"nan"


_Place = tuple[int, int | float, bytes]


def _place(value: Value) -> _Place:
    """Where a value stands among others: numbers and texts that read as one by number, then the other texts.

    AMPS's comparison of two values is no order of many ('2.5' > '1e3' as texts, though 3 lies between them), and the
    result must not depend on the order in which messages came.
    """
    number = number_of(value)
    text = value if isinstance(value, bytes) else b""
    return (1, 0, text) if number is None or number != number else (0, number, text)


class Extreme:
    """The least or the greatest value: numbers before texts that read as none."""

    __slots__ = ("_counts", "_found", "_is_greatest")

    def __init__(self, is_greatest: bool) -> None:
        self._is_greatest = is_greatest
        self._counts: dict[Value, int] = {}
        self._found: Value = None

    def add(self, value: Value) -> None:
        """One more value."""
        if value is None or value != value:
            return
        self._counts[value] = self._counts.get(value, 0) + 1
        if self._found is None or self._is_beyond(value, self._found):
            self._found = value

    def remove(self, value: Value) -> None:
        """One value less. The extreme itself costs a look at all that are left."""
        if value is None or value != value:
            return
        self._counts[value] -= 1
        if not self._counts[value]:
            del self._counts[value]
            if value == self._found:
                self._found = None
                for one in self._counts:
                    if self._found is None or self._is_beyond(one, self._found):
                        self._found = one

    def _is_beyond(self, one: Value, other: Value) -> bool:
        return _place(one) > _place(other) if self._is_greatest else _place(one) < _place(other)

    def result(self) -> Value:
        """What they come to; NULL without any."""
        return self._found


_DOCS = {
    "SUM": "The sum of the values of a group.",
    "AVG": "The mean of the values of a group.",
    "COUNT": "How many values of a group are not NULL.",
    "COUNT_DISTINCT": "How many different values a group has.",
    "MIN": "The least value of a group.",
    "MAX": "The greatest value of a group.",
    "STDDEV_POP": "The standard deviation of a group as a population.",
    "STDDEV_SAMP": "The standard deviation of a group as a sample.",
}
AGGREGATES = frozenset(_DOCS)


def describe(name: str) -> str:
    """What one of AGGREGATES gives, in a sentence."""
    return _DOCS[name]


def aggregate(name: str) -> Aggregate:
    """An empty group for one of AGGREGATES."""
    match name:
        case "SUM":
            return Sum()
        case "AVG":
            return Average()
        case "COUNT":
            return Count()
        case "COUNT_DISTINCT":
            return Distinct()
        case "MIN" | "MAX":
            return Extreme(name == "MAX")
        case "STDDEV_POP" | "STDDEV_SAMP":
            return Deviation(name == "STDDEV_SAMP")
    raise AssertionError(f"{name} is no aggregate")
