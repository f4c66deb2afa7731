"""Whatever bytes come: the daemon lives, its memory stays bounded, other clients notice nothing.

10,000 malformed streams; no traceback in the log, the daemon stops cleanly at the end (the fixture's check).
"""

import socket
import struct

import AMPS
from daemon_process import QUEUES_AND_ACTION, TRANSACTION_LOG, DaemonProcess, start_daemon
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

__all__ = ["start_daemon"]

STREAMS = 10_000
PER_CONNECTION_SECONDS = 5.0

LOGON = b'{"c":"logon","cid":"0","client_name":"%d","a":"processed","mt":"json","version":"5.3.5.14:fuzz"}'
KEYS = [
    b"c",
    b"t",
    b"cid",
    b"a",
    b"s",
    b"o",
    b"sub_id",
    b"bookmark",
    b"bm",
    b"filter",
    b"e",
    b"x",
    b"mt",
    b"query_id",
    b"zzz",
]
WORDS = [
    *(
        b"p",
        b"publish",
        b"subscribe",
        b"unsubscribe",
        b"sow_delete",
        b"flush",
        b"heartbeat",
        b"logon",
        b"sow",
        b"delta_publish",
    ),
    *(
        b"Jobs",
        b"FailedJobs",
        b"^J.*",
        b"(",
        b"(a+)+$",
        b"/AMPS/x",
        b"persisted",
        b"processed,stats",
        b"start,1",
        b"cancel",
    ),
    *(
        b"max_backlog=99999999999999999999",
        b"max_backlog=-1",
        b"replace,oof",
        b"select=[",
        b"1|1|",
        b"1|1|,2|2|",
        b"0",
        b"all",
    ),
]


def frame(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


@st.composite
def header(draw: DrawFn) -> bytes:
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(KEYS), st.one_of(st.sampled_from(WORDS), st.binary(max_size=12))), max_size=6
        )
    )
    quote = draw(st.sampled_from([b'"%b":"%b"', b'"%b":%b', b"%b:%b", b'"%b" : "%b"']))
    return b"{" + b",".join(quote % pair for pair in pairs) + draw(st.sampled_from([b"}", b"", b"}}", b",}"]))


@st.composite
def stream(draw: DrawFn) -> bytes:
    pieces = [frame(LOGON % draw(st.integers(0, 3)))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 4))):
        pieces.append(
            draw(
                st.one_of(
                    header().map(frame),
                    st.builds(lambda head, body: frame(head + body), header(), st.binary(max_size=40)),
                    st.binary(max_size=64),
                    st.builds(
                        lambda size, body: struct.pack(">I", size) + body,
                        st.integers(0, 2**32 - 1),
                        st.binary(max_size=30),
                    ),
                )
            )
        )
    data = b"".join(pieces)
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


def throw(daemon: DaemonProcess, data: bytes) -> None:
    """Send, say that nothing follows, and read until the server has closed its side."""
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=PER_CONNECTION_SECONDS) as peer:
        try:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(65536):
                pass
        except ConnectionError:
            return


def test_malformed_streams_hurt_nobody(start_daemon) -> None:  # type: ignore[no-untyped-def]
    daemon = start_daemon(QUEUES_AND_ACTION + TRANSACTION_LOG)
    witness = AMPS.Client("witness")
    witness.connect(daemon.uri)
    witness.logon()
    streams = 0

    @settings(
        max_examples=STREAMS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(stream())
    def attack(data: bytes) -> None:
        nonlocal streams
        streams += 1
        throw(daemon, data)
        if streams % 1000 == 0:
            witness.publish_flush()

    throw(daemon, frame(LOGON % 0))
    before = daemon.rss_bytes
    attack()
    witness.publish_flush()
    witness.close()
    assert streams >= STREAMS
    assert daemon.process.poll() is None
    assert daemon.rss_bytes - before < 64 * 1024 * 1024
