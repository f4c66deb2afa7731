"""The filter language row by row (User Guide, AMPS Expressions). /none is missing from every message."""

import math

import pytest
from naive_filter import DictFields

from ampsd.expressions.compile import NO_FIELDS, Filter, compile_filter

FIELDS = DictFields(
    a=1,
    big=2**64 - 1,
    price=98.6,
    text=b"crank",
    digits=b"47",
    nan=math.nan,
    huge=10**400,
    data=[1, 2, 3, b"zebra", 5],
    other=[14, 34, 23, 5],
    empty_first=[None, 1],
    state=b"Mississippi",
    raw=b"\xff\x00",
)

TRUE = [
    # number and number, text and text, number and text
    "1 < 2",
    "2 = 2.0",
    "2 == 2.0",
    "'2.000' <> '2.0'",
    "10 < 'Crank It Up'",
    "10 != 'Crank It Up'",
    "'Crank' > 10",
    "'10' = 10",
    "/digits = 47",
    "/digits = '47'",
    "/digits != '47.0'",
    "/digits = 47.0",
    "-1 < 0",
    "- /a = -1",
    "+ /digits = 47",
    "'b' > 'a'",
    "'Z' < 'a'",
    "18446744073709551610 < /big",
    "/raw = '\\xff\\x00'",
    "/raw = '\\377\\x00'",
    "'it\\'s' = \"it's\"",
    # NULL
    "'' IS NULL",
    "/none IS NULL",
    "/a IS NOT NULL",
    "NOT /none IS NOT NULL",
    "NOT (/none = 1)",
    "NOT (/none != 1)",
    "/none NOT IN (1, 2)",
    "/none NOT BETWEEN 1 AND 2",
    "/none NOT LIKE 'a'",
    "(/none + 1) IS NULL",
    "(1 - /none) IS NULL",
    "/a NOT NULL",
    "/empty_first IS NULL",
    # NaN
    "/nan IS NAN",
    "(/text * 2) IS NAN",
    "(1 / 0) IS NAN",
    "(1.5 % 0) IS NAN",
    "/text IS NOT NAN",
    "NOT (/nan = /nan)",
    "NOT (/nan != /nan)",
    "NOT (/nan < 'text')",
    # logic
    "1 OR /none",
    "NOT 0",
    "NOT (0 AND /none)",
    "NOT 1 = 2 AND 2 = 2",
    "1 = 1 OR 1 = 2 AND 1 = 2",
    "1 = 2 OR 2 = 2",
    "/a",
    "/data",
    "'1'",
    "0.5",
    # arithmetic
    "1 / 5 = 0",
    "1.0 / 5 = 0.2",
    "-5 % 3 = -2",
    "5 % -3 = 2",
    "5 MOD 3 = 2",
    "-5.5 % 2 = -1.5",
    "-7 / 2 = -3",
    "1 + 2 * 3 = 7",
    "(1 + 2) * 3 = 9",
    "10 - 3 - 2 = 5",
    "100 / 10 / 2 = 5",
    "/digits + 1 = 48",
    "'1e2' + 0 = 100",
    "'.5' * 2 = 1",
    "/other + 1 = 15",
    "/a*5 = 5",
    "9223372036854775807 * 4 > 3e19",
    "/huge > 1e308",
    "/huge * /huge > 1e308",
    "- /huge < -1e308",
    "/huge LIKE 'inf'",
    # BETWEEN, IN
    "/a BETWEEN 1 AND 1",
    "/price NOT BETWEEN 98.7 AND 99",
    "(/a * 3) BETWEEN 0 AND 100",
    "/data BETWEEN 4 AND 4.5",
    "/text IN ('crank', 'x')",
    "/text NOT IN ('Crank')",
    "/digits IN (47)",
    "47 IN ('47')",
    "47.0 IN ('47')",
    "3 IN (/data)",
    "/data IN (9, 2)",
    "/data IN ('zebra', 'antelope')",
    "/data IN (/other)",
    "/a IN (/a*5, 0 + 1)",
    "NULL NOT IN (NULL)",
    # LIKE
    "/state LIKE '(.)\\1'",
    "/state LIKE '^Miss'",
    "/state LIKE 'ippi$'",
    "/state LIKE '(?i)^MISS'",
    "/state NOT LIKE 'MISS'",
    "'C++' LIKE r'C++'",
    "'C++' LIKE 'C\\+\\+'",
    "'Ca' NOT LIKE r'C.'",
    "/other LIKE '4'",
    "/other[1] LIKE '4'",
    "/price LIKE '^98\\.6$'",
    "(1 = 1) LIKE '^1$'",
    # BEGINS WITH, ENDS WITH
    "/state BEGINS WITH ('Ohio', 'Miss')",
    "/state NOT BEGINS WITH ('miss')",
    "/state ENDS WITH ('ppi')",
    "/price NOT ENDS WITH ('99')",
    "/price ENDS WITH ('8.6')",
    "/digits BEGINS WITH (4)",
    "/data ENDS WITH ('bra')",
    # arrays
    "/data = 1",
    "/data != 'zebra'",
    "NOT (NOT /data = 'zebra')",
    "/data = /other",
    "/other > 30",
    "/data[0] = 1",
    '/data[3] = "zebra"',
    "/data[1] != 1",
    "/data[9] IS NULL",
    "/a[0] = 1",
    "/a[1] IS NULL",
]

