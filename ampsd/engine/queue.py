"""One message queue: a view over the transaction log with leases, limits and fairness.

User Guide, Message Queues. Theory of operation: an entry is AVAILABLE or LEASED in `entries`, and gone once it was
acknowledged or expired. A lease ends by an acknowledgment (the entry goes), or it comes back: by a cancel, or because
it was lost (disconnect, unsubscribe, lease period over). A lease that comes back at a limit, or after the message's
lifetime, makes the entry expire instead, and only then. Everything that must survive a restart is a record: REMOVE
when an entry goes, LEASE and CANCEL where MaxDeliveries or MaxCancels count them. At-most-once: the entry goes when it
is leased, and the frame waits for that record.
"""

from array import array
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from itertools import repeat

from ampsd import limits
from ampsd.definitions.queues import QueueDefinition
from ampsd.engine import fairness, turn
from ampsd.engine.client import Client
from ampsd.engine.delivery import bookmarks_of, deliveries
from ampsd.engine.entries import NEVER, Block, Entries, Run, split_body
from ampsd.engine.events import REASON_ORDER, MessageExpired
from ampsd.engine.expiration import expiration_of
from ampsd.engine.matching import Matching
from ampsd.engine.removals_ahead import RemovalsAhead
from ampsd.engine.subscription import Subscription, frame_start
from ampsd.engine.surroundings import Surroundings
from ampsd.expressions.compile import Filter, compile_filter
from ampsd.expressions.environment import NOWHERE, Environment
from ampsd.expressions.regex import Regex, compile_regex
from ampsd.message_types.message_type import BodyError, Fields, MessageType, Reader
from ampsd.storage import records
from ampsd.wire import amps

REASON_BITS = {reason: 1 << number for number, reason in enumerate(REASON_ORDER)}

Lease = tuple[int, Subscription, int]
"""Serial of the entry, who holds it, and when it ends in monotonic nanoseconds (NEVER without a LeasePeriod)."""


