"""What a batch holds: publishes, and what happened to queued messages. FORMAT.md draws the bytes.

Positions name records: the place of a record in the log, in bytes, which never changes. A publish is the message; the
queue records name messages by the positions of their publishes.
"""

import struct
from array import array
from collections.abc import Iterator

PUBLISH = 1
REMOVE = 2
LEASE = 3
CANCEL = 4
SEQUENCE = 5

_HAS_CORRELATION_ID = 1
_HAS_EXPIRATION = 2

_LENGTH = struct.Struct("<IB")
_PUBLISH = struct.Struct("<IBBBHQQQ")
_QUEUE = struct.Struct("<IBBHI")
_SEQUENCE = struct.Struct("<IBQQ")
_CORRELATION_ID = struct.Struct("<H")
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


Record = Publish | QueueChange | Sequence


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
    rest = b"%b%b%b%b" % (extra, message_type, topic, data)
    head = _PUBLISH.pack(
        _PUBLISH.size + len(rest), PUBLISH, flags, len(message_type), len(topic), publisher, sequence, timestamp_ns
    )
    return head + rest


def encode_queue_change(kind: int, queue: bytes, positions: "array[int]", reasons: int = 0) -> bytes:
    """Bytes of a REMOVE, LEASE or CANCEL record."""
    size = _QUEUE.size + len(queue) + 8 * len(positions)
    return _QUEUE.pack(size, kind, reasons, len(queue), len(positions)) + queue + positions.tobytes()


def encode_sequence(publisher: int, sequence: int) -> bytes:
    """Bytes of a SEQUENCE record."""
    return _SEQUENCE.pack(_SEQUENCE.size, SEQUENCE, publisher, sequence)


def decode_publish(record: bytes) -> Publish:
    """The publish record whose bytes these are. Raises DamagedRecordError."""
    try:
        size, kind, flags, type_size, topic_size, publisher, sequence, timestamp_ns = _PUBLISH.unpack_from(record)
        if kind != PUBLISH or size != len(record):
            raise DamagedRecordError("not a publish record")
        offset = _PUBLISH.size
        correlation_id: bytes | None = None
        expiration_ns: int | None = None
        if flags & _HAS_CORRELATION_ID:
            (length,) = _CORRELATION_ID.unpack_from(record, offset)
            offset += _CORRELATION_ID.size
            correlation_id = record[offset : offset + length]
            offset += length
        if flags & _HAS_EXPIRATION:
            (expiration_ns,) = _EXPIRATION.unpack_from(record, offset)
            offset += _EXPIRATION.size
    except struct.error as error:
        raise DamagedRecordError(str(error)) from error
    topic_at = offset + type_size
    data_at = topic_at + topic_size
    if data_at > size:
        raise DamagedRecordError("a publish record is shorter than its fields")
    return Publish(
        record[offset:topic_at],
        record[topic_at:data_at],
        publisher,
        sequence,
        timestamp_ns,
        record[data_at:],
        correlation_id,
        expiration_ns,
    )


def _decode_queue_change(record: bytes) -> QueueChange:
    size, kind, reasons, name_size, number = _QUEUE.unpack_from(record)
    positions_at = _QUEUE.size + name_size
    if size != positions_at + 8 * number:
        raise DamagedRecordError("a queue record's size does not fit its contents")
    positions = array("Q")
    positions.frombytes(record[positions_at:])
    return QueueChange(kind, record[_QUEUE.size : positions_at], reasons, positions)


def decode(record: bytes) -> Record:
    """The record whose bytes these are. Raises DamagedRecordError."""
    kind = record[4]
    try:
        if kind == PUBLISH:
            return decode_publish(record)
        if kind in (REMOVE, LEASE, CANCEL):
            return _decode_queue_change(record)
        if kind == SEQUENCE:
            _, _, publisher, sequence = _SEQUENCE.unpack(record)
            return Sequence(publisher, sequence)
    except struct.error as error:
        raise DamagedRecordError(str(error)) from error
    raise DamagedRecordError(f"record kind {kind} is unknown to this version")


def split(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """Each record of a frame's payload with its offset there. Raises DamagedRecordError."""
    offset = 0
    total = len(payload)
    while offset < total:
        if total - offset < _LENGTH.size:
            raise DamagedRecordError("a batch ends inside a record")
        size = _LENGTH.unpack_from(payload, offset)[0]
        if size < _LENGTH.size or offset + size > total:
            raise DamagedRecordError("a record is longer than its batch")
        yield offset, payload[offset : offset + size]
        offset += size
