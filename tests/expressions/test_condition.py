"""Conditions: context variables are values and never change what the condition says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.expressions.compile import NO_FIELDS, VariableError, compile_condition, filled_in
from ampsd.expressions.environment import Environment
from ampsd.expressions.lexer import ExpressionError
from ampsd.message_types import registry


def holds(text: str, **variables: bytes) -> bool:
    return compile_condition(text).matches(NO_FIELDS, Environment(variables=variables))


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_variable_in_quotes_is_a_text(quote: str) -> None:
    text = f"{quote}{{{{NAME}}}}{quote} = 'ann'"
    assert holds(text, NAME=b"ann")
    assert not holds(text, NAME=b"bob")


def test_text_and_variables_mix_in_a_string() -> None:
    assert holds("'<{{A}}-<<B>>>' = '<x-y>'", A=b"x", B=b"y")
    assert holds("'{{A}}' BEGINS WITH ('{{B}}')", A=b"xyz", B=b"xy")
    assert holds("'{{A}}' LIKE '^x'", A=b"xyz")


@given(value=st.binary())
def test_no_value_gets_out_of_its_quotes(value: bytes) -> None:
    assert not holds("'{{NAME}}' = 'ann' AND 1 = 2", NAME=value)
    assert holds("'{{NAME}}' = '{{NAME}}' OR '{{NAME}}' IS NULL", NAME=value)


@pytest.mark.parametrize("value", [b"' OR '1'='1", b'" OR ""="', b"\\", b"' OR 1=1 --", b"{{OTHER}}", b"\x00'"])
def test_quotes_and_backslashes_of_a_value_are_text(value: bytes) -> None:
    assert not holds("'{{NAME}}' = 'ann'", NAME=value, OTHER=b"ann")
    assert not holds('"{{NAME}}" = "ann"', NAME=value, OTHER=b"ann")


def test_an_undefined_variable_in_quotes_is_null() -> None:
    assert holds("'{{NOBODY}}' IS NULL")
    assert holds("'x{{NOBODY}}' = 'x'")


@pytest.mark.parametrize("value", [b"5", b" 5\n", b"5.0", b"+5", b"0.5e1"])
def test_a_variable_outside_quotes_is_a_number(value: bytes) -> None:
    assert holds("{{N}} > 4 AND {{ N }} * 2 = 10", N=value)


@pytest.mark.parametrize("value", [b"", b"abc", b"1 OR 1=1", b"5)", b"/a", b"NULL", b"0x5", b"nan", b"1_0", b"'5'"])
def test_anything_else_outside_quotes_is_an_error(value: bytes) -> None:
    with pytest.raises(VariableError, match=r"^\{\{N\}\} is not a number"):
        holds("{{N}} > 4", N=value)


def test_an_undefined_variable_outside_quotes_is_an_error() -> None:
    with pytest.raises(VariableError):
        holds("{{N}} > 4")


def test_variables_are_each_named_once_in_the_order_of_the_text() -> None:
    assert compile_condition("'{{B}}{{A}}' = 'x' AND {{C}} > {{A}}").variables == ("B", "A", "C")


def test_a_pattern_may_hold_no_variable() -> None:
    with pytest.raises(ExpressionError, match="without variables"):
        compile_condition("'x' LIKE '{{P}}'")


def test_a_field_is_null_because_there_is_no_message() -> None:
    assert holds("/a IS NULL")


_CONDITIONS = (
    "'{{A}}' = 'x' OR {{N}} > 1",
    "'a{{A}}b{{B}}' IN ('axb', 'ab', '{{B}}') AND NOT {{N}} BETWEEN {{N}} - 1 AND 2",
    "IF('{{A}}' IS NULL, '{{B}}', CONCAT('{{A}}', '-')) BEGINS WITH ('{{B}}', 'x')",
    "REGEXP_MATCH('{{A}}', '{{B}}') = '{{A}}' OR '{{A}}' LIKE '^x' OR LENGTH('{{B}}') = {{N}}",
)


@pytest.mark.parametrize("text", _CONDITIONS)
@given(
    a=st.binary(max_size=20),
    b=st.sampled_from([b"", b"x", b"' OR 1=1 --", b"(", b"{{A}}", b"\xff"]),
    n=st.integers(-3, 3),
)
def test_a_condition_filled_in_says_what_it_said(text: str, a: bytes, b: bytes, n: int) -> None:
    condition = compile_condition(text)
    variables = {"A": a, "B": b, "N": b"%d" % n}
    filled = filled_in(condition, variables)
    assert filled.variables == ()
    assert filled.matches(NO_FIELDS) is condition.matches(NO_FIELDS, Environment(variables=variables))


def test_a_condition_filled_in_is_a_filter_of_messages() -> None:
    condition = compile_condition("/id = '{{ID}}' AND /n > {{N}}")
    message = registry.find("json").fields(b'{"id":"\' OR \'1\' = \'1","n":2}')
    assert filled_in(condition, {"ID": b"' OR '1' = '1", "N": b" 1 "}).matches(message)
    assert not filled_in(condition, {"ID": b"x' OR '1' = '1", "N": b"1"}).matches(message)
    with pytest.raises(VariableError, match="is not a number"):
        filled_in(condition, {"ID": b"", "N": b"1 OR 1=1"})
