"""Tokens: names, numbers, strings and their escapes, variables."""

import pytest

from ampsd.expressions.lexer import ExpressionError, TokenKind, tokens


def words(text: str) -> list[str]:
    return [token.text for token in tokens(text)][:-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/6*/14", ["/6", "*", "/14"]),
        ("/14*5", ["/14", "*", "5"]),
        ("/a / /b", ["/a", "/", "/b"]),
        ("/a-1", ["/a-1"]),
        ("/a - 1", ["/a", "-", "1"]),
        ("5-3", ["5", "-", "3"]),
        ("/Order/@Qty>=1", ["/Order/@Qty", ">=", "1"]),
        ("/a.b/c:d/_e", ["/a.b/c:d/_e"]),
        ("/größe", ["/größe"]),
        ("[/Not Xpath Name]= 1", ["/Not Xpath Name", "=", "1"]),
        ("a<>b", ["A", "<>", "B"]),
        ("x\t\n==y", ["X", "==", "Y"]),
    ],
)
def test_text_falls_into_tokens(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "path", "index"),
    [("/a[3]", "/a", 3), ("/a [3]", None, None), ("[/x y][ 0 ]", "/x y", 0), ("/a", "/a", None)],
)
def test_a_subscript_belongs_to_the_field_before_it(text: str, path: str | None, index: int | None) -> None:
    if path is None:
        with pytest.raises(ExpressionError, match="a field in brackets"):
            tokens(text)
        return
    token = tokens(text)[0]
    assert (token.text, token.index) == (path, index)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42", 42),
        ("18446744073709551615", 2**64 - 1),
        ("0042", 42),
        ("3.14", 3.14),
        ("31.4e-1", 3.14),
        ("6.022E23", 6.022e23),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1e999", float("inf")),
    ],
)
def test_numbers(text: str, number: float) -> None:
    token = tokens(text)[0]
    assert token.kind is TokenKind.NUMBER
    assert token.number == number
    assert type(token.number) is type(number)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'IBM'", b"IBM"),
        ('"IBM"', b"IBM"),
        (r"'\a\b\t\n\f\r'", b"\a\b\t\n\f\r"),
        (r"'\x41\x4a\xff'", b"AJ\xff"),
        (r"'\101\377'", b"A\xff"),
        (r"'\q\\\'\"'", b"q\\'\""),
        (r"'\8\x4'", b"8x4"),
        (r"r'a\n'", rb"a\n"),
        (r'R"a\"', b"a\\"),
        ("'é'", "é".encode()),
        ("'\udcff'", b"\xff"),
        ("'a\nb'", b"a\nb"),
    ],
)
def test_strings(text: str, value: bytes) -> None:
    (token,) = tokens(text)[:-1]
    assert token.kind is TokenKind.STRING
    assert token.parts == (value,)


def test_an_empty_string_has_no_parts() -> None:
    assert tokens("''")[0].parts == ()


def test_positions_count_characters() -> None:
    assert [token.position for token in tokens("/é = 'x' ")] == [0, 3, 5, 9]


def test_variables_stand_outside_and_inside_strings() -> None:
    found = tokens("{{ N }} <<M>> 'a{{X}}{{Y}}\\t' r'\\t<<Z>>'", has_variables=True)
    assert [token.kind for token in found[:2]] == [TokenKind.VARIABLE] * 2
    assert [token.text for token in found[:2]] == ["N", "M"]
    assert found[2].parts == (b"a", "X", "Y", b"\t")
    assert found[3].parts == (b"\\t", "Z")


def test_without_variables_their_marks_are_text_in_a_string() -> None:
    assert tokens("'{{X}}'")[0].parts == (b"{{X}}",)


@pytest.mark.parametrize(
    ("text", "position"), [("'a{{b c}}'", 2), ("'{{X}}{{'", 6), ("{{a b}}", 0), ("{{X|upper}}", 0)]
)
def test_marks_around_no_name_are_refused(text: str, position: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        tokens(text, has_variables=True)
    assert caught.value.position == position
