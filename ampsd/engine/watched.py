"""What actions want to know of a queue's messages: those that go to a client, and those that are worked and gone."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ampsd.engine.client import Client
from ampsd.engine.events import MessageDeleted, MessageDelivered

if TYPE_CHECKING:
    from ampsd.engine.queue import Queue


class Watched:
    """Tells of messages of one queue. Ask `deliveries` and `removals` first: most queues have nobody to tell."""

    def __init__(self, queue: "Queue") -> None:
        self._queue = queue
        self._around = queue.around
        self._names = (queue.definition.name, queue.definition.message_type)
        self.deliveries = self.removals = False
        self.look()

    def look(self) -> None:
        """Find out who is to be told: at the start, and when the actions have changed."""
        self.deliveries = self._around.is_watched(MessageDelivered(*self._names, b"", b"", ""))
        self.removals = self._around.is_watched(MessageDeleted(*self._names, b""))

    def tell_delivered(self, serials: Iterable[int], client: Client) -> None:
        """These go to a client."""
        queue, name = self._queue, client.name.decode("utf-8", "surrogateescape")
        for serial in serials:
            data, correlation_id = queue.message_of(serial)
            self._around.happened(MessageDelivered(*self._names, data, queue.bookmark_of(serial), name, correlation_id))

    def tell_deleted(self, serial: int) -> None:
        """This one was acknowledged."""
        data, correlation_id = self._queue.message_of(serial)
        self._around.happened(MessageDeleted(*self._names, data, correlation_id))
