"""The `amps` protocol: what clients really send is read, what is sent is what clients can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.wire import amps
from ampsd.wire.command import COMPLETED, PERSISTED, PROCESSED, STATS, Command

HEADER_MAX = 1 << 20


def read(data: bytes) -> Command:
    command, body_at = amps.read_header(data, 0, len(data), HEADER_MAX)
    command.body = data[body_at:]
    return command


def test_the_logon_of_the_c_client() -> None:
    command = read(
        b'{"c":"logon","cid":"auto1","client_name":"cred","user_id":"user","mt":"json","a":"processed",'
        b'"version":"5.3.5.14.c6e65cc.784022:python","x":"corr123","pw":"p@ss","o":"pretty"}'
    )
    assert (command.name, command.command_id, command.client_name) == (b"logon", b"auto1", b"cred")
    assert (command.user_id, command.password, command.message_type) == (b"user", b"p@ss", b"json")
    assert (command.correlation_id, command.options, command.acks) == (b"corr123", b"pretty", PROCESSED)


def test_a_filter_with_quote_and_backslash() -> None:
    command = read(b'{"c":"subscribe","t":"orders","cid":"a","filter":"/a = \'x\\"\\\\y\'","sub_id":"a"}')
    assert command.filter == b"/a = 'x\"\\y'"


def test_raw_control_bytes_and_high_bytes_in_strings_are_kept() -> None:
    command = read(b'{"c":"p","t":"t\nop\\"ic\\\\\xff"}x\x00\xc3\xbf')
    assert command.topic == b't\nop"ic\\\xff'
    assert command.body == b"x\x00\xc3\xbf"


@pytest.mark.parametrize(
    ("header", "attribute", "value"),
    [
        (b'{"c":"publish","s":"1795211305096000001","t":"x"}', "sequence", 1795211305096000001),
        (b'{"c":"publish","t":"x","s":18446744073709551615}', "sequence", 2**64 - 1),
        (b'{"c":"p","t":"x","e":"30"}', "expiration", 30),
        (b'{"c":"p","t":"x","e":30}', "expiration", 30),
        (b'{"c":"sow_delete","t":"q","bm":"1|1|"}', "bookmark", b"1|1|"),
        (b'{"c":"sow_delete","t":"q","bookmark":"1|1|"}', "bookmark", b"1|1|"),
        (b'{"c":"subscribe","opts":"max_backlog=2"}', "options", b"max_backlog=2"),
        (b'{"c":"subscribe","filter":"","t":"x"}', "filter", None),
        (b'{ "c" : "subscribe" , "t" : "x" }', "topic", b"x"),
        (b'{"c":"flush","a":"processed,completed,persisted,stats"}', "acks", PROCESSED | COMPLETED | PERSISTED | STATS),
        (b'{"c":"flush","a":"parsed,nonsense"}', "acks", 0),
        (b'{"c":"flush","unknown":"x","cid":"1"}', "command_id", b"1"),
    ],
)
def test_spellings_of_both_clients(header: bytes, attribute: str, value: object) -> None:
    assert getattr(read(header), attribute) == value


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"{}",
        b"x",
        b'"c":"p"',
        b'{"c":"p"',
        b'{"c":"p",}',
        b'{"c":{"a":1}}',
        b'{"c":["a"]}',
        b'{"c":"p","s":"12x"}',
        b'{"c":"p","s":-1}',
        b'{"c":"p","s":18446744073709551616}',
        b'{"c":"unterminated}',
        b"20000=logon\x0120001=auto12\x01\x02",
    ],
)
def test_what_is_no_header_is_refused(header: bytes) -> None:
    with pytest.raises(amps.HeaderError):
        read(header)


def test_a_header_longer_than_allowed_is_refused() -> None:
    data = b'{"c":"sow_delete","bookmark":"' + b"1|1|," * 1000 + b'"}'
    with pytest.raises(amps.HeaderError, match="longer than allowed"):
        amps.read_header(data, 0, len(data), 1000)


@given(st.binary(max_size=80))
def test_any_bytes_give_a_command_or_a_header_error(data: bytes) -> None:
    try:
        found = amps.read_command(data, 0, len(data), HEADER_MAX)
    except amps.HeaderError:
        return
    assert isinstance(found, Command)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))))
def test_escaped_text_reads_back(text: str) -> None:
    data = b'{"c":"subscribe","sub_id":"%b"}' % amps.escape(text.encode())
    assert (read(data).sub_id or b"") == text.encode()


def test_an_ack_has_no_white_space_and_its_sequence_is_not_last() -> None:
    frame = amps.ack(b"persisted", sequence=7, fields=((b"bm", b"1|7|"),))
    assert frame == b'\x00\x00\x00@{"c":"ack","s":7,"a":"persisted","status":"success","bm":"1|7|"}'
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4


def test_a_failure_names_its_reason() -> None:
    frame = amps.ack(b"processed", command_id=b"a", reason="bad filter")
    assert frame[4:] == b'{"c":"ack","cid":"a","a":"processed","status":"failure","reason":"bad filter"}'
