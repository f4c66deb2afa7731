"""The fake store of message events: a list that may lose its end in a crash, as a file that was not synced does."""

from random import Random

from ampsd.storage.records import EVENTS, KIND_AT
from ampsd.storage.tellings import Audit, Events, decode_audit, decode_events


class SimEventStore:
    """Records in the order in which they came. With an `rng` they become durable late, some time after being asked."""

    def __init__(self, rng: Random | None = None) -> None:
        self._rng = rng
        self.records: list[tuple[int, bytes]] = []
        self._promised = 0

    @property
    def kept(self) -> int:
        """What no crash takes any more, which begins when somebody asks."""
        count = len(self.records)
        self._promised = count if self._rng is None else self._rng.randint(self._promised, count)
        if self._promised == count:
            return 2**63
        return self.records[self._promised - 1][0] + 1 if self._promised else 0

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
