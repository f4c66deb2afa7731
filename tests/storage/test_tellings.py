"""Records that tell: every field comes back, every damage is a DamagedRecordError and nothing else."""

import contextlib
from array import array

from hypothesis import given
from hypothesis import strategies as st

from ampsd.storage import records, tellings

u64 = st.integers(0, 2**64 - 1)
small = st.integers(0, 2**40)
texts = st.binary(max_size=40)
links = st.builds(tellings.Link, texts, u64, u64, u64)
arrivals = st.builds(
    tellings.Arrival,
    texts,
    u64,
    u64,
    small,
    st.lists(st.integers(0, 2**20), min_size=1, max_size=20).map(lambda lengths: array("I", lengths)),
    st.integers(0, 2**32 - 1),
    texts,
)


@st.composite
def told(draw: st.DrawFn) -> tellings.Events:
    arrival = draw(st.none() | arrivals)
    number = len(arrival.lengths) if arrival else draw(st.integers(1, 20))
    positions = (
        list(tellings.positions_of(arrival)) if arrival else draw(st.lists(u64, min_size=number, max_size=number))
    )
    first = draw(small)
    column = st.lists(u64, min_size=number, max_size=number)
    sessions = draw(st.just(()) | st.just(range(first, first + number)) | column)
    return tellings.Events(
        draw(st.integers(0, 255)),
        draw(texts),
        draw(texts),
        draw(texts),
        draw(u64),
        draw(u64),
        positions,
        sessions,
        arrival,
        draw(st.none() | links),
        draw(st.booleans()),
    )


def link_fields(link: tellings.Link | None) -> list[object]:
    return [] if link is None else [link.topic, link.position, link.publisher, link.sequence]


@given(told())
def test_events_keep_every_field(events: tellings.Events) -> None:
    read = tellings.decode_events(tellings.encode_events(events))
    for name in ("status", "queue", "client", "reason", "first", "wall_ns", "is_by_operator"):
        assert getattr(read, name) == getattr(events, name)
    assert list(read.every_position) == list(events.every_position)
    assert list(read.sessions) == list(events.sessions)
    assert link_fields(read.link) == link_fields(events.link)
    assert (read.arrival is None) == (events.arrival is None)
    if read.arrival and events.arrival:
        for name in tellings.Arrival.__slots__:
            assert getattr(read.arrival, name) == getattr(events.arrival, name)


@given(told(), st.integers(0, 2**16), st.integers(1, 255))
def test_damaged_events_raise_nothing_but_damage(events: tellings.Events, offset: int, mask: int) -> None:
    damaged = bytearray(tellings.encode_events(events))
    damaged[offset % len(damaged)] ^= mask
    with contextlib.suppress(records.DamagedRecordError):
        tellings.decode_events(bytes(damaged))


def test_an_audit_keeps_every_field() -> None:
    items = [tellings.Item("1|2|", "done"), tellings.Item("1|3|", "refused", "it is done")]
    audit = tellings.Audit("r", "ops \u00e9", 5, "skip", "json:Jobs", {"topic": "T"}, items)
    read = tellings.decode_audit(tellings.encode_audit(audit))
    for name in ("request_id", "actor", "wall_ns", "verb", "queue", "parameters"):
        assert getattr(read, name) == getattr(audit, name)
    assert [(one.what, one.outcome, one.reason) for one in read.items] == [
        ("1|2|", "done", ""),
        ("1|3|", "refused", "it is done"),
    ]


@given(st.binary(max_size=60))
def test_an_audit_that_is_none_is_damage(data: bytes) -> None:
    with contextlib.suppress(records.DamagedRecordError):
        tellings.decode_audit(data)
