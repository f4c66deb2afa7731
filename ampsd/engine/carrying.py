"""What must be said again at the end of the log before its first files are removed, because a start folds all of it.

Everything that folds the log, and what becomes of it when the log begins later:

    publishers: the highest number of each       carried, as Sequence records
    events: the number of the next               carried, as the mark NUMBERED
    events that their store lacks                their files wait until it has them
    messages in queues; notes, counters and      their files wait; what is said of a message comes after it, so it
      sessions of them                             stays with it
    whether a queue is paused                    carried, as the mark PAUSE
    where a queue begins                         carried, as the mark BEGIN
    the message that a RecoveryPoint names       nothing: what it keeps out is before it, and goes before it
    acknowledgments of messages to come          carried, as they are
    these three of a queue that is not           carried, as they are
      configured now
    messages that such a one kept out            nothing: a Remove record came with each, or at the next start
    messages that could be reset                 let go of: their bodies go
    records about messages that are gone         fold to nothing: no entry is at their positions
    retries of actions                           the files of their messages wait
    how far the archiver is                      it begins at the floor; files of messages not archived wait
    answers to operators' requests               the files of young ones wait; older ones are forgotten
    routes, filters, environments                nothing: each message is judged by itself

Each record says what is so when it is written, and what changes later is logged behind it: they need not be one batch.
"""

from collections.abc import Iterator, Sequence

from ampsd.engine.message_events import MessageEvents
from ampsd.engine.publishers import Publishers
from ampsd.engine.queue import Queue
from ampsd.engine.replay import Replay
from ampsd.engine.strangers import sayings_of
from ampsd.storage import records


class Carrying:
    """What the nouns of an instance carry forward."""

    def __init__(self, queues: Sequence[Queue], publishers: Publishers, events: MessageEvents, replay: Replay) -> None:
        self._queues = queues
        self._publishers = publishers
        self._events = events
        self._replay = replay

    def let_go_before(self, floor: int) -> None:
        """Messages before that position can no more come back into a queue."""
        for queue in self._queues:
            queue.exceeded.drop_before(floor)

    def all_records(self) -> Iterator[bytes]:
        """What to log before the log begins later; each record is made when it is asked for.

        That may take many turns. Should a reload add or remove a queue on the way, all is said once more: what is
        kept of it has changed sides, and might be passed by on both.
        """
        is_over = False
        while not is_over:
            reloads = self._replay.reloads
            is_over = True
            for record in self._each():
                yield record
                if self._replay.reloads != reloads:
                    is_over = False
                    break

    def _each(self) -> Iterator[bytes]:
        yield self._events.numbered()
        yield from self._replay.carried()
        for queue in self._queues:
            yield from sayings_of(queue)
        for publisher in self._publishers.table:
            if publisher.last:
                yield records.encode_sequence(publisher.id, publisher.last)
