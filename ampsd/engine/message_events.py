"""The events of queued messages on their way out: numbered here, logged with what they tell of, then kept elsewhere.

Events only report. They are in the same batch of the log as the change itself, so both are there after a crash or
neither; what keeps them for queries is fed from the log once it is durable, and can be filled again from it.
"""

from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from ampsd import limits
from ampsd.engine import lifecycle
from ampsd.engine.entries import NEVER, Run
from ampsd.engine.turn import Turn
from ampsd.errors import CATALOGUE
from ampsd.ports import EventStore
from ampsd.storage.log import Log
from ampsd.storage.records import EVENTS, KIND_AT, NUMBERED, Telling, encode_mark
from ampsd.storage.tellings import Arrival, Audit, Events, Link, decode_events, encode_audit, encode_events

NO_SESSION = 0
_RECEIVED, _ = lifecycle.number_of(lifecycle.RECEIVED, b"")


def log_line(code: str, values: Mapping[str, object]) -> bytes:
    """A log record as the reason of an event."""
    return f"{code} {CATALOGUE[code].text.format_map(values)}"[: limits.REASON_LENGTH_MAX].encode()


class KeptNowhere:
    """The EventStore of an instance that keeps no events."""

    position = 2**63
    kept = 2**63

    def append(self, position: int, record: bytes) -> None:
        """Let go of it."""


class MessageEvents:
    """Numbers events and logs them in runs. `store` gets what is durable, in order."""

    def __init__(self, log: Log, moment: Turn, store: EventStore) -> None:
        self._log = log
        self._turn = moment
        self._store = store
        self._next = 1
        self._open: Events | None = None
        self._positions: list[int] = []
        self._sessions: list[int] = []
        self._logged: deque[tuple[int, bytes]] = deque()
        self._audits: deque[tuple[int, int]] = deque()
        self.live: Callable[[bytes], None] | None = None
        """Gets the records of events that are durable."""
        self.arrived: Callable[[bytes, Arrival], None] | None = None
        """Hears of messages that entered a queue."""

    def received(self, queue: bytes, run: Run, reason: bytes = b"", link: Link | None = None) -> None:
        """Messages entered a queue."""
        self.flush()
        source, lengths = run.source, array("I", run.lengths)
        for start, end in ((0, len(lengths)),) if run.is_row else [(at, at + 1) for at in range(len(lengths))]:
            arrival = Arrival(
                source.topic,
                source.publisher,
                run.sequences[start],
                run.positions[start],
                lengths[start:end],
                source.overhead,
                source.correlation_id or b"",
            )
            self._add(self._events(_RECEIVED, queue, source.client, reason, arrival, link), end - start)
            if self.arrived is not None:
                self.arrived(queue, arrival)

    def tell(
        self,
        status: str,
        queue: bytes,
        positions: Sequence[int],
        *,
        client: bytes = b"",
        reason: bytes = b"",
        sessions: Sequence[int] = (),
        link: Link | None = None,
        is_by_operator: bool = False,
    ) -> int:
        """Something happened to messages; returns the number of the first event."""
        number, reason = lifecycle.number_of(status, reason)
        run = self._open
        if (
            run is None
            or link is not None
            or run.link is not None
            or run.status != number
            or run.queue != queue
            or run.client != client
            or run.reason != reason
            or run.is_by_operator is not is_by_operator
            or bool(self._sessions) is not bool(sessions)
        ):
            self.flush()
            run = self._open = self._events(number, queue, client, reason, None, link, is_by_operator)
        first = run.first + len(self._positions)
        self._positions += positions
        self._sessions += sessions
        return first

    def audit(self, audit: Audit) -> None:
        """An operator's request was carried out."""
        self.flush()
        record = encode_audit(audit)
        position = self._log.add(record)
        self._logged.append((position, record))
        self.audited(position, audit.wall_ns)

    def audited(self, position: int, wall_ns: int) -> None:
        """There is an audit at that position of the log."""
        self._audits.append((position, wall_ns))
        self._forget_audits()

    def _forget_audits(self) -> None:
        oldest_ns = self._turn.wall_ns - limits.REPEATED_REQUEST_NS
        while self._audits and (self._audits[0][1] < oldest_ns or len(self._audits) > limits.OPERATOR_REQUESTS_KEPT):
            self._audits.popleft()

    def lowest_audit(self) -> int:
        """Where the oldest audit is whose request may come again; NEVER when there is none."""
        self._forget_audits()
        return self._audits[0][0] if self._audits else NEVER

    def lowest_untold(self) -> int:
        """Where the oldest record is that the store has not got for good; NEVER when there is none."""
        return min(self._store.kept, self._logged[0][0] if self._logged else NEVER)

    def number_from(self, number: int) -> None:
        """The next event has that number, or a greater one."""
        self._next = max(self._next, number)

    def numbered(self) -> bytes:
        """A record that says which number the next event has."""
        return encode_mark(NUMBERED, b"", array("Q"), self._next)

    def flush(self) -> None:
        """End the open run."""
        run = self._open
        if run is not None:
            self._open = None
            run.positions, run.sessions = self._positions, self._sessions
            self._add(run, len(run.positions))
            self._positions, self._sessions = [], []

    def release(self) -> None:
        """Let go of what the log has made durable."""
        logged = self._logged
        durable = self._log.durable
        while logged and logged[0][0] < durable:
            position, record = logged.popleft()
            self._store.append(position, record)
            if self.live is not None and record[KIND_AT] == EVENTS:
                self.live(record)

    def restore(self, position: int, telling: Telling) -> Events | None:
        """Fold a record: the next number follows, and the store gets what it lacks. Returns the events it holds."""
        if position >= self._store.position:
            self._store.append(position, telling.data)
        if telling.kind != EVENTS:
            return None
        events = decode_events(telling.data)
        self.number_from(events.first + events.number)
        return events

    def _events(
        self,
        status: int,
        queue: bytes,
        client: bytes,
        reason: bytes,
        arrival: Arrival | None,
        link: Link | None,
        is_by_operator: bool = False,
    ) -> Events:
        return Events(
            status,
            queue,
            client,
            reason,
            self._next,
            self._turn.wall_ns,
            (),
            (),
            arrival,
            link,
            is_by_operator,
        )

    def _add(self, events: Events, number: int) -> None:
        self._next += number
        record = encode_events(events)
        self._logged.append((self._log.add(record), record))
