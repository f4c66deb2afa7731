"""The runs of actions on messages, as events and as records: an action is a processor of messages as a queue is one.

A run begins with Started and ends with Completed, Retrying or Failed. A retry that waits is a mark in the log, so it is
made after a restart too; it goes on with the step that failed.
"""

from array import array
from collections.abc import Iterator, Mapping

from ampsd.engine import lifecycle
from ampsd.engine.events import Event, MessageExpired, MessagePublished, Parent
from ampsd.engine.message_events import NO_SESSION, MessageEvents, log_line
from ampsd.engine.story import ACTION
from ampsd.engine.turn import Turn, timestamp
from ampsd.storage import records
from ampsd.storage.log import JournalDamageError, Log
from ampsd.storage.tellings import Events

_STARTED = lifecycle.STATUSES.index(lifecycle.STARTED)
_CLOSING = tuple(map(lifecycle.STATUSES.index, lifecycle.CLOSING))


class WaitingRun:
    """A retry that the log says waits. `due_wall_ns` is when."""

    __slots__ = ("action_name", "due_wall_ns", "event", "retries", "step")

    def __init__(self, action_name: str, event: Event, step: int, retries: int, due_wall_ns: int) -> None:
        self.action_name = action_name
        self.event = event
        self.step = step
        self.retries = retries
        self.due_wall_ns = due_wall_ns


