"""The runs of actions on messages, as events and as records: an action is a processor of messages as a queue is one.

A run begins with Started and ends with Completed, Retrying or Failed. One that waits, for its next attempt, for
something outside or for its turn, and may be tried again, is a mark in the log with its variables; so it goes on after
a restart.
"""

from array import array
from collections.abc import Iterator, Mapping
from typing import Protocol

from ampsd import limits
from ampsd.engine import lifecycle
from ampsd.engine.entries import NEVER
from ampsd.engine.events import Event, MessageExpired, MessagePublished, Parent
from ampsd.engine.message_events import NO_SESSION, MessageEvents, log_line
from ampsd.engine.run_marks import RunMark, written
from ampsd.engine.story import ACTION
from ampsd.engine.turn import Turn, timestamp
from ampsd.ports import Report
from ampsd.storage import records
from ampsd.storage.log import JournalDamageError, Log
from ampsd.storage.tellings import Events

_STARTED = lifecycle.STATUSES.index(lifecycle.STARTED)
_CLOSING = tuple(map(lifecycle.STATUSES.index, lifecycle.CLOSING))
_Place = tuple[bytes, int]
"""Key of the action and position of the message."""


class Seen(Protocol):
    """A run, as far as it concerns messages. A session of 0 is not recorded; `number` stays through its retries."""

    @property
    def action_name(self) -> str:
        """Its action."""
        ...

    @property
    def digest(self) -> str:
        """What its action is made of."""
        ...

    @property
    def event(self) -> Event:
        """What set it off."""
        ...

    @property
    def variables(self) -> Mapping[str, bytes]:
        """The variables as they are now."""
        ...

    session: int
    step: int
    number: int


class WaitingRun:
    """A run that the log says waits. `due_wall_ns` is when."""

    __slots__ = ("action_name", "digest", "due_wall_ns", "event", "number", "retries", "step", "variables")

    def __init__(self, action_name: str, event: Event, mark: RunMark) -> None:
        self.action_name = action_name
        self.event = event
        self.digest = mark.digest
        self.variables = mark.variables
        self.step = mark.step
        self.retries = mark.retries
        self.number = mark.number
        self.due_wall_ns = mark.due_wall_ns


