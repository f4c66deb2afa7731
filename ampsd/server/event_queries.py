"""Queries over the file of events: pages of the grid, the story of a message, its place in the log, audits.

Each query reads for itself, so that it waits for nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

from ampsd import limits
from ampsd.admin.models import Audit, Event, InQueue, Relative, Session, Story
from ampsd.admin.queries import EventFilter, numbers_of
from ampsd.admin.times import time_text
from ampsd.engine import lifecycle
from ampsd.engine import story as engine_story
from ampsd.engine.lifecycle import State
from ampsd.engine.operators import Left, Place
from ampsd.server.event_reading import RUN, Reading, Run
from ampsd.server.event_writer import signed, unsigned

_CLOSING = frozenset(lifecycle.CLOSING)
_ENDS = tuple(
    status for status, state in engine_story.LEADS_TO.items() if state in (*lifecycle.FINAL, *lifecycle.EXCEEDED)
)
_ACTION = engine_story.ACTION.decode()
_ARCHIVER = engine_story.ARCHIVER.decode()
_ANCESTORS = "SELECT other FROM links WHERE position = ? AND is_parent = 1"
_DESCENDANTS = (
    "SELECT other FROM links WHERE position = ? AND is_parent = 0"
    " UNION SELECT position FROM links WHERE other = ? AND is_parent = 1"
)
_MADE = "SELECT event, position, other_publisher, other_sequence, topic FROM links WHERE other = ? AND is_parent = 0"


class EventFileQueries:
    """EventQueries over an SQLite file that somebody else writes."""

    def __init__(self, path: str, catch_up: Callable[[], None]) -> None:
        """`catch_up` waits until the file has what happened by now."""
        self._path = path
        self._catch_up = catch_up

    def _read(self) -> "closing[Reading]":
        self._catch_up()
        return closing(Reading(self._path))

    def find(self, wanted: EventFilter) -> Sequence[Event]:
        """Events, newest first; at most `limit`."""
        with self._read() as reading:
            return _Grid(reading).find(wanted)

    def story(self, bookmark: str) -> Story | None:
        """Everything known of a message; None when nothing is."""
        with self._read() as reading:
            return _Stories(reading).story(bookmark)

    def place(self, bookmark: str) -> Place | None:
        """Where a message is in the log; None when it is not known."""
        with self._read() as reading:
            arrival = reading.arrival_of(bookmark)
            return None if arrival is None else (arrival.position, arrival.length)

    def left(self, bookmark: str, queue: str) -> Left | None:
        """What is known of a message that left a queue; None when nothing is."""
        with self._read() as reading:
            arrival = reading.arrival_of(bookmark)
            if arrival is None:
                return None
            _, stories = reading.told_of(arrival.position, queue.encode())
            story = stories.get(queue.encode())
            state = State.NEW if story is None else story.state
            if state is State.NEW or not isinstance(state, State):
                state = State.DONE
            return Left((arrival.position, arrival.length), state)

    def audits(self, limit: int) -> Sequence[Audit]:
        """Audit lines, newest first."""
        statement = (
            "SELECT time, request_id, actor, verb, queue, parameters, what, outcome, reason FROM audits"
            " ORDER BY position DESC, item LIMIT ?"
        )
        with self._read() as reading:
            return [Audit(time_text(time), *rest) for time, *rest in reading.rows(statement, (limit,))]


class _Grid:
    """Pages of events."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def find(self, wanted: EventFilter) -> list[Event]:
        """Events, newest first."""
        if wanted.message is not None:
            return self._of_message(wanted)
        conditions: list[str] = []
        values: list[Any] = []
        for column, name in (("queue", wanted.queue), ("client", wanted.client)):
            if name is not None:
                conditions.append(f"{column} = ?")
                values.append(self._reading.numbers.get(name.encode(), -1))
        if wanted.status is not None:
            number, begins = lifecycle.number_of(wanted.status, b"")
            conditions.append("status = ?")
            values.append(number)
            if begins:
                conditions.append("substr(reason, 1, ?) = ?")
                values += (len(begins), begins)
        queues = self._queues_of_topic(wanted.topic)
        if queues is not None:
            conditions.append(f"queue IN ({', '.join('?' * len(queues))})")
            values += queues
        if wanted.since_ns is not None:
            ((first,),) = self._reading.rows("SELECT min(first) FROM runs WHERE time >= ?", (wanted.since_ns,))
            conditions.append("first >= ? AND time >= ?")
            values += (2**62 if first is None else first, wanted.since_ns)
        if wanted.until_ns is not None:
            ((last,),) = self._reading.rows("SELECT max(first) FROM runs WHERE time <= ?", (wanted.until_ns,))
            conditions.append("first <= ? AND time <= ?")
            values += (-1 if last is None else last, wanted.until_ns)
        if wanted.before:
            conditions.append("first < ?")
            values.append(wanted.before)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        statement = f"SELECT {RUN} FROM runs {where} ORDER BY first DESC"  # noqa: S608 - made of texts of this file
        found: list[Event] = []
        for row in self._reading.rows(statement, values):
            for event in self._expanded_backwards(Run(row, self._reading.names), wanted):
                found.append(event)
                if len(found) >= wanted.limit:
                    return found
        return found

    def _expanded_backwards(self, run: Run, wanted: EventFilter) -> Iterator[Event]:
        last = run.first + run.number - 1
        if wanted.before:
            last = min(last, wanted.before - 1)
        positions = self._reading.positions(run)
        for number in range(last, run.first - 1, -1):
            event = self._reading.event(run, number - run.first, positions[number - run.first])
            if wanted.topic is None or wanted.topic in (event.topic, event.queue.partition(":")[2]):
                yield event

    def _queues_of_topic(self, topic: str | None) -> list[int] | None:
        """Queues that hold messages of a topic, or have its name, and the archiver; None for all."""
        if topic is None:
            return None
        name = topic.encode()
        named = [number for text, number in self._reading.numbers.items() if text.partition(b":")[2] == name]
        number = self._reading.numbers.get(name, -1)
        held = "SELECT queue FROM queue_topics WHERE topic = ?"
        archiver = self._reading.numbers.get(engine_story.ARCHIVER, -1)
        return [*named, archiver, *(queue for (queue,) in self._reading.rows(held, (number,)))]

    def _of_message(self, wanted: EventFilter) -> list[Event]:
        position = self._reading.position_of(wanted.message or "")
        if position is None:
            return []
        found: list[Event] = []
        for event in sorted(self._reading.events_at(position), key=lambda one: -one.number):
            if wanted.before and event.number >= wanted.before:
                continue
            if wanted.queue not in (None, event.queue) or wanted.status not in (None, event.status):
                continue
            if wanted.client in (None, event.client) and wanted.topic in (None, event.topic):
                found.append(event)
        return found[: wanted.limit]


