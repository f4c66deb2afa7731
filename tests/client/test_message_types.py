"""Every message type through the daemon with the official client: a filter picks, and the bytes arrive as they were."""

import struct
from pathlib import Path

import AMPS
import pytest
from daemon_process import StartDaemon, start_daemon

from ampsd.message_types import registry
from ampsd.message_types.composite import joined

__all__ = ["start_daemon"]

DECLARED = """
<MessageTypes>
  <MessageType><Name>pipes</Name><Module>nvfix</Module><FieldSeparator>124</FieldSeparator></MessageType>
  <MessageType><Name>last</Name><Module>json</Module>
    <EarlyTerminationOptimization>false</EarlyTerminationOptimization></MessageType>
  <MessageType><Name>scan</Name><Module>composite-local</Module>
    <MessageType>pipes</MessageType><MessageType>binary</MessageType></MessageType>
  <MessageType><Name>whole</Name><Module>composite-global</Module>
    <MessageType>json</MessageType><MessageType>json</MessageType></MessageType>
  <MessageType><Name>tick</Name><Module>struct</Module>
    <Field>/id = i</Field><Field>/pad = 4x</Field><Field>/price = d</Field></MessageType>
  <MessageType><Name>order</Name><Module>protobuf</Module>
    <ProtoPath>desk;./proto</ProtoPath><ProtoFile>desk/order.proto</ProtoFile><Type>desk.Order</Type></MessageType>
</MessageTypes>
"""


def built(name: str, *pairs: tuple[str, object]) -> bytes:
    found = registry.find(name)
    assert found is not None
    return found.build(pairs)


CASES = {
    "json": (b'{"id":1,"n":"a"}', b'{"id":2,"n":"b"}', "/id = 2"),
    "last": (b'{"id":2,"id":1}', b'{"id":1,"id":2}', "/id = 2"),
    "fix": (b"35=D\x0155=A\x01", b"35=D\x0155=B\x01", "/55 = 'B'"),
    "pipes": (b"n=a|", b"n=b|", "/n = 'b'"),
    "xml": (b"<o><n>a</n></o>", b"<o><n>b</n></o>", "/o/n = 'b'"),
    "msgpack": (built("msgpack", ("/n", b"a")), built("msgpack", ("/n", b"b")), "/n = 'b'"),
    "bson": (built("bson", ("/p/n", 1)), built("bson", ("/p/n", 2)), "/p/n = 2"),
    "bflat": (built("bflat", ("/n", 2.5)), built("bflat", ("/n", 3.5)), "/n > 3"),
    "scan": (joined([b"n=a|", b"\x00\xff"]), joined([b"n=b|", b"\xff\x00"]), "/0/n = 'b'"),
    "whole": (joined([b'{"n":1}', b'{"n":2}']), joined([b'{"n":3}', b'{"n":4}']), "/n = 4"),
    "tick": (struct.pack("<i4xd", 1, 1.5), struct.pack("<i4xd", 2, 2.5), "/price > 2"),
    "order": (b"\x08\x01\x12\x01a", b"\x08\x02\x12\x01b", "/id = 2 AND /name = 'b' AND /lots IS NULL"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_filter_picks_and_the_bytes_stay(name: str, start_daemon: StartDaemon) -> None:
    daemon = start_daemon(DECLARED, prepare=_write_proto)
    other, wanted, content = CASES[name]
    reader, writer = AMPS.Client("reader"), AMPS.Client("writer")
    for client in (reader, writer):
        client.connect(f"tcp://127.0.0.1:{daemon.port}/amps/{name}")
        client.logon()
    stream = reader.subscribe("t", content, timeout=20_000)
    for body in (other, b"\xfe", wanted):
        writer.publish("t", body)
    assert next(stream).get_data_raw() == wanted
    reader.close()
    writer.close()


def _write_proto(directory: Path) -> None:
    (directory / "proto").mkdir()
    (directory / "proto" / "order.proto").write_text(
        'syntax = "proto2"; package desk; '
        "message Order { optional int32 id = 1; optional string name = 2; repeated int32 lots = 3; }"
    )
