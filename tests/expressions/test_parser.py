"""What is refused, and where; how deep and how long expressions may be."""

import pytest
from naive_filter import DictFields

from ampsd.expressions.compile import compile_filter
from ampsd.expressions.lexer import ExpressionError

REFUSED = [
    ("", 0, "expected a field, a value"),
    ("   ", 3, "the end of the expression"),
    ("/a =", 4, "the end of the expression"),
    ("/a = 1 2", 7, "an operator or the end"),
    ("/a 5", 3, "an operator or the end"),
    ("10 /5", 3, "an operator or the end"),
    ("(/a = 1", 7, "expected ')'"),
    ("/a = 1)", 6, "an operator or the end"),
    ("/a IN 1", 6, "a list in parentheses"),
    ("/a IN (1", 8, "',' or ')'"),
    ("/a IN ()", 7, "expected a field"),
    ("/a BETWEEN 1 OR 2", 13, "expected AND"),
    ("/a BEGINS ('x')", 10, "expected WITH"),
    ("/a BEGINS WITH 'x'", 15, "a list in parentheses"),
    ("/a IS 1", 6, "NULL or NAN"),
    ("/a NOT 1", 7, "IN, BETWEEN"),
    ("/a NOT = 1", 7, "IN, BETWEEN"),
    ("/a LIKE /b", 8, "pattern of LIKE must be a string"),
    ("/a LIKE '('", 8, "does not compile"),
    ("/a LIKE '(*UTF)a'", 8, "not allowed"),
    ("/a = 1 = 1", 7, "put parentheses"),
    ("/a IS NULL IS NULL", 11, "put parentheses"),
    ("1 + NOT 2", 4, "expected a field"),
    ("/a = AND", 5, "found 'AND'"),
    ("/a AND (AND)", 8, "found 'AND'"),
    ("true", 0, "found 'TRUE'"),
    ("VALUE_LOOKUP('x', /a) > 3", 0, "the function VALUE_LOOKUP is not available yet"),
    ("/a = 1 AND uper(/b) = 'X'", 11, "there is no function UPER; did you mean UPPER"),
    ("LENGTH(/a, /b) > 3", 0, "LENGTH takes 1 argument, not 2"),
    ("IF(/a) = 1", 0, "IF takes 3 arguments, not 1"),
    ("SUBSTR(/a) = 1", 0, "SUBSTR takes 2 to 3 arguments, not 1"),
    ("UPPER(/a", 8, "expected ',' or ')', found the end of the expression"),
    ("[topic]./a = 1", 0, "the topic of a field can be named in projections only"),
    ("[topic]/a = 1", 0, "a field in brackets"),
    ("SUM(/a) > 1", 0, "SUM is an aggregate"),
    ("REGEXP_MATCH(/a, '(') = 'x'", 0, "the regular expression does not compile"),
    ("STRFTME('%Y', /a) > 3", 0, "there is no function STRFTME; did you mean STRFTIME"),
    ("/a OF PREVIOUS = 1", 3, "expected an operator or the end"),
    ("/a AS /b", 3, "expected an operator or the end"),
    ("/a[0]/b = 1", 5, "a subscript must come last"),
    ("/a = 'x", 5, "no closing quote"),
    ("/a = r'x", 6, "no closing quote"),
    ("/a = 5x", 5, "is not a number"),
    ("/a = 1.2.3", 5, "is not a number"),
    ("/a = 18446744073709551616", 5, "64 bits"),
    ("/a = " + "9" * 5000, 5, "64 bits"),
    ("/a & /b", 3, "means nothing"),
    ("{{X}} = 1", 0, "means nothing"),
    ("/a = '\ud800'", 6, "half a character"),
]


@pytest.mark.parametrize(("text", "position", "message"), REFUSED)
def test_refused_with_its_position(text: str, position: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_filter(text)
    assert message in caught.value.message
    assert caught.value.position == position
    assert str(caught.value) == f"{caught.value.message}, at character {position + 1}"


def is_accepted_or_too_deep(text: str) -> bool:
    try:
        compile_filter(text).matches(DictFields())
    except ExpressionError as error:
        return "nested deeper" in error.message or "more than 500 words" in error.message
    return True


def nested(count: int) -> str:
    return "(" * count + "1" + ")" * count


@pytest.mark.parametrize(
    ("opening", "middle", "closing"),
    [
        ("(", "1", ")"),
        ("NOT ", "0", ""),
        ("- ", "1", ""),
        ("1 IN (1, (", "1", "))"),
        ("1 AND (", "1", ")"),
        ("1 = (2 + (", "1", "))"),
        ("NULL BETWEEN (", "1", ") AND 1"),
    ],
)
def test_nesting_is_bounded_and_never_exhausts_the_stack(opening: str, middle: str, closing: str) -> None:
    assert compile_filter(opening * 5 + middle + closing * 5).matches(DictFields()) in (True, False)
    for count in range(10, 100, 10):
        assert is_accepted_or_too_deep(opening * count + middle + closing * count)
    with pytest.raises(ExpressionError, match=r"nested deeper than 100|more than 500 words"):
        compile_filter(opening * 101 + middle + closing * 101)


def test_ninety_nine_parentheses_are_fine() -> None:
    assert compile_filter(nested(99)).matches(DictFields())


def test_long_lists_are_not_deep() -> None:
    assert compile_filter("0" + " OR /a = 1" * 120).matches(DictFields(a=1))
    assert compile_filter("1" + "+1" * 240 + " = 241").matches(DictFields())
    assert compile_filter(f"/a IN ({','.join(map(str, range(10_000)))})").matches(DictFields(a=9999))


def test_long_expressions_are_bounded_but_for_lists_of_values() -> None:
    with pytest.raises(ExpressionError, match="more than 500 words"):
        compile_filter("0" + " OR /a = 1" * 130)
    names = ", ".join(f"'customer {number}'" for number in range(3000))
    for text in (f"/a IN ({names})", f"/a NOT IN ( {names} ) AND 1 = 2 OR /a BEGINS WITH ('x',\n'customer 29')"):
        assert compile_filter(text).matches(DictFields(a=b"customer 2999"))


def test_paths_are_bounded() -> None:
    assert not compile_filter("/a" * 128 + " = 1").matches(DictFields())
    with pytest.raises(ExpressionError, match="more than 128 steps"):
        compile_filter("/a" * 129 + " = 1")


def test_nested_ranges_take_time_in_proportion_to_their_length() -> None:
    text = "/a"
    for _ in range(45):
        text = f"({text}) BETWEEN 0 AND 1"
    assert compile_filter(text).matches(DictFields(a=1))


def test_length_is_bounded_in_bytes() -> None:
    assert compile_filter("1 OR '" + "é" * 30_000 + "'").matches(DictFields())
    with pytest.raises(ExpressionError, match="longer than 65536 bytes"):
        compile_filter("1 OR '" + "é" * 33_000 + "'")
