"""Queues that the log tells of and that are not configured now: what must not be lost until they are again.

Their messages are judged again when they are back, as far as their files are there. What is said of a queue as a whole
is kept here, to be carried to the end of the log before journal files are removed.
"""

from array import array
from collections.abc import Iterator

from ampsd import limits
from ampsd.storage import records
from ampsd.storage.log import Log

Saying = records.QueueChange | records.RemovalAhead | records.Mark


class _Stranger:
    """Where a queue begins, whether it is paused, and the acknowledgments that wait for their messages."""

    __slots__ = ("ahead", "begin", "pause", "unsaid")

    def __init__(self) -> None:
        self.begin: records.Mark | None = None
        self.pause: records.Mark | None = None
        self.ahead: dict[tuple[int, int], None] = {}
        self.unsaid: dict[int, None] = {}
        """Messages that came after their acknowledgment, and of which the log does not say that they are gone."""


class Strangers:
    """Filled while the log is read. Of too many acknowledgments that wait the oldest are forgotten."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._by_key: dict[bytes, _Stranger] = {}

    def fold(self, record: Saying) -> None:
        """One record about a queue that is not configured."""
        one = self._by_key.get(record.queue)
        if isinstance(record, records.QueueChange):
            if one is not None and record.kind == records.REMOVE:
                for position in record.positions:
                    one.unsaid.pop(position, None)
            return
        if one is None:
            one = self._by_key[record.queue] = _Stranger()
        if isinstance(record, records.RemovalAhead):
            one.ahead[(record.publisher, record.sequence)] = None
            if len(one.ahead) > limits.REMOVALS_AHEAD_MAX:
                del one.ahead[next(iter(one.ahead))]
        elif record.mark == records.BEGIN:
            one.begin = record
        elif record.mark == records.PAUSE:
            one.pause = record
        elif record.mark == records.UNPAUSE:
            one.pause = None

    def came(self, position: int, publisher: int, sequence: int) -> None:
        """A message is in the log; it does not enter queues where it was acknowledged before."""
        for one in self._by_key.values():
            if (publisher, sequence) in one.ahead:
                del one.ahead[(publisher, sequence)]
                one.unsaid[position] = None

    def finish(self) -> None:
        """The log was read: say what did not enter, so that the acknowledgments are needed no longer."""
        for key, one in self._by_key.items():
            if one.unsaid:
                self._log.add(records.encode_queue_change(records.REMOVE, key, array("Q", one.unsaid)))
                one.unsaid.clear()

    def records(self) -> Iterator[bytes]:
        """What to say again before journal files are removed."""
        for key, one in self._by_key.items():
            for known in (one.begin, one.pause):
                if known is not None:
                    yield records.encode_mark(known.mark, key, known.positions, known.value, known.text)
            for publisher, sequence in one.ahead:
                yield records.encode_removal_ahead(key, publisher, sequence)
