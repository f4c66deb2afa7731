"""The events of queued messages in an SQLite file: written by a thread of its own, read by whoever asks.

A row is a run of events, as in the log: at full speed that is one row for hundreds of events. What is in the file
follows from the log alone. Each transaction notes the log position up to which it goes, so after a crash the log is
read on from there; without the file, or with a damaged one, from its beginning.
"""

import contextlib
import os
import sqlite3
import threading
from array import array
from collections import deque
from collections.abc import Iterator, Sequence

from ampsd import limits
from ampsd.definitions.message_events import MessageEventsDefinition
from ampsd.ports import Clock, Report
from ampsd.storage.records import EVENTS, KIND_AT, DamagedRecordError
from ampsd.storage.tellings import Events, decode_audit, decode_events, positions_of

SCHEMA_VERSION = 1
_TRANSACTION_RECORDS = 2000
_LOOK_SECONDS = 0.05
_CATCH_UP_SECONDS = 5.0
_CHECKPOINT_PAGES = 4000
_RETENTION_SECONDS = 30
_DELETED_AT_ONCE = 5000

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE names (number INTEGER PRIMARY KEY, text BLOB UNIQUE);
CREATE TABLE runs (
  first INTEGER PRIMARY KEY, number INTEGER, time INTEGER, status INTEGER, queue INTEGER, client INTEGER,
  by_operator INTEGER, reason BLOB, low INTEGER, high INTEGER, positions BLOB, session INTEGER, sessions BLOB);
CREATE INDEX runs_by_position ON runs (low);
CREATE INDEX runs_by_status ON runs (status, first);
CREATE INDEX runs_by_queue ON runs (queue, first);
CREATE INDEX runs_by_client ON runs (client, first);
CREATE INDEX runs_by_time ON runs (time);
CREATE TABLE arrivals (
  first INTEGER PRIMARY KEY, publisher INTEGER, sequence INTEGER, number INTEGER, low INTEGER, high INTEGER,
  topic INTEGER, client INTEGER, time INTEGER, overhead INTEGER, correlation_id BLOB, lengths BLOB);
CREATE INDEX arrivals_by_bookmark ON arrivals (publisher, sequence);
CREATE INDEX arrivals_by_position ON arrivals (low);
CREATE INDEX arrivals_by_topic ON arrivals (topic, first);
CREATE TABLE queue_topics (queue INTEGER, topic INTEGER, PRIMARY KEY (queue, topic)) WITHOUT ROWID;
CREATE TABLE links (
  event INTEGER PRIMARY KEY, position INTEGER, other INTEGER, other_publisher INTEGER, other_sequence INTEGER,
  topic BLOB, is_parent INTEGER);
CREATE INDEX links_by_position ON links (position);
CREATE INDEX links_by_other ON links (other);
CREATE TABLE audits (
  position INTEGER, item INTEGER, time INTEGER, request_id TEXT, actor TEXT, verb TEXT, queue TEXT, parameters TEXT,
  what TEXT, outcome TEXT, reason TEXT, PRIMARY KEY (position, item)) WITHOUT ROWID;
