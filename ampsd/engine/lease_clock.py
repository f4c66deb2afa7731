"""When leases end by themselves: the LeasePeriod is over, or a message counts as stuck.

User Guide, Message Queues, Delivery Semantics; ampsd:StuckAfter. LeasePeriod gives a message back, StuckAfter reports
it as stuck and gives it back, and without it 30 minutes report it and change nothing, because a consumer of AMPS may
hold a lease for hours.

A reload may change the periods. Leases in force keep the end that their consumer was told, and new ones
have the new period.
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


class _Period:
    """What a lease is given, and the leases that were given it, in the order in which they end."""

    __slots__ = ("ends", "is_stuck", "ns")

    def __init__(self, definition: QueueDefinition) -> None:
        period_ns, stuck_ns = definition.lease_period_ns, definition.stuck_after_ns
        self.is_stuck = stuck_ns is not None and (period_ns is None or stuck_ns < period_ns)
        """Whether a lease that ends by itself does so because it is stuck."""
        self.ns = stuck_ns if self.is_stuck else period_ns
        self.ends: deque[tuple[int, bytes, Lease]] = deque()


class LeaseClock:
    """Over the table of leases of one queue, which is in the order in which they began."""

    def __init__(self, definition: QueueDefinition, leases: dict[bytes, Lease]) -> None:
        self._leases = leases
        self._period = _Period(definition)
        self._periods = [self._period]
        self._looks_ns = NEVER
        self._reported: dict[bytes, Lease] = {}

    def adopt(self, definition: QueueDefinition) -> None:
        """Leases that begin from now on are given what `definition` says."""
        self._period = _Period(definition)
        self._periods = [self._period, *(one for one in self._periods if one.ends)]

    def began(self, bookmarks: Sequence[bytes], now_ns: int) -> None:
        """Leases began."""
        period_ns = self._period.ns
        if period_ns is not None:
            leases, end_ns = self._leases, now_ns + period_ns
            self._period.ends.extend((end_ns, bookmark, leases[bookmark]) for bookmark in bookmarks)
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
        next_ns = self._looks_ns
        for period in self._periods:
            if period.ends:
                next_ns = min(next_ns, period.ends[0][0])
        return next_ns

    def over(self, now_ns: int) -> list[tuple[bytes, bool]]:
        """Bookmarks of leases whose time is over, and whether that is because they are stuck; they must be ended."""
        found: list[tuple[bytes, bool]] = []
        leases = self._leases
        for period in self._periods:
            ends = period.ends
            while ends and (ends[0][0] <= now_ns or leases.get(ends[0][1]) is not ends[0][2]):
                _, bookmark, lease = ends.popleft()
                if leases.get(bookmark) is lease:
                    found.append((bookmark, period.is_stuck))
        return found

    def stuck(self, now_ns: int) -> list[bytes]:
        """Bookmarks of leases that are to be reported as stuck, each once; they stay."""
        if self._looks_ns > now_ns:
            return []
        self._looks_ns = NEVER
        self._reported = {one: lease for one, lease in self._reported.items() if self._leases.get(one) is lease}
        found: list[bytes] = []
        timed = {bookmark: lease for period in self._periods for _, bookmark, lease in period.ends}
        for bookmark, lease in self._leases.items():
            if timed.get(bookmark) is lease:
                continue  # it was given a period by another configuration
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