class _Stories:
    """Messages with their families."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def story(self, bookmark: str) -> Story | None:
        """Everything known of a message."""
        position = self._reading.position_of(bookmark)
        if position is None:
            return None
        family = self._family(position)
        told = {one: self._reading.told_of(one) for one in family}
        own, stories = told[position]
        timeline = sorted((event for events, _ in told.values() for event in events), key=lambda event: event.number)
        return Story(
            bookmark=bookmark,
            family=[self._relative(one) for one in family],
            queues=[
                self._in_queue(story, [event for event in own if event.queue == name.decode("utf-8", "replace")])
                for name, story in stories.items()
            ],
            timeline=timeline,
        )

    def _family(self, position: int) -> list[int]:
        """Positions of all ancestors, of itself and of all descendants: the order of the log is that of making."""
        ancestors, descendants = self._reached(position, _ANCESTORS, 1), self._reached(position, _DESCENDANTS, 2)
        return sorted({*ancestors, position, *descendants})

    def _reached(self, position: int, statement: str, values: int) -> set[int]:
        found: set[int] = set()
        ahead = [position]
        while ahead and len(found) < limits.FAMILY_MAX:
            one = signed(ahead.pop())
            for (other,) in self._reading.rows(statement, (one,) * values):
                if unsigned(other) not in found:
                    found.add(unsigned(other))
                    ahead.append(unsigned(other))
        return found

    def _relative(self, position: int) -> Relative:
        arrival = self._reading.arrival_at(position)
        bookmark, topic, cause, parent = "", "", "", None
        if arrival is not None:
            bookmark, topic = arrival.bookmark, arrival.topic.decode("utf-8", "replace")
        for event, of, publisher, sequence, on in self._reading.rows(_MADE, (signed(position),)):
            parents = self._reading.arrival_at(unsigned(of))
            parent = None if parents is None else parents.bookmark
            bookmark = bookmark or f"{unsigned(publisher)}|{unsigned(sequence)}|"
            topic = topic or bytes(on).decode("utf-8", "replace")
            for (status,) in self._reading.rows("SELECT status FROM runs WHERE first = ?", (event,)):
                cause = lifecycle.STATUSES[status]
        return Relative(bookmark=bookmark, topic=topic, parent=parent, cause=cause)

    def _in_queue(self, story: engine_story.Story, events: Sequence[Event]) -> InQueue:
        owner: dict[int, list[int]] = {}
        for event in events:
            if event.session is not None:
                owner.setdefault(event.session, []).append(event.number)
        lines: dict[int, list[str]] = {}
        for event in events:
            if event.status == lifecycle.LOGGED and event.session is not None:
                lines.setdefault(event.session, []).append(f"{event.time} {event.reason}")
        times = {event.number: event.time for event in events}
        numeric, numeric_name, outcome = numbers_of(story.state)
        processor = events[0].queue
        sessions = [
            self._session(processor, one, owner.get(one.number, []), lines.get(one.number, []), times)
            for one in story.sessions
        ]
        sessions += [self._verb(events, at) for at, one in enumerate(events) if one.status in lifecycle.VERB_SESSIONS]
        sessions.sort(key=lambda one: one.number)
        return InQueue(
            queue=events[0].queue,
            topic=events[0].topic,
            state=story.state.value,
            numeric=numeric,
            numeric_name=numeric_name,
            outcome=outcome,
            attempts=story.attempts,
            cancels=story.cancels,
            sessions=sessions,
            events=list(events),
        )

    def _verb(self, events: Sequence[Event], at: int) -> Session:
        """What an operator had done; a skip goes on until the message is passed over, or ends otherwise."""
        event = events[at]
        kind = lifecycle.VERB_SESSIONS[event.status]
        last: Event | None = event
        if event.status == lifecycle.SKIPPING:
            last = next((one for one in events[at:] if one.status in _ENDS), None)
        return Session(
            number=event.number,
            kind=kind,
            label=kind.capitalize(),
            client=event.client,
            started=event.time,
            ended=None if last is None else last.time,
            status=lifecycle.SKIPPED if last is not None and last.status == lifecycle.SKIPPED else event.status,
            events=[event.number] if last is None or last is event else [event.number, last.number],
            log=[],
        )

    def _session(
        self, processor: str, session: engine_story.Session, numbers: list[int], lines: list[str], times: dict[int, str]
    ) -> Session:
        client = session.client.decode("utf-8", "replace")
        kind = "delivery"
        if processor.startswith(_ACTION):
            kind, client = "action", processor.removeprefix(_ACTION)
        elif processor == _ARCHIVER:
            kind = "archive"
        return Session(
            number=session.number,
            kind=kind,
            label=client if session.attempt == 1 else f"{client} (Attempt {session.attempt})",
            client=client,
            started=times[session.number],
            ended=times[numbers[-1]] if session.status in _CLOSING else None,
            status=session.status,
            events=numbers,
            log=lines,
        )
