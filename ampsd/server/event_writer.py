"""The process that writes the events of queued messages to their SQLite file, beside the daemon: at full speed that is
work for a part of a core, which the loop must not feel.

    python -m ampsd.server.event_writer PATH KEEP_FOR_NS KEEP_AT_MOST

reads records from standard input, each after its position in the log and its length, and writes to standard output how
many bytes it has written and synced, after each transaction. It syncs when it is asked to. At the end of its input it
ends, whatever became of the daemon.

A row is a run of events, as in the log. What is in the file follows from the log alone. Each transaction notes the log
position up to which it goes, so after a crash the log is read on from there; without the file from its beginning.
"""

import contextlib
import os
import select
import signal
import sqlite3
import struct
import sys
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress

from ampsd import limits
from ampsd.storage.records import EVENTS, KIND_AT, DamagedRecordError
from ampsd.storage.tellings import Events, decode_audit, decode_events, positions_of

SCHEMA_VERSION = 1
HEADER = struct.Struct("<QI")
"""Before each record on the way here: its position in the log, its length."""
SYNC = 2**64 - 1
"""A header with this position and no record asks for a sync of all before it."""
PROGRESS = struct.Struct("<QQ")
"""On the way back: how many bytes are written, and how many of them are durable, headers included."""
_CHECKPOINT_PAGES = 4000
_RETENTION_SECONDS = 30
_DELETED_AT_ONCE = 5000
_READ_BYTES = 1 << 20
_NICE = 10
_PIECE = 16
"""Records written before others may run: the kernel else lets this process run for 3 ms while the loop has work."""
_EXIT_FAILED = 74

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


class UnusableError(Exception):
    """The file is damaged, or of another journal."""


class EventWriter:
    """The file, open for writing. Raises UnusableError and sqlite3.Error."""

    def __init__(self, path: str, keep_for_ns: int, keep_at_most: int) -> None:
        self._keep_for_ns = keep_for_ns
        self._keep_at_most = keep_at_most
        self._path = path
        self._connection = connect(path)
        self._names: dict[bytes, int] = {
            bytes(text): number for number, text in self._connection.execute("SELECT number, text FROM names")
        }
        self._topics: set[tuple[int, int]] = set(self._connection.execute("SELECT queue, topic FROM queue_topics"))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def write(self, batch: Sequence[tuple[int, bytes]]) -> None:
        """Write records, as one transaction."""
        connection = self._connection
        connection.execute("BEGIN")
        try:
            for start in range(0, len(batch), _PIECE):
                self._write_rows(batch[start : start + _PIECE])
                os.sched_yield()
            connection.execute("UPDATE meta SET value = ? WHERE key = 'position'", (batch[-1][0] + 1,))
            connection.execute("COMMIT")
        except (sqlite3.Error, DamagedRecordError):
            connection.execute("ROLLBACK")
            raise

    def sync(self) -> None:
        """Make what is written durable. Raises OSError.

        SQLite syncs what it moves from its log into the file, but not its log at each COMMIT.
        """
        _sync(f"{self._path}-wal")
        _sync(os.path.dirname(self._path) or ".")

    def _write_rows(self, batch: Sequence[tuple[int, bytes]]) -> None:
        runs: list[tuple[object, ...]] = []
        arrivals: list[tuple[object, ...]] = []
        for position, record in batch:
            if record[KIND_AT] == EVENTS:
                self._add_events(decode_events(record), runs, arrivals)
            else:
                self._add_audit(position, record)
        self._connection.executemany("INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", runs)
        self._connection.executemany("INSERT INTO arrivals VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", arrivals)

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

    def retain(self, wall_ns: int) -> bool:
        """Delete a piece of what is too old or too much; returns whether there may be more."""
        cut = 0
        if self._keep_for_ns:
            oldest_ns = wall_ns - self._keep_for_ns
            ((found,),) = self._connection.execute("SELECT max(first) FROM runs WHERE time < ?", (oldest_ns,))
            cut = found or 0
        if self._keep_at_most:
            ((last,),) = self._connection.execute("SELECT max(first) FROM runs")
            cut = max(cut, (last or 0) - self._keep_at_most)
        if cut <= 0:
            return False
        pieces = "DELETE FROM {} WHERE first IN (SELECT first FROM {} WHERE first <= ? LIMIT ?)"
        deleted = [
            self._connection.execute(pieces.format(table, table), (cut, _DELETED_AT_ONCE)).rowcount
            for table in ("runs", "arrivals")
        ]
        self._connection.execute("DELETE FROM links WHERE event <= ?", (cut,))
        return _DELETED_AT_ONCE in deleted


