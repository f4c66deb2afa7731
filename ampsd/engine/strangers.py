"""Queues that the log tells of and that are not configured now: what must not be lost until they are again.

Their messages are judged again when they are back, as far as their files are there. What is said of a queue as a whole
is kept here, to be carried to the end of the log before journal files are removed. Queues come and go with a restart,
or with a reload.
"""

from array import array
from collections.abc import Iterator

from ampsd import limits
from ampsd.engine.entries import NEVER
from ampsd.engine.queue import Queue
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
        self._told: dict[bytes, None] = {}
        """Keys of all queues that the log tells anything of."""

    def fold(self, record: Saying) -> None:
        """One record about a queue that is not configured."""
        self._told[record.queue] = None
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

    def told(self, key: bytes) -> None:
        """The log tells of messages of a queue that is not configured."""
        self._told[key] = None

    def knows(self, key: bytes) -> bool:
        """Whether the log tells anything of a queue that is not configured, or did so when it was read."""
        return key in self._told

    def take(self, queue: Queue, begin: bytes | None) -> None:
        """A queue is configured no longer; `begin` says where it begins, as a record, None where it begins at once."""
        self._told[queue.key] = None
        for one in (*(() if begin is None else (begin,)), *sayings_of(queue)):
            saying = records.decode(one)
            assert isinstance(saying, Saying)
            self.fold(saying)

    def let_go(self, key: bytes) -> None:
        """The queue is configured again."""
        self._by_key.pop(key, None)
        self._told.pop(key, None)

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


def sayings_of(queue: Queue) -> Iterator[bytes]:
    """Records that say of a queue as a whole what a start would miss, but for where it begins."""
    if queue.paused_until_ns is not None:
        is_endless = queue.paused_until_ns == NEVER
        until_ns = 0 if is_endless else queue.around.turn.wall_of(queue.paused_until_ns)
        yield records.encode_mark(records.PAUSE, queue.key, array("Q"), until_ns)
    for publisher, sequence in queue.ahead.waiting():
        yield records.encode_removal_ahead(queue.key, publisher, sequence)