class ActionRuns:
    """Tells of runs, and remembers those that wait. Runs on events that are not about a logged message leave no
    trace."""

    def __init__(self, log: Log, events: MessageEvents, moment: Turn, report: Report) -> None:
        self._log = log
        self._events = events
        self._turn = moment
        self._report = report
        self._marked: dict[tuple[bytes, int, int], None] = {}
        """Runs that wait with a mark in the log: action, position of the message, number of the run."""
        self._restored: dict[_Place, dict[int, RunMark]] = {}
        self._under_way: dict[int, int] = {}
        """Positions of messages whose runs wait for something outside, by session."""
        self._open: dict[_Place, list[int]] = {}
        """Sessions under way, by action and message, while the log is folded."""
        self._given_up: dict[str, None] = {}
        self._session = NO_SESSION
        self._key = b""

    def started(self, run: Seen, is_again: bool) -> int:
        """A run begins; returns its session."""
        event = run.event
        if event.parent is None:
            return NO_SESSION
        key, positions = _key(run.action_name), (event.parent.position,)
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

    def waiting(self, run: Seen, retries: int | None) -> None:
        """A step waits for something outside, or a run for its turn. Where it may be tried again, a restart finds a
        mark for it."""
        self._session = NO_SESSION
        parent = run.event.parent
        if parent is None:
            return
        if run.session:
            self._under_way[run.session] = parent.position
        if retries is not None:
            self._mark(run, parent, retries, self._turn.wall_ns)
        else:  # it may itself be a retry that a restart found, and shall not find again
            self._unmark(run, parent)

    def going_on(self, run: Seen) -> None:
        """The answer is there: the run goes on."""
        self._under_way.pop(run.session, None)
        self._key, self._session = _key(run.action_name), run.session

    def completed(self, run: Seen) -> None:
        """All steps are done, or an If ended the run."""
        self._end(run, lifecycle.COMPLETED, b"")

    def failed(self, run: Seen, reason: str) -> None:
        """A step failed for good."""
        self._end(run, lifecycle.FAILED, reason.encode())

    def retrying(self, run: Seen, reason: str, retries: int, wait_ns: int) -> None:
        """A step failed and is tried again."""
        self._session = NO_SESSION
        parent = run.event.parent
        if parent is None:
            return
        if run.session:
            key, sessions = _key(run.action_name), (run.session,)
            self._events.tell(lifecycle.RETRYING, key, (parent.position,), reason=reason.encode(), sessions=sessions)
        self._mark(run, parent, retries, self._turn.wall_ns + wait_ns)

    def _mark(self, run: Seen, parent: Parent, retries: int, due_wall_ns: int) -> None:
        """Let the log say that the run goes on with a step then; without its variables it could not."""
        text = written(run.step, retries, run.number, run.digest, run.event, parent.length, run.variables)
        if len(text) > limits.RUN_VARIABLES_MAX:
            self._unmark(run, parent)
            return
        key = _key(run.action_name)
        self._log.add(records.encode_mark(records.DUE, key, array("Q", (parent.position,)), due_wall_ns, text))
        self._marked[key, parent.position, run.number] = None

    def _end(self, run: Seen, status: str, reason: bytes) -> None:
        self._session = NO_SESSION
        parent = run.event.parent
        if parent is None:
            return
        if run.session:
            key, sessions = _key(run.action_name), (run.session,)
            self._events.tell(status, key, (parent.position,), reason=reason, sessions=sessions)
        self._unmark(run, parent)

    def _unmark(self, run: Seen, parent: Parent) -> None:
        """Let the log say that a run waits no more, where it said that it does."""
        key = _key(run.action_name)
        if (key, parent.position, run.number) in self._marked:
            del self._marked[key, parent.position, run.number]
            self._ended(key, parent.position, run.number)

    def _ended(self, key: bytes, position: int, number: int) -> None:
        self._log.add(records.encode_mark(records.RUN_ENDED, key, array("Q", (position,)), number, b""))

    @property
    def lowest_position(self) -> int:
        """The lowest position of a message that a run waits with, for a retry or an answer; NEVER without one."""
        return min((NEVER, *(position for _, position, _ in self._marked), *self._under_way.values()))

    def give_up(self, run: WaitingRun) -> None:
        """There is no such action any more: its run waits in the log, but nobody waits for its message."""
        assert run.event.parent is not None
        self._marked.pop((_key(run.action_name), run.event.parent.position, run.number), None)
        if run.action_name not in self._given_up:
            self._given_up[run.action_name] = None
            self._report("29-0114", action=run.action_name)

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
                mark = RunMark(record)
                runs[mark.number] = mark
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
            status = lifecycle.RETRYING if any(mark.has_begun for mark in marks) else lifecycle.FAILED
            for session in sessions:
                self._events.tell(status, key, (position,), reason=b"restart", sessions=(session,))
        self._open.clear()
        for (key, position), runs in self._restored.items():
            name = key.removeprefix(ACTION).decode()
            for mark in sorted(runs.values(), key=lambda one: (not one.has_begun, one.number)):
                try:
                    event = self._event_of(position, mark)
                except JournalDamageError as error:
                    self._report("29-0113", action=name, error=error.what)
                    self._ended(key, position, mark.number)
                    continue
                self._marked[key, position, mark.number] = None
                yield WaitingRun(name, event, mark)
        self._restored.clear()

    def _event_of(self, position: int, mark: RunMark) -> Event:
        """The event again, from its message. Raises JournalDamageError."""
        record = records.decode_publish(self._log.read(position, mark.length))
        topic = mark.topic or record.topic.decode("utf-8", "surrogateescape")
        message_type = record.message_type.decode()
        event: Event
        if mark.reasons:
            event = MessageExpired(topic, message_type, record.data, mark.reasons, record.correlation_id)
        else:
            bookmark = b"%d|%d|" % (record.publisher, record.sequence)
            event = MessagePublished(topic, message_type, record.data, bookmark, timestamp(record.timestamp_ns), "")
        event.parent = Parent(b"", position, mark.length, record.publisher, record.sequence, record.origin)
        return event


def _key(action_name: str) -> bytes:
    return ACTION + action_name.encode()
