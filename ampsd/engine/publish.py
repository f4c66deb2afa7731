"""The publish route: one function whose lines are the story.

Duplicate? Does the body parse, where somebody must read it? Then a position from the log, the queues, the
subscriptions, and the actions that watch. User Guide, Publish and Subscribe; Transactional Messaging.
"""

from collections.abc import Callable

from ampsd import limits
from ampsd.engine.bodies import Bodies
from ampsd.engine.client import Client
from ampsd.engine.events import MessagePublished
from ampsd.engine.outbox import Outbox
from ampsd.engine.persisted import PersistedAcks
from ampsd.engine.publishers import Publisher, Publishers
from ampsd.engine.routes import Route
from ampsd.engine.subscription import Subscription, frame_start
from ampsd.engine.turn import Turn
from ampsd.message_types.message_type import BodyError, Fields, MessageType
from ampsd.storage.log import Log
from ampsd.storage.records import encode_publish
from ampsd.wire import amps
from ampsd.wire.command import INVALID_TOPIC, PARSE_ERROR

RESERVED = b"/AMPS"
DEVNULL = b"/AMPS/devnull"


class Publishing:
    """Publishes of clients and of actions."""

    def __init__(
        self,
        log: Log,
        outbox: Outbox,
        bodies: Bodies,
        publishers: Publishers,
        acks: PersistedAcks,
        moment: Turn,
        published: Callable[[MessagePublished], None],
        types: dict[bytes, MessageType],
    ) -> None:
        self._log = log
        self._outbox = outbox
        self._bodies = bodies
        self._publishers = publishers
        self._acks = acks
        self._turn = moment
        self._published = published
        self._types = types

    def plain(self, client: Client, topic: bytes, data: bytes, sequence: int, wants_persisted: bool) -> str | None:
        """The common publish. Returns why it failed; a failed publish has no effect."""
        known = client.routes.known
        route = known[topic] if topic in known else client.routes.find(topic)
        reason = self.publish(client, route, data, sequence)
        if reason is None and wants_persisted and sequence:
            # A duplicate is acknowledged too: with the highest number, which is not below it.
            self._acks.note(client, client.publisher.last)
        return reason

    def publish(
        self,
        client: Client,
        route: Route,
        data: bytes,
        sequence: int,
        correlation_id: bytes | None = None,
        expiration_ns: int | None = None,
        depth: int = 0,
    ) -> str | None:
        """Publish one message. Returns why it failed."""
        target = route.target
        publisher: Publisher
        if sequence:
            publisher = client.publisher
            if sequence <= publisher.last:
                return None
        else:
            publisher = client.unsequenced
        reason, fields = self._check(target, client.message_type, data)
        if sequence:
            publisher.last = sequence
        if reason is not None:
            return reason
        if not sequence:
            sequence = publisher.last = publisher.last + 1
        if target.is_logged:
            record = encode_publish(
                client.message_type,
                target.topic,
                publisher.id,
                sequence,
                self._turn.wall_ns,
                data,
                correlation_id,
                expiration_ns,
            )
            position = self._log.add(record)
            if target.queues and self._enqueue(
                target, position, len(record), publisher.number, sequence, expiration_ns, fields
            ):
                self._bodies.put(position, data, correlation_id)
        if target.plain:
            self._deliver_plain(target, data, correlation_id)
        if target.filtered:
            self._deliver_filtered(target, client.message_type, data, correlation_id, publisher, sequence, fields)
        if target.is_watched:
            self._tell_actions(target, client, data, publisher, sequence, depth)
        return None

    def _check(self, target: Route, message_type: bytes, data: bytes) -> tuple[str | None, Fields | None]:
        """Why the publish must fail, and the body's fields where a queue's Filter reads them."""
        topic = target.topic
        if (topic.startswith(RESERVED) and topic != DEVNULL) or len(topic) > limits.TOPIC_LENGTH_MAX:
            return INVALID_TOPIC, None
        if not target.needs_body:
            return None, None
        try:
            return None, self._types[message_type].fields(data)
        except BodyError:
            return PARSE_ERROR, None

    def _enqueue(
        self,
        target: Route,
        position: int,
        length: int,
        publisher: int,
        sequence: int,
        expiration_ns: int | None,
        fields: Fields | None,
    ) -> bool:
        is_queued = False
        for queue in target.queues:
            if queue.accepts(fields):
                queue.enqueue(position, length, publisher, sequence, expiration_ns)
                queue.is_dirty = is_queued = True
        return is_queued

    def _deliver_plain(self, target: Route, data: bytes, correlation_id: bytes | None) -> None:
        if correlation_id is None:
            rest = b"%d}%b" % (len(data), data)
        else:
            rest = b'%d,"x":"%b"}%b' % (len(data), amps.escape(correlation_id), data)
        size = len(rest)
        touched = self._outbox.touched
        for client, start in target.plain:
            out = client.out
            if not out:
                touched.append(client)
            out.append((len(start) + size).to_bytes(4, "big") + start + rest)

    def _deliver_filtered(
        self,
        target: Route,
        message_type: bytes,
        data: bytes,
        correlation_id: bytes | None,
        publisher: Publisher,
        sequence: int,
        fields: Fields | None,
    ) -> None:
        if fields is None:
            fields = self._fields(message_type, data, target)
        for client, _, group in target.filtered:
            matching = [one for one in group if one.filter is None or (fields and one.filter.matches(fields))]
            if matching:
                header = self._header(target, matching, len(data), correlation_id, publisher, sequence)
                self._outbox.send(client, amps.frame(header, data))

    def _header(
        self,
        target: Route,
        matching: list[Subscription],
        size: int,
        correlation_id: bytes | None,
        publisher: Publisher,
        sequence: int,
    ) -> bytes:
        parts = [frame_start(target.topic, b",".join(one.sub_id for one in matching))]
        if target.is_logged and any(one.wants_bookmark for one in matching):
            parts.append(b',"bm":"%d|%d|"' % (publisher.id, sequence))
        if any(one.wants_timestamp for one in matching):
            parts.append(b',"ts":"%b"' % self._turn.timestamp)
        if correlation_id is not None:
            parts.append(b',"x":"%b"' % amps.escape(correlation_id))
        parts.append(b',"l":%d}' % size)
        return b"".join(parts)

    def _fields(self, message_type: bytes, data: bytes, target: Route) -> Fields | None:
        """What content filters see, None when the body does not parse: then no filter matches."""
        if not any(one.filter for _, _, group in target.filtered for one in group):
            return None
        try:
            return self._types[message_type].fields(data)
        except BodyError:
            return None

    def _tell_actions(
        self, target: Route, client: Client, data: bytes, publisher: Publisher, sequence: int, depth: int
    ) -> None:
        bookmark = b"%d|%d|" % (publisher.id, sequence) if target.is_logged else b""
        self._published(
            MessagePublished(
                target.topic.decode("utf-8", "surrogateescape"),
                client.message_type.decode(),
                data,
                bookmark,
                self._turn.timestamp,
                client.name.decode("utf-8", "surrogateescape"),
                depth,
            )
        )
