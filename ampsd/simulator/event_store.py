"""The fake store of message events: a list that may lose its end in a crash, as a file that was not synced does."""

from random import Random

from ampsd.storage.records import EVENTS, KIND_AT
from ampsd.storage.tellings import Audit, Events, decode_audit, decode_events


class SimEventStore:
    """Records in the order in which they came."""

    def __init__(self) -> None:
        self.records: list[tuple[int, bytes]] = []
        self._promised = 0

    @property
    def kept(self) -> int:
        """Everything that came; no crash takes it once somebody has asked."""
        self._promised = len(self.records)
        return 2**63

    @property
    def position(self) -> int:
        """Records of the log from this position on are not here yet."""
        return self.records[-1][0] + 1 if self.records else 0

    def append(self, position: int, record: bytes) -> None:
        """Take a record."""
        if position < self.position:
            raise AssertionError(f"the record at {position} comes again, or too late")
        self.records.append((position, record))

    def lose(self, rng: Random) -> None:
        """Forget some of what came last."""
        if self.records:
            del self.records[max(self._promised, rng.randint(0, len(self.records))) :]

    def events(self) -> list[Events]:
        """All runs of events."""
        return [decode_events(record) for _, record in self.records if record[KIND_AT] == EVENTS]

    def audits(self) -> list[Audit]:
        """All audits."""
        return [decode_audit(record) for _, record in self.records if record[KIND_AT] != EVENTS]