def prepare(path: str, journal_id: bytes) -> int:
    """Make the file where there is none; returns the log position from which on it lacks records, durably.

    Raises UnusableError when it is damaged, or of another journal or version.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640))
    try:
        connection = connect(path)
        try:
            if not connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall():
                connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
                values = [("version", SCHEMA_VERSION), ("journal", journal_id), ("position", 0)]
                connection.executemany("INSERT INTO meta VALUES (?, ?)", values)
            found = dict(connection.execute("SELECT key, value FROM meta"))
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise UnusableError(str(error)) from error
    for one in (path, f"{path}-wal", os.path.dirname(path) or "."):  # the process before may have been killed
        _sync(one)
    if found.get("version") != SCHEMA_VERSION or found.get("journal") != journal_id:
        raise UnusableError("it belongs to another journal or version")
    return int(found["position"])


def connect(path: str) -> sqlite3.Connection:
    """The file, as it is written."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
    return connection


def _sync(path: str) -> None:
    """Make a file or the names in a directory durable. That SQLite has no log is fine. Raises OSError."""
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


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
        high = arrival.last_position
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


def main() -> int:
    """Write what comes until there is no more."""
    path, keep_for_ns, keep_at_most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for one in (signal.SIGINT, signal.SIGTERM):  # sent to all of a group: the daemon then ends the input
        signal.signal(one, signal.SIG_IGN)
    with contextlib.suppress(PermissionError):  # a sandbox may forbid even this
        os.nice(_NICE)
    try:
        writer = EventWriter(path, keep_for_ns, keep_at_most)
        _serve(writer)
        writer.close()
    except (sqlite3.Error, DamagedRecordError) as error:
        sys.stderr.write(str(error))
        return _EXIT_FAILED
    except BrokenPipeError:
        return 0  # the daemon is gone; the log has the rest
    except OSError as error:
        sys.stderr.write(str(error))
        return _EXIT_FAILED
    return 0


def _serve(writer: EventWriter) -> None:
    waiting = b""
    written = synced = 0
    retains_at = time.monotonic()
    while True:
        readable, _, _ = select.select([0], [], [], max(0.0, retains_at - time.monotonic()))
        if readable:
            data = os.read(0, _READ_BYTES)
            if not data:
                writer.retain(time.time_ns())
                return
            waiting += data
            batch, size = _cut(waiting)
            if batch:
                records = [one for one in batch if one[0] != SYNC]
                if records:
                    writer.write(records)
                waiting = waiting[size:]
                written += size
                if len(records) < len(batch):
                    writer.sync()
                    synced = written
                os.write(1, PROGRESS.pack(written, synced))
        if time.monotonic() >= retains_at:
            retains_at = time.monotonic() + (0 if writer.retain(time.time_ns()) else _RETENTION_SECONDS)


def _cut(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """The whole records at the beginning, and how many bytes they take."""
    batch: list[tuple[int, bytes]] = []
    at = 0
    while at + HEADER.size <= len(data):
        position, length = HEADER.unpack_from(data, at)
        end = at + HEADER.size + length
        if end > len(data):
            break
        batch.append((position, data[at + HEADER.size : end]))
        at = end
    return batch, at


if __name__ == "__main__":
    sys.exit(main())
