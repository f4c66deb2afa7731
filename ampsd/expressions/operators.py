"""What operators do with values: the functions that generated code calls (User Guide, AMPS Expressions).

Comparisons, LIKE, IN, BEGINS WITH and ENDS WITH hold for an array when they hold for any element; everything else
looks at the first. Nothing here raises, whatever is in a message; VariableError is about a configuration's variable.
"""

from collections.abc import Callable

from ampsd import limits
from ampsd.expressions.arithmetic import operation
from ampsd.expressions.environment import Environment
from ampsd.expressions.regex import Regex
from ampsd.expressions.values import any_of, comparison, number_of, read_number, text_of, truth
from ampsd.message_types.message_type import Value, Values

Compare = Callable[[Values, Values, int], bool]
"""Compares two values; of two arrays, so many pairs of elements."""
Calculate = Callable[[Values, Values], Value]

_FEW = 10
_MANY = 100


class VariableError(ValueError):
    """A variable outside quotes is not a number."""


def _anywhere(symbol: str) -> Compare:
    holds = comparison(symbol)

    def compare(left: Values, right: Values, pairs_max: int = limits.EXPRESSION_PAIRS_MAX) -> bool:
        if left.__class__ is list or right.__class__ is list:
            return any_of(left, right, holds, pairs_max)
        return holds(left, right)  # type: ignore[arg-type]  # no lists here

    return compare


COMPARE: dict[str, Compare] = {symbol: _anywhere(symbol) for symbol in ("=", "!=", "<", "<=", ">", ">=")}


def _calculation(symbol: str) -> Calculate:
    apply = operation(symbol)

    def calculate(left: Values, right: Values) -> Value:
        a, b = number_of(left), number_of(right)
        return None if a is None or b is None else apply(a, b)

    return calculate


CALCULATE: dict[str, Calculate] = {symbol: _calculation(symbol) for symbol in "+-*/%"}
_minus = operation("-")


def chain(operands: tuple[Values, ...], calculations: tuple[Calculate, ...]) -> Value:
    """A long sum or product, from left to right."""
    result: Values = operands[0]
    for calculate, operand in zip(calculations, operands[1:], strict=True):
        result = calculate(result, operand)
    return result  # type: ignore[return-value]  # at least one calculation was made


def signed(value: Values, is_minus: bool) -> Value:
    """A value as a number, perhaps with its sign turned."""
    number = number_of(value)
    return number if number is None or not is_minus else _minus(0, number)


def first(value: Values) -> Value:
    """What functions see of an array."""
    if isinstance(value, list):
        return value[0] if value else None
    return value


def element(value: Values, index: int) -> Value:
    """One element, counted from 0; None beyond the end."""
    elements = value if isinstance(value, list) else [value]
    return elements[index] if index < len(elements) else None


def elements(value: Values) -> list[Value]:
    """What functions of arrays see: a scalar is an array of one, NULL an empty one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def is_null(value: Values) -> bool:
    """Whether a value, or the first element of an array, is NULL."""
    return value is None or (isinstance(value, list) and (not value or value[0] is None))


def negated(value: bool | None) -> bool | None:
    """NOT."""
    return None if value is None else not value


def decide(is_and: bool, operands: tuple[Values, ...]) -> bool | None:
    """AND goes on while operands are true, OR while they are false; what ends it is the result.

    So a NULL on the left decides, as the guide's tables say: NULL OR TRUE is NULL.
    """
    found: bool | None = is_and
    for operand in operands:
        found = truth(operand)
        if found is not is_and:
            break
    return found


class Literals:
    """The literals of an IN list, looked up rather than compared one by one: a list may have thousands."""

    __slots__ = ("_read", "numbers", "texts")

    def __init__(self, literals: tuple[Value, ...]) -> None:
        self.texts = frozenset(one for one in literals if isinstance(one, bytes))
        self.numbers = frozenset(one for one in literals if isinstance(one, int | float))
        self._read: frozenset[int | float] | None = None

    @property
    def read(self) -> frozenset[int | float]:
        """The numbers that texts among them read as; found when a number is first compared with them."""
        if self._read is None:
            self._read = frozenset(number for one in self.texts if (number := read_number(one)) is not None)
        return self._read

    def has(self, one: Value) -> bool:
        """Whether a scalar equals one of them."""
        if isinstance(one, bytes):
            return one in self.texts or (bool(self.numbers) and read_number(one) in self.numbers)
        return one in self.numbers or one in self.read


def is_listed(value: Values, literals: Literals) -> bool:
    """IN over literals."""
    return any(map(literals.has, value)) if isinstance(value, list) else literals.has(value)


def _begins(one: Value, other: Value) -> bool:
    text, affix = text_of(one), text_of(other)
    return text is not None and affix is not None and text.startswith(affix)


def _ends(one: Value, other: Value) -> bool:
    text, affix = text_of(one), text_of(other)
    return text is not None and affix is not None and text.endswith(affix)


def begins(value: Values, items: tuple[Values, ...]) -> bool:
    """BEGINS WITH any of the items."""
    return any(any_of(value, item, _begins) for item in items)


def ends(value: Values, items: tuple[Values, ...]) -> bool:
    """ENDS WITH any of the items."""
    return any(any_of(value, item, _ends) for item in items)


def like(value: Values, pattern: Regex, share: int) -> bool:
    """LIKE a pattern. `share` is how many such searches share the work that one expression may do."""
    if isinstance(value, list):
        found = value[: limits.EXPRESSION_SEARCHES_MAX]
        share *= 1 if len(found) <= _FEW else _FEW if len(found) <= _MANY else _MANY
        return any(text is not None and pattern.search(text, share) for text in map(text_of, found))
    text = value if value.__class__ is bytes else text_of(value)
    return text is not None and pattern.search(text, share)


def contains(value: Values, text: bytes) -> bool:
    """LIKE a raw string, which is no pattern."""
    if isinstance(value, list):
        return any(one is not None and text in one for one in map(text_of, value))
    whole = text_of(value)
    return whole is not None and text in whole


def strict(apply: Callable[..., Value], *arguments: Value) -> Value:
    """Call a function for which a NULL argument makes NULL."""
    return None if any(one is None for one in arguments) else apply(*arguments)


def variable(environment: Environment, name: str) -> int | float:
    """A context variable outside quotes. Raises VariableError where it is not a number."""
    value = read_number(environment.variables.get(name, b"").strip())
    if value is None:
        raise VariableError(f"{{{{{name}}}}} is not a number; put quotes round it to compare it as a text")
    return value


def joined(environment: Environment, parts: tuple[bytes | str, ...]) -> bytes | None:
    """A string with context variables in it."""
    variables = environment.variables
    return b"".join(part if isinstance(part, bytes) else variables.get(part, b"") for part in parts) or None
