"""The publish route: one function whose lines are the story.

Duplicate? Does the body parse, where somebody must read it? Then a position from the log, the queues, the
subscriptions, and the actions that watch. User Guide, Publish and Subscribe; Transactional Messaging.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from ampsd.engine.client import Client
from ampsd.engine.entries import Run, Source
from ampsd.engine.environments import Environments
from ampsd.engine.events import Event, MessageDelivered, MessagePublished, Parent
from ampsd.engine.outbox import Outbox
from ampsd.engine.publishers import INTERNAL, Publisher
from ampsd.engine.routes import Route
from ampsd.engine.subscription import Subscription, frame_start
from ampsd.engine.turn import Turn
from ampsd.expressions.compile import NO_FIELDS
from ampsd.expressions.environment import NOWHERE, Environment
from ampsd.message_types.message_type import BodyError, Fields, Values
from ampsd.storage.log import Log
from ampsd.storage.records import Origin, encode_publish, encode_publishes
from ampsd.storage.tellings import Link
from ampsd.wire import amps
from ampsd.wire.command import INVALID_TOPIC, PARSE_ERROR, PublishRun


class Publishing:
    """Publishes of clients and of actions."""

    def __init__(
        self,
        log: Log,
        outbox: Outbox,
        moment: Turn,
        happened: Callable[[Event], None],
        environments: Environments,
    ) -> None:
        self._log = log
        self._outbox = outbox
        self._turn = moment
        self._happened = happened
        self._environments = environments
        self._placed: Link | None = None
        self._nobody = Publisher(0, 0)

    def run(self, client: Client, target: Route, run: PublishRun) -> bool:
        """Publishes of the common shape to a route that is direct.

        Returns whether they are done. They are not where numbers do not rise one by one: then each has to be looked at.
        """
        bodies = run.bodies
        number = len(bodies)
        sequences: Sequence[int] = run.sequences
        if sequences:
            publisher = client.publisher
            first = sequences[0]
            if first <= publisher.last or sequences[-1] - first != number - 1:
                return False
            if number > 2 and sequences != list(range(first, first + number)):
                return False
            publisher.last = sequences[-1]
        else:
            publisher = client.unsequenced
            sequences = range(publisher.last + 1, publisher.last + 1 + number)
            publisher.last += number
        if target.is_logged:
            added = encode_publishes(
                client.message_type, target.topic, publisher.id, sequences, self._turn.wall_ns, bodies
            )
            position = self._log.extend(added)
            if target.queues:
                lengths = list(map(len, added))
                positions = list(accumulate(lengths[:-1], initial=position))
                source = Source(target.topic, publisher.id, client.name, lengths[0] - len(bodies[0]))
                queued = Run(positions, lengths, publisher.number, sequences, source, bodies)
                for queue in target.queues:
                    queue.enqueue(queued)
        if target.plain:
            self._deliver_plainly(target, bodies)
        if target.special:
            self._deliver_matching(target, client, publisher, bodies, sequences)
        return True

    def publish(
        self,
        client: Client,
        route: Route,
        data: bytes,
        sequence: int,
        correlation_id: bytes | None = None,
        expiration_ns: int | None = None,
        depth: int = 0,
        origin: Origin | None = None,
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
        reason, fields = self._check(target, data)
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
                origin,
            )
            position, length = self._log.add(record), len(record)
            self._placed = Link(target.topic, position, publisher.id, sequence)
            if target.queues:
                environment = NOWHERE
                if target.needs_environment:
                    environment = self._environments.of_publish(target.topic, data, correlation_id)
                body = data if correlation_id is None and origin is None else (data, correlation_id, origin)
                source = Source(target.topic, publisher.id, client.name, length - len(data), correlation_id)
                queued = Run((position,), (length,), publisher.number, (sequence,), source, (body,))
                for queue in target.queues:
                    verdict = queue.admission.judge(fields, environment)
                    if verdict is not None:
                        queue.enqueue(queued, expiration_ns, 0, verdict)
        if target.plain:
            self._deliver_plainly(target, (data,), correlation_id)
        if target.special or target.watch.is_on or target.watch.delivers:
            message = _Message(target, client, data, correlation_id, publisher, sequence, fields)
            receivers = [one for clients in target.plain.values() for one in clients.values()]
            if target.special:
                receivers += self._deliver_special(message)
            if target.watch.delivers:
                self._tell_delivered(message, receivers, depth)
            if target.watch.is_on:
                parent = Parent(b"", position, length, publisher.id, sequence, origin) if target.is_logged else None
                self._tell_actions(message, depth, parent)
        return None

    def announce(self, route: Route, data: bytes) -> None:
        """Deliver a message of the instance's own, which is not logged and sets off no action."""
        if route.plain:
            self._deliver_plainly(route, (data,))
        if route.special:
            client = Client.inside(INTERNAL, b"", self._turn.now_ns)
            self._deliver_special(_Message(route, client, data, None, self._nobody, 0, None))

    def take_placed(self) -> Link | None:
        """Where the message that `publish` published last is in the log; None where it is not, or was asked for."""
        placed, self._placed = self._placed, None
        return placed

    def _check(self, target: Route, data: bytes) -> tuple[str | None, Fields | None]:
        """Why the publish must fail, and the body's fields where a queue's Filter reads them."""
        if not target.is_valid:
            return INVALID_TOPIC, None
        if not target.needs_body:
            return None, None
        try:
            return None, target.read(data)
        except BodyError:
            return PARSE_ERROR, None

    def _deliver_plainly(self, target: Route, bodies: Sequence[bytes], correlation_id: bytes | None = None) -> None:
        """The same bytes for all clients whose frames begin alike, which is most of them."""
        extra = b"" if correlation_id is None else b',"x":"%b"' % amps.escape(correlation_id)
        touched = self._outbox.touched
        for start, clients in target.plain.items():
            pieces: list[bytes] = []
            length = -1
            head = b""
            for data in bodies:
                if len(data) != length:
                    length = len(data)
                    header = b"%b%d%b}" % (start, length, extra)
                    head = (len(header) + length).to_bytes(4, "big") + header
                pieces += (head, data)
            frames = b"".join(pieces)
            for client in clients.values():
                out = client.out
                if not out:
                    touched.append(client)
                out.append(frames)

    def _deliver_matching(
        self, target: Route, client: Client, publisher: Publisher, bodies: Sequence[bytes], sequences: Sequence[int]
    ) -> None:
        """Deliver each message where its filter lets it pass; the usual case is that one subscription gets it."""
        pick, alone, touched = target.pick, target.alone, self._outbox.touched
        length = -1
        tail = b""
        for data, sequence in zip(bodies, sequences, strict=True):
            value: Values = None
            if pick is not None:
                try:
                    value = pick(data)
                except BodyError:
                    value = None
            receiver = alone.get(value) if value.__class__ is bytes else None
            if receiver is None:
                receiver = self._find_receiver(target, client, publisher, data, sequence, value)
                if receiver is None:
                    continue
            reader, start = receiver
            if len(data) != length:
                length = len(data)
                tail = b"%d}" % length
            out = reader.out
            if not out:
                touched.append(reader)
            out += ((len(start) + len(tail) + length).to_bytes(4, "big"), start, tail, data)

    def _find_receiver(
        self, target: Route, client: Client, publisher: Publisher, data: bytes, sequence: int, value: Values
    ) -> tuple[Client, bytes] | None:
        """The one client that a message goes to, and how its frame begins; where it is not that simple, deliver."""
        if not target.matching.asks_environment:
            found = target.find_plainly(data, value)
            if not found:
                return None
            start = target.starts.get(found[0])
            if len(found) == 1 and start is not None:
                if type(value) is bytes:
                    target.knows_alone(value, found[0].client, start)
                return found[0].client, start
        self._deliver_special(_Message(target, client, data, None, publisher, sequence, None))
        return None

    def _deliver_special(self, message: "_Message") -> Iterable[Client]:
        """Deliver where a filter decides, or where the header has more: each client gets one message. Returns whom."""
        matching = message.target.matching
        fields = message.fields() if matching.has_filters else NO_FIELDS
        environment = self._environment(message) if matching.asks_environment else NOWHERE
        found = matching.find(fields, environment)
        if len(found) == 1 and message.correlation_id is None:
            start = message.target.starts.get(found[0])
            if start is not None:
                frame = b"%b%d}%b" % (start, len(message.data), message.data)
                self._outbox.send(found[0].client, len(frame).to_bytes(4, "big") + frame)
                return (found[0].client,)
        groups: dict[Client, list[Subscription]] = {}
        for subscription in found:
            groups.setdefault(subscription.client, []).append(subscription)
        for client, group in groups.items():
            self._outbox.send(client, amps.frame(self._header(message, group), message.data))
        return groups

    def _header(self, message: "_Message", group: list[Subscription]) -> bytes:
        target = message.target
        parts = [frame_start(target.topic, b",".join(one.sub_id for one in group))]
        if target.is_logged and any(one.wants_bookmark for one in group):
            parts.append(b',"bm":"%b"' % message.bookmark)
        if any(one.wants_timestamp for one in group):
            parts.append(b',"ts":"%b"' % self._turn.timestamp)
        if message.correlation_id is not None:
            parts.append(b',"x":"%b"' % amps.escape(message.correlation_id))
        parts.append(b',"l":%d}' % len(message.data))
        return b"".join(parts)

    def _environment(self, message: "_Message") -> Environment:
        """What filters can ask of the message and of who published it."""
        environment = self._environments.of_publish(message.target.topic, message.data, message.correlation_id)
        client = message.client
        if message.target.is_logged:
            environment.bookmark = message.bookmark
        environment.client_name = client.name or None
        environment.user = client.user
        environment.remote_address = client.address.encode()
        environment.client_version = client.version
        return environment

    def _tell_delivered(self, message: "_Message", receivers: Iterable[Client], depth: int) -> None:
        target = message.target
        for receiver in receivers:
            self._happened(
                MessageDelivered(
                    target.topic.decode("utf-8", "surrogateescape"),
                    receiver.message_type.decode(),
                    message.data,
                    message.bookmark if target.is_logged else b"",
                    receiver.name.decode("utf-8", "surrogateescape"),
                    message.correlation_id,
                    depth,
                )
            )

    def _tell_actions(self, message: "_Message", depth: int, parent: Parent | None) -> None:
        target, client = message.target, message.client
        event = MessagePublished(
            target.topic.decode("utf-8", "surrogateescape"),
            client.message_type.decode(),
            message.data,
            message.bookmark if target.is_logged else b"",
            self._turn.timestamp,
            client.name.decode("utf-8", "surrogateescape"),
            depth,
            message.fields() if target.watch.reads else None,
            self._environment(message) if target.watch.reads else NOWHERE,
        )
        event.parent = parent
        self._happened(event)


class _Message:
    """A message on its way to those who do not get it plainly. Its body is read once, when a field is asked for."""

    __slots__ = ("_fields", "_is_read", "client", "correlation_id", "data", "publisher", "sequence", "target")

    def __init__(
        self,
        target: Route,
        client: Client,
        data: bytes,
        correlation_id: bytes | None,
        publisher: Publisher,
        sequence: int,
        fields: Fields | None,
    ) -> None:
        self.target = target
        self.client = client
        self.data = data
        self.correlation_id = correlation_id
        self.publisher = publisher
        self.sequence = sequence
        self._fields = fields
        self._is_read = fields is not None

    @property
    def bookmark(self) -> bytes:
        """The bookmark, where the topic is in the transaction log."""
        return b"%d|%d|" % (self.publisher.id, self.sequence)

    def fields(self) -> Fields | None:
        """The body's fields, None when it does not parse: then no filter matches."""
        if not self._is_read:
            self._is_read = True
            try:
                self._fields = self.target.read(self.data)
            except BodyError:
                self._fields = None
        return self._fields
