"""What a batch holds: publishes, and what happened to queued messages. FORMAT.md draws the bytes.

What a queue must know again after a restart is here; what is told of it (events, audits) is in `tellings`.

Positions name records: the place of a record in the log, in bytes, which never changes. A publish is the message; the
queue records name messages by the positions of their publishes. A publish is read again alone, without its frame, so
it carries a CRC of its own.
"""

import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator

PUBLISH = 1
REMOVE = 2
LEASE = 3
CANCEL = 4
SEQUENCE = 5
REMOVE_AHEAD = 6
MARK = 7
EVENTS = 8
AUDIT = 9

_HAS_CORRELATION_ID = 1
_HAS_EXPIRATION = 2
_HAS_ORIGIN = 4
_FLAGS_KNOWN = _HAS_CORRELATION_ID | _HAS_EXPIRATION | _HAS_ORIGIN

_BEGINNING = struct.Struct("<IB")
_PUBLISH = struct.Struct("<IBBBHQQQ")
_QUEUE = struct.Struct("<IBBHI")
_SEQUENCE = struct.Struct("<IBQQ")
_AHEAD = struct.Struct("<IBBHQQ")
_MARK = struct.Struct("<IBBHHIQ")
_ORIGIN = struct.Struct("<QIQQBBB")
_CRC_SIZE = 4
KIND_AT = 4
"""Where a record's kind is, behind its length."""
SIZE_FIELD = 4
"""Bytes of a record's first field, its length."""
_CORRELATION_ID = struct.Struct("<I")
_EXPIRATION = struct.Struct("<Q")


class DamagedRecordError(ValueError):
    """A record inside an intact frame makes no sense: written by a newer version, or a fault of ours."""


class Origin:
    """Which message a message was made of: where its record is, its bookmark, and why.

    `depth` counts the messages on the way from the first, `redrives` those of them that a redrive made.
    """

    __slots__ = ("cause", "depth", "length", "position", "publisher", "redrives", "sequence")

    def __init__(
        self, cause: int, position: int, length: int, publisher: int, sequence: int, depth: int, redrives: int
    ) -> None:
        self.cause = cause
        self.position = position
        self.length = length
        self.publisher = publisher
        self.sequence = sequence
        self.depth = depth
        self.redrives = redrives

    def encode(self) -> bytes:
        """The bytes of a publish record's field."""
        return _ORIGIN.pack(
            self.position, self.length, self.publisher, self.sequence, self.cause, self.depth, self.redrives
        )


CAUSES = ("action", "dead letter", "reprocess", "reroute", "redrive")
"""Why a message was made of another; the place of a word is its number."""
ACTION, DEAD_LETTER, REPROCESS, REROUTE, REDRIVE = range(len(CAUSES))


class Publish:
    """A message as it was logged. `timestamp_ns` is wall time; `expiration_ns` is a duration, None when not given."""

    __slots__ = (
        "correlation_id",
        "data",
        "expiration_ns",
        "message_type",
        "origin",
        "publisher",
        "sequence",
        "timestamp_ns",
        "topic",
    )

    def __init__(
        self,
        message_type: bytes,
        topic: bytes,
        publisher: int,
        sequence: int,
        timestamp_ns: int,
        data: bytes,
        correlation_id: bytes | None,
        expiration_ns: int | None,
        origin: Origin | None = None,
    ) -> None:
        self.message_type = message_type
        self.topic = topic
        self.publisher = publisher
        self.sequence = sequence
        self.timestamp_ns = timestamp_ns
        self.data = data
        self.correlation_id = correlation_id
        self.expiration_ns = expiration_ns
        self.origin = origin


class QueueChange:
    """What happened to messages of one queue: removed (with the reasons bit mask), leased or cancelled."""

    __slots__ = ("kind", "positions", "queue", "reasons")

    def __init__(self, kind: int, queue: bytes, reasons: int, positions: "array[int]") -> None:
        self.kind = kind
        self.queue = queue
        self.reasons = reasons
        self.positions = positions


