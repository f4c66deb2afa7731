"""Frames: whole or absent, in their place, of this journal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.storage import frame

KEY = frame.key_of(b"one journal")

payloads = st.binary(max_size=200)
numbers = st.integers(0, 2**64 - 1)
crcs = st.integers(0, 2**32 - 1)


@given(payloads, numbers, crcs, numbers, st.binary(max_size=20), st.binary(max_size=20), crcs)
def test_a_frame_is_read_back_wherever_it_lies(
    payload: bytes, index: int, previous_crc: int, watermark: int, before: bytes, behind: bytes, key: int
) -> None:
    data, crc = frame.encode(payload, index, previous_crc, watermark, key)
    buffer = before + data + behind
    assert frame.size_at(buffer, len(before)) == len(data)
    assert frame.watermark_at(buffer, len(before)) == watermark
    read = frame.decode(buffer, len(before), 4711, key)
    assert read is not None
    assert (read.payload, read.index, read.previous_crc, read.watermark) == (payload, index, previous_crc, watermark)
    assert (read.crc, read.position, read.size, read.end) == (crc, 4711, len(data), 4711 + len(data))


@given(payloads, st.data())
def test_a_frame_cut_short_is_absent(payload: bytes, data: st.DataObject) -> None:
    whole, _ = frame.encode(payload, 1, 2, 3, KEY)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert frame.decode(whole[:cut], 0, 0, KEY) is None


def test_any_flipped_bit_makes_a_frame_absent() -> None:
    whole, _ = frame.encode(b"an order", 7, 0xDEADBEEF, 300, KEY)
    for offset in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[offset] ^= 1 << bit
            assert frame.decode(bytes(damaged), 0, 0, KEY) is None, (offset, bit)


@given(st.binary(max_size=120), st.integers(0, 130))
def test_bytes_that_are_no_frame_are_absent_and_raise_nothing(data: bytes, start: int) -> None:
    assert frame.decode(data, start, 0, KEY) is None
    assert frame.decode(frame.MAGIC + data, 0, 0, KEY) is None
    assert frame.size_at(data, start) >= -1
    assert frame.watermark_at(data, start) >= -1


def test_a_frame_of_another_journal_is_absent() -> None:
    data, _ = frame.encode(b"an order", 0, 0, 0, frame.key_of(b"another journal"))
    assert frame.decode(data, 0, 0, KEY) is None


@pytest.mark.parametrize("data", [b"", b"AMPF", b"AMPF" + bytes(27), b"AMPG" + bytes(28)])
def test_no_size_is_claimed_where_no_header_is(data: bytes) -> None:
    assert frame.size_at(data, 0) == -1
    assert frame.size_at(b"x" + data, 1) == -1
    assert frame.size_at(b"AMPF" + bytes(28), 0) == frame.HEADER_SIZE
