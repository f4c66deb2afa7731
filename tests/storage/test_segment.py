"""The header page of a journal file, its name, and where positions of the log lie in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_setup import JOURNAL_ID

from ampsd.storage import segment
from ampsd.storage.segment import Segment

u64 = st.integers(0, 2**64 - 1)
PAGE = segment.encode_header(Segment("/j/A.0000000003.journal", 3, 100_000, 42, 0xFEED, 8192), JOURNAL_ID)


@given(u64, u64, u64, st.integers(0, 2**32 - 1), st.binary(max_size=31).map(lambda one: one + b"x"))
def test_a_header_comes_back(number: int, base: int, first_index: int, chain: int, journal_id: bytes) -> None:
    page = segment.encode_header(Segment("/j/x", number, base, first_index, chain, 10_000), journal_id)
    assert len(page) == segment.HEADER_SIZE
    read = segment.decode_header(page, "/j/x", 10_000, journal_id)
    assert (read.number, read.base, read.first_index, read.chain) == (number, base, first_index, chain)
    assert (read.path, read.size) == ("/j/x", 10_000)


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_any_flipped_byte_of_the_page_is_noticed(mask: int) -> None:
    for offset in range(len(PAGE)):
        damaged = bytearray(PAGE)
        damaged[offset] ^= mask
        with pytest.raises(ValueError, match="journal"):
            segment.decode_header(bytes(damaged), "/j/x", 8192, JOURNAL_ID)


@pytest.mark.parametrize("length", [0, 7, 72, 76, 4095])
def test_a_page_cut_short_is_no_header(length: int) -> None:
    with pytest.raises(ValueError, match="does not begin with a journal header"):
        segment.decode_header(PAGE[:length], "/j/x", length, JOURNAL_ID)


def test_a_file_of_another_journal_is_refused() -> None:
    with pytest.raises(ValueError, match="belongs to another instance or another transaction log"):
        segment.decode_header(PAGE, "/j/x", 8192, b"another journal")


def test_a_newer_version_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "VERSION", 99)
    page = segment.encode_header(Segment("/j/x", 0, 0, 0, 0, 8192), JOURNAL_ID)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="has format version 99; this program reads versions up to 4"):
        segment.decode_header(page, "/j/x", 8192, JOURNAL_ID)


@given(st.integers(0, 10**10 - 1))
def test_a_name_tells_the_number(number: int) -> None:
    name = segment.path_of("/j", "My.Instance", number).removeprefix("/j/")
    assert segment.number_of(name, "My.Instance") == number
    assert segment.number_of(name, "My") is None


@pytest.mark.parametrize(
    "name",
    [
        "A.superblock",
        "A.lock",
        "A.journal",
        "A.0000000001.journal.new",
        "A.000000001.journal",
        "A.00000000001.journal",
        "A.-000000001.journal",
        "A.+000000001.journal",
        "A.00000_0001.journal",
        "A.000000000².journal",
        "A.000000000٣.journal",
        "A.B.0000000001.journal",
        "AB.0000000001.journal",
        "B.0000000001.journal",
        "0000000001.journal",
        "",
    ],
)
def test_other_names_are_no_segments(name: str) -> None:
    assert segment.number_of(name, "A") is None


def test_positions_begin_behind_the_page() -> None:
    one = Segment("/j/x", 1, 1000, 0, 0, 8192)
    assert one.offset_of(1000) == 4096
    assert one.offset_of(1500) == 4596
    assert one.has_room(1000, 4096)
    assert not one.has_room(1000, 4097)
    assert not one.has_room(1001, 4096)