class Sequence:
    """A publisher's sequence number was used up by a command that logs no message."""

    __slots__ = ("publisher", "sequence")

    def __init__(self, publisher: int, sequence: int) -> None:
        self.publisher = publisher
        self.sequence = sequence


class RemovalAhead:
    """A worker acknowledged a message that the log did not hold: when it is published again it does not enter.

    A crash took the message after it was handed out, and before it was durable.
    """

    __slots__ = ("publisher", "queue", "sequence")

    def __init__(self, queue: bytes, publisher: int, sequence: int) -> None:
        self.queue = queue
        self.publisher = publisher
        self.sequence = sequence


SUSPEND = 1
RESUME = 2
SUSPEND_LATER = 3
SKIP = 4
DUE = 5
RESET = 6
PAUSE = 7
UNPAUSE = 8
BEGIN = 9
ACKNOWLEDGED = 10
HANDED_BACK = 11
NUMBERED = 12
RUN_ENDED = 13


class Mark:
    """A lasting mark on messages of a queue, or on the queue.

    `value` is the wall time in nanoseconds for DUE (delivered not before) and PAUSE (until; 0 for no end), the number
    of attempts for RESET, and for BEGIN the position from which on the queue holds messages. ACKNOWLEDGED is for what
    is on hold: it is done when it is let go. HANDED_BACK is DUE, and a delivery that does not count. NUMBERED is of no
    queue: `value` is the number of the next event. RUN_ENDED is of an action: its run number `value` waits no longer.
    `text` is who asked, and for BEGIN the RecoveryPoint.
    """

    __slots__ = ("mark", "positions", "queue", "text", "value")

    def __init__(self, mark: int, queue: bytes, text: bytes, value: int, positions: "array[int]") -> None:
        self.mark = mark
        self.queue = queue
        self.text = text
        self.value = value
        self.positions = positions


class Telling:
    """A record that tells of what happened and decides nothing; `tellings` knows what is in it."""

    __slots__ = ("data", "kind")

    def __init__(self, kind: int, data: bytes) -> None:
        self.kind = kind
        self.data = data


Record = Publish | QueueChange | Sequence | RemovalAhead | Mark | Telling


def encode_publish(
    message_type: bytes,
    topic: bytes,
    publisher: int,
    sequence: int,
    timestamp_ns: int,
    data: bytes,
    correlation_id: bytes | None = None,
    expiration_ns: int | None = None,
    origin: Origin | None = None,
) -> bytes:
    """Bytes of a publish record."""
    flags = 0
    extra = b""
    if correlation_id is not None:
        flags |= _HAS_CORRELATION_ID
        extra = _CORRELATION_ID.pack(len(correlation_id)) + correlation_id
    if expiration_ns is not None:
        flags |= _HAS_EXPIRATION
        extra += _EXPIRATION.pack(expiration_ns)
    if origin is not None:
        flags |= _HAS_ORIGIN
        extra += origin.encode()
    (record,) = encode_publishes(message_type, topic, publisher, (sequence,), timestamp_ns, (data,), flags, extra)
    return record


def encode_publishes(
    message_type: bytes,
    topic: bytes,
    publisher: int,
    sequences: Iterable[int],
    timestamp_ns: int,
    bodies: Iterable[bytes],
    flags: int = 0,
    extra: bytes = b"",
) -> list[bytes]:
    """Bytes of the publish records of messages that share all but number and body.

    `extra` are the bytes of the fields that `flags` announce.
    """
    added: list[bytes] = []
    append, pack, crc_of = added.append, _PUBLISH.pack, zlib.crc32
    type_size, topic_size = len(message_type), len(topic)
    between = extra + message_type + topic
    fixed = _PUBLISH.size + len(between) + _CRC_SIZE
    for data, sequence in zip(bodies, sequences, strict=True):
        head = pack(fixed + len(data), PUBLISH, flags, type_size, topic_size, publisher, sequence, timestamp_ns)
        record = head + between + data
        append(record + crc_of(record).to_bytes(_CRC_SIZE, "little"))
    return added


