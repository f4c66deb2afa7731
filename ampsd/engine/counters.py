"""How often messages of a queue were delivered and cancelled, where MaxDeliveries and MaxCancels count it.

User Guide, Message Queues, Handling Unprocessed Messages. Counters survive a restart: each step is a record. They
survive a reload that changes the limits, too; what was not limited when it happened was not counted.
"""

from array import array
from collections.abc import Sequence

from ampsd.definitions.queues import QueueDefinition
from ampsd.engine.entries import Entries
from ampsd.storage import records
from ampsd.storage.log import Log


class Counters:
    """By serial."""

    def __init__(self, definition: QueueDefinition, key: bytes, entries: Entries, log: Log) -> None:
        self._key = key
        self._entries = entries
        self._log = log
        self._deliveries: dict[int, int] = {}
        self._cancels: dict[int, int] = {}
        self._leased = array("Q")
        self.adopt(definition)

    def adopt(self, definition: QueueDefinition) -> None:
        """Compare with the limits of `definition` from now on; nothing ends because of that alone."""
        self._deliveries_max = definition.max_deliveries
        self._cancels_max = definition.max_cancels
        self._is_at_most_once = definition.is_at_most_once
        self.counts_deliveries = definition.max_deliveries > 0 and not definition.is_at_most_once
        self.counts_cancels = definition.max_cancels > 0 and not definition.is_at_most_once

    def deliver(self, serials: Sequence[int]) -> None:
        """These are delivered; `settle` logs it."""
        for serial in serials:
            self._deliveries[serial] = self._deliveries.get(serial, 0) + 1
            self._leased.append(self._entries.position(serial))

    def settle(self) -> None:
        """Log the deliveries since the last call, as one record."""
        if self._leased:
            self._log.add(records.encode_queue_change(records.LEASE, self._key, self._leased))
            self._leased = array("Q")

    def cancel(self, serial: int) -> None:
        """This one is cancelled."""
        if self.counts_cancels:
            self._cancels[serial] = self._cancels.get(serial, 0) + 1
            position = array("Q", (self._entries.position(serial),))
            self._log.add(records.encode_queue_change(records.CANCEL, self._key, position))

    def hand_back(self, serial: int) -> None:
        """The last delivery does not count; the mark that is logged says so."""
        if self.counts_deliveries or serial in self._deliveries:
            self._deliveries[serial] = self._deliveries.get(serial, 1) - 1

    def deliveries(self, serial: int) -> int | None:
        """How often the message was delivered; None where it is not counted."""
        return self._deliveries.get(serial, 0) if self.counts_deliveries else None

    def reached(self, serial: int, is_cancelled: bool) -> list[str]:
        """Which limits end the message, as words of AMPS_REASON."""
        found: list[str] = []
        if is_cancelled and self.counts_cancels and self._cancels.get(serial, 0) >= self._cancels_max:
            found.append("max_cancels")
        if self.counts_deliveries and self._deliveries.get(serial, 0) >= self._deliveries_max:
            found.append("max_deliveries")
        return found

    def used_up(self) -> list[int]:
        """Messages that were delivered as often as they may be, oldest first."""
        most = self._deliveries_max
        if not self.counts_deliveries:
            return []
        return sorted(serial for serial, number in self._deliveries.items() if number >= most)

    def forget(self, serials: Sequence[int]) -> None:
        """The messages are gone."""
        if self._deliveries:
            for serial in serials:
                self._deliveries.pop(serial, None)
        if self._cancels:
            for serial in serials:
                self._cancels.pop(serial, None)

    def set(self, serial: int, deliveries: int) -> None:
        """Begin again with so many deliveries and no cancel."""
        if self.counts_deliveries and deliveries:
            self._deliveries[serial] = deliveries

    def restore(self, kind: int, serial: int) -> None:
        """Fold a LEASE or CANCEL record."""
        if self._is_at_most_once:
            return
        if kind == records.LEASE:
            self._deliveries[serial] = self._deliveries.get(serial, 0) + 1
        elif kind == records.CANCEL:
            self._cancels[serial] = self._cancels.get(serial, 0) + 1
