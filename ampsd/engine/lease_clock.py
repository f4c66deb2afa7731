"""When leases end by themselves: the LeasePeriod is over, or a message counts as stuck.

User Guide, Message Queues, Delivery Semantics; ampsd:StuckAfter. LeasePeriod gives a message back, StuckAfter reports
it as stuck and gives it back, and without it 30 minutes report it and change nothing, because a consumer of AMPS may
hold a lease for hours.
"""

from collections import deque
from collections.abc import Sequence

from ampsd import limits
from ampsd.definitions.queues import QueueDefinition
from ampsd.engine.entries import NEVER
from ampsd.engine.subscription import Subscription

Lease = tuple[int, Subscription, int, int]
"""Serial of the entry (with at-most-once: position of the message), who holds it, when it began in monotonic
nanoseconds, and the number of its session."""


class LeaseClock:
    """Over the table of leases of one queue, which is in the order in which they began."""

    def __init__(self, definition: QueueDefinition, leases: dict[bytes, Lease]) -> None:
        self._leases = leases
        period_ns, stuck_ns = definition.lease_period_ns, definition.stuck_after_ns
        self.ends_by_stuck = stuck_ns is not None and (period_ns is None or stuck_ns < period_ns)
        """Whether a lease that ends by itself does so because it is stuck."""
        self._period_ns = stuck_ns if self.ends_by_stuck else period_ns
        self._ends: deque[tuple[int, bytes, Lease]] = deque()
        self._looks_ns = NEVER
        self._reported: dict[bytes, Lease] = {}

    def began(self, bookmarks: Sequence[bytes], now_ns: int) -> None:
        """Leases began."""
        if self._period_ns is not None:
            leases, end_ns = self._leases, now_ns + self._period_ns
            self._ends.extend((end_ns, bookmark, leases[bookmark]) for bookmark in bookmarks)
        elif self._looks_ns == NEVER:
            self._looks_ns = now_ns + limits.STUCK_AFTER_NS

    def extend(self, bookmark: bytes, now_ns: int) -> None:
        """The lease begins anew, for its period and for being stuck."""
        serial, subscription, _, session = self._leases.pop(bookmark)
        self._leases[bookmark] = (serial, subscription, now_ns, session)
        self.began((bookmark,), now_ns)

    @property
    def next_ns(self) -> int:
        """When something may end or has to be reported."""
        return min(self._ends[0][0], self._looks_ns) if self._ends else self._looks_ns

    def over(self, now_ns: int) -> list[bytes]:
        """Bookmarks of leases whose time is over; they must be ended."""
        found: list[bytes] = []
        ends, leases = self._ends, self._leases
        while ends and (ends[0][0] <= now_ns or leases.get(ends[0][1]) is not ends[0][2]):
            _, bookmark, lease = ends.popleft()
            if leases.get(bookmark) is lease:
                found.append(bookmark)
        return found

    def stuck(self, now_ns: int) -> list[bytes]:
        """Bookmarks of leases that are to be reported as stuck, each once; they stay."""
        if self._looks_ns > now_ns:
            return []
        self._looks_ns = NEVER
        self._reported = {one: lease for one, lease in self._reported.items() if self._leases.get(one) is lease}
        found: list[bytes] = []
        for bookmark, lease in self._leases.items():
            if lease[2] + limits.STUCK_AFTER_NS > now_ns:
                self._looks_ns = lease[2] + limits.STUCK_AFTER_NS
                break
            if self._reported.get(bookmark) is not lease:
                self._reported[bookmark] = lease
                found.append(bookmark)
        return found

    def is_stuck(self, bookmark: bytes) -> bool:
        """Whether the lease was reported as stuck."""
        lease = self._reported.get(bookmark)
        return lease is not None and self._leases.get(bookmark) is lease
