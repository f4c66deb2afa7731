"""What is special to one format: bytes as other implementations write them, and descriptions of protobuf messages."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.message_types import registry
from ampsd.message_types.bflat import BFlat
from ampsd.message_types.bson import Bson
from ampsd.message_types.json import Json
from ampsd.message_types.message_type import BodyError
from ampsd.message_types.msgpack import MsgPack
from ampsd.message_types.proto_descriptor import read_descriptors
from ampsd.message_types.proto_file import read_proto
from ampsd.message_types.proto_schema import ProtoError
from ampsd.message_types.protobuf import Protobuf
from ampsd.message_types.xml import Xml

# ---- bflat: bytes made by the reference implementation's serializer


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("1961fb0c6e616d6503416e6e3d70726963650000000000000440", {"/a": -5, "/name": b"Ann", "/price": 2.5}),
        (
            "236931362c012b69333290eefeff336936340000000000010000",
            {"/i16": 300, "/i32": -70000, "/i64": 1 << 40},
        ),
        ("4976ff7e49773f49788080808080808080c000", {"/v": -129, "/w": 63, "/x": 1 << 62}),
        ("016e11620200ff41647b68e5cf8b010000", {"/n": None, "/b": b"\x00\xff", "/d": 1700000000.123}),
        ("080f61206c6f6e6720746167206e616d650178", {"/a long tag name": b"x"}),
        ("996c030102fd89730202787900", {"/l": [1, 2, -3], "/s": [b"xy", None]}),
    ],
)
def test_bflat_as_its_serializer_writes_it(body: str, values: dict[str, object]) -> None:
    fields = BFlat().fields(bytes.fromhex(body))
    assert {path: fields[path] for path in values} == values


@pytest.mark.parametrize(
    ("pairs", "body"),
    [
        ([("/a", -5), ("/name", b"Ann"), ("/price", 2.5)], "1961fb0c6e616d6503416e6e3d70726963650000000000000440"),
        ([("/i16", 300), ("/i32", -70000), ("/i64", 1 << 40)], "236931362c012b69333290eefeff336936340000000000010000"),
        ([("/a long tag name", b"x")], "080f61206c6f6e6720746167206e616d650178"),
        ([("/l", [1, 2, -3])], "996c030102fd"),
    ],
)
def test_bflat_is_built_with_the_same_bytes(pairs: list[tuple[str, object]], body: str) -> None:
    assert BFlat().build(pairs).hex() == body


@given(st.integers(-(2**127), 2**127 - 1))
def test_bflat_keeps_integers_of_128_bits(number: int) -> None:
    one = BFlat()
    assert one.fields(one.build([("/n", number)]))["/n"] == number


# ---- json


@pytest.mark.parametrize(("is_last_wanted", "value"), [(False, 1), (True, 2)])
def test_json_of_equal_keys_the_first_counts_or_the_last(is_last_wanted: bool, value: int) -> None:
    one = Json("j", is_last_wanted=is_last_wanted)
    for read in (one.fields, one.reader(["/a", "/b"])):
        assert read(b'{"a":1,"b":0,"a":2}')["/a"] == value
        assert read(b'{"a":1,"\\u0061":2}')["/a"] == value
        assert read(b'{"x":{"a":1,"a":2},"b":3}')["/x/a"] == value
    pick = one.picker("/a")
    assert [pick(body) for body in (b'{"a":1,"b":0,"a":2}', b'{"a":1,"\\u0061":2}')] == [value, value]
    assert [pick(body) for body in (b"[]", b'{"a":true}', b'{"a":[1,"x"]}', b'{"a":""}')] == [None, 1, [1, b"x"], None]
    with pytest.raises(BodyError):
        pick(b'{"a":')


@given(
    st.dictionaries(
        st.text('ab/"\\é ', max_size=2), st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=4
    ),
    st.lists(st.text('ab/"\\é ', max_size=3), max_size=3),
)
def test_json_picked_fields_are_those_of_the_whole(values: dict[str, object], paths: list[str]) -> None:
    body = json.dumps({**values, "b": values}).encode()
    one = Json()
    whole, picked = one.fields(body), one.reader([f"/{path}" for path in paths])(body)
    for path in paths:
        assert picked[f"/{path}"] == whole[f"/{path}"]
        assert one.picker(f"/{path}")(body) == whole[f"/{path}"]


def test_json_with_many_fields_asked_for() -> None:
    names = [f"n{number}" for number in range(40)]
    body = json.dumps({name: number for number, name in enumerate(names)}).encode()
    fields = Json().reader([f"/{name}" for name in names])(body)
    assert [fields[f"/{name}"] for name in names] == list(range(40))


# ---- msgpack and bson: every type


def test_msgpack_of_every_type() -> None:
    body = b"\x8c" + b"".join(
        b"\xa1" + bytes([ord("a") + number]) + value
        for number, value in enumerate(
            [
                *(b"\x05", b"\xff", b"\xcd\x01\x00", b"\xd2\xff\xff\xff\xff", b"\xcf" + b"\xff" * 8, b"\xc3"),
                *(b"\xca" + struct.pack(">f", 0.5), b"\xd9\x02xy", b"\xc4\x01\xff", b"\xd4\x07z", b"\xc7\x02\x07zz"),
                b"\x92\x01\x81\xa1q\x02",
            ]
        )
    )
    fields = MsgPack().fields(body)
    assert [fields[f"/{chr(ord('a') + number)}"] for number in range(12)] == [
        *(5, -1, 256, -1, 2**64 - 1, 1, 0.5, b"xy", b"\xff", b"z", b"zz", [1])
    ]
    assert fields["/l/q"] == [2]


def test_bson_of_every_type() -> None:
    def element(kind: int, name: str, value: bytes) -> bytes:
        return bytes([kind]) + name.encode() + b"\0" + value

    elements = [
        element(1, "d", struct.pack("<d", 2.5)),
        element(2, "s", b"\x03\0\0\0xy\0"),
        element(5, "b", b"\x01\0\0\0\x00\xff"),
        element(7, "o", bytes(range(12))),
        element(8, "t", b"\x01"),
        element(9, "w", struct.pack("<q", 1_700_000_000_500)),
        element(10, "n", b""),
        element(11, "r", b"a+\0i\0"),
        element(16, "i", struct.pack("<i", -7)),
        element(17, "z", struct.pack("<Q", 9)),
        element(18, "l", struct.pack("<q", -(2**40))),
        element(19, "c", bytes(16)),
        element(255, "m", b""),
        element(3, "p", b"\x0c\0\0\0\x10q\0\x05\0\0\0\0"),
    ]
    inside = b"".join(elements)
    fields = Bson().fields(struct.pack("<i", len(inside) + 5) + inside + b"\0")
    assert [fields[f"/{name}"] for name in "dsbotwnrizlm"] == [
        *(2.5, b"xy", b"\xff", bytes(range(12)).hex().encode(), 1, 1_700_000_000.5, None, b"a+\0i\0", -7, 9, -(2**40)),
        None,
    ]
    assert fields["/p/q"] == 5


# ---- xml


def test_xml_without_trust_in_documents() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><a>&b;</a>'
    with pytest.raises(Exception, match="document type"):
        Xml().fields(bomb)


@pytest.mark.parametrize(
    ("old", "change", "new"),
    [
        (b'<o id="1"><a>x</a><b/></o>', b"<o><a>y</a></o>", b'<o id="1"><a>y</a><b/></o>'),
        (b'<o k="&lt;"><a c=">">x</a></o>', b'<o k="2"><d/><e>1</e></o>', b'<o k="2"><a c=">">x</a><e>1</e></o>'),
        (b"<o><i>1</i><i>2</i></o>", b"<o><i>3</i></o>", b"<o><i>3</i></o>"),
        (b"<o><p><q>1</q><r>2</r></p></o>", b"<o><p><r>3</r></p></o>", b"<o><p><q>1</q><r>3</r></p></o>"),
    ],
)
def test_xml_is_merged(old: bytes, change: bytes, new: bytes) -> None:
    assert Xml().merge(old, change) == new


# ---- protobuf

FILES = {
    "desk.proto": """
        // a comment
        syntax = "proto2";
        package desk;
        import "shared/side.proto";  /* another */
        import public "google/protobuf/timestamp.proto";
        option java_package = "x.y";
        message Order {
          required int64 id = 1;
          optional string name = 2 [default = "nobody", deprecated = true];
          repeated int32 lots = 3 [packed = true];
          optional Line line = 4;
          repeated Line lines = 5;
          optional shared.Side side = 6 [default = SELL];
          map<string, double> prices = 7;
          oneof who { string trader = 8; sint64 robot = 9; }
          optional .google.protobuf.Timestamp at = 10;
          optional float ratio = 11 [default = 1.5];
          optional bool urgent = 12 [default = true];
          optional fixed64 big = 13;
          extensions 100 to 199;
          reserved 20, 30 to 40;
          message Line { optional uint32 qty = 1; enum Unit { NONE = 0; LOT = -3; } optional Unit unit = 2; }
        }
        extend Order { optional int32 extra = 100; }
        service Desk { rpc Put (Order) returns (Order) { option deadline = 3; } }
    """,
    "shared/side.proto": 'syntax = "proto2"; package shared; enum Side { BUY = 1; SELL = 2; }',
    "three.proto": """
        syntax = "proto3";
        message Row { int32 a = 1; string b = 2; optional int32 c = 3; Row d = 4; Kind k = 5; repeated int32 r = 6;
          oneof one { int32 e = 7; } enum Kind { FIRST = 0; SECOND = 1; } }
    """,
}


def read(name: str) -> str:
    if name not in FILES:
        raise ProtoError(f"{name} cannot be read")
    return FILES[name]


def tag(number: int, wire: int) -> bytes:
    return bytes([number << 3 | wire])


ORDER = Protobuf("order", read_proto("desk.proto", read), "desk.Order")
BODY = (
    tag(1, 0)
    + b"\x96\x01"
    + tag(3, 2)
    + b"\x03\x01\x02\x03"
    + tag(3, 0)
    + b"\x04"
    + tag(4, 2)
    + b"\x02"
    + tag(1, 0)
    + b"\x05"
    + (tag(5, 2) + b"\x02" + tag(1, 0) + b"\x06")
    + (tag(5, 2) + b"\x02" + tag(1, 0) + b"\x07")
    + (tag(7, 2) + b"\x0c" + tag(1, 2) + b"\x01k" + tag(2, 1) + struct.pack("<d", 2.5))
    + tag(9, 0)
    + b"\x03"
    + (tag(10, 2) + b"\x02" + tag(1, 0) + b"\x09")
    + tag(13, 1)
    + struct.pack("<Q", 2**64 - 1)
    + (b"\xfa\x01" + b"\x02??")
)


def test_protobuf_fields() -> None:
    fields = ORDER.fields(BODY)
    values = {
        "/id": 150,
        "/name": b"nobody",
        "/lots": [1, 2, 3, 4],
        "/line/qty": 5,
        "/line": 1,
        "/lines/qty": [6, 7],
        "/side": 2,
        "/prices/key": [b"k"],
        "/prices/value": [2.5],
        "/trader": None,
        "/robot": -2,
        "/at/seconds": 9,
        "/ratio": 1.5,
        "/urgent": 1,
        "/big": 2**64 - 1,
        "/line/unit": None,
        "/nothing": None,
        "/id/x": None,
    }
    assert {path: fields[path] for path in values} == values


def test_protobuf_version_3_has_zeros_for_what_is_missing() -> None:
    row = Protobuf("row", read_proto("three.proto", read), "Row")
    fields = row.fields(tag(4, 2) + b"\x02" + tag(1, 0) + b"\x07")
    values = {"/a": 0, "/b": None, "/c": None, "/d/a": 7, "/d/d": None, "/d/d/a": None, "/k": 0, "/r": None, "/e": None}
    assert {path: fields[path] for path in values} == values
    assert not row.has_deltas


def test_protobuf_deltas() -> None:
    change = tag(1, 0) + b"\x01" + tag(4, 2) + b"\x02" + tag(2, 0) + b"\x00" + tag(3, 0) + b"\x09"
    merged = ORDER.merge(BODY, change)
    fields = ORDER.fields(merged)
    assert [fields[path] for path in ("/id", "/lots", "/line/qty", "/line/unit", "/robot")] == [1, [9], 5, 0, -2]
    assert b"\xfa\x01\x02??" in merged, "what is not described stays"
    difference = ORDER.fields(ORDER.difference(BODY, merged, ["/robot", "/line/qty", "/nowhere"]))
    assert [difference[path] for path in ("/id", "/lots", "/line/unit", "/robot", "/lines/qty")] == [
        1,
        [9],
        0,
        -2,
        None,
    ]


def test_protobuf_described_by_a_set_of_descriptors() -> None:
    def field(number: int, value: bytes | int) -> bytes:
        if isinstance(value, int):
            return tag(number, 0) + bytes([value])
        return tag(number, 2) + bytes([len(value)]) + value

    order = field(1, b"Order") + field(2, field(1, b"id") + field(3, 1) + field(4, 1) + field(5, 3))
    order += field(2, field(1, b"part") + field(3, 2) + field(4, 3) + field(5, 11) + field(6, b".desk.Order.Part"))
    order += field(
        2, field(1, b"side") + field(3, 3) + field(4, 1) + field(5, 14) + field(6, b".desk.Side") + field(7, b"B")
    )
    order += field(3, field(1, b"Part") + field(2, field(1, b"n") + field(3, 1) + field(4, 1) + field(5, 9)))
    enum = field(1, b"Side") + field(2, field(1, b"A") + field(2, 0)) + field(2, field(1, b"B") + field(2, 4))
    file = field(1, b"desk.proto") + field(2, b"desk") + field(4, order) + field(5, enum)
    whole = tag(1, 2) + bytes([len(file) & 0x7F | 0x80, len(file) >> 7]) + file
    one = Protobuf("order", read_descriptors("desk.desc", whole), ".desk.Order")
    fields = one.fields(field(1, 7) + field(2, field(1, b"x")) + field(2, field(1, b"y")))
    assert (fields["/id"], fields["/part/n"], fields["/side"]) == (7, [b"x", b"y"], 4)
    for wrong in (b"", b"\x0a", b"\xff" * 9):
        with pytest.raises(ProtoError, match=r"desk.desc"):
            read_descriptors("desk.desc", wrong)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('import "gone.proto";', "gone.proto cannot be read"),
        ("message A { optional B b = 1; }", "field b of message A is of type B, which is nowhere described"),
        ("message A { int32 a = 1; int32 b = 1; }", "twice"),
        ("message A { int32 a = x; }", "line 1: 'x' is not the number of a field"),
        ("message A { int32 a = 1;", "the file ends too early"),
        ("message A \n\n ? ", "line 3: '?' means nothing"),
        ("message A { group G = 1; }", "groups are not supported"),
        ("message A { optional int32 a = 1 [default = x]; }", "'x' is not a value of type int32"),
        ("message A {" * 70, "nested too deep"),
    ],
)
def test_descriptions_that_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(ProtoError) as caught:
        read_proto("x.proto", lambda name: text if name == "x.proto" else read(name))
    assert message in str(caught.value)


@given(
    st.lists(
        st.sampled_from(
            [
                "message",
                "A",
                "{",
                "}",
                "int32",
                "a",
                "=",
                "1",
                ";",
                "enum",
                "[",
                "]",
                '"x"',
                "map",
                "<",
                "import",
                "oneof",
            ]
        ),
        max_size=20,
    )
)
def test_any_words_are_a_description_or_refused(words: list[str]) -> None:
    try:
        read_proto("x.proto", lambda name: " ".join(words) if name == "x.proto" else "")
    except ProtoError:
        return


def test_a_message_that_is_not_described_is_named() -> None:
    with pytest.raises(ProtoError, match=r"there is no message desk.Oder; the file describes desk.Order"):
        Protobuf("order", read_proto("desk.proto", read), "desk.Oder")


def test_the_registry_has_one_of_each() -> None:
    assert len({id(registry.find(name)) for name in registry.names()}) == 8
