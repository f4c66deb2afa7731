"""One message queue: a view over the transaction log with leases, limits and fairness.

User Guide, Message Queues. `lifecycle` has the states and every step between them; here they are carried out, most of
them for many messages at once. Everything that must survive a restart is a record: REMOVE when an entry goes, with how
it ended, LEASE and CANCEL where MaxDeliveries or MaxCancels count them, MARK for what waits, is on hold or shall be
skipped. At-most-once: the entry goes when it is leased, and the frame waits for that record. What happens is also told
as events, which decide nothing.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import cast

from ampsd import limits
from ampsd.definitions.queues import QueueDefinition
from ampsd.engine import lifecycle, turn
from ampsd.engine.admission import PLAIN, Admission, Verdict
from ampsd.engine.client import Client
from ampsd.engine.consumers import Consumers
from ampsd.engine.counters import Counters
from ampsd.engine.delivery import bookmarks_of
from ampsd.engine.endings import Endings
from ampsd.engine.entries import AVAILABLE, LEASED, NEVER, ON_HOLD, WAITING, Entries, Run, Source, split_body
from ampsd.engine.exceeded import Ended, Exceeded
from ampsd.engine.expiration import expiration_of
from ampsd.engine.handout import Handout
from ampsd.engine.lease_clock import Lease, LeaseClock
from ampsd.engine.lifecycle import State
from ampsd.engine.message_events import NO_SESSION, log_line
from ampsd.engine.notes import Notes
from ampsd.engine.priority import PrioritizedEntries
from ampsd.engine.removals_ahead import RemovalsAhead
from ampsd.engine.story import DUE
from ampsd.engine.subscription import Subscription
from ampsd.engine.surroundings import Surroundings
from ampsd.engine.target_depth import LimitedEntries
from ampsd.engine.watched import Watched
from ampsd.expressions.regex import Regex, compile_regex
from ampsd.message_types.message_type import MessageType
from ampsd.storage import records
from ampsd.storage.tellings import Link
from ampsd.wire import amps


class Queue:
    """A living queue. Its methods are the triggers of `lifecycle`; `dispatch` hands out what can be."""

    def __init__(self, definition: QueueDefinition, message_type: MessageType, around: Surroundings) -> None:
        self.definition = definition
        self.name = definition.name.encode()
        self.message_type = definition.message_type.encode()
        self.key = definition.key
        self.admission = Admission(definition)
        self.type = message_type
        self.around = around
        self._underlying = definition.underlying.encode()
        self._pattern: Regex | None = compile_regex(self._underlying) if definition.underlying_is_regex else None
        self.is_at_most_once = definition.is_at_most_once
        self._is_strict = definition.leasing == "strict"
        self._removed = array("Q")
        self.ahead = RemovalsAhead(around.turn, around.log, self.key, definition.deferred_ack_expiration_ns)
        self.tells = definition.has_events
        self.watched = Watched(self)
        self.consumers = Consumers(definition, message_type)
        self.entries = _entries_of(definition)
        self.counters = Counters(definition, self.key, self.entries, around.log)
        self.notes = Notes()
        self.exceeded = Exceeded()
        self.leases: dict[bytes, Lease] = {}
        self.clock = LeaseClock(definition, self.leases)
        self.paused_until_ns: int | None = None
        """Monotonic time until which nothing is delivered; None when the queue is not paused."""
        self.handout = Handout(self)
        self.endings = Endings(self)
        self.is_restoring = True
        self.is_dirty = False

    # ---- reload

    def adopt(self, definition: QueueDefinition) -> None:
        """Other settings, of those that change live: leases in force keep their end, messages their life and counters,
        and the new limits are looked at with the next thing that happens to a message."""
        self.definition = definition
        self._is_strict = definition.leasing == "strict"
        self.ahead.expires_after_ns = definition.deferred_ack_expiration_ns
        for part in (self.consumers, self.counters, self.clock, self.handout):
            part.adopt(definition)
        for subscription in self.consumers.subscriptions:
            subscription.limit()
        self.is_dirty = True

    def retire(self) -> None:
        """The queue is configured no longer: nobody holds anything of it. To be settled after that."""
        for bookmark in list(self.leases):
            self.endings.lose(bookmark, b"queue removed")

    # ---- messages in

    def takes(self, topic: bytes) -> bool:
        """Whether messages published to `topic` may enter."""
        return topic == self._underlying if self._pattern is None else self._pattern.search(topic)

    def enqueue(self, run: Run, expiration_ns: int | None = None, age_ns: int = 0, verdict: Verdict = PLAIN) -> None:
        """Messages were logged, `age_ns` ago. `expiration_ns` is their own lifetime, None when they have none."""
        around = self.around
        expires_ns = NEVER
        if expiration_ns is not None or self.definition.expiration_ns is not None:
            lives_ns = expiration_of(self.definition, expiration_ns)
            expires_ns = NEVER if lives_ns is None else around.turn.now_ns + lives_ns - age_ns
        if self.ahead:
            run = self.ahead.without(run)
        first = self.entries.next_serial
        if isinstance(self.entries, PrioritizedEntries):
            places = self.entries.extend_by(run, expires_ns, verdict.priority)
        else:
            places = self.entries.extend(run, expires_ns)
        if run.bodies:
            around.bodies.keep(places)
        if verdict is not PLAIN and run.positions:
            self._place(self.entries.next_serial - 1, verdict)
        if self.tells and not self.is_restoring:
            reason = b"" if verdict.start_ns <= around.turn.wall_ns else DUE + turn.timestamp(verdict.start_ns)
            around.events.received(self.key, run, reason, _link_of(run))
        self.is_dirty = first != self.entries.next_serial or self.is_dirty

    def _place(self, serial: int, verdict: Verdict) -> None:
        if verdict.is_barrier:
            self.entries.move(serial, AVAILABLE, WAITING)
            self.handout.barriers.append(serial)
        elif verdict.start_ns > self.around.turn.wall_ns:
            self.notes.of(serial).label = State.DELAYED
            self.rest(serial, AVAILABLE, verdict.start_ns)

    def enter_again(self, position: int, ended: Ended, attempts: int) -> int:
        """A message that ended without success is in the queue again, at its end; returns its serial."""
        publisher = self.around.publishers.by_id(ended.publisher)
        source = Source(self.name, ended.publisher, b"", 0)
        run = Run((position,), (ended.length,), publisher.number, (ended.sequence,), source)
        serial = self.entries.extend_again(run, priority=ended.priority)
        self.counters.set(serial, attempts)
        self.is_dirty = True
        return serial

    def rest(self, serial: int, before: int, due_wall_ns: int) -> None:
        """Do not deliver the message before that time."""
        self.entries.move(serial, before, WAITING)
        self.notes.wait(serial, self.around.turn.monotonic_of(due_wall_ns))

    # ---- subscriptions

    def subscribe(self, subscription: Subscription) -> None:
        """A subscription joins; its backlog is bounded by the queue's."""
        self.consumers.add(subscription)

    def unsubscribe(self, subscription: Subscription, keeps_leases: bool = False) -> None:
        """A subscription leaves. Its leases are lost, unless it is being replaced."""
        self.consumers.remove(subscription)
        if not keeps_leases:
            self.lose_leases_of(subscription)

    def lose_leases_of(self, subscription: Subscription) -> None:
        """The holder is gone: what it had leased comes back."""
        reason = (subscription.client.closing or "unsubscribe").encode()
        for bookmark in [one for one, lease in self.leases.items() if lease[1] is subscription]:
            self.endings.lose(bookmark, reason)

    # ---- acknowledgments

    def acknowledge(self, bookmarks: Sequence[bytes], client: Client) -> int:
        """The messages are processed: they go. Returns how many were here and the client may say so of."""
        leases = self.leases
        if self._is_strict:
            bookmarks = [one for one in bookmarks if one not in leases or self._may_end(leases[one], client)]
        ended = [leases.pop(bookmark, None) for bookmark in bookmarks]
        unleased = 0
        if None in ended:
            unleased = sum(
                self._acknowledge_unleased(bookmark, client)
                for bookmark, lease in zip(bookmarks, ended, strict=True)
                if lease is None
            )
        kept = [lease for lease in ended if lease is not None] if None in ended else cast(list[Lease], ended)
        if not kept:
            return unleased
        serials: Sequence[int]
        holders: Sequence[Subscription]
        sessions: Sequence[int]
        serials, holders, _, sessions = zip(*kept, strict=True)
        for subscription, number in Counter(holders).items():
            subscription.unacked -= number
            self.has_room_again(subscription)
        positions: Sequence[int] = serials
        if self.watched.removals and not self.is_at_most_once:
            for serial in serials:
                self.watched.tell_deleted(serial)
        if not self.is_at_most_once:
            positions = self.forget(serials)
            self._removed.extend(positions)
        if self.tells:
            self.tell(lifecycle.COMPLETED, positions, client=client.name, sessions=sessions)
        return len(serials) + unleased

    def _acknowledge_unleased(self, bookmark: bytes, client: Client) -> bool:
        serial = self.find(bookmark)
        if serial < 0:
            self._remove_ahead(bookmark)
            return False
        return self.complete(serial, client)

    def complete(self, serial: int, client: Client) -> bool:
        """A message that nobody holds is processed; one on hold is so when it is let go."""
        if self.entries.state(serial) == ON_HOLD:
            self.notes.of(serial).completed_by = client.name
            position = array("Q", (self.entries.position(serial),))
            self.around.log.add(records.encode_mark(records.ACKNOWLEDGED, self.key, position, text=client.name))
            return True
        return self.finish(serial, client.name, b"not leased")

    def finish(self, serial: int, client: bytes, reason: bytes) -> bool:
        """A message that nobody holds is done."""
        if self.watched.removals:
            self.watched.tell_deleted(serial)
        positions = self.forget((serial,))
        self._removed.extend(positions)
        self.is_dirty = True
        self.tell(lifecycle.COMPLETED, positions, client=client, reason=reason)
        return True

    def message_of(self, serial: int) -> tuple[bytes, bytes | None]:
        """Body and correlation id of a message. Raises JournalDamageError."""
        return split_body(self.around.bodies.get(*self.entries.where(serial)))[:2]

    def cancel(self, bookmark: bytes, client: Client) -> bool:
        """The message is returned unprocessed. No effect unless it is leased."""
        lease = self.leases.get(bookmark)
        if lease is None or not self._may_end(lease, client):
            return False
        self.endings.take(bookmark)
        serial = lease[0]
        if self.is_at_most_once:
            # The work was done or not, but there is nothing to give back.
            self.tell(lifecycle.COMPLETED, (serial,), client=client.name, reason=b"cancel", sessions=lease[3:])
            return True
        self.counters.cancel(serial)
        self.endings.come_back(lease, State.FAILED, b"cancel", client.name)
        return True

    def hand_back(self, bookmark: bytes, client: Client, wait_ns: int) -> bool:
        """The message is returned for later, untried: an option that AMPS does not have. No effect unless leased."""
        lease = self.leases.get(bookmark)
        if lease is None or self.is_at_most_once or not self._may_end(lease, client):
            return False
        self.endings.hand_back(self.endings.take(bookmark), wait_ns, client.name)
        return True

    def expire(self, bookmark: bytes, client: Client) -> bool:
        """The message cannot be processed: it expires at once, leased or not; not while it is on hold."""
        lease = self.leases.get(bookmark)
        session = NO_SESSION
        if lease is not None:
            if not self._may_end(lease, client):
                return False
            self.endings.take(bookmark)
            serial, session = lease[0], lease[3]
            if self.is_at_most_once:
                self.tell(lifecycle.COMPLETED, (serial,), client=client.name, reason=b"expire", sessions=(session,))
                return True
        else:
            serial = self.find(bookmark)
            if serial < 0 or self.entries.state(serial) == ON_HOLD:
                return False
        self.endings.end(serial, State.FAILED, ("forced_expire",), client=client.name, session=session)
        return True

    # ---- time

    def tick(self) -> None:
        """End leases, lives and waits that are over."""
        now_ns = self.around.turn.now_ns
        for bookmark, is_stuck in self.clock.over(now_ns):
            if is_stuck:
                self._report_stuck(bookmark)
            self._log_lease("31-0012", bookmark)
            self.endings.lose(bookmark, b"stuck" if is_stuck else b"lease period")
        for bookmark in self.clock.stuck(now_ns):
            self._report_stuck(bookmark)
        if self.entries.expires_first <= now_ns:
            for serial in self.entries.expired(now_ns, limits.EXPIRATIONS_PER_TURN_MAX):
                self.endings.end(serial, State.EXPIRED, ("time_limit",))
        if self.notes.next_ns <= now_ns:
            for serial in self.notes.due(now_ns):
                if self.entries.state(serial) == WAITING:
                    self.entries.move(serial, WAITING, AVAILABLE)
                    self.is_dirty = True
        if self.paused_until_ns is not None and self.paused_until_ns <= now_ns:
            self.unpause(b"time")

    def next_ns(self) -> int:
        """When `tick` may have something to do, in monotonic nanoseconds; NEVER when nothing waits for time."""
        paused_ns = NEVER if self.paused_until_ns is None else self.paused_until_ns
        return min(self.entries.expires_first, self.clock.next_ns, self.notes.next_ns, paused_ns)

    def _report_stuck(self, bookmark: bytes) -> None:
        lease = self.leases[bookmark]
        self.tell(lifecycle.STUCK, (self.position_of(lease),), client=lease[1].client.name, sessions=lease[3:])
        self._log_lease("31-0013", bookmark)

    def _log_lease(self, code: str, bookmark: bytes) -> None:
        """Log a record about a leased message; its session has the line too."""
        values: dict[str, object] = {"queue": self.definition.name, "bookmark": bookmark.decode()}
        self.around.report(code, **values)
        lease = self.leases[bookmark]
        self.tell(lifecycle.LOGGED, (self.position_of(lease),), reason=log_line(code, values), sessions=lease[3:])

    def pause(self, until_wall_ns: int, actor: bytes) -> None:
        """Deliver nothing until then; 0 is until somebody says otherwise."""
        self.around.log.add(records.encode_mark(records.PAUSE, self.key, array("Q"), until_wall_ns, actor))
        self.set_paused(until_wall_ns)

    def set_paused(self, until_wall_ns: int) -> None:
        """The same, from the log."""
        self.paused_until_ns = self.around.turn.monotonic_of(until_wall_ns) if until_wall_ns else NEVER

    def unpause(self, actor: bytes) -> None:
        """Deliver again."""
        self.around.log.add(records.encode_mark(records.UNPAUSE, self.key, array("Q"), 0, actor))
        self.paused_until_ns = None
        self.is_dirty = True

    # ---- messages out

    def dispatch(self) -> None:
        """Lease what is available to subscriptions with room."""
        self.is_dirty = False
        self.handout.run()

    def settle(self) -> None:
        """Log what was acknowledged since the last call, as one record."""
        if self._removed:
            self.around.log.add(records.encode_queue_change(records.REMOVE, self.key, self._removed))
            self._removed = array("Q")

    # ---- how leases end

    def _may_end(self, lease: Lease, client: Client) -> bool:
        return not self._is_strict or lease[1].client is client

    def has_room_again(self, subscription: Subscription) -> None:
        """It can take a message, of any of its queues."""
        for queue in subscription.queues:
            queue.is_dirty = True
        self.is_dirty = True

    def tell(
        self,
        status: str,
        positions: Sequence[int],
        *,
        client: bytes = b"",
        reason: bytes = b"",
        sessions: Sequence[int] = (),
        link: Link | None = None,
        is_by_operator: bool = False,
    ) -> None:
        """Record what happened, where the queue records events."""
        if self.tells:
            self.around.events.tell(
                status,
                self.key,
                positions,
                client=client,
                reason=reason,
                sessions=sessions,
                link=link,
                is_by_operator=is_by_operator,
            )

    def forget(self, serials: Sequence[int]) -> "array[int]":
        """Drop all that is known of entries; returns their positions."""
        self.counters.forget(serials)
        if self.notes:
            for serial in serials:
                self.notes.forget(serial)
        barriers = self.handout.barriers
        if barriers:
            for serial in serials:
                if serial in barriers:
                    barriers.remove(serial)
        return self.entries.remove(serials)

    def depart(self, serials: Sequence[int]) -> None:
        """With at-most-once, messages go when they are sent."""
        self._removed.extend(self.forget(serials))

    def remove(self, serial: int, bits: int = 0) -> "array[int]":
        """The message goes; `bits` says how it ended. Returns its position, as events name it."""
        positions = self.forget((serial,))
        self.is_dirty = True
        self.around.log.add(records.encode_queue_change(records.REMOVE, self.key, positions, bits))
        return positions

    # ---- finding messages

    def state_of(self, serial: int) -> State:
        """Where a message of the queue stands."""
        state = self.entries.state(serial)
        return State.LEASED if state == LEASED else self.notes.label(serial)

    def position_of(self, lease: Lease) -> int:
        """Position in the log of a leased message."""
        return lease[0] if self.is_at_most_once else self.entries.position(lease[0])

    def bookmark_of(self, serial: int) -> bytes:
        """The message's bookmark."""
        block, slot = self.entries.where(serial)
        return bookmarks_of(block, (slot,), self.around.publishers.table)[0]

    def find(self, bookmark: bytes) -> int:
        """Serial of an entry that is not leased by its bookmark's text, -1 when the queue does not hold it."""
        identity, number = amps.read_bookmark(bookmark)
        known = self.around.publishers.known(identity)
        if known is None or number > known.last:
            return -1
        serial = self.entries.find_bookmark(known.number, number)
        return serial if serial >= 0 and self.entries.state(serial) != LEASED else -1

    def _remove_ahead(self, bookmark: bytes) -> None:
        """Remember the end of a message that its publisher is still to send again, if it may be one."""
        identity, number = amps.read_bookmark(bookmark)
        known = self.around.publishers.known(identity)
        if number == 0 or self.is_at_most_once or (known is not None and (known.is_ours or number <= known.last)):
            return
        self.around.log.add(records.encode_removal_ahead(self.key, identity, number))
        self.ahead.add(identity, number)


def _entries_of(definition: QueueDefinition) -> Entries:
    if definition.priority is not None:
        return PrioritizedEntries()
    return Entries() if definition.target_queue_depth is None else LimitedEntries(definition.target_queue_depth)


def _link_of(run: Run) -> Link | None:
    """What a message was made of; several that come together were made of nothing."""
    origin = split_body(run.bodies[0])[2] if len(run.bodies) == 1 else None
    return None if origin is None else Link(b"", origin.position, origin.publisher, origin.sequence)
