"""Records: every value comes back, every damage is a DamagedRecordError and nothing else."""

import contextlib
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_setup import encoded

from ampsd.storage import records

u64 = st.integers(0, 2**64 - 1)
kinds = st.sampled_from([records.REMOVE, records.LEASE, records.CANCEL])

u8 = st.integers(0, 255)
origins = st.builds(
    records.Origin, st.integers(0, len(records.CAUSES) - 1), u64, st.integers(0, 2**32 - 1), u64, u64, u8, u8
)
publishes = st.builds(
    records.encode_publish,
    st.binary(max_size=255),
    st.binary(max_size=300),
    u64,
    u64,
    u64,
    st.binary(max_size=300),
    st.none() | st.binary(max_size=50),
    st.none() | u64,
    st.none() | origins,
)
changes = st.builds(
    records.encode_queue_change,
    kinds,
    st.binary(max_size=60),
    st.lists(u64, max_size=20).map(lambda positions: array("Q", positions)),
    st.integers(0, 255),
)
sequences = st.builds(records.encode_sequence, u64, u64)
removals_ahead = st.builds(records.encode_removal_ahead, st.binary(max_size=60), u64, u64)
marks = st.builds(
    records.encode_mark,
    st.integers(records.SUSPEND, records.HANDED_BACK),
    st.binary(max_size=60),
    st.lists(u64, max_size=20).map(lambda positions: array("Q", positions)),
    u64,
    st.binary(max_size=30),
)
any_record = publishes | changes | sequences | removals_ahead | marks


def split_all(payload: bytes) -> list[tuple[int, int, records.Record]]:
    return list(records.split(payload))


@given(st.lists(any_record, max_size=6))
def test_a_batch_comes_back_record_by_record(batch: list[bytes]) -> None:
    found = split_all(b"".join(batch))
    assert [encoded(record) for _, _, record in found] == batch
    assert [length for _, length, _ in found] == [len(record) for record in batch]
    assert [offset for offset, _, _ in found] == [len(b"".join(batch[:number])) for number in range(len(batch))]


@given(
    st.binary(max_size=255),
    st.binary(max_size=300),
    u64,
    u64,
    u64,
    st.binary(max_size=300),
    st.none() | st.binary(max_size=300),
    st.none() | u64,
    st.none() | origins,
)
def test_a_publish_keeps_every_field(
    message_type: bytes,
    topic: bytes,
    publisher: int,
    sequence: int,
    timestamp_ns: int,
    data: bytes,
    correlation_id: bytes | None,
    expiration_ns: int | None,
    origin: records.Origin | None,
) -> None:
    record = records.encode_publish(
        message_type, topic, publisher, sequence, timestamp_ns, data, correlation_id, expiration_ns, origin
    )
    read = records.decode_publish(record)
    assert (read.message_type, read.topic, read.data) == (message_type, topic, data)
    assert (read.publisher, read.sequence, read.timestamp_ns) == (publisher, sequence, timestamp_ns)
    assert (read.correlation_id, read.expiration_ns) == (correlation_id, expiration_ns)
    assert (read.origin and read.origin.encode()) == (origin and origin.encode())
    assert records.is_intact(record)


def test_a_correlation_id_as_long_as_a_header_is_kept() -> None:
    """A header may have 1 MiB, and all of it may be the correlation id."""
    long = b"x" * 1_000_000
    assert records.decode_publish(records.encode_publish(b"json", b"t", 1, 1, 1, b"{}", long)).correlation_id == long


@given(kinds, st.binary(max_size=60), st.lists(u64, max_size=50), st.integers(0, 255))
def test_a_queue_change_keeps_every_field(kind: int, queue: bytes, positions: list[int], reasons: int) -> None:
    read = records.decode(records.encode_queue_change(kind, queue, array("Q", positions), reasons))
    assert isinstance(read, records.QueueChange)
    assert (read.kind, read.queue, list(read.positions), read.reasons) == (kind, queue, positions, reasons)


@given(publishes)
def test_the_short_way_to_the_message_gives_what_decoding_gives(record: bytes) -> None:
    whole = records.decode_publish(record)
    data, correlation_id, origin = records.message_of(record)
    assert (data, correlation_id) == (whole.data, whole.correlation_id)
    assert (origin is None) == (whole.origin is None)


@given(
    st.integers(records.SUSPEND, records.HANDED_BACK),
    st.binary(max_size=60),
    st.lists(u64),
    u64,
    st.binary(max_size=60),
)
def test_a_mark_keeps_every_field(mark: int, queue: bytes, positions: list[int], value: int, text: bytes) -> None:
    read = records.decode(records.encode_mark(mark, queue, array("Q", positions), value, text))
    assert isinstance(read, records.Mark)
    assert (read.mark, read.queue, list(read.positions)) == (mark, queue, positions)
    assert (read.value, read.text) == (value, text)


