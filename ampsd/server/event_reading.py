"""Reading the file of events: rows are runs, and this opens them; events with what is known of their messages."""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from ampsd import limits
from ampsd.admin.models import Event
from ampsd.admin.queries import numbers_of
from ampsd.admin.times import time_text
from ampsd.engine import lifecycle
from ampsd.engine.story import Story
from ampsd.server.event_writer import signed, unsigned
from ampsd.wire import amps

RUN = "first, number, time, status, queue, client, by_operator, reason, low, high, positions, session, sessions"
"""The columns of a row that is a run."""
_ARRIVAL = "publisher, low, sequence, topic, client, overhead, correlation_id, lengths"
_RUN_MAX = limits.EVENT_ROW_SPAN // 32
"""No row of arrivals has more messages: a record is longer than that many bytes."""


class Run:
    """A row, with its columns opened."""

    __slots__ = (
        "client",
        "first",
        "high",
        "is_by_operator",
        "low",
        "number",
        "positions",
        "queue",
        "reason",
        "session",
        "sessions",
        "status",
        "wall_ns",
    )

    def __init__(self, row: Sequence[Any], names: dict[int, bytes]) -> None:
        first, number, time, status, queue, client, operator, reason, low, high, positions, session, sessions = row
        self.first = first
        self.number = number
        self.wall_ns = time
        self.status, self.reason = lifecycle.status_of(status, reason)
        self.queue = names[queue]
        self.client = names[client]
        self.is_by_operator = bool(operator)
        self.low = unsigned(low)
        self.high = unsigned(high)
        self.positions: array[int] | None = _opened(positions)
        self.session = session or 0
        self.sessions: array[int] | None = _opened(sessions)

    def session_at(self, at: int) -> int:
        """The session of the event at that place; 0 for none."""
        if self.sessions is not None:
            return self.sessions[at]
        return self.session + at if self.session else 0


class Arrival:
    """What is known of a message from its arrival."""

    __slots__ = ("bookmark", "client", "correlation_id", "length", "overhead", "position", "topic")

    def __init__(
        self,
        bookmark: str,
        position: int,
        length: int,
        overhead: int,
        topic: bytes,
        client: bytes,
        correlation_id: bytes | None,
    ) -> None:
        self.bookmark = bookmark
        self.position = position
        self.length = length
        self.overhead = overhead
        self.topic = topic
        self.client = client
        self.correlation_id = correlation_id


