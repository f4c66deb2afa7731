"""Functions of expressions: every one by table, and none raises or grows without bound, whatever it is given."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd import limits
from ampsd.expressions.compile import compile_filter
from ampsd.expressions.environment import NOWHERE, Environment
from ampsd.expressions.functions.registry import find, functions
from ampsd.expressions.lexer import ExpressionError
from ampsd.message_types import registry

TABLE = json.loads((Path(__file__).parent / "compliance" / "functions.json").read_text())
JSON = registry.find("json")
assert JSON is not None
BODY = JSON.fields(json.dumps(TABLE["body"], ensure_ascii=False).encode())


@pytest.mark.parametrize("text", TABLE["hold"])
def test_what_the_table_says_holds(text: str) -> None:
    assert compile_filter(text).matches(BODY)


def test_every_function_is_in_the_table_and_documented() -> None:
    whole = "\n".join(TABLE["hold"]).upper()
    for function in functions():
        assert f"{function.name}(" in whole
        assert function.doc.endswith(".")
        assert find(function.name.lower()) is function


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.binary(max_size=20),
    st.sampled_from([b"1e308", b"-0", b"nan", b"9" * 400, b" "]),
)


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)
@given(st.data())
def test_no_value_makes_a_function_raise(function, data) -> None:  # type: ignore[no-untyped-def]
    count = data.draw(st.integers(function.least, min(function.most, 5)))
    values = [data.draw(VALUES) for _ in range(count)]
    if function.is_of_arrays:
        values[0] = data.draw(st.lists(VALUES, max_size=5))
    elif not function.takes_null and None in values:
        return
    if function.asks_environment:
        values.insert(0, data.draw(st.sampled_from([NOWHERE, Environment(now_ns=0), Environment(now_ns=2**62)])))
    found = function.apply(*values)
    assert found is None or isinstance(found, int | float | bytes)


def test_results_have_a_bound() -> None:
    assert JSON is not None
    long = "x" * 1000
    fields = JSON.fields(json.dumps({"a": long}).encode())
    nested = f"REPLACE(REPLACE(/a, 'x', '{long}'), 'x', '{long}')"
    assert compile_filter(f"{nested} IS NULL").matches(fields)
    assert limits.EXPRESSION_TEXT_MAX < 1000**2


def test_an_expression_has_a_bound_on_its_functions() -> None:
    calls = " + ".join(["TRUE_VALUE()"] * limits.EXPRESSION_CALLS_MAX)
    assert compile_filter(f"{calls} = {limits.EXPRESSION_CALLS_MAX}").matches(BODY)
    with pytest.raises(ExpressionError, match="more than 100 functions"):
        compile_filter(f"{calls} + TRUE_VALUE() = 1")


def test_if_looks_at_one_value_only() -> None:
    chosen = compile_filter("IF(/n < 0, 1, /a LIKE '(a+)+$') = 1")
    assert chosen.matches(BODY)
    assert chosen.identifiers == ("/n", "/a")
