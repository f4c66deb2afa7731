"""One message queue: a view over the transaction log with leases, limits and fairness.

User Guide, Message Queues. Theory of operation: an entry is AVAILABLE or LEASED in `entries`, and gone once it was
acknowledged or expired. A lease ends by an acknowledgment (the entry goes), or it comes back: by a cancel, or because
it was lost (disconnect, unsubscribe, lease period over). A lease that comes back at a limit, or after the message's
lifetime, makes the entry expire instead, and only then. Everything that must survive a restart is a record: REMOVE
when an entry goes, LEASE and CANCEL where MaxDeliveries or MaxCancels count them. At-most-once: the entry goes when it
is leased, and the frame waits for that record.
"""

from array import array
from collections import deque
from collections.abc import Callable

from ampsd import limits
from ampsd.definitions.queues import QueueDefinition
from ampsd.engine import fairness, turn
from ampsd.engine.bodies import Bodies
from ampsd.engine.client import Client
from ampsd.engine.entries import NEVER, Block, Entries
from ampsd.engine.environments import Environments
from ampsd.engine.events import REASON_ORDER, MessageExpired
from ampsd.engine.matching import Matching
from ampsd.engine.outbox import Outbox
from ampsd.engine.publishers import Publishers
from ampsd.engine.subscription import Subscription, frame_start
from ampsd.engine.turn import Turn
from ampsd.expressions.compile import Filter, compile_filter
from ampsd.expressions.environment import NOWHERE, Environment
from ampsd.expressions.regex import Regex, compile_regex
from ampsd.message_types.message_type import BodyError, Fields, MessageType, Reader
from ampsd.ports import Report
from ampsd.storage import records
from ampsd.storage.log import Log
from ampsd.wire import amps

REASON_BITS = {reason: 1 << number for number, reason in enumerate(REASON_ORDER)}

Lease = tuple[int, Subscription, int]
"""Serial of the entry, who holds it, and when it ends in monotonic nanoseconds (NEVER without a LeasePeriod)."""


def expiration_of(definition: QueueDefinition, message_ns: int | None) -> int | None:
    """How long a message lives by ExpirationModel, None for ever. A message's own 0 means for ever too."""
    lives_ns = _combined(definition, message_ns)
    return None if lives_ns is None else min(lives_ns, limits.LIFETIME_MAX_NS)


def _combined(definition: QueueDefinition, message_ns: int | None) -> int | None:
    model = definition.expiration_model
    queue_ns = definition.expiration_ns
    if model == "queue" or message_ns is None:
        return queue_ns
    own_ns = message_ns or None
    if model == "default":
        return own_ns
    lives = [one for one in (queue_ns, own_ns) if one is not None]
    if model == "earliest":
        return min(lives, default=None)
    return max(lives) if len(lives) == 2 else None


