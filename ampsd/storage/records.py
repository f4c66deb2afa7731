"""What a batch holds: publishes, and what happened to queued messages. FORMAT.md draws the bytes.

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

_HAS_CORRELATION_ID = 1
_HAS_EXPIRATION = 2
_FLAGS_KNOWN = _HAS_CORRELATION_ID | _HAS_EXPIRATION

_BEGINNING = struct.Struct("<IB")
_PUBLISH = struct.Struct("<IBBBHQQQ")
_QUEUE = struct.Struct("<IBBHI")
_SEQUENCE = struct.Struct("<IBQQ")
_AHEAD = struct.Struct("<IBBHQQ")
_CRC_SIZE = 4
_CORRELATION_ID = struct.Struct("<I")
_EXPIRATION = struct.Struct("<Q")


class DamagedRecordError(ValueError):
    """A record inside an intact frame makes no sense: written by a newer version, or a fault of ours."""


class Publish:
    """A message as it was logged. `timestamp_ns` is wall time; `expiration_ns` is a duration, None when not given."""

    __slots__ = (
        "correlation_id",
        "data",
        "expiration_ns",
        "message_type",
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
    ) -> None:
        self.message_type = message_type
        self.topic = topic
        self.publisher = publisher
        self.sequence = sequence
        self.timestamp_ns = timestamp_ns
        self.data = data
        self.correlation_id = correlation_id
        self.expiration_ns = expiration_ns


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


Record = Publish | QueueChange | Sequence | RemovalAhead


def encode_publish(
    message_type: bytes,
    topic: bytes,
    publisher: int,
    sequence: int,
    timestamp_ns: int,
    data: bytes,
    correlation_id: bytes | None = None,
    expiration_ns: int | None = None,
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


def message_of(record: bytes) -> tuple[bytes, bytes | None]:
    """Body and correlation id of a publish record whose CRC was looked at. Raises DamagedRecordError."""
    _, kind, flags, type_size, topic_size, _, _, _ = _PUBLISH.unpack_from(record)
    if kind == PUBLISH and not flags:
        return record[_PUBLISH.size + type_size + topic_size : -_CRC_SIZE], None
    publish = decode_publish(record)
    return publish.data, publish.correlation_id


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
