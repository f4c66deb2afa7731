"""Frames out of reads: whole, byte by byte, with more behind; bounds before anything is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd import limits
from ampsd.wire import amps
from ampsd.wire.connection import Connection, ProtocolError, State

LOGON = b'{"c":"logon","cid":"0","client_name":"x","a":"processed"}'
PUBLISH = b'{"c":"p","t":"orders"}'


def opened() -> Connection:
    connection = Connection()
    connection.logged_on()
    return connection


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=5), st.data())
def test_any_cut_of_the_stream_gives_the_same_commands(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(amps.frame(PUBLISH, body) for body in bodies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    connection = opened()
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += connection.receive(stream[start:end])
    assert found == [(b"orders", body, 0, False) for body in bodies]


def test_byte_by_byte() -> None:
    connection = opened()
    found = []
    for byte in amps.frame(PUBLISH, b"body") + amps.frame(b'{"c":"flush","cid":"1"}'):
        found += connection.receive(bytes([byte]))
    assert found[0] == (b"orders", b"body", 0, False)
    assert found[1].name == b"flush"  # type: ignore[union-attr]


def test_an_empty_frame_is_skipped() -> None:
    assert len(opened().receive(b"\0\0\0\0" + amps.frame(PUBLISH))) == 1


def test_a_fresh_connection_may_send_small_frames_only() -> None:
    connection = Connection()
    with pytest.raises(ProtocolError, match="larger than"):
        connection.receive((limits.FRAME_BEFORE_LOGON_MAX + 1).to_bytes(4, "big"))
    assert Connection().receive(amps.frame(LOGON))[0].name == b"logon"  # type: ignore[union-attr]


def test_an_oversize_frame_is_refused_before_it_is_kept() -> None:
    with pytest.raises(ProtocolError, match="larger than"):
        opened().receive((limits.FRAME_SIZE_MAX + 1).to_bytes(4, "big") + b"xxxx")


def test_commands_before_a_bad_frame_are_not_lost() -> None:
    with pytest.raises(ProtocolError) as caught:
        opened().receive(amps.frame(PUBLISH, b"good") + amps.frame(b"nonsense"))
    assert caught.value.commands == [(b"orders", b"good", 0, False)]


def test_a_closed_connection_reads_nothing() -> None:
    connection = opened()
    connection.close()
    assert connection.state is State.CLOSED
    assert connection.receive(amps.frame(PUBLISH)) == []


def test_logging_on_twice_is_a_fault_of_ours() -> None:
    connection = opened()
    with pytest.raises(AssertionError):
        connection.logged_on()
