"""What every message type does, whatever its format: one contract, asked of all of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampsd import limits
from ampsd.message_types import registry
from ampsd.message_types.composite import Composite, joined
from ampsd.message_types.message_type import BodyError, Fields, MessageType, NotBuildableError
from ampsd.message_types.proto_file import read_proto
from ampsd.message_types.protobuf import Protobuf
from ampsd.message_types.structure import Struct
from ampsd.message_types.tag_value import fix, nvfix

PROTO = """
syntax = "proto2"; package desk;
message Order { optional int64 id = 1; optional string name = 2; repeated double prices = 3; optional Part part = 4; }
message Part { optional int32 a = 1; optional string b = 2; }
"""


def type_called(name: str) -> MessageType:
    found = registry.find(name)
    assert found is not None
    return found


def same(path: str) -> str:
    return path


@dataclass(frozen=True)
class Case:
    """A type, how it writes the paths of the tests, and what it can hold."""

    type: MessageType
    path: Callable[[str], str] = same
    is_flat: bool = False
    is_typed: bool = True

    def __str__(self) -> str:
        return self.type.name


LOCAL = Composite("two-parts", [type_called("json"), type_called("nvfix")], is_local=True)
CASES = [
    Case(type_called("json")),
    Case(type_called("msgpack")),
    Case(type_called("bson")),
    Case(type_called("bflat"), is_flat=True),
    Case(type_called("nvfix"), is_flat=True, is_typed=False),
    Case(nvfix("piped", ord("|")), is_flat=True, is_typed=False),
    Case(
        type_called("fix"),
        path=lambda path: "/".join(str(number) for number in path.encode()).replace("/", "").replace("47", "/"),
        is_flat=True,
        is_typed=False,
    ),
    Case(type_called("xml"), path=lambda path: "/row" + path, is_typed=False),
    Case(LOCAL, path=lambda path: "/0" + path),
]
every_builder = pytest.mark.parametrize("case", CASES, ids=str)


def read(case: Case, fields: Fields, path: str) -> object:
    return fields[case.path(path)]


@every_builder
def test_what_is_built_is_read_again(case: Case) -> None:
    pairs = [("/id", 7), ("/name", b"Ann"), ("/price", 2.5), ("/none", None), ("/list", [1, 2, 3])]
    fields = case.type.fields(case.type.build([(case.path(path), value) for path, value in pairs]))
    for path, value in pairs:
        found = read(case, fields, path)
        if case.is_typed:
            assert found == value
        elif isinstance(value, list):
            assert found == [str(one).encode() for one in value]
        else:
            assert found == (None if value is None else value if isinstance(value, bytes) else str(value).encode())
    assert read(case, fields, "/missing") is None


@every_builder
def test_parts_in_parts_are_built_or_refused(case: Case) -> None:
    pairs = [(case.path("/a/b"), 1), (case.path("/a/c/d"), b"x"), (case.path("/e"), 2)]
    if case.is_flat:
        with pytest.raises(NotBuildableError, match="more than one step"):
            case.type.build(pairs)
        return
    fields = case.type.fields(case.type.build(pairs))
    assert fields[case.path("/a/b")] == (1 if case.is_typed else b"1")
    assert fields[case.path("/a/c/d")] == b"x"
    assert fields[case.path("/a")] is None
    assert fields[case.path("/a/c/d/e")] is None


@every_builder
def test_a_path_through_a_value_cannot_be_built(case: Case) -> None:
    if case.is_flat:
        return
    for pairs in ([("/a", 1), ("/a/b", 2)], [("/a/b", 2), ("/a", 1)]):
        with pytest.raises(NotBuildableError):
            case.type.build([(case.path(path), value) for path, value in pairs])


@every_builder
def test_a_reader_of_some_paths_reads_what_the_whole_says(case: Case) -> None:
    pairs = [("/id", 7), ("/name", b"Ann"), ("/price", 2.5), ("/list", [1, 2, 3])]
    body = case.type.build([(case.path(path), value) for path, value in pairs])
    whole = case.type.fields(body)
    for paths in (["/id"], ["/name", "/list"], ["/missing"], []):
        picked = case.type.reader([case.path(path) for path in paths])(body)
        for path in (*paths, "/price"):
            assert picked[case.path(path)] == whole[case.path(path)], "what was not announced is read all the same"
    for path in ("/id", "/name", "/price", "/list", "/missing", "/id/more"):
        value, expected = case.type.picker(case.path(path))(body), whole[case.path(path)]
        assert (value, type(value)) == (expected, type(expected))


@every_builder
def test_a_change_is_merged(case: Case) -> None:
    body = case.type.build([(case.path(path), value) for path, value in (("/id", 1), ("/a", b"x"), ("/l", [1, 2]))])
    change = case.type.build([(case.path(path), value) for path, value in (("/a", b"y"), ("/l", [3]), ("/n", 5))])
    fields = case.type.fields(case.type.merge(body, change))
    assert [text(fields[case.path(path)]) for path in ("/id", "/a", "/n")] == ["1", "y", "5"]
    assert fields[case.path("/l")] in ([3], b"3")


@every_builder
def test_null_in_a_change_changes_nothing(case: Case) -> None:
    body = case.type.build([(case.path("/id"), 1), (case.path("/a"), b"x")])
    change = case.type.build([(case.path("/id"), 1), (case.path("/a"), None)])
    assert case.type.fields(case.type.merge(body, change))[case.path("/a")] == b"x"


@every_builder
def test_parts_are_merged_name_by_name(case: Case) -> None:
    if case.is_flat:
        return
    body = case.type.build([(case.path("/p/a"), 1), (case.path("/p/b"), 2), (case.path("/q"), 3)])
    change = case.type.build([(case.path("/p/b"), 9)])
    fields = case.type.fields(case.type.merge(body, change))
    assert [text(fields[case.path(path)]) for path in ("/p/a", "/p/b", "/q")] == ["1", "9", "3"]


@every_builder
def test_a_difference_has_what_changed_and_the_keys(case: Case) -> None:
    def body(**values: object) -> bytes:
        return case.type.build([(case.path(f"/{name}"), value) for name, value in values.items()])

    old = body(id=1, a=b"x", b=2, l=[1, 2])
    new = body(id=1, a=b"y", b=2, l=[1, 2], n=5)
    fields = case.type.fields(case.type.difference(old, new, [case.path("/id")]))
    assert [text(fields[case.path(path)]) for path in ("/id", "/a", "/n")] == ["1", "y", "5"]
    assert fields[case.path("/b")] is None
    assert fields[case.path("/l")] is None


@every_builder
def test_a_merged_difference_gives_the_new_state(case: Case) -> None:
    old = case.type.build([(case.path("/id"), 1), (case.path("/a"), b"x"), (case.path("/c"), 3)])
    new = case.type.build([(case.path("/id"), 1), (case.path("/a"), b"yy"), (case.path("/c"), 3), (case.path("/d"), 4)])
    fields = case.type.fields(case.type.merge(old, case.type.difference(old, new)))
    assert [fields[case.path(path)] for path in ("/id", "/a", "/c", "/d")] == [
        case.type.fields(new)[case.path(path)] for path in ("/id", "/a", "/c", "/d")
    ]


@every_builder
def test_bytes_that_a_change_does_not_touch_stay(case: Case) -> None:
    big = 2**63 if case.type.name == "bson" else 2**64 - 1
    if case.type.name in ("bson", "bflat"):
        big = 2**63 - 1
    body = case.type.build([(case.path("/id"), 1), (case.path("/big"), big), (case.path("/t"), "größe".encode())])
    change = case.type.build([(case.path("/id"), 2)])
    fields = case.type.fields(case.type.merge(body, change))
    assert text(fields[case.path("/big")]) == str(big)
    assert fields[case.path("/t")] == "größe".encode()


def text(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode()
    return None if value is None else str(value)


STRUCT = Struct("row", ["/id = i", "/pad = 4x", "/price = >d", "/code = 4s", "/name=8S", "/p=5p", "/flag=?", "/c = c"])
PROTOBUF = Protobuf("order", read_proto("order.proto", lambda _: PROTO), "desk.Order")
GLOBAL = Composite("joined", [type_called("json"), type_called("binary"), type_called("json")], is_local=False)
EVERY = [*(case.type for case in CASES), type_called("binary"), STRUCT, PROTOBUF, GLOBAL]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
@given(body=st.one_of(st.binary(max_size=200), st.text(max_size=50).map(str.encode)))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(one: MessageType, body: bytes) -> None:
    for reads in (one.fields, one.reader(["/a", "/0/a", "/row/a", "/1"])):
        try:
            fields = reads(body)
        except BodyError:
            continue
        for path in ("/a", "/0/a", "/row/a", "/1", "/a/b/c", "/", "/id", "/part/a"):
            value = fields[path]
            for element in value if isinstance(value, list) else [value]:
                assert element is None or isinstance(element, int | float | bytes)
                assert element != b""


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
@given(old=st.binary(max_size=60), new=st.binary(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_merged_and_compared_or_refused(one: MessageType, old: bytes, new: bytes) -> None:
    for made in (lambda: one.merge(old, new), lambda: one.difference(old, new, ["/id", "/a/b"])):
        try:
            result = made()
        except (BodyError, NotBuildableError):
            continue
        else:
            assert one.has_deltas
            assert isinstance(result, bytes)


@pytest.mark.parametrize("one", [type_called("binary"), STRUCT, PROTOBUF, GLOBAL], ids=lambda one: one.name)
def test_types_that_make_no_bodies_say_so(one: MessageType) -> None:
    assert not one.makes_bodies
    with pytest.raises(NotBuildableError, match=one.name):
        one.build([("/a", 1)])


@pytest.mark.parametrize("one", [type_called("binary"), STRUCT, GLOBAL], ids=lambda one: one.name)
def test_types_without_deltas_say_so(one: MessageType) -> None:
    assert not one.has_deltas
    for make in (one.merge, one.difference):
        with pytest.raises(NotBuildableError, match=one.name):
            make(b"", b"")


@pytest.mark.parametrize(
    ("one", "body", "reason"),
    [
        (type_called("json"), b'{"a":', "."),
        (type_called("json"), b"[" * 300, "nested deeper than 128"),
        (type_called("fix"), b"35=D\x01name=x\x01", "expected a number and = at byte 6"),
        (type_called("fix"), b"35", "at byte 1"),
        (type_called("nvfix"), b"a=b\x01=c\x01", "expected a tag and = at byte 5"),
        (fix("piped-fix", ord("|")), b"35=D|x", "at byte 6"),
        (type_called("xml"), b"<a><b></a>", "mismatched tag, line 1, column 9"),
        (type_called("xml"), b"<!DOCTYPE a><a/>", "document type"),
        (type_called("xml"), b"<a>" * 65 + b"</a>" * 65, "nested deeper than 64"),
        (type_called("xml"), b"", "no element found"),
        (type_called("msgpack"), b"\x81\xa1a", "ends in the middle"),
        (type_called("msgpack"), b"\xc1", "means nothing"),
        (type_called("msgpack"), b"\xdd\x00\x00\xff\xff\x01", "65535 elements"),
        (type_called("msgpack"), b"\x81" * 100, "nested deeper than 64"),
        (type_called("msgpack"), b"\x80\x80", "bytes follow"),
        (type_called("bson"), b"\x05\x00\x00\x00", "has not the length"),
        (type_called("bson"), b"\x08\x00\x00\x00\x20a\x00\x00", "means nothing"),
        (type_called("bson"), b"\x0a\x00\x00\x00\x10a\x00\x01\x02\x00", "ends in the middle"),
        (type_called("bflat"), b"\x19", "ends in the middle"),
        (type_called("bflat"), b"\x79a", "means nothing"),
        (type_called("bflat"), b"\x99a\xff\xff\x03", "65535 elements"),
        (STRUCT, b"\x00" * 10, "the body has 10 bytes and the struct 35"),
        (PROTOBUF, b"\x08", "does not end"),
        (PROTOBUF, b"\x12\x05ab", "ends in the middle"),
        (PROTOBUF, b"\x00\x01", "is none"),
        (GLOBAL, b"\x00\x00\x00\x09{}", "part 0 is longer"),
        (type_called("binary"), b"", "carried, not read"),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_a_body_that_is_not_of_the_type_is_refused(one: MessageType, body: bytes, reason: str) -> None:
    with pytest.raises(BodyError, match=reason):
        one.fields(body)


@given(
    st.dictionaries(
        st.text("abcxyz_", min_size=1, max_size=4),
        st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=8)),
        max_size=5,
    )
)
@settings(deadline=None)
def test_values_survive_the_way_into_a_body_and_out(values: dict[str, object]) -> None:
    pairs = [(f"/{name}", one.encode() if isinstance(one, str) else one) for name, one in values.items()]
    for name in ("json", "msgpack", "bson", "bflat"):
        one = type_called(name)
        fields = one.fields(one.build(pairs))
        for path, value in pairs:
            expected = None if value == b"" or (name == "json" and value in (math.inf, -math.inf)) else value
            assert fields[path] == expected
            assert not isinstance(expected, float) or isinstance(fields[path], float) or expected == fields[path]


def test_the_parts_of_a_composite_are_read_by_number_or_together() -> None:
    first, last = b'{"id":1,"message":"one"}', b'{"message":"two","customer":"Acme"}'
    body = joined([first, b"\x00\xff", last]) + b"unparsed"
    fields = GLOBAL.fields(body)
    assert fields["/message"] == [b"one", b"two"]
    assert fields["/id"] == 1
    assert fields["/customer"] == b"Acme"
    local = Composite("local", [type_called("json"), type_called("binary"), type_called("json")], is_local=True)
    fields = local.fields(body)
    assert fields["/0/message"] == b"one"
    assert fields["/2/message"] == b"two"
    assert fields["/1/message"] is None
    assert fields["/3/message"] is None
    assert fields["/message"] is None


def test_an_unreadable_part_has_no_fields() -> None:
    assert GLOBAL.fields(joined([b"{", b"", b'{"a":1}']))["/a"] == 1


def test_an_empty_part_of_a_change_changes_nothing() -> None:
    body = joined([b'{"a":1}', b"x=1\x01"], b"rest")
    assert LOCAL.merge(body, joined([b"", b"x=2\x01"])) == joined([b'{"a":1}', b"x=2\x01"], b"rest")
    assert LOCAL.difference(body, joined([b'{"a":1}', b"x=2\x01"], b"rest")) == joined([b"", b"x=2\x01"])


def test_a_struct_is_read_by_its_layout() -> None:
    body = b"\xfe\xff\xff\xff" + b"skip" + b"@\x04\x00\x00\x00\x00\x00\x00" + b"IBM\x00" + b"Ann\x00junk"
    fields = STRUCT.fields(body + b"\x02xyab" + b"\x01" + b"c" + b"more")
    assert [fields[path] for path in ("/id", "/price", "/code", "/name", "/p", "/flag", "/c", "/pad")] == [
        *(-2, 2.5, b"IBM\x00", b"Ann", b"xy", 1, b"c", None)
    ]


@pytest.mark.parametrize("text", ["/a", "/a = 3i", "/a = s", "/a = z", "= i"])
def test_a_layout_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"struct|number"):
        Struct("row", [text])


MANY = limits.BODY_VALUES_MAX + 2


@pytest.mark.parametrize(
    ("one", "body"),
    [
        (type_called("json"), b"[" + b"1," * MANY + b"1]"),
        (type_called("xml"), b"<a>" + b"<b/>" * MANY + b"</a>"),
        (type_called("msgpack"), b"\xdd" + MANY.to_bytes(4, "big") + b"\x01" * MANY),
        (type_called("bflat"), b"\x99a" + b"\x82\x80\x80\x01" + b"\x01" * MANY * 3),
        (PROTOBUF, b"\x1a" + b"\x80\x80\x80\x10" + bytes(8 * MANY) * 5),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_a_body_of_too_many_values_is_refused(one: MessageType, body: bytes) -> None:
    with pytest.raises(BodyError, match="more than 1000000 "):
        one.fields(body)
