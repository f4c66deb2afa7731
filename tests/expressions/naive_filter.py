"""A second, slow reading of the filter language: a written tree is rendered to text and evaluated by the book."""

import math
import re
from dataclasses import dataclass

Value = int | float | bytes | None


class DictFields(dict):
    """Fields from values by name."""

    def __init__(self, **values: object) -> None:
        super().__init__({f"/{name}": value for name, value in values.items()})

    def __missing__(self, path: str):
        return None


@dataclass(frozen=True)
class Tree:
    """An operator and what it works on; leaves are ("field", name) and ("literal", value)."""

    name: str
    parts: tuple


def rendered(tree: Tree) -> str:
    name, parts = tree.name, tree.parts
    if name == "field":
        return "/" + parts[0]
    if name == "literal":
        return literal(parts[0])
    texts = [f"({rendered(part)})" for part in parts]
    if name in ("NOT", "minus"):
        return f"{'NOT' if name == 'NOT' else '-'} {texts[0]}"
    if name in ("IS NULL", "IS NOT NULL", "IS NAN"):
        return f"{texts[0]} {name}"
    if name in ("IN", "NOT IN", "BEGINS WITH", "ENDS WITH"):
        return f"{texts[0]} {name} ({', '.join(texts[1:])})"
    if name == "BETWEEN":
        return f"{texts[0]} BETWEEN {texts[1]} AND {texts[2]}"
    if name in CALLS or name == "IF":
        return f"{name}({', '.join(texts)})"
    if name == "LIKE":
        return f"{texts[0]} LIKE '{parts[1].parts[0].decode()}'"
    return f"{texts[0]} {name} {texts[1]}"


