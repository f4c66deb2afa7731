"""The runs of actions on messages, as events and as records: an action is a processor of messages as a queue is one.

A run begins with Started and ends with Completed, Retrying or Failed. A retry that waits is a mark in the log, so it is
made after a restart too; it goes on with the step that failed.
"""

from array import array
from collections.abc import Iterator, Mapping

from ampsd.engine import lifecycle
from ampsd.engine.entries import NEVER
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

    __slots__ = ("action_name", "due_wall_ns", "event", "number", "retries", "step")

    def __init__(self, action_name: str, event: Event, step: int, retries: int, due_wall_ns: int, number: int) -> None:
        self.action_name = action_name
        self.event = event
        self.step = step
        self.retries = retries
        self.due_wall_ns = due_wall_ns
        self.number = number


class ActionRuns:
    """Tells of runs, and remembers retries. Runs on events that are not about a logged message leave no trace."""

    def __init__(self, log: Log, events: MessageEvents, moment: Turn) -> None:
        self._log = log
        self._events = events
        self._turn = moment
        self._marked: dict[tuple[bytes, int, int], None] = {}
        """Runs that wait with a mark in the log: action, position of the message, number of the run."""
        self._restored: dict[tuple[bytes, int], dict[int, records.Mark]] = {}
        self._under_way: dict[int, int] = {}
        """Positions of messages whose runs wait for something outside, by session."""
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

    def waiting(
        self, action_name: str, event: Event, session: int, step: int, retries: int | None, number: int
    ) -> None:
        """A step waits for something outside, or a run for its turn. Where it may be tried again, a restart finds a
        mark for it."""
        self._session = NO_SESSION
        if event.parent is None:
            return
        if session:
            self._under_way[session] = event.parent.position
        if retries is not None:
            self._mark(action_name, event, event.parent, step, retries, self._turn.wall_ns, number)
        else:  # it may itself be a retry that a restart found, and shall not find again
            self._unmark(_key(action_name), event.parent.position, number)

    def going_on(self, action_name: str, session: int) -> None:
        """The answer is there: the run goes on."""
        self._under_way.pop(session, None)
        self._key, self._session = _key(action_name), session

    def completed(self, action_name: str, event: Event, session: int, number: int) -> None:
        """All steps are done, or an If ended the run."""
        self._end(action_name, event, session, lifecycle.COMPLETED, b"", number)

    def failed(self, action_name: str, event: Event, session: int, reason: str, number: int) -> None:
        """A step failed for good."""
        self._end(action_name, event, session, lifecycle.FAILED, reason.encode(), number)

    def retrying(
        self,
        action_name: str,
        event: Event,
        session: int,
        reason: str,
        step: int,
        retries: int,
        wait_ns: int,
        number: int,
    ) -> None:
        """A step failed and is tried again."""
        self._session = NO_SESSION
        if event.parent is None:
            return
        key, position = _key(action_name), event.parent.position
        if session:
            self._events.tell(lifecycle.RETRYING, key, (position,), reason=reason.encode(), sessions=(session,))
        self._mark(action_name, event, event.parent, step, retries, self._turn.wall_ns + wait_ns, number)

    def _mark(
        self, action_name: str, event: Event, parent: Parent, step: int, retries: int, due_wall_ns: int, number: int
    ) -> None:
        """Let the log say that the run goes on with a step then."""
        key = _key(action_name)
        words = event.reasons if isinstance(event, MessageExpired) else ()
        topic = str(getattr(event, "topic", ""))
        told = f"{step} {retries} {parent.length} {','.join(words)} {number} {topic}"
        text = told.encode("utf-8", "surrogateescape")
        self._log.add(records.encode_mark(records.DUE, key, array("Q", (parent.position,)), due_wall_ns, text))
        self._marked[key, parent.position, number] = None

    def _end(self, action_name: str, event: Event, session: int, status: str, reason: bytes, number: int) -> None:
        self._session = NO_SESSION
        if event.parent is None:
            return
        key, position = _key(action_name), event.parent.position
        if session:
            self._events.tell(status, key, (position,), reason=reason, sessions=(session,))
        self._unmark(key, position, number)

    def _unmark(self, key: bytes, position: int, number: int) -> None:
        """Let the log say that a run waits no more, where it said that it does."""
        if (key, position, number) in self._marked:
            del self._marked[key, position, number]
            self._log.add(records.encode_mark(records.RUN_ENDED, key, array("Q", (position,)), number, b""))

    @property
    def lowest_position(self) -> int:
        """The lowest position of a message that a run waits with, for a retry or an answer; NEVER without one."""
        return min((NEVER, *(position for _, position, _ in self._marked), *self._under_way.values()))

    def give_up(self, run: WaitingRun) -> None:
        """There is no such action any more: its retry waits in the log, but nobody waits for its message."""
        assert run.event.parent is not None
        self._marked.pop((_key(run.action_name), run.event.parent.position, run.number), None)

    # ---- recovery

    def restore(self, record: records.Mark | records.QueueChange) -> None:
        """Fold a record of an action."""
        for position in record.positions:
            runs = self._restored.setdefault((record.queue, position), {})
            if not isinstance(record, records.Mark):
                runs.clear()  # written before runs had numbers
            elif record.mark == records.RUN_ENDED:
                runs.pop(record.value, None)
            else:
                runs[_Waiting(record).number] = record
            if not runs:
                del self._restored[record.queue, position]

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
            marks = self._restored.get((key, position), {}).values()
            is_tried_again = any(_Waiting(mark).retries for mark in marks)  # others have not begun
            status = lifecycle.RETRYING if is_tried_again else lifecycle.FAILED
            for session in sessions:
                self._events.tell(status, key, (position,), reason=b"restart", sessions=(session,))
        self._open.clear()
        for (key, position), runs in self._restored.items():
            for waiting in sorted(map(_Waiting, runs.values()), key=_begun_first):
                event = self._event_of(position, waiting.length, waiting.reasons, waiting.topic)
                if event is not None:
                    self._marked[key, position, waiting.number] = None
                    name = key.removeprefix(ACTION).decode()
                    yield WaitingRun(name, event, waiting.step, waiting.retries, waiting.due_wall_ns, waiting.number)
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


class _Waiting:
    """A mark of a run, read. The topic is that of the event, such as a queue.

    Marks of before runs had numbers are of run 0, and name no topic.
    """

    __slots__ = ("due_wall_ns", "length", "number", "reasons", "retries", "step", "topic")

    def __init__(self, mark: records.Mark) -> None:
        parts = mark.text.decode("utf-8", "surrogateescape").split(" ", 5)
        step, retries, length, words, number, topic = (*parts, "0", "")[:6] if len(parts) == 4 else parts
        self.step = int(step)
        self.retries = int(retries)
        self.length = int(length)
        self.reasons = tuple(words.split(",")) if words else ()
        self.number = int(number)
        self.topic = topic
        self.due_wall_ns = mark.value


def _begun_first(waiting: _Waiting) -> tuple[bool, int]:
    return waiting.retries == 0, waiting.number


def _key(action_name: str) -> bytes:
    return ACTION + action_name.encode()
