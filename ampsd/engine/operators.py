"""What operators ask of queued messages: skip, suspend, resume, terminate, expire, reset, reprocess, reroute, redrive.

A request names messages of one queue by their bookmarks; each is done, refused with a reason, or was so already, and
one refusal does not stop the others. All of a request is one batch of the log together with its audit, so after a crash
it was carried out as a whole or not at all; the same request again gets the same answer.
"""

from array import array
from collections import deque
from collections.abc import Callable, Sequence

from ampsd import limits
from ampsd.engine import lifecycle
from ampsd.engine.client import Client
from ampsd.engine.entries import AVAILABLE, GONE, ON_HOLD
from ampsd.engine.events import Parent
from ampsd.engine.lifecycle import State, TransitionRefusedError, Trigger
from ampsd.engine.publish import Publishing
from ampsd.engine.publishers import INTERNAL
from ampsd.engine.queue import Queue
from ampsd.engine.routes import Routes
from ampsd.engine.surroundings import Surroundings
from ampsd.storage import records
from ampsd.storage.log import JournalDamageError
from ampsd.storage.records import Origin, Publish
from ampsd.storage.tellings import Audit, Item
from ampsd.wire import amps

DONE, REFUSED, ALREADY = "done", "refused", "already so"
QUEUE_VERBS = ("pause", "unpause")
"""What is asked of a whole queue."""
VERBS = {
    "skip": "Pass messages over when their turn comes.",
    "suspend": "Put messages on hold; those that are leased, when they come back.",
    "resume": "Let messages go on that are on hold.",
    "terminate": "Cut leases, with or without another delivery.",
    "extend": "Begin the lease period of leased messages anew.",
    "expire": "End messages at once, as a consumer does with expire.",
    "reset": "Put messages into the queue again that ended without success.",
    "reprocess": "Publish messages once more to their own topics.",
    "reroute": "Publish messages to another topic.",
    "redrive": "Send dead letters back to where they came from.",
    "status": "Note a status of your own about messages; it moves none.",
    "pause": "Deliver nothing from the queue.",
    "unpause": "Deliver from the queue again.",
}
"""Every verb, and what it does."""

Place = tuple[int, int]
"""Position and length of a message's record in the log."""


class Left:
    """What is known elsewhere of a message that left the queue: where it is in the log, and how it ended."""

    __slots__ = ("place", "state")

    def __init__(self, place: Place, state: State) -> None:
        self.place = place
        self.state = state


class Request:
    """One request. `left` helps to find messages that left the queue; `parameters` are those of the verb.

    `reply` is called with the answer once it is durable.
    """

    __slots__ = ("actor", "bookmarks", "left", "parameters", "queue", "reply", "request_id", "verb")

    def __init__(
        self,
        request_id: str,
        actor: str,
        verb: str,
        queue: str,
        bookmarks: Sequence[str],
        reply: "Callable[[Answer], None]",
        parameters: dict[str, object] | None = None,
        left: dict[str, Left] | None = None,
    ) -> None:
        self.request_id = request_id
        self.actor = actor
        self.verb = verb
        self.queue = queue
        self.bookmarks = bookmarks
        self.reply = reply
        self.parameters = parameters or {}
        self.left = left or {}


class Answer:
    """What became of each message. `is_again` says that the request had been carried out before."""

    __slots__ = ("is_again", "items")

    def __init__(self, items: Sequence[Item], is_again: bool = False) -> None:
        self.items = items
        self.is_again = is_again


class Refused(Exception):  # noqa: N818 - named for what happened
    """A message is left as it is; the text says why."""


class AlreadySo(Exception):  # noqa: N818 - named for what is
    """A message is what the request asks for."""


class _Found:
    """A message that was named: its state, and its serial where it is in the queue."""

    __slots__ = ("bookmark", "place", "serial", "state")

    def __init__(self, bookmark: str, serial: int, state: State, place: Place) -> None:
        self.bookmark = bookmark
        self.serial = serial
        self.state = state
        self.place = place