"""


class EventFile:
    """An EventStore over SQLite. `waiting_bytes` is what the thread has not written yet."""

    def __init__(
        self, path: str, journal_id: bytes, definition: MessageEventsDefinition, clock: Clock, report: Report
    ) -> None:
        self.path = path
        self._definition = definition
        self._clock = clock
        self._report = report
        self._names: dict[bytes, int] = {}
        self._topics: set[tuple[int, int]] = set()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._wakes = threading.Event()
        self._is_stopping = False
        self._progress = threading.Condition()
        self._has_failed = False
        self._taken_bytes = self._written_bytes = 0  # each is changed by one thread only
        self._connection = self._open(journal_id)
        self.position = self._meta("position")
        self._next_retention_ns = 0
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self._thread.start()

    def append(self, position: int, record: bytes) -> None:
        """Take a durable record. Never fails and never waits."""
        self.position = position + 1
        self._taken_bytes += len(record)
        self._waiting.append((position, record))

    @property
    def waiting_bytes(self) -> int:
        """What is taken and not written yet."""
        return 0 if self._has_failed else self._taken_bytes - self._written_bytes

    def catch_up(self) -> None:
        """Wait until what is taken by now is written, so that who asks sees what was answered before."""
        wanted = self._taken_bytes
        self._wakes.set()
        with self._progress:
            self._progress.wait_for(lambda: self._has_failed or self._written_bytes >= wanted, _CATCH_UP_SECONDS)

    def close(self) -> None:
        """Write what is left and close the file."""
        self._is_stopping = True
        self._wakes.set()
        self._thread.join()
        self._connection.close()

    # ---- the file

    def _open(self, journal_id: bytes) -> sqlite3.Connection:
        """The file, set aside and made anew where it is not of this log or cannot be read."""
        try:
            connection = self._connect()
            if self._is_ours(connection, journal_id):
                return connection
            reason = "it belongs to another journal"
        except sqlite3.DatabaseError as error:
            reason = str(error)
            connection = None
        if connection is not None:
            connection.close()
        self._set_aside(reason)
        connection = self._connect()
        self._is_ours(connection, journal_id)
        return connection

    def _connect(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640))
        connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        return connection

    def _is_ours(self, connection: sqlite3.Connection, journal_id: bytes) -> bool:
        if not connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall():
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
            values = [("version", SCHEMA_VERSION), ("journal", journal_id), ("position", 0)]
            connection.executemany("INSERT INTO meta VALUES (?, ?)", values)
        self._names = {bytes(text): number for number, text in connection.execute("SELECT number, text FROM names")}
        found = dict(connection.execute("SELECT key, value FROM meta"))
        return found.get("version") == SCHEMA_VERSION and found.get("journal") == journal_id

    def _set_aside(self, reason: str) -> None:
        number = 1
        while os.path.exists(f"{self.path}.old{number}"):
            number += 1
        aside = f"{self.path}.old{number}"
        os.rename(self.path, aside)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path + suffix)
        self._report("31-0014", file=self.path, aside=aside, reason=reason)

    def _meta(self, key: str) -> int:
        ((value,),) = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,))
        return int(value)

    # ---- the thread

    def _run(self) -> None:
        """Look for records now and then: to be woken for each would cost more than to write it."""
        is_last = False
        while not is_last:
            self._wakes.wait(_LOOK_SECONDS)
            self._wakes.clear()
            is_last = self._is_stopping
            try:
                while self._waiting:
                    number = min(len(self._waiting), _TRANSACTION_RECORDS)
                    batch = [self._waiting.popleft() for _ in range(number)]
                    if not self._has_failed:
                        self._write(batch)
                    with self._progress:
                        self._written_bytes += sum(len(record) for _, record in batch)
                        self._progress.notify_all()
                if not self._has_failed:
                    self._retain()
            except (sqlite3.Error, DamagedRecordError) as error:
                self._has_failed = True
                self._report("31-0015", file=self.path, error=str(error))

    def _write(self, batch: Sequence[tuple[int, bytes]]) -> None:
        connection = self._connection
        connection.execute("BEGIN")
        try:
            runs: list[tuple[object, ...]] = []
            arrivals: list[tuple[object, ...]] = []
            for position, record in batch:
                if record[KIND_AT] == EVENTS:
                    self._add_events(decode_events(record), runs, arrivals)
                else:
                    self._add_audit(position, record)
            connection.executemany("INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", runs)
            connection.executemany("INSERT INTO arrivals VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", arrivals)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'position'", (batch[-1][0] + 1,))
            connection.execute("COMMIT")
        except (sqlite3.Error, DamagedRecordError):
            connection.execute("ROLLBACK")
            raise

    def _add_events(self, events: Events, runs: list[tuple[object, ...]], arrivals: list[tuple[object, ...]]) -> None:
        queue, client = self._name(events.queue), self._name(events.client)
        arrival, link = events.arrival, events.link
        for start, end, low, high in _pieces(events):
            first = events.first + start
            session, sessions = _sessions(events.sessions, start, end)
            runs.append(
                (
                    first,
                    end - start,
                    events.wall_ns,
                    events.status,
                    queue,
                    client,
                    int(events.is_by_operator),
                    events.reason,
                    signed(low),
                    signed(high),
                    None if end - start == 1 or arrival is not None else _bytes(events.positions[start:end]),
                    session,
                    sessions,
                )
            )
            if arrival is not None:
                self._note_topic(queue, self._name(arrival.topic))
                arrivals.append(
                    (
                        first,
                        signed(arrival.publisher),
                        signed(arrival.sequence + start),
                        end - start,
                        signed(low),
                        signed(high),
                        self._name(arrival.topic),
                        client,
                        events.wall_ns,
                        arrival.overhead,
                        arrival.correlation_id,
                        arrival.lengths[start:end].tobytes(),
                    )
                )
        if link is not None:
            values = (
                events.first,
                signed(arrival.position if arrival is not None else events.positions[0]),
                signed(link.position),
                signed(link.publisher),
                signed(link.sequence),
                link.topic,
                int(arrival is not None),
            )
            self._connection.execute("INSERT INTO links VALUES (?,?,?,?,?,?,?)", values)

    def _add_audit(self, position: int, record: bytes) -> None:
        audit = decode_audit(record)
        parameters = "&".join(f"{key}={value}" for key, value in audit.parameters.items())
        shared = (audit.wall_ns, audit.request_id, audit.actor, audit.verb, audit.queue, parameters)
        rows = [
            (position, number, *shared, item.what, item.outcome, item.reason) for number, item in enumerate(audit.items)
        ]
        self._connection.executemany("INSERT INTO audits VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)

    def _note_topic(self, queue: int, topic: int) -> None:
        """The queue holds messages of the topic."""
        if (queue, topic) not in self._topics:
            self._topics.add((queue, topic))
            self._connection.execute("INSERT OR IGNORE INTO queue_topics VALUES (?, ?)", (queue, topic))

    def _name(self, text: bytes) -> int:
        number = self._names.get(text)
        if number is None:
            number = len(self._names) + 1
            self._connection.execute("INSERT INTO names VALUES (?, ?)", (number, text))
            self._names[text] = number
        return number

    def _retain(self) -> None:
        """Delete what is too old or too much, a piece at a time."""
        now_ns = self._clock.monotonic_ns()
        if now_ns < self._next_retention_ns:
            return
        self._next_retention_ns = now_ns + _RETENTION_SECONDS * 1_000_000_000
        keep_for_ns, keep = self._definition.keep_for_ns, self._definition.keep_at_most
        cut = 0
        if keep_for_ns:
            oldest_ns = self._clock.wall_ns() - keep_for_ns
            ((found,),) = self._connection.execute("SELECT max(first) FROM runs WHERE time < ?", (oldest_ns,))
            cut = found or 0
        if keep:
            ((last,),) = self._connection.execute("SELECT max(first) FROM runs")
            cut = max(cut, (last or 0) - keep)
        if cut <= 0:
            return
        pieces = "DELETE FROM {} WHERE first IN (SELECT first FROM {} WHERE first <= ? LIMIT ?)"
        for table in ("runs", "arrivals"):
            statement = pieces.format(table, table)
            if self._connection.execute(statement, (cut, _DELETED_AT_ONCE)).rowcount == _DELETED_AT_ONCE:
                self._next_retention_ns = 0
        self._connection.execute("DELETE FROM links WHERE event <= ?", (cut,))


def signed(number: int) -> int:
    """An unsigned number of 64 bits as SQLite keeps it."""
    return number - 2**64 if number >= 2**63 else number


def unsigned(number: int) -> int:
    """The same, back."""
    return number + 2**64 if number < 0 else number


def _pieces(events: Events) -> Iterator[tuple[int, int, int, int]]:
    """Parts of a run whose positions are near each other, so that a position is found by looking at few rows.

    Each with the lowest and highest position in it.
    """
    arrival = events.arrival
    if arrival is not None:
        number, low = len(arrival.lengths), arrival.position
        high = low + sum(arrival.lengths) - arrival.lengths[-1]
        positions: Sequence[int] = () if high - low <= limits.EVENT_ROW_SPAN else positions_of(arrival)
    else:
        positions = events.positions
        number, low, high = len(positions), min(positions), max(positions)
    if high - low <= limits.EVENT_ROW_SPAN:
        yield 0, number, low, high
        return
    start = 0
    low = high = positions[0]
    for at, position in enumerate(positions):
        lower, higher = min(low, position), max(high, position)
        if higher - lower > limits.EVENT_ROW_SPAN:
            yield start, at, low, high
            start = at
            lower = higher = position
        low, high = lower, higher
    yield start, number, low, high


def _bytes(positions: Sequence[int]) -> bytes:
    return (positions if isinstance(positions, array) else array("Q", positions)).tobytes()


def _sessions(sessions: Sequence[int], start: int, end: int) -> tuple[int | None, bytes | None]:
    """The first session of a piece, and the column where the others do not follow it."""
    if not sessions:
        return None, None
    piece = sessions[start:end]
    if isinstance(piece, range):
        return piece[0], None
    return piece[0], array("Q", piece).tobytes()
