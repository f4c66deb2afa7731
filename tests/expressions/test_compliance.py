"""Tables of expressions, bodies and values: every operator with every pair of types, every function, every format.

A group of a table has a body (of fix and nvfix with | for the separator) and pairs of an expression and its value:
`{"nan": true}` is NaN, true and false are what conditions give.
"""

import json
import math
from pathlib import Path

import pytest

from ampsd.expressions.compile import compile_expression, compile_filter
from ampsd.message_types import registry
from ampsd.message_types.message_type import Fields

DIRECTORY = Path(__file__).parent / "compliance"
GROUPS = [
    pytest.param(group, id=f"{path.stem}-{group['what']}")
    for path in sorted(DIRECTORY.glob("*.json"))
    if isinstance(groups := json.loads(path.read_text()), list)
    for group in groups
    if "values" in group
]
FUNCTIONS = json.loads((DIRECTORY / "functions.json").read_text())


def fields_of(group: dict[str, object]) -> Fields:
    message_type = registry.find(str(group["message_type"]))
    assert message_type is not None
    body = group["body"]
    if not isinstance(body, str):
        body = json.dumps(body, ensure_ascii=False)
    elif group["message_type"] != "xml":
        body = body.replace("|", "\x01")
    return message_type.fields(body.encode())


def as_in_tables(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode()
    return {"nan": True} if isinstance(value, float) and math.isnan(value) else value


def is_same(found: object, wanted: object) -> bool:
    """Also of one type: 1 is no 1.0; but true, which conditions give, is the 1 of a field."""
    if isinstance(wanted, float) and isinstance(found, float):
        return math.isclose(found, wanted, rel_tol=1e-12)
    return found == wanted and isinstance(found, float) == isinstance(wanted, float)


def test_there_are_enough() -> None:
    assert sum(len(group.values[0]["values"]) for group in GROUPS) + len(FUNCTIONS["hold"]) > 3000


@pytest.mark.parametrize("group", GROUPS)
def test_every_value_of_a_table(group: dict[str, object]) -> None:
    fields = fields_of(group)
    wrong = [
        (expression, found, wanted)
        for expression, wanted in group["values"]
        if not is_same(found := as_in_tables(compile_expression(expression).value(fields)), wanted)
    ]
    assert wrong == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_filter_passes_what_is_true(group: dict[str, object]) -> None:
    fields = fields_of(group)
    for expression, wanted in group["values"]:
        passes = False
        if isinstance(wanted, bool | int | float):
            passes = wanted != 0
        elif isinstance(wanted, str):
            passes = compile_expression(f"{expression} + 0").value(fields) not in (0, None) and _is_number(wanted)
        assert compile_filter(expression).matches(fields) is passes, expression


def _is_number(text: str) -> bool:
    try:
        return float(text) != 0
    except ValueError:
        return False
