"""The resource tree under /ampsd/v1: what each path answers.

A handler is a plain function. What waits for a disk is returned as `InWorker`, what changes something as `Submit`, so
that the server decides where it runs and the engine is only ever changed in a turn.
"""

from collections.abc import Sequence
from typing import TypeVar

from ampsd import units
from ampsd.admin.actions import ActionResources
from ampsd.admin.calls import (
    LOOKED_AT_MAX,
    PAGE_MAX,
    Body,
    Call,
    InWorker,
    Parameter,
    Refusal,
    Resource,
    filter_of,
    number_of,
)
from ampsd.admin.configuration import ConfigurationResources, Reloads
from ampsd.admin.models import (
    Asked,
    Audits,
    Done,
    Event,
    Events,
    Message,
    Messages,
    Queues,
    QueueStatus,
    Samples,
    Story,
)
from ampsd.admin.queries import EventFilter, EventQueries, StatisticsQueries, numbers_of
from ampsd.admin.times import time_text
from ampsd.admin.verbs import Verbs
from ampsd.engine.browse import fields_of
from ampsd.engine.entries import LEASED, NEVER, ON_HOLD
from ampsd.engine.lifecycle import STATUSES, State
from ampsd.engine.operators import VERBS, Place
from ampsd.engine.queue import Queue
from ampsd.instance import Instance
from ampsd.ports import Clock
from ampsd.storage import records
from ampsd.storage.log import JournalDamageError

T = TypeVar("T")
_LIMIT = Parameter("limit", "integer", f"How many at most, up to {PAGE_MAX}; 100 without it.")


