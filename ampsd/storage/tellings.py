"""Records that tell what happened to queued messages: events, and what operators asked. FORMAT.md draws them.

Nothing is decided by them: a journal without them gives the same queues. A run of events of one kind is one record,
because at full speed there are three events for each message. Events are numbered without a gap; a message is named
by the position of its publish, which the Received event connects with its bookmark.
"""

import json
import struct
from array import array
from collections.abc import Sequence

from ampsd.storage.records import AUDIT, EVENTS, DamagedRecordError

_EVENTS = struct.Struct("<IBBBHHHIQQ")
_ARRIVAL = struct.Struct("<QQQIHH")
_LINK = struct.Struct("<QQQH")
_SESSION = struct.Struct("<Q")
_AUDIT = struct.Struct("<IB")

_HAS_ARRIVAL = 1
_HAS_SESSIONS = 2
_SESSIONS_IN_A_ROW = 4
_HAS_LINK = 8
_BY_OPERATOR = 16


class Arrival:
    """How messages came that are one run in the log: of one publisher, numbered and stored one behind the other."""

    __slots__ = ("correlation_id", "lengths", "overhead", "position", "publisher", "sequence", "topic")

    def __init__(
        self,
        topic: bytes,
        publisher: int,
        sequence: int,
        position: int,
        lengths: "array[int]",
        overhead: int,
        correlation_id: bytes = b"",
    ) -> None:
        self.topic = topic
        self.correlation_id = correlation_id
        self.publisher = publisher
        self.sequence = sequence
        self.position = position
        self.lengths = lengths
        self.overhead = overhead
        """How much longer a record is than its body."""

    @property
    def last_position(self) -> int:
        """Where the record of the last message is."""
        return self.position + sum(self.lengths) - self.lengths[-1]


class Link:
    """The other message of an event: the child that was made, or the parent that the message was made of."""

    __slots__ = ("position", "publisher", "sequence", "topic")

    def __init__(self, topic: bytes, position: int, publisher: int, sequence: int) -> None:
        self.topic = topic
        self.position = position
        self.publisher = publisher
        self.sequence = sequence


class Events:
    """Events `first` to `first + len(positions) - 1`, all of one status, at one time.

    With an arrival the positions follow from it, and `positions` is empty: `every_position` has them all. `sessions`
    names for each event the one that opened its session; empty where the events have none. `client` is who did it: the
    publisher, the consumer, or the operator.
    """

    __slots__ = (
        "arrival",
        "client",
        "first",
        "is_by_operator",
        "link",
        "positions",
        "queue",
        "reason",
        "sessions",
        "status",
        "wall_ns",
    )

    def __init__(
        self,
        status: int,
        queue: bytes,
        client: bytes,
        reason: bytes,
        first: int,
        wall_ns: int,
        positions: Sequence[int],
        sessions: Sequence[int] = (),
        arrival: Arrival | None = None,
        link: Link | None = None,
        is_by_operator: bool = False,
    ) -> None:
        self.status = status
        self.queue = queue
        self.client = client
        self.reason = reason
        self.first = first
        self.wall_ns = wall_ns
        self.positions = positions
        self.sessions = sessions
        self.arrival = arrival
        self.link = link
        self.is_by_operator = is_by_operator

    @property
    def number(self) -> int:
        """How many events there are."""
        return len(self.positions if self.arrival is None else self.arrival.lengths)

    @property
    def every_position(self) -> Sequence[int]:
        """The messages, by the positions of their publishes."""
        return self.positions if self.arrival is None else positions_of(self.arrival)


def encode_events(events: Events) -> bytes:
    """Bytes of an EVENTS record."""
    flags = _BY_OPERATOR if events.is_by_operator else 0
    parts = [events.queue, events.client, events.reason]
    arrival, sessions = events.arrival, events.sessions
    if arrival is None:
        number = len(events.positions)
        positions = events.positions
        parts.append((positions if isinstance(positions, array) else array("Q", positions)).tobytes())
    else:
        flags |= _HAS_ARRIVAL
        number = len(arrival.lengths)
        parts.append(
            _ARRIVAL.pack(
                arrival.position,
                arrival.publisher,
                arrival.sequence,
                arrival.overhead,
                len(arrival.topic),
                len(arrival.correlation_id),
            )
        )
        parts += (arrival.topic, arrival.correlation_id, arrival.lengths.tobytes())
    if sessions:
        flags |= _HAS_SESSIONS
        if sessions[-1] - sessions[0] == number - 1 and list(sessions) == list(range(sessions[0], sessions[-1] + 1)):
            flags |= _SESSIONS_IN_A_ROW
            parts.append(_SESSION.pack(sessions[0]))
        else:
            parts.append(array("Q", sessions).tobytes())
    if events.link is not None:
        flags |= _HAS_LINK
        link = events.link
        parts += (_LINK.pack(link.position, link.publisher, link.sequence, len(link.topic)), link.topic)
    inside = b"".join(parts)
    head = _EVENTS.pack(
        _EVENTS.size + len(inside),
        EVENTS,
        events.status,
        flags,
        len(events.queue),
        len(events.client),
        len(events.reason),
        number,
        events.first,
        events.wall_ns,
    )
    return head + inside