class ActionRuns:
    """Tells of runs, and remembers retries. Runs on events that are not about a logged message leave no trace."""

    def __init__(self, log: Log, events: MessageEvents, moment: Turn) -> None:
        self._log = log
        self._events = events
        self._turn = moment
        self._marked: dict[tuple[bytes, int], None] = {}
        self._restored: dict[tuple[bytes, int], records.Mark] = {}
        self._open: dict[tuple[bytes, int], list[int]] = {}
        """Sessions under way, by action and message, while the log is folded."""
        self._session = NO_SESSION
        self._key = b""

    def started(self, action_name: str, event: Event, is_again: bool) -> int:
        """A run begins; returns its session."""
        if event.parent is None:
            return NO_SESSION
        key, positions = _key(action_name), (event.parent.position,)
        if not is_again:
            self._events.tell(lifecycle.RECEIVED, key, positions, reason=type(event).__name__.encode())
        self._session = self._events.tell(lifecycle.STARTED, key, positions)
        self._key = key
        return self._session

    def logged(self, event: Event, code: str, values: Mapping[str, object]) -> None:
        """A step of the run under way wrote a log record."""
        if event.parent is not None and self._session:
            line, position = log_line(code, values), event.parent.position
            self._events.tell(lifecycle.LOGGED, self._key, (position,), reason=line, sessions=(self._session,))

    def waiting(self, action_name: str, event: Event, session: int, step: int, retries: int | None) -> None:
        """A step waits for something outside. Where it may be tried again, a restart finds a mark for it."""
        self._session = NO_SESSION
        if event.parent is None:
            return
        if retries is not None:
            self._mark(action_name, event, event.parent, step, retries, self._turn.wall_ns)
        else:  # it may itself be a retry that a restart found, and shall not find again
            self._unmark(_key(action_name), event.parent.position)

    def going_on(self, action_name: str, session: int) -> None:
        """The answer is there: the run goes on."""
        self._key, self._session = _key(action_name), session

    def completed(self, action_name: str, event: Event, session: int) -> None:
        """All steps are done, or an If ended the run."""
        self._end(action_name, event, session, lifecycle.COMPLETED, b"")

    def failed(self, action_name: str, event: Event, session: int, reason: str) -> None:
        """A step failed for good."""
        self._end(action_name, event, session, lifecycle.FAILED, reason.encode())

    def retrying(
        self, action_name: str, event: Event, session: int, reason: str, step: int, retries: int, wait_ns: int
    ) -> None:
        """A step failed and is tried again."""
        self._session = NO_SESSION
        if event.parent is None:
            return
        key, position = _key(action_name), event.parent.position
        if session:
            self._events.tell(lifecycle.RETRYING, key, (position,), reason=reason.encode(), sessions=(session,))
        self._mark(action_name, event, event.parent, step, retries, self._turn.wall_ns + wait_ns)

    def _mark(self, action_name: str, event: Event, parent: Parent, step: int, retries: int, due_wall_ns: int) -> None:
        """Let the log say that the run goes on with a step then."""
        key = _key(action_name)
        words = event.reasons if isinstance(event, MessageExpired) else ()
        topic = str(getattr(event, "topic", ""))
        text = f"{step} {retries} {parent.length} {','.join(words)} {topic}".encode("utf-8", "surrogateescape")
        self._log.add(records.encode_mark(records.DUE, key, array("Q", (parent.position,)), due_wall_ns, text))
        self._marked[key, parent.position] = None

    def _end(self, action_name: str, event: Event, session: int, status: str, reason: bytes) -> None:
        self._session = NO_SESSION
        if event.parent is None:
            return
        key, position = _key(action_name), event.parent.position
        if session:
            self._events.tell(status, key, (position,), reason=reason, sessions=(session,))
        self._unmark(key, position)

    def _unmark(self, key: bytes, position: int) -> None:
        """Let the log say that nothing waits any more, where it said so."""
        if (key, position) in self._marked:
            del self._marked[key, position]
            self._log.add(records.encode_queue_change(records.REMOVE, key, array("Q", (position,))))

    # ---- recovery

    def restore(self, record: records.Mark | records.QueueChange) -> None:
        """Fold a record of an action."""
        for position in record.positions:
            if isinstance(record, records.Mark):
                self._restored[record.queue, position] = record
            else:
                self._restored.pop((record.queue, position), None)

    def restore_events(self, events: Events) -> None:
        """Fold events of an action: which of its runs are under way."""
        if events.status == _STARTED:
            for session, position in enumerate(events.every_position, events.first):
                self._open.setdefault((events.queue, position), []).append(session)
        elif events.status in _CLOSING:
            for position, session in zip(events.every_position, events.sessions, strict=False):
                sessions = self._open.get((events.queue, position), [])
                if session in sessions:
                    sessions.remove(session)

    def left(self) -> Iterator[WaitingRun]:
        """The runs that waited when the process ended and are tried again; those that are not have failed."""
        for (key, position), sessions in self._open.items():
            status = lifecycle.RETRYING if (key, position) in self._restored else lifecycle.FAILED
            for session in sessions:
                self._events.tell(status, key, (position,), reason=b"restart", sessions=(session,))
        self._open.clear()
        for (key, position), mark in self._restored.items():
            self._marked[key, position] = None
            # The topic is that of the event, such as a queue; marks of before it was noted have none.
            step, retries, length, words, topic = (*mark.text.decode("utf-8", "surrogateescape").split(" ", 4), "")[:5]
            event = self._event_of(position, int(length), tuple(words.split(",")) if words else (), topic)
            if event is not None:
                name = key.removeprefix(ACTION).decode()
                yield WaitingRun(name, event, int(step), int(retries), mark.value)
        self._restored.clear()

    def _event_of(self, position: int, length: int, reasons: tuple[str, ...], topic: str) -> Event | None:
        """The event again, from its message."""
        try:
            record = records.decode_publish(self._log.read(position, length))
        except JournalDamageError:
            return None
        topic = topic or record.topic.decode("utf-8", "surrogateescape")
        message_type = record.message_type.decode()
        event: Event
        if reasons:
            event = MessageExpired(topic, message_type, record.data, reasons, record.correlation_id)
        else:
            bookmark = b"%d|%d|" % (record.publisher, record.sequence)
            event = MessagePublished(topic, message_type, record.data, bookmark, timestamp(record.timestamp_ns), "")
        event.parent = Parent(b"", position, length, record.publisher, record.sequence, record.origin)
        return event


def _key(action_name: str) -> bytes:
    return ACTION + action_name.encode()
