"""What each filter makes of bytes."""

import base64
import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.actions.template_filters import FILTERS, argument_fault, bytes_of, text_of


def filtered(name: str, data: bytes, *arguments: object) -> bytes:
    return bytes_of(FILTERS[name](text_of(data), *arguments))


@given(data=st.binary())
def test_bytes_pass_through_text_unchanged(data: bytes) -> None:
    assert bytes_of(text_of(data)) == data


@given(data=st.binary())
def test_json_is_always_a_json_string(data: bytes) -> None:
    assert json.loads(filtered("json", data)) == data.decode("utf-8", "replace")


@given(data=st.binary())
def test_xml_is_always_well_formed(data: bytes) -> None:
    markup = filtered("xml", data).decode()
    element = ElementTree.fromstring(f"<a b='{markup}' c=\"{markup}\">{markup}</a>")
    assert "<" not in markup
    assert len(element) == 0


@given(text=st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"]) | st.sampled_from("\t\n\r")))
def test_xml_keeps_the_text(text: str) -> None:
    markup = filtered("xml", text.encode()).decode()
    element = ElementTree.fromstring(f"<a b='{markup}'>{markup}</a>")
    assert (element.text or "") == element.get("b") == text


@given(data=st.binary())
def test_b64_can_be_decoded(data: bytes) -> None:
    assert base64.b64decode(filtered("b64", data)) == data


@given(data=st.binary())
def test_upper_and_lower_change_ascii_letters_only(data: bytes) -> None:
    assert filtered("upper", data) == data.upper()
    assert filtered("lower", data) == data.lower()


@given(data=st.binary())
def test_fix_drops_separators_only(data: bytes) -> None:
    assert filtered("fix", data) == data.translate(None, b"\x01\x02\x03")


def test_default_stands_in_for_an_empty_value() -> None:
    assert filtered("default", b"", "x") == b"x"
    assert filtered("default", b"", 0) == b"0"
    assert filtered("default", b"a", "x") == b"a"


@pytest.mark.parametrize(
    ("data", "size", "expected"),
    [
        (b"abc", 0, b""),
        (b"abc", 2, b"ab"),
        (b"abc", 9, b"abc"),
        ("aé".encode(), 2, b"a"),
        ("aé".encode(), 3, "aé".encode()),
        ("€€".encode(), 5, "€".encode()),
        ("😀".encode(), 3, b""),
        (b"\xff\xff", 1, b"\xff"),
    ],
)
def test_trunc_splits_no_character(data: bytes, size: int, expected: bytes) -> None:
    assert filtered("trunc", data, size) == expected


@given(text=st.text(), size=st.integers(0, 20))
def test_trunc_keeps_utf_8_whole(text: str, size: int) -> None:
    cut = filtered("trunc", text.encode(), size)
    assert len(cut) <= size
    assert text.startswith(cut.decode())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("upper", (1,)), ("json", ("x",)), ("default", ()), ("default", (None,)), ("trunc", (-1,)), ("trunc", ())],
)
def test_wrong_arguments_have_a_sentence(name: str, arguments: tuple[object, ...]) -> None:
    assert argument_fault(name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments"), [("upper", ()), ("default", ("x",)), ("default", (1.5,)), ("trunc", (0,))]
)
def test_right_arguments_have_none(name: str, arguments: tuple[object, ...]) -> None:
    assert argument_fault(name, arguments) is None
