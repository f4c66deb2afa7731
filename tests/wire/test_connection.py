"""Frames out of reads: whole, byte by byte, with more behind; bounds before anything is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd import limits
from ampsd.wire import amps
from ampsd.wire.command import PERSISTED, Command, PublishRun
from ampsd.wire.connection import Connection, ProtocolError, State
from ampsd.wire.tag_header import TagHeader

LOGON = b'{"c":"logon","cid":"0","client_name":"x","a":"processed"}'
PUBLISH = b'{"c":"p","t":"orders"}'


def opened() -> Connection:
    connection = Connection()
    connection.logged_on()
    return connection


def runs_of(found: Command | PublishRun) -> list[bytes]:
    assert isinstance(found, PublishRun)
    assert (found.topic, found.wants_persisted, found.sequences) == (b"orders", False, [])
    return found.bodies


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=5), st.data())
def test_any_cut_of_the_stream_gives_the_same_commands(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(amps.frame(PUBLISH, body) for body in bodies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    connection = opened()
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += connection.receive(stream[start:end])
    assert [body for run in found for body in runs_of(run)] == bodies


def test_byte_by_byte() -> None:
    connection = opened()
    found = []
    for byte in amps.frame(PUBLISH, b"body") + amps.frame(b'{"c":"flush","cid":"1"}'):
        found += connection.receive(bytes([byte]))
    assert runs_of(found[0]) == [b"body"]
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
    assert [runs_of(one) for one in caught.value.commands] == [[b"good"]]


def test_a_closed_connection_reads_nothing() -> None:
    connection = opened()
    connection.close()
    assert connection.state is State.CLOSED
    assert connection.receive(amps.frame(PUBLISH)) == []


def test_logging_on_twice_is_a_fault_of_ours() -> None:
    connection = opened()
    with pytest.raises(AssertionError):
        connection.logged_on()


PIECES = st.tuples(
    st.sampled_from([b"p", b"publish"]),
    st.sampled_from([b"a", b"orders", b"t\n}", b"{"]),
    st.booleans(),
    st.sampled_from([b"", b',"s":%d', b',"s":"%d"', b',"s":0%d']),
    st.integers(0, 10**19 - 1),
    st.sampled_from([b"", b"}", b'{"id":1}', b'"}', b"123}"]),
)


def publish(name: bytes, topic: bytes, persisted: bool, numbered: bytes, number: int, body: bytes) -> bytes:
    header = b'{"c":"%b","t":"%b"' % (name, topic)
    header += b',"a":"persisted"' if persisted else b""
    header += numbered % number if numbered else b""
    return header + b"}" + body


Seen = tuple[bytes | None, bytes, int, bool]


def seen_in(command: Command | PublishRun) -> list[Seen]:
    if isinstance(command, Command):
        return [(command.topic, command.body, command.sequence or 0, bool(command.acks & PERSISTED))]
    numbers = command.sequences or [0] * len(command.bodies)
    assert len(numbers) == len(command.bodies)
    return [
        (command.topic, body, number, command.wants_persisted)
        for body, number in zip(command.bodies, numbers, strict=True)
    ]


@given(st.lists(PIECES, max_size=12))
def test_a_run_holds_what_the_general_reader_sees(pieces: list[tuple[bytes, bytes, bool, bytes, int, bytes]]) -> None:
    """Headers that begin alike are not read again; what is in the commands must not depend on that."""
    messages = [publish(*one) for one in pieces]
    expected: list[Seen] = []
    for data in messages:
        command, body_at = amps.read_header(data, 0, len(data), limits.HEADER_SIZE_MAX)
        command.body = data[body_at:]
        expected += seen_in(command)
    found = opened().receive(b"".join(amps.frame(one) for one in messages))
    assert [one for command in found for one in seen_in(command)] == expected


@pytest.mark.parametrize("broken", [PUBLISH[:-1], PUBLISH[:-3], b'{"c":"p","t":"orders","a":"persisted","s":1x}'])
def test_a_broken_header_behind_a_good_one_of_its_kind_is_refused(broken: bytes) -> None:
    numbered = b'{"c":"p","t":"orders","a":"persisted","s":1}'
    for good in (PUBLISH, numbered):
        with pytest.raises(ProtocolError):
            opened().receive(amps.frame(good, b"body") + amps.frame(broken) + amps.frame(good, b"}"))


def test_publishes_of_one_shape_are_one_run() -> None:
    frames = [amps.frame(b'{"c":"p","t":"Jobs","a":"persisted","s":%d}' % number, b"x") for number in range(1, 6)]
    (run,) = opened().receive(b"".join(frames))
    assert isinstance(run, PublishRun)
    assert (run.sequences, run.bodies, run.wants_persisted) == ([1, 2, 3, 4, 5], [b"x"] * 5, True)


def test_a_piece_of_frames_is_rewritten_one_by_one_for_an_older_protocol() -> None:
    connection = Connection(TagHeader())
    one = amps.frame(b'{"c":"p","t":"a","l":2}', b"ab")
    other = amps.frame(b'{"c":"p","t":"b","l":3}', b"cde")
    assert connection.written(one + other) == TagHeader().write(one) + TagHeader().write(other)