def encode_queue_change(kind: int, queue: bytes, positions: "array[int]", reasons: int = 0) -> bytes:
    """Bytes of a REMOVE, LEASE or CANCEL record."""
    size = _QUEUE.size + len(queue) + 8 * len(positions)
    return _QUEUE.pack(size, kind, reasons, len(queue), len(positions)) + queue + positions.tobytes()


def encode_sequence(publisher: int, sequence: int) -> bytes:
    """Bytes of a SEQUENCE record."""
    return _SEQUENCE.pack(_SEQUENCE.size, SEQUENCE, publisher, sequence)


def encode_removal_ahead(queue: bytes, publisher: int, sequence: int) -> bytes:
    """Bytes of a REMOVE_AHEAD record."""
    return _AHEAD.pack(_AHEAD.size + len(queue), REMOVE_AHEAD, 0, len(queue), publisher, sequence) + queue


def encode_mark(mark: int, queue: bytes, positions: "array[int]", value: int = 0, text: bytes = b"") -> bytes:
    """Bytes of a MARK record."""
    size = _MARK.size + len(queue) + len(text) + 8 * len(positions)
    head = _MARK.pack(size, MARK, mark, len(queue), len(text), len(positions), value)
    return head + queue + text + positions.tobytes()


def is_intact(record: bytes) -> bool:
    """Whether these bytes are one publish record, as it was encoded."""
    if len(record) < _PUBLISH.size + _CRC_SIZE:
        return False
    size, kind = _BEGINNING.unpack_from(record)
    crc = int.from_bytes(record[-_CRC_SIZE:], "little")
    return kind == PUBLISH and size == len(record) and crc == zlib.crc32(memoryview(record)[:-_CRC_SIZE])


def decode_publish(record: bytes) -> Publish:
    """The publish record whose bytes these are; its CRC is not looked at again. Raises DamagedRecordError."""
    decoded = decode(record)
    if not isinstance(decoded, Publish):
        raise DamagedRecordError("not a publish record")
    return decoded


def message_of(record: bytes) -> tuple[bytes, bytes | None, Origin | None]:
    """Body, correlation id and origin of a publish record whose CRC was looked at. Raises DamagedRecordError."""
    _, kind, flags, type_size, topic_size, _, _, _ = _PUBLISH.unpack_from(record)
    if kind == PUBLISH and not flags:
        return record[_PUBLISH.size + type_size + topic_size : -_CRC_SIZE], None, None
    publish = decode_publish(record)
    return publish.data, publish.correlation_id, publish.origin


def bookmark_of(record: bytes) -> tuple[int, int]:
    """Publisher and sequence of a publish record whose CRC was looked at."""
    _, _, _, _, _, publisher, sequence, _ = _PUBLISH.unpack_from(record)
    return publisher, sequence


def decode(record: bytes) -> Record:
    """The record whose bytes these are. Raises DamagedRecordError."""
    found = list(split(record))
    if len(found) != 1:
        raise DamagedRecordError("not one record")
    return found[0][2]


def split(payload: bytes) -> Iterator[tuple[int, int, Record]]:
    """Each record of a frame's payload: its offset there, its length, its value. Raises DamagedRecordError."""
    start = 0
    total = len(payload)
    while start < total:
        if total - start < _BEGINNING.size:
            raise DamagedRecordError("a batch ends inside a record")
        size, kind = _BEGINNING.unpack_from(payload, start)
        end = start + size
        if size < _BEGINNING.size or end > total:
            raise DamagedRecordError("a record is longer than its batch")
        try:
            if kind == PUBLISH:
                record: Record = _publish(payload, start, end)
            elif kind in (REMOVE, LEASE, CANCEL):
                record = _queue_change(payload, start, end)
            elif kind == SEQUENCE:
                record = _sequence(payload, start, end)
            elif kind == REMOVE_AHEAD:
                record = _removal_ahead(payload, start, end)
            elif kind == MARK:
                record = _mark(payload, start, end)
            elif kind in (EVENTS, AUDIT):
                record = Telling(kind, payload[start:end])
            else:
                raise DamagedRecordError(f"record kind {kind} is unknown to this version")
        except struct.error as error:
            raise DamagedRecordError("a record is shorter than its fields") from error
        yield start, size, record
        start = end