@given(u64, u64)
def test_a_sequence_keeps_both_numbers(publisher: int, sequence: int) -> None:
    read = records.decode(records.encode_sequence(publisher, sequence))
    assert isinstance(read, records.Sequence)
    assert (read.publisher, read.sequence) == (publisher, sequence)


@given(st.binary(max_size=60), u64, u64)
def test_a_removal_ahead_keeps_every_field(queue: bytes, publisher: int, sequence: int) -> None:
    read = records.decode(records.encode_removal_ahead(queue, publisher, sequence))
    assert isinstance(read, records.RemovalAhead)
    assert (read.queue, read.publisher, read.sequence) == (queue, publisher, sequence)


@given(any_record, st.data())
def test_a_record_cut_short_is_damaged(record: bytes, data: st.DataObject) -> None:
    cut = record[: data.draw(st.integers(0, len(record) - 1))]
    with pytest.raises(records.DamagedRecordError):
        records.decode(cut)
    assert not records.is_intact(cut)


@given(st.lists(any_record, min_size=1, max_size=4), st.integers(0, 2**16), st.integers(1, 255))
def test_a_damaged_batch_raises_nothing_but_damage(batch: list[bytes], offset: int, mask: int) -> None:
    damaged = bytearray(b"".join(batch))
    damaged[offset % len(damaged)] ^= mask
    with contextlib.suppress(records.DamagedRecordError):
        split_all(bytes(damaged))


@given(st.binary(max_size=80))
def test_arbitrary_bytes_raise_nothing_but_damage(data: bytes) -> None:
    for call in (records.decode, records.decode_publish, split_all):
        with contextlib.suppress(records.DamagedRecordError):
            call(data)
    assert not records.is_intact(data)


@given(st.integers(0, 10), st.binary(min_size=30, max_size=80))
def test_bytes_that_look_like_a_record_raise_nothing_but_damage(kind: int, rest: bytes) -> None:
    record = (5 + len(rest)).to_bytes(4, "little") + bytes([kind]) + rest
    with contextlib.suppress(records.DamagedRecordError):
        records.decode(record)


@given(publishes, st.integers(0, 2**16), st.integers(1, 255))
def test_a_flipped_byte_of_a_publish_is_noticed_when_it_is_read_alone(record: bytes, offset: int, mask: int) -> None:
    damaged = bytearray(record)
    damaged[offset % len(damaged)] ^= mask
    assert not records.is_intact(bytes(damaged))


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (b"", "not one record"),
        (b"\x04\x00\x00\x00", "inside a record"),
        (b"\x04\x00\x00\x00\x05", "longer than its batch"),
        (b"\x06\x00\x00\x00\x05", "longer than its batch"),
        (b"\x05\x00\x00\x00\x00", "record kind 0 is unknown"),
        (b"\x05\x00\x00\x00\x0a", "record kind 10 is unknown"),
        (b"\x05\x00\x00\x00\x01", "shorter than its fields"),
        (b"\x05\x00\x00\x00\x02", "shorter than its fields"),
        (b"\x05\x00\x00\x00\x05", "does not fit its contents"),
    ],
)
def test_damage_is_told_in_words(record: bytes, what: str) -> None:
    with pytest.raises(records.DamagedRecordError, match=what):
        records.decode(record)


def test_flags_of_a_newer_version_are_not_guessed_at() -> None:
    record = bytearray(records.encode_publish(b"json", b"Jobs", 1, 1, 1, b"{}"))
    record[5] |= 8
    with pytest.raises(records.DamagedRecordError, match="flags 0x8"):
        records.decode(bytes(record))


def test_a_publish_is_asked_for_and_something_else_is_there() -> None:
    with pytest.raises(records.DamagedRecordError, match="not a publish"):
        records.decode_publish(records.encode_sequence(1, 1))
    assert not records.is_intact(records.encode_sequence(1, 1) + bytes(40))


def test_a_correlation_id_does_not_reach_into_the_next_record() -> None:
    first = bytearray(records.encode_publish(b"json", b"Jobs", 1, 1, 1, b"{}", b"id"))
    at = first.index(b"\x02\x00\x00\x00id")
    first[at] = 200
    with pytest.raises(records.DamagedRecordError, match="shorter than its fields"):
        split_all(bytes(first) + records.encode_publish(b"json", b"Jobs", 1, 2, 1, b"x" * 400))
