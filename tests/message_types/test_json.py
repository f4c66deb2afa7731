"""Message type json: fields by path, arrays, first keys, and bodies that are refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampsd import limits
from ampsd.message_types import registry
from ampsd.message_types.message_type import BodyError, Value

JSON = registry.find("json")


def get(body: str | bytes, path: str) -> "Value | list[Value]":
    return JSON.fields(body.encode() if isinstance(body, str) else body)[path]


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        ('{"a":1}', "/a", 1),
        ('{"a":-1.5}', "/a", -1.5),
        ('{"a":"x"}', "/a", b"x"),
        ('{"a":"é\\n\\u00e9"}', "/a", "é\né".encode()),
        ('{"a":"\\u0000"}', "/a", b"\0"),
        ('{"a":true,"b":false}', "/a", 1),
        ('{"a":true,"b":false}', "/b", 0),
        ('{"a":null}', "/a", None),
        ('{"a":""}', "/a", None),
        ('{"a":{}}', "/a", None),
        ('{"a":[]}', "/a", None),
        ('{"a":{"b":1}}', "/a", None),
        ('{"a":{"b":{"c":2}}}', "/a/b/c", 2),
        ('{"a":1}', "/b", None),
        ('{"a":1}', "/a/b", None),
        ('{"a b":1}', "/a b", 1),
        ('{"@a":1}', "/@a", 1),
        ('{"größe":1}', "/größe", 1),
        ('{"":1}', "/", 1),
        ('{"a":18446744073709551615}', "/a", 2**64 - 1),
        ('{"a":123456789012345678901234567890}', "/a", 123456789012345678901234567890),
        ('{"a":1e308}', "/a", 1e308),
        (' {"a" : 1 } \n', "/a", 1),
        ("5", "/a", None),
        ("null", "/a", None),
        ('"a"', "/a", None),
    ],
)
def test_scalars_have_a_path_and_containers_no_value(body: str, path: str, value: object) -> None:
    found = get(body, path)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("body", "path", "values"),
    [
        ('{"a":[1,"x",null,"",true,2.5]}', "/a", [1, b"x", None, None, 1, 2.5]),
        ('{"C":[{"D":1},{"D":2}]}', "/C/D", [1, 2]),
        ('{"C":[{"D":1},{"E":2},{"D":3}]}', "/C/D", [1, 3]),
        ('{"C":[{"D":[1,2]},{"D":3}]}', "/C/D", [1, 2, 3]),
        ('{"a":[[1,2],[3,[4]]]}', "/a", [1, 2, 3, 4]),
        ('{"a":[{"b":1}]}', "/a", None),
        ('{"a":[7]}', "/a", [7]),
        ('[{"a":1},{"a":2}]', "/a", [1, 2]),
        ("[1,2]", "/a", None),
        ('{"a":[1]}', "/a/b", None),
    ],
)
def test_what_occurs_several_times_is_an_array_in_document_order(body: str, path: str, values: object) -> None:
    assert get(body, path) == values


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        ('{"a":1,"a":2}', "/a", 1),
        ('{"a":1,"\\u0061":2}', "/a", 1),
        ('{"\\u0061":1,"a":2}', "/a", 1),
        ('{"a":{"b":1},"a":{"b":2,"c":3}}', "/a/b", 1),
        ('{"a":{"b":1},"a":{"b":2,"c":3}}', "/a/c", None),
        ('{"x":"\\"a\\"","a":1}', "/a", 1),
        ('{"a\\tb":1,"a\\tb":2}', "/a\tb", 1),
    ],
)
def test_of_a_key_that_stands_twice_the_first_counts(body: str, path: str, value: object) -> None:
    assert get(body, path) == value


def test_fields_can_be_asked_in_any_order() -> None:
    fields = JSON.fields(b'{"a":1,"b":2,"a":3,"c":[{"a":4},{"a":5}]}')
    assert [fields[path] for path in ("/b", "/a", "/c/a", "/b", "/a")] == [2, 1, [4, 5], 2, 1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1',
        b'{"a":1}x',
        b'{"a":1}\0',
        b'{"a":1}{"b":2}',
        b"{a:1}",
        b"[1,]",
        b"NaN",
        b"Infinity",
        b"01",
        b"1e400",
        b"-1e400",
        b"9" * 5000,
        b'"\xff"',
        b'{"\xff":1}',
        b'"\\ud800"',
        b'"\\x"',
        b'"a\nb"',
        b"\xef\xbb\xbf{}",
        b"\x00",
        b'{"a":1}'.decode().encode("utf-16"),
    ],
)
def test_bodies_that_are_not_json_are_refused(body: bytes) -> None:
    with pytest.raises(BodyError):
        JSON.fields(body)


def test_nesting_is_bounded_before_any_parser_sees_it() -> None:
    deepest = limits.JSON_DEPTH_MAX
    assert get("[" * (deepest - 1) + '{"a":1}' + "]" * (deepest - 1), "/a") == [1]
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        with pytest.raises(BodyError, match="nested deeper than 128"):
            JSON.fields((opening * (deepest + 1) + "1" + closing * (deepest + 1)).encode())
    with pytest.raises(BodyError, match="nested deeper"):
        JSON.fields(b"[" * 1_000_000)


def test_many_brackets_side_by_side_or_in_strings_are_not_deep() -> None:
    assert get('{"a":[' + "[]," * 1000 + "1]}", "/a") == [1]
    assert get(r'{"a":"[{\"' + "[" * 1000 + '"}', "/a") == b'[{"' + b"[" * 1000


def test_a_string_that_never_ends_costs_one_pass() -> None:
    with pytest.raises(BodyError):
        JSON.fields(b"[" * 128 + b"[]" + b'"' + b'\\"' * 500_000)
    with pytest.raises(BodyError):
        JSON.fields(b"[]" * 129 + b'"\\')


def first_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return dict(reversed(pairs))


def naive(value: object, names: list[str]) -> list[object]:
    if isinstance(value, list):
        return [found for one in value for found in naive(one, names)]
    if names:
        return naive(value[names[0]], names[1:]) if isinstance(value, dict) and names[0] in value else []
    if isinstance(value, dict):
        return []
    if isinstance(value, str):
        return [value.encode() or None]
    return [int(value) if isinstance(value, bool) else value]


VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=3)
    ),
    lambda children: st.one_of(st.lists(children, max_size=3), st.dictionaries(st.sampled_from("abc"), children)),
    max_leaves=10,
)
PATHS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))


@given(values=st.lists(VALUES, min_size=1, max_size=3), path=PATHS, is_ascii=st.booleans())
@settings(max_examples=500, deadline=None)
def test_reads_what_a_slow_reading_of_the_same_text_finds(values: list[object], path: str, is_ascii: bool) -> None:
    members = [
        f'"{name}":{json.dumps(value, ensure_ascii=is_ascii)}' for name, value in zip("aab", values, strict=False)
    ]
    body = "{" + ",".join(members) + "}"
    expected = naive(json.loads(body, object_pairs_hook=first_keys), path.strip("/").split("/"))
    found = get(body, path)
    assert (found if isinstance(found, list) else [found]) == (expected or [None])


def is_read_or_refused(body: bytes) -> bool:
    try:
        fields = JSON.fields(body)
    except BodyError:
        return True
    _ = fields["/a"]
    _ = fields["/a/b"]
    return True


@given(body=st.binary())
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert is_read_or_refused(body)


PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b'"a"',
    b":",
    b",",
    b"1",
    b"e9",
    b"-",
    b"\\u00",
    b"61",
    b"\\",
    b"null",
    b"\xc3",
    b" ",
]


@given(body=st.lists(st.sampled_from(PIECES), max_size=15).map(b"".join))
@settings(max_examples=1000, deadline=None)
def test_pieces_of_json_in_any_order_are_read_or_refused(body: bytes) -> None:
    assert is_read_or_refused(body)
