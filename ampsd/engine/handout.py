"""How messages leave a queue for its consumers (User Guide, Message Queues, Message Flow for Queues).

Usually whole rows of messages go out at once; where filters, barriers or skips decide about each, one by one.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING

from ampsd import limits
from ampsd.definitions.queues import QueueDefinition
from ampsd.engine import lifecycle, turn
from ampsd.engine.client import Client
from ampsd.engine.delivery import bookmarks_of, deliveries
from ampsd.engine.endings import ENDING_BITS
from ampsd.engine.entries import NEVER, Block, split_body
from ampsd.engine.lifecycle import State
from ampsd.engine.message_events import NO_SESSION
from ampsd.engine.subscription import Subscription
from ampsd.expressions.environment import NOWHERE, Environment

if TYPE_CHECKING:
    from ampsd.engine.queue import Queue


class Handout:
    """Leases what is available to consumers with room."""

    def __init__(self, queue: "Queue") -> None:
        self._queue = queue
        self._around = queue.around
        self._entries = queue.entries
        self._consumers = queue.consumers
        self._leases = queue.leases
        self._held_end = 0
        self._departing: list[tuple[Client, bytes]] = []
        self.barriers: deque[int] = deque()
        """Serials of barrier messages in the queue, oldest first."""
        self.adopt(queue.definition)

    def adopt(self, definition: QueueDefinition) -> None:
        """Lease as `definition` says from now on."""
        self._backlog_max = definition.max_backlog or limits.BACKLOG_MAX
        self._lease_ns = definition.lease_period_ns

    def run(self) -> None:
        """Hand out what can be, oldest message first."""
        queue = self._queue
        if self._entries.count == len(self._leases) and not queue.is_at_most_once:
            return
        if queue.paused_until_ns is not None:
            return
        if self._consumers.have_filters or queue.notes.skips or self.barriers:
            self._one_by_one()
        else:
            self._in_order()
        queue.counters.settle()
        if self._departing:
            # The removal must be durable first: a message sent and then found again after a crash would be sent twice.
            queue.settle()
            for client, frame in self._departing:
                self._around.outbox.hold(client, frame)
            self._departing.clear()

    def look(self, serial: int, needs_environment: bool) -> tuple[bytes, Environment]:
        """A message's body, and what a filter may ask beside it."""
        block, slot = self._entries.where(serial)
        data, correlation_id, _ = split_body(self._around.bodies.get(block, slot))
        if not needs_environment:
            return data, NOWHERE
        environment = self._around.environments.of_publish(self._queue.name, data, correlation_id)
        (environment.bookmark,) = bookmarks_of(block, (slot,), self._around.publishers.table)
        environment.lease_count = self._queue.counters.deliveries(serial)
        return data, environment

    def _in_order(self) -> None:
        entries = self._entries
        while (room := self._backlog_max - len(self._leases)) > 0:
            serial = entries.first()
            if serial < 0:
                return
            shares = self._consumers.shares(serial, entries.in_a_row(serial, room))
            if not shares:
                return
            entries.lease(serial, sum(map(len, shares.values())))
            for subscription, serials in shares.items():
                self._lease(serials, subscription)

    def _one_by_one(self) -> None:
        """With content filters the oldest message may match nobody, so look on while anybody has room."""
        while True:
            barrier = self.barriers[0] if self.barriers else NEVER
            for serial in self._entries.available():
                if serial > barrier or len(self._leases) >= self._backlog_max or not self._consumers.have_room:
                    break
                chosen = self._consumers.choose(self._wanting(serial))
                if chosen is None:
                    continue
                note = self._queue.notes.find(serial)
                if note is not None and note.skip_by is not None:
                    self._pass_over(serial, note.skip_by)
                    continue
                chosen.unacked += 1
                self._entries.lease(serial)
                self._lease((serial,), chosen)
            if not self.barriers or not self._release_barrier():
                return

    def _wanting(self, serial: int) -> list[Subscription]:
        """The subscriptions that a message may go to, whether or not they have room."""
        if not self._consumers.have_filters:
            return self._consumers.subscriptions
        data, environment = self.look(serial, self._consumers.asks_environment)
        return self._consumers.wanting(data, environment)

    def _pass_over(self, serial: int, actor: bytes) -> None:
        """The message's turn has come, and it was marked to be skipped."""
        positions = self._queue.remove(serial, ENDING_BITS[State.SKIPPED])
        self._queue.tell(lifecycle.SKIPPED, positions, client=actor, is_by_operator=True)

    def _release_barrier(self) -> bool:
        """Send the first barrier message to everybody, once everything before it is acknowledged.

        User Guide, Synchronizing Work with Barrier Messages: backlogs do not count, and nobody need acknowledge it.
        """
        queue, around, starts = self._queue, self._around, self._consumers.starts
        serial = self.barriers[0]
        if self._entries.oldest() != serial or (queue.is_at_most_once and self._leases):
            return False
        if not starts:
            return False
        block, slot = self._entries.where(serial)
        frames: list[tuple[Client, bytes]] = []
        for one in self._wanting(serial):
            middle = b'"' + self._timestamp(one)
            _, frame = deliveries(block, (slot,), starts[one], middle, around.publishers.table, around.bodies)
            frames.append((one.client, frame))
            if queue.watched.deliveries:
                queue.watched.tell_delivered((serial,), one.client)
        positions = queue.remove(serial)
        queue.tell(lifecycle.COMPLETED, positions, reason=b"barrier")
        for client, frame in frames:
            self._send(client, frame, block, (slot,))
        return True

    def _timestamp(self, subscription: Subscription) -> bytes:
        return b',"ts":"%b"' % self._around.turn.timestamp if subscription.wants_timestamp else b""

    def _lease(self, serials: Sequence[int], subscription: Subscription) -> None:
        """Send entries of one block, which are out of reach already and counted as unacknowledged."""
        around, queue = self._around, self._queue
        now_ns = around.turn.now_ns
        lease_text = turn.FAR_FUTURE
        if self._lease_ns is not None:
            lease_text = turn.timestamp(around.turn.wall_ns + self._lease_ns)
        middle = b'","lp":"%b"%b' % (lease_text, self._timestamp(subscription))
        block, slot = self._entries.where(serials[0])
        slots = range(slot, slot + len(serials)) if isinstance(serials, range) else self._entries.slots(serials)
        bookmarks, frames = deliveries(
            block, slots, self._consumers.starts[subscription], middle, around.publishers.table, around.bodies
        )
        sessions: Iterator[int] | range = repeat(NO_SESSION)
        positions: Sequence[int] = ()
        if queue.tells or queue.is_at_most_once:
            column = block.positions
            positions = column[slot : slot + len(slots)] if isinstance(slots, range) else [column[at] for at in slots]
        if queue.tells:
            first = around.events.tell(lifecycle.STARTED, queue.key, positions, client=subscription.client.name)
            sessions = range(first, first + len(serials))
        named = positions if queue.is_at_most_once else serials
        self._leases.update(
            zip(bookmarks, zip(named, repeat(subscription), repeat(now_ns), sessions, strict=False), strict=False)
        )
        queue.clock.began(bookmarks, now_ns)
        if queue.counters.counts_deliveries:
            queue.counters.deliver(serials)
        if queue.watched.deliveries:
            queue.watched.tell_delivered(serials, subscription.client)
        if queue.is_at_most_once:
            queue.depart(serials)
        self._send(subscription.client, frames, block, slots)

    def _send(self, client: Client, frames: bytes, block: Block, slots: Sequence[int]) -> None:
        """Send at once what may be; frames to one client stay in order."""
        around = self._around
        last = block.positions[slots[-1]]
        durable = around.log.durable
        if self._queue.is_at_most_once:
            self._departing.append((client, frames))
        elif last >= durable and (self._held_end > durable or self._is_numbered_by_us(block, slots)):
            self._held_end = around.log.end
            around.outbox.hold(client, frames)
        else:
            around.outbox.send(client, frames)

    def _is_numbered_by_us(self, block: Block, slots: Sequence[int]) -> bool:
        """Whether a bookmark here would be given again, to another message, if a crash took this one."""
        table = self._around.publishers.table
        return any(table[number].is_ours for number in dict.fromkeys(block.publishers[slots[0] : slots[-1] + 1]))
