"""What the log holds, read the way recovery reads it: the ground truth that the checkers compare with the history."""

from collections import Counter

from ampsd.simulator.disk import SimDisk
from ampsd.simulator.past import Folded, Past
from ampsd.storage import records
from ampsd.storage.recovery import recover
from ampsd.storage.tellings import Audit, decode_audit


class Ledger:
    """Every record of a log, in order, and what follows from them."""

    def __init__(
        self,
        disk: SimDisk,
        directory: str,
        instance_name: str,
        segment_size: int,
        archive_directory: str | None = None,
        past: Past | None = None,
    ) -> None:
        """What files that were removed held is taken from `past`."""
        self.publishes: dict[int, records.Publish] = {}
        self.changes: list[records.QueueChange] = []
        self.sequences: list[records.Sequence] = []
        self.audits: list[Audit] = []
        self.resets: Counter[int] = Counter()
        """How often a message was put into its queue again, by position."""
        kept: list[Folded] = []

        def fold(position: int, length: int, record: records.Record) -> None:
            kept.append((position, length, record))

        tail = recover(disk, directory, instance_name, segment_size, b"sim", fold, archive_directory).tail
        self.end = tail.position
        gone = [] if past is None else past.before(tail.superblock.floor)
        for position, _, record in (*gone, *kept):
            self._add(position, record)

    def _add(self, position: int, record: records.Record) -> None:
        if isinstance(record, records.Publish):
            self.publishes[position] = record
        elif isinstance(record, records.QueueChange):
            self.changes.append(record)
        elif isinstance(record, records.Sequence):
            self.sequences.append(record)
        elif isinstance(record, records.Mark) and record.mark == records.RESET:
            self.resets.update(record.positions)
        elif isinstance(record, records.Telling) and record.kind == records.AUDIT:
            self.audits.append(decode_audit(record.data))

    def removals(self, queue: bytes) -> list[tuple[int, int]]:
        """Position and reasons of every removal from a queue, in order."""
        return [
            (position, change.reasons)
            for change in self.changes
            if change.kind == records.REMOVE and change.queue == queue
            for position in change.positions
        ]