def _publish(data: bytes, start: int, end: int) -> Publish:
    _, _, flags, type_size, topic_size, publisher, sequence, timestamp_ns = _PUBLISH.unpack_from(data, start)
    at = start + _PUBLISH.size
    correlation_id: bytes | None = None
    expiration_ns: int | None = None
    origin: Origin | None = None
    if flags:
        if flags & ~_FLAGS_KNOWN:
            raise DamagedRecordError(f"flags {flags:#x} of a publish record are unknown to this version")
        if flags & _HAS_CORRELATION_ID:
            (length,) = _CORRELATION_ID.unpack_from(data, at)
            at += _CORRELATION_ID.size
            correlation_id = data[at : at + length]
            at += length
        if flags & _HAS_EXPIRATION:
            (expiration_ns,) = _EXPIRATION.unpack_from(data, at)
            at += _EXPIRATION.size
        if flags & _HAS_ORIGIN:
            position, length, parent, number, cause, depth, redrives = _ORIGIN.unpack_from(data, at)
            if cause >= len(CAUSES):
                raise DamagedRecordError(f"the cause {cause} of a message is unknown to this version")
            origin = Origin(cause, position, length, parent, number, depth, redrives)
            at += _ORIGIN.size
    topic_at = at + type_size
    data_at = topic_at + topic_size
    crc_at = end - _CRC_SIZE
    if data_at > crc_at:
        raise DamagedRecordError("a publish record is shorter than its fields")
    return Publish(
        data[at:topic_at],
        data[topic_at:data_at],
        publisher,
        sequence,
        timestamp_ns,
        data[data_at:crc_at],
        correlation_id,
        expiration_ns,
        origin,
    )


def _queue_change(data: bytes, start: int, end: int) -> QueueChange:
    _, kind, reasons, name_size, number = _QUEUE.unpack_from(data, start)
    name_at = start + _QUEUE.size
    positions_at = name_at + name_size
    if end != positions_at + 8 * number:
        raise DamagedRecordError("a queue record's size does not fit its contents")
    positions = array("Q")
    positions.frombytes(data[positions_at:end])
    return QueueChange(kind, data[name_at:positions_at], reasons, positions)


def _sequence(data: bytes, start: int, end: int) -> Sequence:
    if end - start != _SEQUENCE.size:
        raise DamagedRecordError("a sequence record's size does not fit its contents")
    _, _, publisher, sequence = _SEQUENCE.unpack_from(data, start)
    return Sequence(publisher, sequence)


def _removal_ahead(data: bytes, start: int, end: int) -> RemovalAhead:
    _, _, _, name_size, publisher, sequence = _AHEAD.unpack_from(data, start)
    name_at = start + _AHEAD.size
    if end != name_at + name_size:
        raise DamagedRecordError("a record of a removal ahead has a size that does not fit its contents")
    return RemovalAhead(data[name_at:end], publisher, sequence)


def _mark(data: bytes, start: int, end: int) -> Mark:
    _, _, mark, name_size, text_size, number, value = _MARK.unpack_from(data, start)
    name_at = start + _MARK.size
    text_at = name_at + name_size
    positions_at = text_at + text_size
    if end != positions_at + 8 * number or not SUSPEND <= mark <= RUN_ENDED:
        raise DamagedRecordError("a mark's size does not fit its contents, or it is unknown to this version")
    positions = array("Q")
    positions.frombytes(data[positions_at:end])
    return Mark(mark, data[name_at:text_at], data[text_at:positions_at], value, positions)