class Queue:
    """A living queue. Its methods are the triggers of the theory above; `dispatch` hands out what can be."""

    def __init__(self, definition: QueueDefinition, message_type: MessageType, around: Surroundings) -> None:
        self.definition = definition
        self.name = definition.name.encode()
        self.message_type = definition.message_type.encode()
        self.key = self.message_type + b":" + self.name
        self.filter: Filter | None = compile_filter(definition.filter) if definition.filter else None
        self._type = message_type
        self._around = around
        self._underlying = definition.underlying.encode()
        self._pattern: Regex | None = compile_regex(self._underlying) if definition.underlying_is_regex else None
        self._choose = fairness.MODELS[definition.fairness]
        self._after_chosen = 0
        self._is_at_most_once = definition.is_at_most_once
        self._backlog_max = definition.max_backlog or limits.BACKLOG_MAX
        self._lease_ns = definition.lease_period_ns
        self._counts_deliveries = definition.max_deliveries > 0 and not self._is_at_most_once
        self._counts_cancels = definition.max_cancels > 0 and not self._is_at_most_once
        self._deliveries: dict[int, int] = {}
        self._cancels: dict[int, int] = {}
        self._lease_ends: deque[tuple[int, bytes, Lease]] = deque()
        self._removed = array("Q")
        self._ahead = RemovalsAhead()
        self._held_end = 0
        self._is_strict = definition.leasing == "strict"
        self._departing: list[tuple[Client, bytes]] = []
        self._matching = Matching()
        self._reader: Reader | None = None
        self._starts: dict[Subscription, bytes] = {}
        self.entries = Entries()
        self.leases: dict[bytes, Lease] = {}
        self.subscriptions: list[Subscription] = []
        self.is_dirty = False

    # ---- messages in

    def takes(self, topic: bytes) -> bool:
        """Whether messages published to `topic` may enter."""
        return topic == self._underlying if self._pattern is None else self._pattern.search(topic)

    def accepts(self, fields: Fields | None, environment: Environment) -> bool:
        """Whether the queue's Filter lets the message in; `fields` are needed only where there is one."""
        return self.filter is None or (fields is not None and self.filter.matches(fields, environment))

    def enqueue(self, run: Run, expiration_ns: int | None = None, age_ns: int = 0) -> None:
        """Messages were logged, `age_ns` ago. `expiration_ns` is their own lifetime, None when they have none."""
        expires_ns = NEVER
        if expiration_ns is not None or self.definition.expiration_ns is not None:
            lives_ns = expiration_of(self.definition, expiration_ns)
            expires_ns = NEVER if lives_ns is None else self._around.turn.now_ns + lives_ns - age_ns
        if self._ahead:
            run = self._ahead.without(run, self._around.publishers.table[run.publisher].id)
        places = self.entries.extend(run, expires_ns)
        if run.bodies:
            self._around.bodies.keep(places)
        self.is_dirty = True

    # ---- subscriptions

    def subscribe(self, subscription: Subscription) -> None:
        """A subscription joins; its backlog is bounded by the queue's."""
        if subscription in self._starts:
            raise AssertionError(f"subscription {subscription.sub_id!r} joins {self.name!r} twice")
        self.subscriptions.append(subscription)
        self._starts[subscription] = frame_start(self.name, subscription.sub_id) + b',"bm":"'
        if self._matching.add(subscription):
            self._reader = None

    def unsubscribe(self, subscription: Subscription, keeps_leases: bool = False) -> None:
        """A subscription leaves. Its leases are lost, unless it is being replaced."""
        self.subscriptions.remove(subscription)
        del self._starts[subscription]
        if self._matching.remove(subscription):
            self._reader = None
        if not keeps_leases:
            self.lose_leases_of(subscription)

    def lose_leases_of(self, subscription: Subscription) -> None:
        """The holder is gone: what it had leased comes back."""
        for bookmark in [one for one, lease in self.leases.items() if lease[1] is subscription]:
            self._lost(bookmark)

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
                self._acknowledge_unleased(bookmark)
                for bookmark, lease in zip(bookmarks, ended, strict=True)
                if lease is None
            )
        serials = [lease[0] for lease in ended if lease is not None]
        for subscription, number in Counter([lease[1] for lease in ended if lease is not None]).items():
            subscription.unacked -= number
            self._has_room_again(subscription)
        if not self._is_at_most_once:
            self._removed.extend(self._forget(serials))
        return len(serials) + unleased

    def _acknowledge_unleased(self, bookmark: bytes) -> bool:
        serial = self._find(bookmark)
        if serial >= 0:
            self._removed.extend(self._forget((serial,)))
            return True
        self._remove_ahead(bookmark)
        return False

    def cancel(self, bookmark: bytes, client: Client) -> bool:
        """The message is returned unprocessed. No effect unless it is leased."""
        lease = self.leases.get(bookmark)
        if lease is None or not self._may_end(lease, client):
            return False
        self._end(bookmark, lease)
        if self._is_at_most_once:
            return True
        serial = lease[0]
        if self._counts_cancels:
            cancels = self._cancels[serial] = self._cancels.get(serial, 0) + 1
            block, slot = self.entries.where(serial)
            position = array("Q", (block.positions[slot],))
            self._around.log.add(records.encode_queue_change(records.CANCEL, self.key, position))
            self._come_back(serial, cancels >= self.definition.max_cancels)
        else:
            self._come_back(serial, False)
        return True

    def expire(self, bookmark: bytes, client: Client) -> bool:
        """The message cannot be processed: it expires at once, leased or not."""
        lease = self.leases.get(bookmark)
        if lease is not None:
            if not self._may_end(lease, client):
                return False
            self._end(bookmark, lease)
            if self._is_at_most_once:
                return True
            serial = lease[0]
        else:
            serial = self._find(bookmark)
            if serial < 0:
                return False
        self._expire(serial, ("forced_expire",))
        return True

    # ---- time

    def tick(self) -> None:
        """End leases and lives that are over."""
        now_ns = self._around.turn.now_ns
        ends = self._lease_ends
        while ends and (ends[0][0] <= now_ns or self.leases.get(ends[0][1]) is not ends[0][2]):
            _, bookmark, lease = ends.popleft()
            if self.leases.get(bookmark) is lease:
                self._around.report("31-0012", queue=self.definition.name, bookmark=bookmark.decode())
                self._lost(bookmark)
        if self.entries.expires_first <= now_ns:
            for serial in self.entries.expired(now_ns, limits.EXPIRATIONS_PER_TURN_MAX):
                self._expire(serial, ("time_limit",))

    def next_ns(self) -> int:
        """When `tick` may have something to do, in monotonic nanoseconds; NEVER without leases or lives that end."""
        ends = self._lease_ends
        return min(self.entries.expires_first, ends[0][0]) if ends else self.entries.expires_first

    # ---- messages out

    def dispatch(self) -> None:
        """Lease what is available to subscriptions with room, oldest message first."""
        self.is_dirty = False
        if self.entries.count == len(self.leases) and not self._is_at_most_once:
            return
        leased = array("Q")
        if self._matching.has_filters:
            self._dispatch_filtered(leased)
        else:
            self._dispatch_in_order(leased)
        if leased and self._counts_deliveries:
            self._around.log.add(records.encode_queue_change(records.LEASE, self.key, leased))
        if self._departing:
            # The removal must be durable first: a message sent and then found again after a crash would be sent twice.
            self.settle()
            for client, frame in self._departing:
                self._around.outbox.hold(client, frame)
            self._departing.clear()

    def settle(self) -> None:
        """Log what was acknowledged since the last call, as one record."""
        if self._removed:
            self._around.log.add(records.encode_queue_change(records.REMOVE, self.key, self._removed))
            self._removed = array("Q")

    def _dispatch_in_order(self, leased: "array[int]") -> None:
        entries = self.entries
        while (room := self._backlog_max - len(self.leases)) > 0:
            serial = entries.first()
            if serial < 0:
                return
            shares = self._shares(serial, entries.in_a_row(serial, room))
            if not shares:
                return
            entries.lease(serial, sum(map(len, shares.values())))
            for subscription, serials in shares.items():
                self._lease(serials, subscription, leased)

    def _shares(self, serial: int, available: int) -> Mapping[Subscription, Sequence[int]]:
        """Who gets which of the entries that are available from `serial` on; as many as there is room for."""
        subscriptions = self.subscriptions
        if len(subscriptions) == 1:
            only = subscriptions[0]
            number = min(available, only.backlog_max - only.unacked)
            only.unacked += max(number, 0)
            return {only: range(serial, serial + number)} if number > 0 else {}
        shares: dict[Subscription, list[int]] = {}
        for one in range(serial, serial + available):
            index = self._choose(subscriptions, self._after_chosen)
            if index < 0:
                break
            self._after_chosen = index + 1
            chosen = subscriptions[index]
            chosen.unacked += 1
            shares.setdefault(chosen, []).append(one)
        return shares

    def _dispatch_filtered(self, leased: "array[int]") -> None:
        """With content filters the oldest message may match nobody, so look on while anybody has room."""
        serial = self.entries.first()
        while serial >= 0 and len(self.leases) < self._backlog_max:
            if not any(map(fairness.has_room, self.subscriptions)):
                return
            candidates = self._candidates(serial)
            index = self._choose(candidates, self._after_chosen)
            if index >= 0:
                self._after_chosen = index + 1
                candidates[index].unacked += 1
                self.entries.lease(serial)
                self._lease((serial,), candidates[index], leased)
            serial = self.entries.after(serial)

    def _candidates(self, serial: int) -> list[Subscription]:
        """The subscriptions whose filters the message matches; one that cannot be read matches those without."""
        block, slot = self.entries.where(serial)
        data, correlation_id = split_body(self._around.bodies.get(block, slot))
        reader = self._reader
        if reader is None:
            reader = self._reader = self._type.reader(tuple(self._matching.paths))
        environment = NOWHERE
        if self._matching.asks_environment:
            environment = self._around.environments.of_publish(self.name, data, correlation_id)
            (environment.bookmark,) = bookmarks_of(block, (slot,), self._around.publishers.table)
            environment.lease_count = self._deliveries.get(serial, 0) if self._counts_deliveries else None
        try:
            return self._matching.find(reader(data), environment)
        except BodyError:
            return self._matching.find(None, environment)

    def _lease(self, serials: Sequence[int], subscription: Subscription, leased: "array[int]") -> None:
        """Send entries of one block, which are out of reach already and counted as unacknowledged."""
        around = self._around
        ends_ns, lease_text = NEVER, turn.FAR_FUTURE
        if self._lease_ns is not None:
            ends_ns = around.turn.now_ns + self._lease_ns
            lease_text = turn.timestamp(around.turn.wall_ns + self._lease_ns)
        middle = b'","lp":"%b"' % lease_text
        if subscription.wants_timestamp:
            middle += b',"ts":"%b"' % around.turn.timestamp
        block, slot = self.entries.where(serials[0])
        slots = range(slot, slot + len(serials)) if isinstance(serials, range) else self.entries.slots(serials)
        bookmarks, frames = deliveries(
            block, slots, self._starts[subscription], middle, around.publishers.table, around.bodies
        )
        self.leases.update(zip(bookmarks, zip(serials, repeat(subscription), repeat(ends_ns)), strict=False))
        if self._lease_ns is not None:
            self._lease_ends.extend((ends_ns, bookmark, self.leases[bookmark]) for bookmark in bookmarks)
        last = block.positions[slots[-1]]
        durable = around.log.durable
        if self._counts_deliveries:
            self._count_deliveries(serials, leased)
        if self._is_at_most_once:
            self._removed.extend(self._forget(serials))
            self._departing.append((subscription.client, frames))
        elif last >= durable and (self._held_end > durable or self._is_numbered_by_us(block, slots)):
            self._held_end = around.log.end
            around.outbox.hold(subscription.client, frames)
        else:
            around.outbox.send(subscription.client, frames)

    def _is_numbered_by_us(self, block: Block, slots: Sequence[int]) -> bool:
        """Whether a bookmark here would be given again, to another message, if a crash took this one."""
        table = self._around.publishers.table
        return any(table[number].is_ours for number in dict.fromkeys(block.publishers[slots[0] : slots[-1] + 1]))

    def _count_deliveries(self, serials: Sequence[int], leased: "array[int]") -> None:
        for serial in serials:
            self._deliveries[serial] = self._deliveries.get(serial, 0) + 1
            block, slot = self.entries.where(serial)
            leased.append(block.positions[slot])

    # ---- how leases end

    def _may_end(self, lease: Lease, client: Client) -> bool:
        return not self._is_strict or lease[1].client is client

    def _end(self, bookmark: bytes, lease: Lease) -> None:
        del self.leases[bookmark]
        lease[1].unacked -= 1
        self._has_room_again(lease[1])

    def _has_room_again(self, subscription: Subscription) -> None:
        for queue in subscription.queues:
            queue.is_dirty = True
        self.is_dirty = True

    def _lost(self, bookmark: bytes) -> None:
        """The holder is gone or its time is over: nobody said that the work failed."""
        lease = self.leases[bookmark]
        self._end(bookmark, lease)
        if not self._is_at_most_once:
            self._come_back(lease[0], False)

    def _come_back(self, serial: int, is_cancelled_out: bool) -> None:
        """A lease ended without an acknowledgment: expire the message at a limit, otherwise offer it again."""
        reasons: list[str] = []
        if self.entries.expires_ns(serial) <= self._around.turn.now_ns:
            reasons.append("time_limit")
        if is_cancelled_out:
            reasons.append("max_cancels")
        if self._counts_deliveries and self._deliveries.get(serial, 0) >= self.definition.max_deliveries:
            reasons.append("max_deliveries")
        if reasons:
            self._expire(serial, tuple(reasons))
        else:
            self.entries.give_back(serial)
            self.entries.expires_again(serial)

    def _expire(self, serial: int, reasons: tuple[str, ...]) -> None:
        """The message leaves unacknowledged. What actions publish because of it joins the same batch."""
        block, slot = self.entries.where(serial)
        data, correlation_id = split_body(self._around.bodies.get(block, slot))
        bits = sum(REASON_BITS[reason] for reason in reasons)
        position = self._forget((serial,))
        self._around.log.add(records.encode_queue_change(records.REMOVE, self.key, position, bits))
        self._around.report("31-0011", queue=self.definition.name, reasons=",".join(reasons))
        self._around.expired(
            MessageExpired(self.definition.name, self.definition.message_type, data, reasons, correlation_id)
        )

    def _forget(self, serials: Sequence[int]) -> "array[int]":
        """Drop all that is known of entries; returns their positions."""
        if self._counts_deliveries:
            for serial in serials:
                self._deliveries.pop(serial, None)
        if self._counts_cancels:
            for serial in serials:
                self._cancels.pop(serial, None)
        return self.entries.remove(serials)

    def _find(self, bookmark: bytes) -> int:
        """Serial of an available entry by its bookmark's text, -1 when the queue does not hold it."""
        identity, number = amps.read_bookmark(bookmark)
        known = self._around.publishers.known(identity)
        if known is None or number > known.last:
            return -1
        serial = self.entries.find_bookmark(known.number, number)
        return serial if serial >= 0 and self.entries.is_available(serial) else -1

    def _remove_ahead(self, bookmark: bytes) -> None:
        """Remember the end of a message that its publisher is still to send again, if it may be one."""
        identity, number = amps.read_bookmark(bookmark)
        known = self._around.publishers.known(identity)
        if number == 0 or self._is_at_most_once or (known is not None and (known.is_ours or number <= known.last)):
            return
        self._around.log.add(records.encode_removal_ahead(self.key, identity, number))
        self._ahead.add(identity, number)

    # ---- recovery: the same state again, from the log

    def restore(self, change: records.QueueChange | records.RemovalAhead) -> None:
        """Fold a record of this queue."""
        if isinstance(change, records.RemovalAhead):
            self._ahead.add(change.publisher, change.sequence)
            return
        for position in change.positions:
            serial = self.entries.find_position(position)
            if serial < 0:
                continue
            if change.kind == records.REMOVE:
                self._forget((serial,))
            elif change.kind == records.LEASE and self._counts_deliveries:
                self._deliveries[serial] = self._deliveries.get(serial, 0) + 1
            elif change.kind == records.CANCEL and self._counts_cancels:
                self._cancels[serial] = self._cancels.get(serial, 0) + 1

    def recovered(self) -> None:
        """The fold is complete: every lease of the life before is lost, which may have been the last allowed."""
        limit = self.definition.max_deliveries
        for serial in sorted(serial for serial, number in self._deliveries.items() if number >= limit):
            self._expire(serial, ("max_deliveries",))
        self.is_dirty = True
