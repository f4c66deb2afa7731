"""What the instance does itself, for actions: it publishes as a client inside it would, and notes statuses."""

from ampsd import limits
from ampsd.engine import lifecycle
from ampsd.engine.client import Client
from ampsd.engine.effects import PublishMessage, SetStatus, StepFailed
from ampsd.engine.events import Event, MessageExpired
from ampsd.engine.publish import Publishing
from ampsd.engine.publishers import INTERNAL, Publisher, Publishers
from ampsd.engine.queue import Queue
from ampsd.engine.routes import Routes
from ampsd.engine.turn import Turn
from ampsd.storage import records
from ampsd.wire.command import NOT_SUPPORTED


class Inside:
    """The client inside; it has no connection."""

    def __init__(
        self,
        publishing: Publishing,
        publishers: Publishers,
        routes: dict[bytes, Routes],
        queues: dict[bytes, Queue],
        moment: Turn,
    ) -> None:
        self._publishing = publishing
        self._publishers = publishers
        self._routes = routes
        self._queues = queues
        self._turn = moment
        self._publisher: Publisher | None = None

    def note(self, request: SetStatus, event: Event) -> None:
        """A status for a message, in the queue where it set off the action, or else in all that hold it.

        Raises StepFailed.
        """
        parent = event.parent
        if parent is None:
            raise StepFailed("there is no message in the log that a status could be noted for")
        queues = [one for one in self._queues.values() if one.key == parent.queue] or [
            one for one in self._queues.values() if one.entries.find_position(parent.position) >= 0
        ]
        queues = [one for one in queues if one.tells]
        if not queues:
            raise StepFailed("the message is in no queue that records events")
        for queue in queues:
            queue.tell(request.status, (parent.position,), reason=request.reason[: limits.REASON_LENGTH_MAX])

    def publish(self, request: PublishMessage, event: Event) -> None:
        """Publish because of an event; what comes of a message says so in the log. Raises StepFailed."""
        reason = self._publish(request, event)
        if reason is not None:
            raise StepFailed(reason)

    def _publish(self, request: PublishMessage, event: Event) -> str | None:
        message_type = request.message_type.encode("utf-8", "surrogateescape")
        if message_type not in self._routes:
            return NOT_SUPPORTED
        client = Client.inside(INTERNAL, message_type, self._turn.now_ns)
        client.routes = self._routes[message_type]
        if self._publisher is None:
            self._publisher = self._publishers.unsequenced(INTERNAL)
        client.unsequenced = self._publisher
        route = client.routes.find(request.topic.encode("utf-8", "surrogateescape"))
        parent = event.parent
        if parent is None:
            return self._publishing.publish(client, route, request.data, 0, depth=event.depth + 1)
        is_dead_letter = isinstance(event, MessageExpired)
        origin = parent.origin_of_child(records.DEAD_LETTER if is_dead_letter else records.ACTION)
        if origin.depth > limits.ORIGIN_DEPTH_MAX and event.depth == 0:
            return f"the message comes of {limits.ORIGIN_DEPTH_MAX} others that were made of one another"
        reason = self._publishing.publish(client, route, request.data, 0, depth=event.depth + 1, origin=origin)
        placed = self._publishing.take_placed()
        queue = self._queues.get(parent.queue)
        if reason is None and queue is not None and placed is not None:
            queue.tell(lifecycle.DEAD_LETTERED, (parent.position,), link=placed)
        return reason
