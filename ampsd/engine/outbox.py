"""Frames on their way out: what may go at once, and what waits until the log is durable up to a position.

`hold` is the only door for a PersistedAck: the type checker refuses to send one before its sync.
"""

from collections import deque
from collections.abc import Callable

from ampsd.engine.client import Client
from ampsd.storage.log import Log


class PersistedAck:
    """Everything up to `sequence` of this client will be persisted; with a reason, `sequence` itself has failed.

    `is_pushed` sends what is due at once instead of at the next conflation interval.
    """

    __slots__ = ("client", "is_pushed", "reason", "sequence")

    def __init__(self, client: Client, sequence: int, reason: str | None = None, is_pushed: bool = False) -> None:
        self.client = client
        self.sequence = sequence
        self.reason = reason
        self.is_pushed = is_pushed


class Outbox:
    """Collects frames per client for one write per turn."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._held: deque[tuple[int, Client, bytes] | tuple[int, PersistedAck]] = deque()
        self.touched: list[Client] = []
        self.reached: Callable[[PersistedAck], None]

    @property
    def held_count(self) -> int:
        """Effects that wait for the log."""
        return len(self._held)

    def send(self, client: Client, frame: bytes) -> None:
        """Send with this turn."""
        out = client.out
        if not out:
            self.touched.append(client)
        out.append(frame)

    def hold(self, client: Client, frame: bytes) -> None:
        """Send once everything logged so far is durable."""
        end = self._log.end
        if end <= self._log.durable:
            self.send(client, frame)
        else:
            self._held.append((end, client, frame))

    def hold_ack(self, ack: PersistedAck) -> None:
        """Hand `ack` to `reached` once everything logged so far is durable."""
        end = self._log.end
        if end <= self._log.durable:
            self.reached(ack)
        else:
            self._held.append((end, ack))

    def release(self) -> None:
        """Let go of what the log has made durable."""
        held = self._held
        durable = self._log.durable
        while held and held[0][0] <= durable:
            item = held.popleft()
            if len(item) == 3:
                _, client, frame = item
                out = client.out
                if not out:
                    self.touched.append(client)
                out.append(frame)
            else:
                self.reached(item[1])