FALSE = [
    "10 < '2'",
    "10 = 'Crank'",
    "'' = ''",
    "10 < ''",
    "10 > ''",
    "/none = NULL",
    "/none != NULL",
    "/none != 1",
    "NULL",
    "/none",
    "/none OR 1",
    "/none AND 1",
    "NOT /none",
    "0 OR /none",
    "1 AND /none",
    "0",
    "'text'",
    "/nan",
    "/nan >= /nan",
    "/text < 5",
    "NOT 1 = 2 AND 1 = 2",
    "/text IN ('Crank')",
    "/none IN (NULL)",
    "NULL IN (/none, NULL)",
    "/data = 42",
    "/data[3] = 5",
    "/other > 50",
    "/none LIKE ''",
    "/none BEGINS WITH ('a')",
    "/text BEGINS WITH (NULL, /none)",
    "/a BETWEEN 2 AND NULL",
    "/nan IN (1, 2)",
    "'0x10' = 16",
    "' 2' = 2",
    "'1_0' = 10",
    "'nan' IS NAN",
    "'inf' > 'x' AND 'inf' * 1 > 5",
]


@pytest.mark.parametrize("text", TRUE)
def test_matches(text: str) -> None:
    assert compile_filter(text).matches(FIELDS)


@pytest.mark.parametrize("text", FALSE)
def test_does_not_match(text: str) -> None:
    assert not compile_filter(text).matches(FIELDS)


def test_keywords_are_known_in_any_case() -> None:
    assert compile_filter("/a In (1) aNd /none iS nULL and not /a LIKE 'x'").matches(FIELDS)


def test_identifiers_are_each_named_once_in_the_order_of_the_text() -> None:
    text = "/b = 1 AND (/a > /b + 1 OR [/First name] LIKE 'x' OR NOT /c IN (/d, 1) OR /e/@f BETWEEN /g AND /h)"
    expected = ("/b", "/a", "/First name", "/c", "/d", "/e/@f", "/g", "/h")
    assert compile_filter(text + " OR -/i[2] IS NULL OR /j BEGINS WITH (/k)").identifiers == (
        *expected,
        "/i",
        "/j",
        "/k",
    )


def test_right_side_is_not_looked_at_when_the_left_decides() -> None:
    class Counting(DictFields):
        asked: list[str] = []

        def __getitem__(self, path: str) -> object:
            self.asked.append(path)
            return super().__getitem__(path)

    fields = Counting(a=1)
    assert compile_filter("/a = 1 OR /b = 2").matches(fields)
    assert not compile_filter("/a = 2 AND /b = 2").matches(fields)
    assert fields.asked == ["/a", "/a"]


def test_pairs_of_two_arrays_are_bounded_but_one_array_is_searched_whole() -> None:
    ones, twos = [1] * 100, [2] * 100
    assert not compile_filter("/a = /b").matches(DictFields(a=[*ones, 2], b=twos))
    assert compile_filter("/a = /b").matches(DictFields(a=[*ones[:10], 2], b=twos))
    assert compile_filter("/a = 1").matches(DictFields(a=[2] * 200_000 + [1]))
    assert compile_filter("1 = /a").matches(DictFields(a=[2] * 200_000 + [1]))


def test_like_looks_at_a_bounded_number_of_elements() -> None:
    names = [b"x"] * 1000 + [b"y"]
    assert not compile_filter("/a LIKE 'y'").matches(DictFields(a=names))
    assert compile_filter("/a LIKE 'y'").matches(DictFields(a=names[1:]))


def test_filters_compare_by_their_text() -> None:
    assert compile_filter("/a = 1") == compile_filter("/a = 1")
    assert compile_filter("/a = 1") != compile_filter("/a = 2")
    assert len({compile_filter("/a = 1"), compile_filter("/a = 1")}) == 1
    assert repr(compile_filter("/a")) == "Filter('/a')"
    assert isinstance(compile_filter("/a"), Filter)


def test_no_message_has_only_null_fields() -> None:
    assert compile_filter("/a IS NULL").matches(NO_FIELDS)
