"""What the log held in files that were removed, so that the promises are held against all of it."""

from itertools import pairwise

from ampsd.simulator.disk import SimDisk
from ampsd.storage import frame, records
from ampsd.storage.journal import Journal
from ampsd.storage.reader import Reader

Folded = tuple[int, int, records.Record]
"""Position, length and value of a record."""


class Past:
    """Records by position. To be asked to look before files can go."""

    def __init__(self, journal_id: bytes) -> None:
        self._key = frame.key_of(journal_id)
        self._records: list[Folded] = []
        self._end = 0

    def look(self, disk: SimDisk, journal: Journal) -> None:
        """Take in the files that the journal may drop from now on."""
        for file, following in pairwise(journal.files):
            if not self._end <= file.base < journal.floor_wanted:
                continue
            reader = Reader(disk, file, self._key)
            while reader.position < following.base:
                read = reader.next()
                assert read is not None
                start = read.position + frame.HEADER_SIZE
                self._records += [(start + at, length, one) for at, length, one in records.split(read.payload)]
            self._end = following.base

    def before(self, floor: int) -> list[Folded]:
        """What is gone from a log that begins at `floor`."""
        return [one for one in self._records if one[0] < floor]