class Reading:
    """One view of the file, as it was when it was opened."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._connection.execute("BEGIN")
        self.names = {number: bytes(text) for number, text in self.rows("SELECT number, text FROM names")}
        self.numbers = {text: number for number, text in self.names.items()}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """What a statement finds."""
        return self._connection.execute(statement, values)

    # ---- events

    def event(self, run: Run, at: int, position: int) -> Event:
        """One event, with what is known of its message."""
        events = [one for one in self.events_at(position, run.queue) if one.number == run.first + at]
        return events[0]

    def events_at(self, position: int, queue: bytes | None = None) -> list[Event]:
        """The events of a message, in order; of one queue, or of all."""
        return self.told_of(position, queue)[0]

    def told_of(self, position: int, queue: bytes | None = None) -> tuple[list[Event], dict[bytes, Story]]:
        """The same, and what they add up to in each queue."""
        arrival = self.arrival_at(position)
        stories: dict[bytes, Story] = {}
        found: list[Event] = []
        for run, at in self._runs_at(position):
            if queue is not None and run.queue != queue:
                continue
            number = run.first + at
            story = stories.setdefault(run.queue, Story(run.queue))
            session = run.session_at(at)
            _, after = story.add(number, run.wall_ns, run.status, run.reason, run.client, session)
            if run.status in lifecycle.OPENING:
                session = number
            numeric, numeric_name, outcome = numbers_of(after)
            found.append(
                Event(
                    number=number,
                    time=time_text(run.wall_ns),
                    message="" if arrival is None else arrival.bookmark,
                    queue=run.queue.decode("utf-8", "replace"),
                    topic="" if arrival is None else arrival.topic.decode("utf-8", "replace"),
                    status=run.status,
                    numeric=numeric,
                    numeric_name=numeric_name,
                    outcome=outcome,
                    session=session or None,
                    attempt=story.attempts,
                    reason=run.reason.decode("utf-8", "replace"),
                    client=run.client.decode("utf-8", "replace"),
                    is_by_operator=run.is_by_operator,
                    size=None if arrival is None or not arrival.overhead else arrival.length - arrival.overhead,
                    correlation_id=None
                    if arrival is None or not arrival.correlation_id
                    else arrival.correlation_id.decode("utf-8", "replace"),
                    other=self._other(number),
                )
            )
        return found, stories

    def _runs_at(self, position: int) -> Iterator[tuple[Run, int]]:
        """The runs that have an event of the message, and its place there, in order."""
        statement = f"SELECT {RUN} FROM runs WHERE low BETWEEN ? AND ? AND high >= ? ORDER BY first"  # noqa: S608
        low = max(0, position - limits.EVENT_ROW_SPAN)
        for row in self.rows(statement, (signed(low), signed(position), signed(position))):
            run = Run(row, self.names)
            positions = list(self.positions(run))
            at = -1
            for _ in range(positions.count(position)):
                at = positions.index(position, at + 1)
                yield run, at

    def positions(self, run: Run) -> Sequence[int]:
        """The messages of a run's events."""
        if run.positions is not None:
            return run.positions
        if run.number == 1:
            return (run.low,)
        ((lengths,),) = self.rows("SELECT lengths FROM arrivals WHERE first = ?", (run.first,))
        found: list[int] = []
        position = run.low
        for length in array("I", lengths):
            found.append(position)
            position += length
        return found

    def _other(self, event: int) -> str | None:
        for publisher, sequence in self.rows(
            "SELECT other_publisher, other_sequence FROM links WHERE event = ?", (event,)
        ):
            return f"{unsigned(publisher)}|{unsigned(sequence)}|"
        return None

    # ---- messages

    def arrival_of(self, bookmark: str) -> Arrival | None:
        """What is known of the message with that bookmark."""
        publisher, sequence = amps.read_bookmark(bookmark.encode("utf-8", "replace"))
        statement = (
            f"SELECT {_ARRIVAL} FROM arrivals WHERE publisher = ? AND sequence BETWEEN ? AND ?"  # noqa: S608
            " ORDER BY sequence DESC"
        )
        low = max(0, sequence - _RUN_MAX)
        for row in self.rows(statement, (signed(publisher), signed(low), signed(sequence))):
            arrival = self._arrival(sequence, row)
            if arrival is not None:
                return arrival
        return None

    def arrival_at(self, position: int) -> Arrival | None:
        """What is known of the message at that position of the log."""
        statement = f"SELECT {_ARRIVAL} FROM arrivals WHERE low BETWEEN ? AND ? AND high >= ? ORDER BY first"  # noqa: S608
        low = max(0, position - limits.EVENT_ROW_SPAN)
        for row in self.rows(statement, (signed(low), signed(position), signed(position))):
            begin, lengths = unsigned(row[1]), array("I", row[-1])
            at = 0
            while at < len(lengths) and begin < position:
                begin += lengths[at]
                at += 1
            if begin == position and at < len(lengths):
                return self._arrival(unsigned(row[2]) + at, row)
        return None

    def _arrival(self, sequence: int, row: Sequence[Any]) -> Arrival | None:
        """The message of that number in a row of arrivals; None when it is not in the row."""
        publisher, low, first, topic, client, overhead, correlation_id, lengths = row
        column = array("I", lengths)
        at = sequence - unsigned(first)
        if not 0 <= at < len(column):
            return None
        return Arrival(
            f"{unsigned(publisher)}|{sequence}|",
            unsigned(low) + sum(column[:at]),
            column[at],
            overhead,
            self.names[topic],
            self.names[client],
            correlation_id,
        )

    def position_of(self, bookmark: str) -> int | None:
        """Where the message is in the log: known by its arrival in a queue, or from the message it was made of."""
        arrival = self.arrival_of(bookmark)
        if arrival is not None:
            return arrival.position
        publisher, sequence = amps.read_bookmark(bookmark.encode("utf-8", "replace"))
        statement = "SELECT other FROM links WHERE other_publisher = ? AND other_sequence = ? LIMIT 1"
        for (position,) in self.rows(statement, (signed(publisher), signed(sequence))):
            return unsigned(position)
        return None


def _opened(blob: bytes | None) -> "array[int] | None":
    return None if blob is None else array("Q", blob)