class Operators:
    """Carries out requests."""

    def __init__(
        self, around: Surroundings, queues: dict[bytes, Queue], routes: dict[bytes, Routes], publishing: Publishing
    ) -> None:
        self._around = around
        self._queues = queues
        self._routes = routes
        self._publishing = publishing
        self._answers: dict[str, Sequence[Item]] = {}
        self._replies: deque[tuple[int, Callable[[Answer], None], Answer]] = deque()
        self._verbs: dict[str, Callable[[Queue, _Found, Request], str]] = {
            "skip": self._skip,
            "suspend": self._suspend,
            "resume": self._resume,
            "terminate": self._terminate,
            "extend": self._extend,
            "expire": self._expire,
            "reset": self._reset,
            "reprocess": self._reprocess,
            "reroute": self._reroute,
            "redrive": self._redrive,
            "status": self._status,
        }

    def carry_out(self, request: Request) -> None:
        """Do it; the reply follows once it is durable."""
        known = self._answers.get(request.request_id)
        if known is not None:
            self._reply(request, Answer(known, is_again=True))
            return
        items = self._of_queue(request) if request.verb in QUEUE_VERBS else self._of_messages(request)
        self._remember(request.request_id, items)
        self._around.events.audit(
            Audit(
                request.request_id,
                request.actor,
                self._around.turn.wall_ns,
                request.verb,
                request.queue,
                request.parameters,
                items,
            )
        )
        self._reply(request, Answer(items))

    def lacks(self, queue: Queue, bookmarks: Sequence[str]) -> list[str]:
        """Which of these messages the engine does not know to be in the queue, or to have left it without success."""
        found: list[str] = []
        serials = self._serials(queue, bookmarks)
        for bookmark in bookmarks:
            identity, number = amps.read_bookmark(bookmark.encode())
            known = self._around.publishers.known(identity)
            if known is None or not number or (known.number, number) in serials:
                continue
            if queue.exceeded.find(identity, number) < 0:
                found.append(bookmark)
        return found

    def restore(self, audit: Audit) -> None:
        """Fold what was carried out before."""
        self._remember(audit.request_id, audit.items)

    def release(self) -> None:
        """Answer what the log has made durable."""
        while self._replies and self._replies[0][0] <= self._around.log.durable:
            _, reply, answer = self._replies.popleft()
            reply(answer)

    def _reply(self, request: Request, answer: Answer) -> None:
        self._replies.append((self._around.log.end, request.reply, answer))

    def _remember(self, request_id: str, items: Sequence[Item]) -> None:
        self._answers[request_id] = items
        if len(self._answers) > limits.OPERATOR_REQUESTS_KEPT:
            del self._answers[next(iter(self._answers))]

    # ---- whole queues

    def _of_queue(self, request: Request) -> list[Item]:
        queue = self._queues.get(request.queue.encode())
        if queue is None:
            return [Item(request.queue, REFUSED, "there is no such queue")]
        is_paused = queue.paused_until_ns is not None
        actor = request.actor.encode()
        if request.verb == "pause":
            lasts_ns = request.parameters.get("for_ns")
            queue.pause(self._around.turn.wall_ns + lasts_ns if isinstance(lasts_ns, int) else 0, actor)
        elif is_paused:
            queue.unpause(actor)
        else:
            return [Item(request.queue, ALREADY)]
        return [Item(request.queue, DONE)]

    # ---- messages

    def _of_messages(self, request: Request) -> list[Item]:
        queue = self._queues.get(request.queue.encode())
        carry_out = self._verbs.get(request.verb)
        if queue is None or carry_out is None:
            reason = "there is no such queue" if queue is None else f"there is no verb {request.verb}"
            return [Item(bookmark, REFUSED, reason) for bookmark in request.bookmarks]
        items: list[Item] = []
        serials = self._serials(queue, request.bookmarks)
        for bookmark in request.bookmarks:
            try:
                found = self._find(queue, bookmark, serials, request)
                items.append(Item(bookmark, DONE, carry_out(queue, found, request)))
            except AlreadySo as reason:
                items.append(Item(bookmark, ALREADY, str(reason)))
            except (Refused, TransitionRefusedError) as reason:
                items.append(Item(bookmark, REFUSED, str(reason)))
        return items

    def _serials(self, queue: Queue, bookmarks: Sequence[str]) -> dict[tuple[int, int], int]:
        """Serials of those messages that are in the queue, by publisher's number and sequence."""
        wanted: dict[tuple[int, int], None] = {}
        for bookmark in bookmarks:
            identity, number = amps.read_bookmark(bookmark.encode())
            known = self._around.publishers.known(identity)
            if known is not None:
                wanted[known.number, number] = None
        return queue.entries.find_bookmarks(wanted)

    def _find(self, queue: Queue, bookmark: str, serials: dict[tuple[int, int], int], request: Request) -> _Found:
        identity, number = amps.read_bookmark(bookmark.encode())
        known = self._around.publishers.known(identity)
        if known is None or not number:
            raise Refused("no message of that bookmark is known")
        serial = serials.get((known.number, number), -1)
        if serial >= 0 and queue.entries.state(serial) != GONE:
            block, slot = queue.entries.where(serial)
            return _Found(bookmark, serial, queue.state_of(serial), (block.positions[slot], block.lengths[slot]))
        position = queue.exceeded.find(identity, number)
        ended = queue.exceeded.get(position)
        if ended is not None:
            return _Found(bookmark, -1, ended.state, (position, ended.length))
        left = request.left.get(bookmark)
        if left is None:
            raise Refused("the message is not in the queue, and nothing says where it is in the log")
        record = self._read(left.place)
        if (record.publisher, record.sequence) != (identity, number):
            raise Refused("the log holds another message there")
        return _Found(bookmark, -1, left.state, left.place)

    def _skip(self, queue: Queue, found: _Found, request: Request) -> str:
        lifecycle.check(found.state, Trigger.SKIP)
        note = queue.notes.of(found.serial)
        if note.skip_by is not None:
            raise AlreadySo(f"{note.skip_by.decode('utf-8', 'replace')} asked to skip it")
        actor = request.actor.encode()
        queue.notes.skip(found.serial, actor)
        self._mark(queue, records.SKIP, found, text=actor)
        queue.tell(lifecycle.SKIPPING, found.place[:1], client=actor, is_by_operator=True)
        queue.is_dirty = True
        return ""

    def _suspend(self, queue: Queue, found: _Found, request: Request) -> str:
        if found.state is State.SUSPENDED:
            raise AlreadySo("it is suspended")
        lifecycle.check(found.state, Trigger.SUSPEND)
        actor = request.actor.encode()
        if found.state is not State.LEASED:
            queue.endings.hold(found.serial, queue.entries.state(found.serial), actor)
            return ""
        note = queue.notes.of(found.serial)
        if note.suspend_by is not None:
            raise AlreadySo("it will be suspended when its consumer gives it back")
        note.suspend_by = actor
        self._mark(queue, records.SUSPEND_LATER, found, text=actor)
        return "it is leased: suspended when its consumer gives it back"

    def _resume(self, queue: Queue, found: _Found, request: Request) -> str:
        if found.state in lifecycle.WAITING:
            raise AlreadySo(f"it is {found.state.value}")
        lifecycle.check(found.state, Trigger.RESUME)
        actor = request.actor.encode()
        note = queue.notes.of(found.serial)
        note.label = State.AVAILABLE
        queue.entries.move(found.serial, ON_HOLD, AVAILABLE)
        self._mark(queue, records.RESUME, found, text=actor)
        queue.tell(lifecycle.RESUMED, found.place[:1], client=actor, is_by_operator=True)
        queue.is_dirty = True
        if note.completed_by is not None:
            queue.finish(found.serial, note.completed_by, b"acknowledged while on hold")
            return "it was acknowledged while on hold: it is done"
        return ""

    def _terminate(self, queue: Queue, found: _Found, request: Request) -> str:
        lifecycle.check(found.state, Trigger.TERMINATE)
        redelivers = bool(request.parameters.get("redeliver", True))
        queue.endings.terminate(queue.bookmark_of(found.serial), request.actor.encode(), redelivers)
        return ""

    def _extend(self, queue: Queue, found: _Found, request: Request) -> str:
        if found.state is not State.LEASED:
            raise Refused(f"extend is for messages that are leased; it is {found.state.value}")
        queue.clock.extend(queue.bookmark_of(found.serial), self._around.turn.now_ns)
        return ""

    def _expire(self, queue: Queue, found: _Found, request: Request) -> str:
        if found.state is State.FAILED:
            raise AlreadySo("it has failed")
        lifecycle.check(found.state, Trigger.EXPIRE)
        session = queue.endings.take(queue.bookmark_of(found.serial))[3] if found.state is State.LEASED else 0
        queue.endings.end(
            found.serial,
            State.FAILED,
            ("forced_expire",),
            client=request.actor.encode(),
            session=session,
            is_by_operator=True,
        )
        return ""

    def _reset(self, queue: Queue, found: _Found, request: Request) -> str:
        if found.state is State.AVAILABLE:
            raise AlreadySo("it is available")
        lifecycle.check(found.state, Trigger.RESET)
        self._read(found.place)
        attempts = request.parameters.get("attempts", 0)
        if not isinstance(attempts, int) or not 0 <= attempts <= limits.RESET_ATTEMPTS_MAX:
            raise Refused(f"attempts must be 0 to {limits.RESET_ATTEMPTS_MAX}")
        actor = request.actor.encode()
        ended = queue.exceeded.take(found.place[0])
        if ended is None:
            raise Refused("it ended too long ago to be reset; reprocess it")
        self._mark(queue, records.RESET, found, attempts, actor)
        queue.enter_again(found.place[0], ended, attempts)
        queue.tell(lifecycle.RESET, found.place[:1], client=actor, is_by_operator=True)
        return ""

    def _status(self, queue: Queue, found: _Found, request: Request) -> str:
        try:
            status = lifecycle.own_status(str(request.parameters.get("status") or ""))
        except ValueError as error:
            raise Refused(str(error)) from error
        reason = request.parameters.get("reason") or ""
        text = str(reason)[: limits.REASON_LENGTH_MAX].encode()
        queue.tell(status, found.place[:1], client=request.actor.encode(), reason=text, is_by_operator=True)
        return ""

    # ---- children

    def _reprocess(self, queue: Queue, found: _Found, request: Request) -> str:
        record = self._read(found.place)
        return self._publish(queue, found, request, record, record, records.REPROCESS, lifecycle.REPROCESSED)

    def _reroute(self, queue: Queue, found: _Found, request: Request) -> str:
        record = self._read(found.place)
        topic = request.parameters.get("topic")
        if not isinstance(topic, str) or not topic:
            raise Refused("reroute needs a topic")
        correlation_id = request.parameters.get("correlation_id")
        expiration_ns = request.parameters.get("expiration_ns")
        child = Publish(
            record.message_type,
            topic.encode(),
            0,
            0,
            0,
            record.data,
            correlation_id.encode() if isinstance(correlation_id, str) else record.correlation_id,
            expiration_ns if isinstance(expiration_ns, int) else None,
        )
        return self._publish(queue, found, request, record, child, records.REROUTE, lifecycle.REROUTED)

    def _redrive(self, queue: Queue, found: _Found, request: Request) -> str:
        """Publish what became a dead letter where it came from, and take the dead letter out of its queue."""
        if found.state not in lifecycle.WAITING:
            raise Refused(f"redrive is for messages that wait in the queue; it is {found.state.value}")
        record = self._read(found.place)
        origin = record.origin
        if origin is None or origin.cause != records.DEAD_LETTER:
            raise Refused("it is no dead letter: no message is known that it was made of")
        most = request.parameters.get("most", limits.REDRIVES_MAX)
        if isinstance(most, int) and origin.redrives >= most:
            raise Refused(f"it was redriven {origin.redrives} times, which is as often as allowed")
        dead = self._read((origin.position, origin.length))
        child = Publish(dead.message_type, dead.topic, 0, 0, 0, dead.data, dead.correlation_id, None)
        reason = self._publish(queue, found, request, record, child, records.REDRIVE, lifecycle.REDRIVEN)
        positions = queue.remove(found.serial)
        queue.tell(
            lifecycle.COMPLETED, positions, client=request.actor.encode(), reason=b"redriven", is_by_operator=True
        )
        return reason

    def _publish(
        self, queue: Queue, found: _Found, request: Request, parent: Publish, child: Publish, cause: int, status: str
    ) -> str:
        """Publish a child; returns its bookmark."""
        position, length = found.place
        family = Parent(queue.key, position, length, parent.publisher, parent.sequence, parent.origin)
        origin: Origin = family.origin_of_child(cause)
        if origin.depth > limits.ORIGIN_DEPTH_MAX:
            raise Refused(f"it comes of {limits.ORIGIN_DEPTH_MAX} messages that were made of one another")
        client = Client.inside(request.actor.encode(), child.message_type, self._around.turn.now_ns)
        client.routes = self._routes[child.message_type]
        client.unsequenced = self._around.publishers.unsequenced(INTERNAL)
        route = client.routes.find(child.topic)
        reason = self._publishing.publish(
            client, route, child.data, 0, child.correlation_id, child.expiration_ns, origin=origin
        )
        placed = self._publishing.take_placed()
        if reason is not None:
            raise Refused(f"the publish to {child.topic.decode('utf-8', 'replace')} failed: {reason}")
        queue.tell(status, (position,), client=client.name, link=placed, is_by_operator=True)
        return "" if placed is None else f"{placed.publisher}|{placed.sequence}|"

    def _read(self, place: Place) -> Publish:
        """A message from the log."""
        position, length = place
        if position + length > self._around.log.durable:
            raise Refused("it is being written; ask again")
        try:
            return records.decode_publish(self._around.log.read(position, length))
        except JournalDamageError as error:
            raise Refused(f"the log holds it no more: {error}") from error

    def _mark(self, queue: Queue, mark: int, found: _Found, value: int = 0, text: bytes = b"") -> None:
        position = array("Q", found.place[:1])
        self._around.log.add(records.encode_mark(mark, queue.key, position, value, text))
