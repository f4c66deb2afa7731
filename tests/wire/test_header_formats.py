"""Headers of fix, nvfix and soap: what clients write is read, what is written is read again, bad bytes are refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampsd.wire import amps
from ampsd.wire.amps import HeaderError
from ampsd.wire.header_format import HeaderFormat
from ampsd.wire.soap_header import SoapHeader
from ampsd.wire.tag_header import TagHeader

FORMATS: list[HeaderFormat] = [TagHeader(), SoapHeader()]
every_format = pytest.mark.parametrize("one", FORMATS, ids=lambda one: type(one).__name__)
PUBLISH = {
    "TagHeader": b"20000=publish\x0120005=news\x0120008=persisted\x0120036=7\x0120099=?\x01\x02the body",
    "SoapHeader": (
        b"<SOAP-ENV:Envelope><SOAP-ENV:Header><Cmd>publish</Cmd><Tpc><![CDATA[news]]></Tpc><AckTyp>persisted</AckTyp>"
        b"<Seq>7</Seq><Other>?</Other></SOAP-ENV:Header><SOAP-ENV:Body>the body</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ),
}


@every_format
def test_a_command_as_clients_write_it(one: HeaderFormat) -> None:
    frame = b"...." + PUBLISH[type(one).__name__]
    command = one.read(frame, 4, len(frame), 1000)
    assert (command.name, command.topic, command.acks, command.sequence, command.body) == (
        *(b"publish", b"news", amps.ACK_TYPES[b"persisted"], 7, b"the body"),
    )


@every_format
def test_a_header_beyond_its_bound_is_refused(one: HeaderFormat) -> None:
    frame = PUBLISH[type(one).__name__]
    with pytest.raises(HeaderError):
        one.read(frame, 0, len(frame), 20)


@every_format
@pytest.mark.parametrize("sequence", [b"x", b"-1", b"99999999999999999999999"])
def test_a_sequence_that_is_no_number_is_refused(one: HeaderFormat, sequence: bytes) -> None:
    frame = PUBLISH[type(one).__name__].replace(b"7", sequence)
    with pytest.raises(HeaderError, match="sequence"):
        one.read(frame, 0, len(frame), 1000)


VALUES = st.text(st.characters(codec="ascii", exclude_characters="\x00\x01\x02"), min_size=1, max_size=20).map(
    str.encode
)


@every_format
@given(topic=VALUES, sub_id=VALUES, body=st.binary(max_size=50))
@settings(deadline=None)
def test_what_is_written_is_read_again(one: HeaderFormat, topic: bytes, sub_id: bytes, body: bytes) -> None:
    header = b'{"c":"p","t":"%b","sub_id":"%b","l":%d}' % (amps.escape(topic), amps.escape(sub_id), len(body))
    frame = one.write(amps.frame(header, body))
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    command = one.read(frame, 4, len(frame), 10_000)
    assert (command.name, command.topic, command.sub_id, command.body) == (b"p", topic, sub_id, body)


def test_separators_in_a_value_do_not_end_it() -> None:
    frame = TagHeader().write(amps.frame(b'{"c":"p","t":"a\x01b\x02c","l":1}', b"x"))
    assert TagHeader().read(frame, 4, len(frame), 1000).topic == b"a b c"


def is_read_or_refused(one: HeaderFormat, data: bytes) -> bool:
    try:
        return one.read(data, 0, len(data), 1000).body in data
    except HeaderError:
        return True


@every_format
@given(
    data=st.lists(
        st.one_of(
            st.binary(max_size=5),
            st.sampled_from([b"20000=p\x01", b"=", b"\x02", b"<Cmd>", b"</Cmd>", b"<![CDATA[", b"]]>", b"20036=9\x01"]),
            st.sampled_from([b"<SOAP-ENV:Envelope><SOAP-ENV:Header>", b"</SOAP-ENV:Header><SOAP-ENV:Body>"]),
            st.just(b"</SOAP-ENV:Body></SOAP-ENV:Envelope>"),
        ),
        max_size=10,
    ).map(b"".join)
)
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_read_or_refused(one: HeaderFormat, data: bytes) -> None:
    assert is_read_or_refused(one, data)