class Admin:
    """The resources of one instance. `queries` is None where no events are kept."""

    def __init__(
        self,
        instance: Instance,
        queries: EventQueries | None,
        clock: Clock,
        statistics: StatisticsQueries | None = None,
        reloads: Reloads | None = None,
    ) -> None:
        self._statistics = statistics
        self._instance = instance
        self._queries = queries
        self._clock = clock
        self._turn = instance.turn
        self._verbs = Verbs(instance.operators, queries)
        self._actions = ActionResources(instance)
        self._configuration = ConfigurationResources(reloads)
        self.resources = self._tree()

    def _tree(self) -> list[Resource]:
        events = (
            Parameter("queue", "string", "Of this queue: MESSAGE-TYPE:NAME."),
            Parameter("topic", "string", "Of messages of this topic, or of the queue of that name."),
            Parameter("status", "string", f"{', '.join(STATUSES)}; or one of somebody's own."),
            Parameter("client", "string", "Done by this client or operator."),
            Parameter("message", "string", "Of the message with this bookmark."),
            Parameter("since", "string", "Not before this time, ISO 8601, or an interval ago, such as 10m."),
            Parameter("until", "string", "Not after this time, or an interval ago."),
            Parameter("before", "integer", "Older than the event of this number: `next` of the page before."),
            _LIMIT,
        )
        measured = (
            Parameter("name", "string", "Of this gauge, such as queues/json:Jobs/depth; without it, of all."),
            Parameter("since", "string", "Not before this time, ISO 8601, or an interval ago, such as 10m."),
            _LIMIT,
        )
        messages = (
            Parameter("state", "string", f"In this state: {', '.join(state.value for state in State)}."),
            Parameter("filter", "string", "Whose bodies match this expression."),
            Parameter("after", "integer", "`next` of the page before."),
            _LIMIT,
        )
        queue = "/queues/{type}/{name}"
        return [
            Resource("GET", "/queues", "All queues.", self.queues, Queues),
            Resource("GET", queue, "One queue.", self.queue, QueueStatus),
            Resource("GET", f"{queue}/messages", "Messages of a queue.", self.messages, Messages, messages),
            Resource("GET", "/events", "What happened to messages, newest first.", self.events, Events, events),
            Resource("GET", "/messages/{bookmark}", "The whole story of a message.", self.story, Story),
            Resource("GET", "/messages/{bookmark}/body", "A message as it was published.", self.body, None),
            Resource("GET", "/statistics", "What was measured, newest first.", self.statistics, Samples, measured),
            Resource("GET", "/audits", "What operators asked, newest first.", self.audits, Audits, (_LIMIT,)),
            *(
                Resource("POST", f"{queue}/{verb}", does, self._verbs.carrier(verb, self._named), Done, body=Asked)
                for verb, does in VERBS.items()
            ),
            *self._actions.tree(),
            *self._configuration.tree(),
        ]

    # ---- queues

    def queues(self, call: Call) -> Queues:
        """All queues."""
        return Queues([self._status(queue) for queue in self._instance.queues])

    def queue(self, call: Call) -> QueueStatus:
        """One queue."""
        return self._status(self._named(call))

    def messages(self, call: Call) -> Messages:
        """A page of a queue's messages."""
        queue = self._named(call)
        limit, last = min(number_of(call, "limit", 100), PAGE_MAX), number_of(call, "after", -1)
        state = call.query.get("state")
        if state is not None and state not in [one.value for one in State]:
            raise Refusal(400, f"{state!r} is not a state", f"Write one of {', '.join(one.value for one in State)}.")
        content = filter_of(call.query.get("filter"))
        found: list[Message] = []
        for looked_at, serial in enumerate(queue.entries.serials(last + 1)):
            if looked_at == LOOKED_AT_MAX:
                return Messages(found, last)
            if len(found) < limit:
                last = serial
            if state is not None and queue.state_of(serial).value != state:
                continue
            if content is not None and fields_of(queue, serial, content) is None:
                continue
            if len(found) == limit:
                return Messages(found, last)
            found.append(self._message(queue, serial))
        return Messages(found, None)

    def _status(self, queue: Queue) -> QueueStatus:
        states = queue.notes.count_states(queue.entries)
        paused_ns = queue.paused_until_ns
        return QueueStatus(
            name=queue.definition.name,
            message_type=queue.definition.message_type,
            underlying_topic=queue.definition.underlying,
            depth=queue.entries.count + (len(queue.leases) if queue.is_at_most_once else 0),
            available=states.get(State.AVAILABLE, 0),
            delayed=states.get(State.DELAYED, 0),
            leased=len(queue.leases),
            retry_wait=states.get(State.RETRY_WAIT, 0),
            suspended=states.get(State.SUSPENDED, 0),
            exceeded=len(queue.exceeded),
            consumers=len(queue.consumers.subscriptions),
            is_paused=paused_ns is not None,
            paused_until=None if paused_ns is None or paused_ns == NEVER else self._time(paused_ns),
            records_events=queue.tells,
        )

    def _message(self, queue: Queue, serial: int) -> Message:
        state = queue.state_of(serial)
        numeric, numeric_name, outcome = numbers_of(state)
        note = queue.notes.find(serial)
        bookmark = queue.bookmark_of(serial)
        lease = queue.leases.get(bookmark)
        is_waiting = note is not None and note.due_ns and queue.entries.state(serial) not in (LEASED, ON_HOLD)
        return Message(
            bookmark=bookmark.decode(),
            state=state.value,
            numeric=numeric,
            numeric_name=numeric_name,
            outcome=outcome,
            attempts=(0 if note is None else note.attempts) + (lease is not None),
            client=None if lease is None else lease[1].client.name.decode("utf-8", "replace"),
            due=self._time(note.due_ns) if is_waiting and note is not None else None,
            skip_by=None if note is None or note.skip_by is None else note.skip_by.decode("utf-8", "replace"),
            suspend_by=None if note is None or note.suspend_by is None else note.suspend_by.decode("utf-8", "replace"),
            is_stuck=lease is not None and queue.clock.is_stuck(bookmark),
            size=len(queue.message_of(serial)[0]),
        )

    def _time(self, monotonic_ns: int) -> str:
        return time_text(self._turn.wall_of(monotonic_ns))

    def _named(self, call: Call) -> Queue:
        name = f"{call.path['type']}:{call.path['name']}"
        queue = self._instance.queues_by_key.get(name.encode())
        if queue is None:
            known = ", ".join(key.decode() for key in self._instance.queues_by_key) or "none"
            raise Refusal(404, f"there is no queue {name}", f"The queues are: {known}.")
        return queue

    # ---- what was told

    def _kept(self) -> EventQueries:
        if self._queries is None:
            raise Refusal(404, "this instance keeps no events", "Give a queue <ampsd:Events>true</ampsd:Events>.")
        return self._queries

    def events(self, call: Call) -> InWorker:
        """A page of the grid."""
        kept = self._kept()
        status = call.query.get("status")
        limit = min(number_of(call, "limit", 100), PAGE_MAX)
        wanted = EventFilter(
            queue=call.query.get("queue"),
            topic=call.query.get("topic"),
            status=status,
            client=call.query.get("client"),
            message=call.query.get("message"),
            since_ns=self._moment(call, "since"),
            until_ns=self._moment(call, "until"),
            before=number_of(call, "before", 0),
            limit=limit,
        )

        def page(found: Sequence[Event]) -> Events:
            return Events(list(found), found[-1].number if len(found) == limit and found else None)

        return InWorker(lambda: kept.find(wanted), page)

    def story(self, call: Call) -> InWorker:
        """The story of a message."""
        kept, bookmark = self._kept(), _bookmark(call)

        return InWorker(lambda: kept.story(bookmark), lambda found: _known(found, bookmark))

    def body(self, call: Call) -> InWorker:
        """A message's bytes."""
        kept, bookmark = self._kept(), _bookmark(call)

        return InWorker(lambda: kept.place(bookmark), lambda place: self._read(bookmark, _known(place, bookmark)))

    def _read(self, bookmark: str, place: Place) -> Body:
        log = self._instance.log
        position, length = place
        if position + length > log.durable:
            raise Refusal(409, "the message is being written", "Ask again.")
        try:
            record = records.decode_publish(log.read(position, length))
        except JournalDamageError as error:
            raise Refusal(410, f"the log holds the message no more: {error}") from error
        return Body(record.data, f"{bookmark.replace('|', '-').strip('-')}.{record.message_type.decode()}")

    def statistics(self, call: Call) -> InWorker:
        """Samples of the statistics."""
        kept = self._statistics
        if kept is None:
            raise Refusal(404, "this instance keeps no statistics", "Look at its log for why.")
        name, since_ns = call.query.get("name"), self._moment(call, "since") or 0
        limit = min(number_of(call, "limit", 100), PAGE_MAX)
        return InWorker(lambda: kept.find(name, since_ns, limit), lambda found: Samples(list(found)))

    def audits(self, call: Call) -> InWorker:
        """Audit lines."""
        kept, limit = self._kept(), min(number_of(call, "limit", 100), PAGE_MAX)
        return InWorker(lambda: kept.audits(limit), lambda found: Audits(list(found)))

    def _moment(self, call: Call, name: str) -> int | None:
        text = call.query.get(name)
        if text is None:
            return None
        try:
            return self._clock.wall_ns() - units.interval_ns(text)
        except ValueError:
            pass
        try:
            return units.timestamp_ns(text)
        except ValueError as error:
            raise Refusal(
                400, f"{name}={text!r} is not a time", "Write ISO 8601, such as 2026-11-21T10:00:00Z, or 10m."
            ) from error


def _known(found: T | None, bookmark: str) -> T:
    if found is None:
        raise Refusal(404, f"nothing is known of message {bookmark}", "Its events may be too old, or not recorded.")
    return found


def _bookmark(call: Call) -> str:
    bookmark = call.path["bookmark"]
    return bookmark if bookmark.endswith("|") else bookmark + "|"
