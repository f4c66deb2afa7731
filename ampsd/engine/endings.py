"""How a message of a queue comes back from its consumer, or leaves without success.

User Guide, Message Queues, Handling Unprocessed Messages. A lease that ends without an acknowledgment offers the
message again: at once, after a rest, or when an operator lets it go; at a limit, or after its lifetime, it ends it.
"""

from array import array
from typing import TYPE_CHECKING

from ampsd.engine import backoff, lifecycle
from ampsd.engine.entries import AVAILABLE, LEASED, ON_HOLD, split_body
from ampsd.engine.events import REASON_ORDER, MessageExpired, Parent
from ampsd.engine.exceeded import Ended
from ampsd.engine.lease_clock import Lease
from ampsd.engine.lifecycle import State
from ampsd.engine.message_events import NO_SESSION
from ampsd.engine.story import HANDED_BACK
from ampsd.engine.turn import timestamp
from ampsd.storage import records

if TYPE_CHECKING:
    from ampsd.engine.queue import Queue

REASON_BITS = {reason: 1 << number for number, reason in enumerate(REASON_ORDER)}
ENDING_BITS = {
    State.DONE: 0,
    **{state: bits << 4 for bits, state in enumerate((State.SKIPPED, *lifecycle.EXCEEDED), 1)},
}
"""How a message ended, in the upper half of the byte whose lower half are the reasons."""
_STATUS_OF = {
    State.FAILED: lifecycle.FAILED,
    State.TERMINATED: lifecycle.TERMINATED,
    State.EXPIRED: lifecycle.EXPIRED,
}


class Endings:
    """Of one queue."""

    def __init__(self, queue: "Queue") -> None:
        self._queue = queue
        self._around = queue.around
        self._entries = queue.entries

    def take(self, bookmark: bytes) -> Lease:
        """End a lease; what becomes of its message is still to be said."""
        lease = self._queue.leases.pop(bookmark)
        lease[1].unacked -= 1
        self._queue.has_room_again(lease[1])
        return lease

    def lose(self, bookmark: bytes, reason: bytes) -> None:
        """The holder is gone or its time is over: nobody said that the work failed."""
        lease = self.take(bookmark)
        client = lease[1].client.name
        if self._queue.is_at_most_once:
            self._queue.tell(lifecycle.TERMINATED, lease[:1], client=client, reason=reason, sessions=lease[3:])
        else:
            self.come_back(lease, State.TERMINATED, reason, client)

    def terminate(self, bookmark: bytes, actor: bytes, redelivers: bool) -> None:
        """An operator cuts a lease, and says whether the message is offered again."""
        queue = self._queue
        lease = queue.leases[bookmark]
        position = queue.position_of(lease)
        queue.tell(lifecycle.TERMINATING, (position,), client=actor, sessions=lease[3:], is_by_operator=True)
        if redelivers or queue.is_at_most_once:
            self.lose(bookmark, b"operator")
        else:
            self.take(bookmark)
            self.end(lease[0], State.TERMINATED, (), client=actor, session=lease[3], is_by_operator=True)

    def come_back(self, lease: Lease, ending: State, reason: bytes, client: bytes) -> None:
        """A lease ended without an acknowledgment: end the message at a limit, otherwise offer it again."""
        queue = self._queue
        serial, _, _, session = lease
        reasons: list[str] = []
        if self._entries.expires_ns(serial) <= self._around.turn.now_ns:
            reasons.append("time_limit")
        reasons += queue.counters.reached(serial, ending is State.FAILED)
        if reasons:
            self.end(serial, ending, tuple(reasons), client=client, session=session)
            return
        status = lifecycle.RETRYING if ending is State.FAILED else lifecycle.REDELIVERING
        position = self._entries.position(serial)
        queue.tell(status, (position,), client=client, reason=reason, sessions=(session,))
        note = queue.notes.of(serial)
        note.attempts += 1
        note.label = State.RETRY_WAIT
        if note.suspend_by is not None:
            self.hold(serial, LEASED, note.suspend_by)
        elif queue.definition.backoff is not None:
            due_ns = self._around.turn.wall_ns + backoff.wait_ns(queue.definition.backoff, note.attempts, position)
            attempts = b"%d" % note.attempts
            self._around.log.add(records.encode_mark(records.DUE, queue.key, array("Q", (position,)), due_ns, attempts))
            queue.rest(serial, LEASED, due_ns)
        else:
            self._entries.move(serial, LEASED, AVAILABLE)

    def hand_back(self, lease: Lease, wait_ns: int, client: bytes) -> None:
        """The consumer did not try; the message is offered again later, and this delivery does not count."""
        queue, around = self._queue, self._around
        serial, _, _, session = lease
        due_ns = around.turn.wall_ns + wait_ns
        position = array("Q", (self._entries.position(serial),))
        reason = HANDED_BACK + timestamp(due_ns)
        queue.tell(lifecycle.RETRYING, position, client=client, reason=reason, sessions=(session,))
        queue.counters.hand_back(serial)
        around.log.add(records.encode_mark(records.HANDED_BACK, queue.key, position, due_ns))
        note = queue.notes.of(serial)
        note.label = State.DELAYED
        if note.suspend_by is not None:
            self.hold(serial, LEASED, note.suspend_by)
        else:
            queue.rest(serial, LEASED, due_ns)

    def hold(self, serial: int, before: int, actor: bytes) -> None:
        """Put the message on hold."""
        note = self._queue.notes.of(serial)
        note.suspend_by = None
        note.label = State.SUSPENDED
        note.due_ns = 0
        self._entries.move(serial, before, ON_HOLD)
        position = array("Q", (self._entries.position(serial),))
        self._around.log.add(records.encode_mark(records.SUSPEND, self._queue.key, position, text=actor))
        self._queue.tell(lifecycle.SUSPENDED_STATUS, position, client=actor, is_by_operator=True)

    def end(
        self,
        serial: int,
        ending: State,
        reasons: tuple[str, ...],
        *,
        client: bytes = b"",
        session: int = NO_SESSION,
        is_by_operator: bool = False,
    ) -> None:
        """The message leaves without success. With reasons it expires: what actions publish joins the same batch."""
        around, queue = self._around, self._queue
        block, slot = self._entries.where(serial)
        publisher = around.publishers.table[block.publishers[slot]].id
        sequence, length = block.sequences[slot], block.lengths[slot]
        data, correlation_id, origin = split_body(around.bodies.get(block, slot))
        priority = self._entries.priority(serial)
        positions = queue.remove(serial, ENDING_BITS[ending] | sum(REASON_BITS[reason] for reason in reasons))
        queue.exceeded.add(positions[0], Ended(length, publisher, sequence, ending, priority))
        text = ",".join(reasons)
        queue.tell(
            _STATUS_OF[ending],
            positions,
            client=client,
            reason=text.encode(),
            sessions=(session,) if session else (),
            is_by_operator=is_by_operator,
        )
        if reasons:
            definition = queue.definition
            around.report("31-0011", queue=definition.name, reasons=text)
            expired = MessageExpired(definition.name, definition.message_type, data, reasons, correlation_id)
            expired.parent = Parent(queue.key, positions[0], length, publisher, sequence, origin)
            around.happened(expired)