def literal(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return "'" + "".join(f"\\x{byte:02x}" for byte in value) + "'"
    return repr(value)


def matches(tree: Tree, fields: DictFields) -> bool:
    return truth(value(tree, fields)) is True


def scalar(one):
    if isinstance(one, list):
        one = one[0] if one else None
    return None if one == b"" else one


def elements(one) -> list:
    return [None if x == b"" else x for x in (one if isinstance(one, list) else [one])]


def as_number(one):
    """None for NULL, NaN for what is no number."""
    one = scalar(one)
    if isinstance(one, bytes):
        try:
            text = one.decode("ascii")
            digits = text.lstrip("+-") if text[:2] not in ("+-", "-+", "--", "++") else "x"
            if not digits or not set(digits) <= set("0123456789.eE+-"):
                return math.nan
            return float(text) if set(digits) & set(".eE") else int(text)
        except ValueError:
            return math.nan
    return one


def truth(one) -> bool | None:
    number = as_number(one)
    return None if number is None or math.isnan(number) else bool(number)


def less_equal_more(a: Value, b: Value) -> int | None:
    """-1, 0, 1, or None where nothing is true."""
    if a is None or b is None:
        return None
    if isinstance(a, bytes) != isinstance(b, bytes):
        x, y = as_number(a), as_number(b)
        if isinstance(a, bytes) and math.isnan(x):
            return None if math.isnan(y) else 1
        if isinstance(b, bytes) and math.isnan(y):
            return None if math.isnan(x) else -1
        a, b = x, y
    if isinstance(a, float | int) and (math.isnan(a) or math.isnan(b)):
        return None
    return (a > b) - (a < b)


SIGNS = {"=": (0,), "!=": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}


def compares(symbol: str, left, right) -> bool:
    return any(less_equal_more(a, b) in SIGNS[symbol] for a in elements(left) for b in elements(right))


def text(one: Value) -> bytes | None:
    if isinstance(one, bool):
        one = int(one)
    return one if one is None or isinstance(one, bytes) else str(one).encode()


def calculate(symbol: str, a, b):
    a, b = as_number(a), as_number(b)
    if a is None or b is None:
        return None
    if math.isnan(a) or math.isnan(b):
        return math.nan
    is_float = isinstance(a, float) or isinstance(b, float)
    if symbol in "/%":
        if b == 0 or (symbol == "%" and math.isinf(a)):
            return math.nan
        if is_float:
            return a / b if symbol == "/" else math.fmod(a, b)
        whole = -(-a // b) if (a < 0) != (b < 0) else a // b
        return whole if symbol == "/" else a - whole * b
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b}[symbol]()


def call(name: str, found: list):
    if name == "COALESCE":
        return next((one for one in found if one is not None), None)
    if name == "CONCAT":
        return b"".join(text(one) or b"" for one in found) or None
    if None in found:
        return None
    return CALLS[name](*found) or None if name in TEXT_CALLS else CALLS[name](*found)


def number_call(make):
    def apply(one):
        number = as_number(one)
        return math.nan if math.isnan(number) else make(number)

    return apply


def part(one, start, count):
    whole, begin, size = text(one), as_number(start), as_number(count)
    if math.isnan(begin) or math.isnan(size):
        return None
    begin, size = (int(max(-(10**9), min(10**9, x))) for x in (begin, size))
    if begin < 0:
        begin = max(0, len(whole) + begin)
    elif begin > 0:
        begin -= 1
    return whole[begin:][:size] if size > 0 else None


TEXT_CALLS = {
    "UPPER": lambda one: text(one).upper(),
    "REVERSE": lambda one: bytes(reversed(text(one))),
    "TRIM": lambda one: text(one).strip(b" "),
    "SUBSTR": part,
}
CALLS = {
    **TEXT_CALLS,
    "LENGTH": lambda one: len(text(one)),
    "INSTR": lambda one, other: text(one).find(text(other)) + 1,
    "STREQUAL_I": lambda one, other: int(text(one).lower() == text(other).lower()),
    "ABS": number_call(abs),
    "SIGN": number_call(lambda number: (number > 0) - (number < 0)),
    "FLOOR": number_call(lambda number: number if isinstance(number, int) else float(math.floor(number))),
    "COALESCE": None,
    "CONCAT": None,
}
PATTERNS = {b"a": b"a", b"^a": b"^a", b"2|b": b"2|b", b"(.)\\1": b"(.)\\1", b"[0-9]+$": b"[0-9]+$", b"a.*b": b"a.*b"}
"""Patterns that mean the same to PCRE and to Python."""


def value(tree: Tree, fields: DictFields):
    name, parts = tree.name, tree.parts
    if name == "field":
        return fields["/" + parts[0]]
    if name == "literal":
        return None if parts[0] == b"" else parts[0]
    if name in ("AND", "OR"):
        left = truth(value(parts[0], fields))
        if left is None or left is (name == "OR"):
            return left
        return truth(value(parts[1], fields))
    if name == "IF":
        return value(parts[1 if truth(value(parts[0], fields)) else 2], fields)
    found = [value(part, fields) for part in parts]
    if name in CALLS:
        return call(name, [scalar(one) for one in found])
    if name == "LIKE":
        texts = [text(one) for one in elements(found[0])]
        return any(one is not None and re.search(PATTERNS[parts[1].parts[0]], one) is not None for one in texts)
    if name == "NOT":
        one = truth(found[0])
        return None if one is None else not one
    if name in SIGNS:
        return compares(name, *found)
    if name == "minus":
        return calculate("-", 0, found[0])
    if name in ("IS NULL", "IS NOT NULL"):
        return (scalar(found[0]) is None) is (name == "IS NULL")
    if name == "IS NAN":
        one = scalar(found[0])
        return isinstance(one, float) and math.isnan(one)
    if name in ("IN", "NOT IN"):
        return any(compares("=", found[0], one) for one in found[1:]) is (name == "IN")
    if name == "BETWEEN":
        return compares(">=", found[0], found[1]) and compares("<=", found[0], found[2])
    if name in ("BEGINS WITH", "ENDS WITH"):
        pairs = [(text(a), text(b)) for a in elements(found[0]) for other in found[1:] for b in elements(other)]
        whole = [(a, b) for a, b in pairs if a is not None and b is not None]
        return any(a.startswith(b) if name == "BEGINS WITH" else a.endswith(b) for a, b in whole)
    return calculate(name, *found)