def time_of(data: bytes) -> int:
    """Wall time of an EVENTS record. Raises DamagedRecordError."""
    try:
        wall_ns: int = _EVENTS.unpack_from(data)[9]
    except struct.error as error:
        raise DamagedRecordError("a record of events is shorter than its fields") from error
    return wall_ns


def queue_of(data: bytes) -> bytes:
    """The queue that an EVENTS record tells of. Raises DamagedRecordError."""
    try:
        size: int = _EVENTS.unpack_from(data)[4]
    except struct.error as error:
        raise DamagedRecordError("a record of events is shorter than its fields") from error
    return data[_EVENTS.size : _EVENTS.size + size]


def decode_events(data: bytes) -> Events:
    """The events of an EVENTS record. Raises DamagedRecordError."""
    try:
        return _decode_events(data)
    except (struct.error, ValueError) as error:
        raise DamagedRecordError("a record of events is shorter than its fields") from error


def _decode_events(data: bytes) -> Events:
    _, _, status, flags, queue_size, client_size, reason_size, number, first, wall_ns = _EVENTS.unpack_from(data)
    at = _EVENTS.size
    texts = []
    for size in (queue_size, client_size, reason_size):
        texts.append(data[at : at + size])
        at += size
    arrival: Arrival | None = None
    positions: Sequence[int]
    if flags & _HAS_ARRIVAL:
        position, publisher, sequence, overhead, topic_size, correlation_size = _ARRIVAL.unpack_from(data, at)
        at += _ARRIVAL.size
        topic = data[at : at + topic_size]
        at += topic_size
        correlation_id = data[at : at + correlation_size]
        at += correlation_size
        lengths = array("I")
        lengths.frombytes(data[at : at + 4 * number])
        at += 4 * number
        arrival = Arrival(topic, publisher, sequence, position, lengths, overhead, correlation_id)
        positions = ()
    else:
        positions, at = _column(data, at, number)
    sessions: Sequence[int] = ()
    if flags & _SESSIONS_IN_A_ROW:
        (session,) = _SESSION.unpack_from(data, at)
        at += _SESSION.size
        sessions = range(session, session + number)
    elif flags & _HAS_SESSIONS:
        sessions, at = _column(data, at, number)
    link: Link | None = None
    if flags & _HAS_LINK:
        position, publisher, sequence, topic_size = _LINK.unpack_from(data, at)
        at += _LINK.size
        link = Link(data[at : at + topic_size], position, publisher, sequence)
        at += topic_size
    if at != len(data) or len(positions if arrival is None else arrival.lengths) != number:
        raise DamagedRecordError("the size of a record of events does not fit its contents")
    queue, client, reason = texts
    by_operator = bool(flags & _BY_OPERATOR)
    return Events(status, queue, client, reason, first, wall_ns, positions, sessions, arrival, link, by_operator)


def positions_of(arrival: Arrival) -> "array[int]":
    """Where the records of the messages are."""
    positions = array("Q")
    position = arrival.position
    for length in arrival.lengths:
        positions.append(position)
        position += length
    return positions


def _column(data: bytes, at: int, number: int) -> "tuple[array[int], int]":
    column = array("Q")
    column.frombytes(data[at : at + 8 * number])
    return column, at + 8 * number


class Item:
    """What became of one message that an operator's request named."""

    __slots__ = ("outcome", "reason", "what")

    def __init__(self, what: str, outcome: str, reason: str = "") -> None:
        self.what = what
        self.outcome = outcome
        self.reason = reason


class Audit:
    """One request of an operator: who, when, what, and what became of each message it named."""

    __slots__ = ("actor", "items", "parameters", "queue", "request_id", "verb", "wall_ns")

    def __init__(
        self,
        request_id: str,
        actor: str,
        wall_ns: int,
        verb: str,
        queue: str,
        parameters: dict[str, object],
        items: Sequence[Item],
    ) -> None:
        self.request_id = request_id
        self.actor = actor
        self.wall_ns = wall_ns
        self.verb = verb
        self.queue = queue
        self.parameters = parameters
        self.items = items


def encode_audit(audit: Audit) -> bytes:
    """Bytes of an AUDIT record."""
    text = json.dumps(
        [
            audit.request_id,
            audit.actor,
            audit.wall_ns,
            audit.verb,
            audit.queue,
            audit.parameters,
            [[one.what, one.outcome, one.reason] for one in audit.items],
        ]
    ).encode()
    return _AUDIT.pack(_AUDIT.size + len(text), AUDIT) + text


def decode_audit(data: bytes) -> Audit:
    """The audit of an AUDIT record. Raises DamagedRecordError."""
    try:
        request_id, actor, wall_ns, verb, queue, parameters, items = json.loads(data[_AUDIT.size :])
        return Audit(request_id, actor, wall_ns, verb, queue, parameters, [Item(*one) for one in items])
    except (ValueError, TypeError) as error:
        raise DamagedRecordError("an audit cannot be read") from error
