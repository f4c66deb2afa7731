"""The `amps` protocol: a flat JSON-like header, then the body. Reading is lenient, writing is exact.

Clients write headers that no JSON parser accepts (raw control characters, any bytes inside strings), and read headers
more strictly than JSON allows: no white space, no nesting, no `\\u` escapes, short names. See docs/compatibility.md.
"""

import re
from collections.abc import Iterable

from ampsd.wire.command import ACK_TYPES, Command
from ampsd.wire.headers import FIELDS, NUMBERS

SEQUENCE_MAX = 2**64 - 1

PLAIN_PUBLISH = re.compile(
    rb'\{"c":"p(?:ublish)?","t":"([^"\\]+)"(?:(?:,"a":"(persisted)")?,"s":("?)([0-9]{1,19})\3)?\}'
)
"""The header of a publish as the official clients write it when nothing unusual is asked for: with a number or not."""

_PAIR = re.compile(
    rb'\s*"([A-Za-z_]{1,32})"\s*:\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([0-9+\-.eE]{1,32}|true|false|null))\s*([,}])',
    re.DOTALL,
)
_OPEN = re.compile(rb"\s*\{")
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_UNESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_TO_ESCAPE = re.compile(rb'["\\\n\r\t\x08\x0c]')
_ESCAPED = {
    b'"': rb"\"",
    b"\\": rb"\\",
    b"\n": rb"\n",
    b"\r": rb"\r",
    b"\t": rb"\t",
    b"\b": rb"\b",
    b"\f": rb"\f",
}


class HeaderError(ValueError):
    """A frame does not begin with a header that can be read. The connection cannot go on."""


def escape(text: bytes) -> bytes:
    """`text` as the inside of a header string, with short escapes only: clients delete `\\u` escapes."""
    if _TO_ESCAPE.search(text) is None:
        return text
    return _TO_ESCAPE.sub(lambda match: _ESCAPED[match.group()], text)


def _unescape(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: _UNESCAPED.get(match.group(1), match.group(1)), text)


def _number(name: str, text: bytes) -> int:
    if not text.isdigit() or len(text) > 20 or (value := int(text)) > SEQUENCE_MAX:
        raise HeaderError(f"the header field {name} is not a whole number of 64 bits")
    return value


def read_bookmark(text: bytes) -> tuple[int, int]:
    """Publisher and sequence of a message's bookmark; zeros when it is none."""
    publisher, _, rest = text.partition(b"|")
    sequence = rest.rstrip(b"|")
    if not (publisher.isdigit() and sequence.isdigit() and len(publisher) <= 20 and len(sequence) <= 20):
        return 0, 0
    identity, number = int(publisher), int(sequence)
    return (identity, number) if max(identity, number) <= SEQUENCE_MAX else (0, 0)


def _ack_types(text: bytes) -> int:
    acks = 0
    for word in text.split(b","):
        acks |= ACK_TYPES.get(word.strip(), 0)
    return acks


def read_header(data: bytes, start: int, end: int, header_size_max: int) -> tuple[Command, int]:
    """The command whose header begins at `start`, and where its body begins. Raises HeaderError."""
    opening = _OPEN.match(data, start, end)
    if opening is None:
        raise HeaderError("the frame does not begin with a header")
    bound = min(end, start + header_size_max)
    at = opening.end()
    command = Command(b"")
    while True:
        pair = _PAIR.match(data, at, bound)
        if pair is None:
            raise HeaderError(
                "the header is longer than allowed" if bound < end else "the header is not a flat list of fields"
            )
        key, quoted, bare, closing = pair.groups()
        attribute = FIELDS.get(key)
        if attribute is not None:
            _set(command, attribute, bare if quoted is None else quoted)
        at = pair.end()
        if closing == b"}":
            return command, at


def _set(command: Command, attribute: str, value: bytes, is_escaped: bool = True) -> None:
    if not value:
        return
    if is_escaped and b"\\" in value:
        value = _unescape(value)
    if attribute == "acks":
        command.acks = _ack_types(value)
    elif attribute in NUMBERS:
        setattr(command, attribute, _number(attribute, value))
    else:
        setattr(command, attribute, value)


def command_of(fields: Iterable[tuple[bytes, bytes]], body: bytes) -> Command:
    """The command that header fields of the `amps` protocol and a body make. Raises HeaderError."""
    command = Command(b"")
    command.body = body
    for key, value in fields:
        attribute = FIELDS.get(key)
        if attribute is not None:
            _set(command, attribute, value, is_escaped=False)
    return command


def parts_of(frame: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The header fields of a frame that was written here, and its body."""
    fields: list[tuple[bytes, bytes]] = []
    at = 5
    while True:
        pair = _PAIR.match(frame, at)
        if pair is None:
            raise AssertionError("the frame was not written here")
        key, quoted, bare, closing = pair.groups()
        fields.append((key, bare if quoted is None else _unescape(quoted)))
        at = pair.end()
        if closing == b"}":
            return fields, frame[at:]


def read_command(data: bytes, start: int, end: int, header_size_max: int) -> Command:
    """The command in one frame's bytes, its body copied out. Raises HeaderError."""
    command, body_at = read_header(data, start, end, header_size_max)
    command.body = data[body_at:end]
    return command


def frame(header: bytes, body: bytes = b"") -> bytes:
    """A frame of the TCP transport: four bytes of length, the header, the body."""
    return (len(header) + len(body)).to_bytes(4, "big") + header + body


def ack(
    kind: bytes,
    *,
    command_id: bytes | None = None,
    reason: str | None = None,
    sequence: int | None = None,
    fields: Iterable[tuple[bytes, bytes]] = (),
    numbers: Iterable[tuple[bytes, int]] = (),
) -> bytes:
    """An ack frame. A reason makes it a failure.

    `s` is a bare number and never the last field, because the JavaScript client looks for it with a following comma.
    """
    parts = [b'{"c":"ack"']
    if command_id is not None:
        parts.append(b',"cid":"%b"' % escape(command_id))
    if sequence is not None:
        parts.append(b',"s":%d' % sequence)
    parts.append(b',"a":"%b","status":"%b"' % (kind, b"success" if reason is None else b"failure"))
    if reason is not None:
        parts.append(b',"reason":"%b"' % escape(reason.encode()))
    parts.extend(b',"%b":"%b"' % (name, escape(value)) for name, value in fields)
    parts.extend(b',"%b":%d' % pair for pair in numbers)
    parts.append(b"}")
    return frame(b"".join(parts))


HEARTBEAT_FRAME = frame(b'{"c":"heartbeat"}')