class Surroundings:
    """What a queue needs of the instance it is in."""

    __slots__ = ("bodies", "environments", "expired", "log", "outbox", "publishers", "report", "turn")

    def __init__(
        self,
        log: Log,
        outbox: Outbox,
        bodies: Bodies,
        publishers: Publishers,
        moment: Turn,
        report: Report,
        expired: Callable[[MessageExpired], None],
        environments: Environments,
    ) -> None:
        self.log = log
        self.outbox = outbox
        self.bodies = bodies
        self.publishers = publishers
        self.turn = moment
        self.report = report
        self.expired = expired
        self.environments = environments


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

    def enqueue(
        self, position: int, length: int, publisher: int, sequence: int, expiration_ns: int | None, age_ns: int = 0
    ) -> None:
        """A message was logged, `age_ns` ago. `expiration_ns` is the message's own lifetime, None when it has none."""
        expires_ns = None
        if expiration_ns is not None or self.definition.expiration_ns is not None:
            lives_ns = expiration_of(self.definition, expiration_ns)
            expires_ns = None if lives_ns is None else self._around.turn.now_ns + lives_ns - age_ns
        self.entries.append(position, length, publisher, sequence, expires_ns)

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

    def acknowledge(self, bookmark: bytes, client: Client) -> bool:
        """The message is processed: it goes. Returns whether it was here and the client may say so."""
        lease = self.leases.get(bookmark)
        if lease is None:
            serial = self._find(bookmark)
            if serial < 0:
                return False
        elif not self._may_end(lease, client):
            return False
        else:
            serial = lease[0]
            self._end(bookmark, lease)
            if self._is_at_most_once:
                return True
        self._removed.append(self._forget(serial))
        return True

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
        subscriptions = self.subscriptions
        while len(self.leases) < self._backlog_max:
            index = self._choose(subscriptions, self._after_chosen)
            if index < 0:
                return
            serial = entries.first()
            if serial < 0:
                return
            self._after_chosen = index + 1
            self._lease(serial, subscriptions[index], leased)

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
                self._lease(serial, candidates[index], leased)
            serial = self.entries.after(serial)

    def _candidates(self, serial: int) -> list[Subscription]:
        """The subscriptions whose filters the message matches; one that cannot be read matches those without."""
        block, slot = self.entries.where(serial)
        data, correlation_id = self._around.bodies.get(block.positions[slot], block.lengths[slot])
        reader = self._reader
        if reader is None:
            reader = self._reader = self._type.reader(tuple(self._matching.paths))
        environment = NOWHERE
        if self._matching.asks_environment:
            environment = self._around.environments.of_publish(self.name, data, correlation_id)
            environment.bookmark = self._bookmark(block, slot)
            environment.lease_count = self._deliveries.get(serial, 0) if self._counts_deliveries else None
        try:
            return self._matching.find(reader(data), environment)
        except BodyError:
            return self._matching.find(None, environment)

    def _bookmark(self, block: Block, slot: int) -> bytes:
        return b"%d|%d|" % (self._around.publishers.table[block.publishers[slot]].id, block.sequences[slot])

    def _lease(self, serial: int, subscription: Subscription, leased: "array[int]") -> None:
        around = self._around
        self.entries.lease(serial)
        block, slot = self.entries.where(serial)
        position = block.positions[slot]
        data, correlation_id = around.bodies.get(position, block.lengths[slot])
        # As in _bookmark, without the call: this line runs for every delivery.
        bookmark = b"%d|%d|" % (around.publishers.table[block.publishers[slot]].id, block.sequences[slot])
        subscription.unacked += 1
        if self._lease_ns is None:
            ends_ns, lease_text = NEVER, turn.FAR_FUTURE
            lease = self.leases[bookmark] = (serial, subscription, ends_ns)
        else:
            ends_ns = around.turn.now_ns + self._lease_ns
            lease_text = turn.timestamp(around.turn.wall_ns + self._lease_ns)
            lease = self.leases[bookmark] = (serial, subscription, ends_ns)
            self._lease_ends.append((ends_ns, bookmark, lease))
        if self._counts_deliveries:
            self._deliveries[serial] = self._deliveries.get(serial, 0) + 1
            leased.append(position)
        extra = b""
        if correlation_id is not None:
            extra = b',"x":"%b"' % amps.escape(correlation_id)
        if subscription.wants_timestamp:
            extra += b',"ts":"%b"' % around.turn.timestamp
        start = self._starts[subscription]
        rest = b'%b","lp":"%b"%b,"l":%d}%b' % (bookmark, lease_text, extra, len(data), data)
        frame = (len(start) + len(rest)).to_bytes(4, "big") + start + rest
        if self._is_at_most_once:
            self._removed.append(self._forget(serial))
            self._departing.append((subscription.client, frame))
        elif position < around.log.durable:
            around.outbox.send(subscription.client, frame)
        else:
            around.outbox.hold(subscription.client, frame)

    # ---- how leases end

    def _may_end(self, lease: Lease, client: Client) -> bool:
        return self.definition.leasing != "strict" or lease[1].client is client

    def _end(self, bookmark: bytes, lease: Lease) -> None:
        del self.leases[bookmark]
        subscription = lease[1]
        subscription.unacked -= 1
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
        data, correlation_id = self._around.bodies.get(block.positions[slot], block.lengths[slot])
        bits = sum(REASON_BITS[reason] for reason in reasons)
        position = array("Q", (self._forget(serial),))
        self._around.log.add(records.encode_queue_change(records.REMOVE, self.key, position, bits))
        self._around.report("31-0011", queue=self.definition.name, reasons=",".join(reasons))
        self._around.expired(
            MessageExpired(self.definition.name, self.definition.message_type, data, reasons, correlation_id)
        )

    def _forget(self, serial: int) -> int:
        """Drop all that is known of an entry; returns its position."""
        block, slot = self.entries.where(serial)
        position = block.positions[slot]
        self.entries.remove(serial)
        self._around.bodies.drop(position)
        if self._counts_deliveries:
            self._deliveries.pop(serial, None)
        if self._counts_cancels:
            self._cancels.pop(serial, None)
        return position

    def _find(self, bookmark: bytes) -> int:
        """Serial of an available entry by its bookmark's text, -1 when the queue does not hold it."""
        publisher, _, rest = bookmark.partition(b"|")
        sequence = rest.rstrip(b"|")
        if not (publisher.isdigit() and sequence.isdigit() and len(publisher) <= 20 and len(sequence) <= 20):
            return -1
        known = self._around.publishers.known(int(publisher))
        number = int(sequence)
        if known is None or number > amps.SEQUENCE_MAX:
            return -1
        serial = self.entries.find_bookmark(known.number, number)
        return serial if serial >= 0 and self.entries.is_available(serial) else -1

    # ---- recovery: the same state again, from the log

    def restore(self, change: records.QueueChange) -> None:
        """Fold a record of this queue."""
        for position in change.positions:
            serial = self.entries.find_position(position)
            if serial < 0:
                continue
            if change.kind == records.REMOVE:
                self._forget(serial)
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
