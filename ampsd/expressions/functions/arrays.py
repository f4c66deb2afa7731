"""Functions of arrays: what is no array is one with a single element, NULL is an empty one."""

from ampsd import limits
from ampsd.expressions.functions.function import Function
from ampsd.expressions.values import bounded, comparison, number_of, text_of
from ampsd.message_types.message_type import Value

_less = comparison("<")


def _least(elements: list[Value]) -> Value:
    """By AMPS's comparison: numbers, and texts that read as numbers, before other texts."""
    found: Value = None
    for one in elements:
        if one is not None and (found is None or _less(one, found)):
            found = one
    return found


def _greatest(elements: list[Value]) -> Value:
    found: Value = None
    for one in elements:
        if one is not None and (found is None or _less(found, one)):
            found = one
    return found


def _sum(elements: list[Value]) -> Value:
    total: int | float = 0
    has_any = False
    for one in elements:
        number = number_of(one)
        if number is not None:
            total = bounded(total + number)
            has_any = True
    return total if has_any else None


def _joined(elements: list[Value], delimiter: Value, null_text: Value = None) -> Value:
    between, instead = text_of(delimiter) or b"", text_of(null_text)
    texts = [text for one in elements if (text := text_of(one) if one is not None else instead) is not None]
    if sum(map(len, texts)) + len(between) * len(texts) > limits.EXPRESSION_TEXT_MAX:
        return None
    return between.join(texts) or None


FUNCTIONS = (
    Function("ARRAY_COUNT", 1, 1, len, "Number of elements.", takes_null=True, is_of_arrays=True),
    Function("ARRAY_MIN", 1, 1, _least, "The least element.", takes_null=True, is_of_arrays=True),
    Function("ARRAY_MAX", 1, 1, _greatest, "The greatest element.", takes_null=True, is_of_arrays=True),
    Function("ARRAY_SUM", 1, 1, _sum, "The sum of the elements; NULL is left out.", takes_null=True, is_of_arrays=True),
    Function(
        "ARRAY_TO_STRING",
        2,
        3,
        _joined,
        "The elements as texts with a text between them; a third text stands for NULL.",
        takes_null=True,
        is_of_arrays=True,
    ),
)
