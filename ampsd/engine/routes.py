"""Where a publish to a topic goes: into the log or not, into which queues, to which subscriptions.

A route is found once per topic and kept; subscribing and unsubscribing change the routes they concern.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from ampsd import limits
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.engine.client import Client
from ampsd.engine.events import Event, MessageDelivered, MessagePublished
from ampsd.engine.matching import Matching
from ampsd.engine.queue import Queue
from ampsd.engine.subscription import RESERVED, Subscription, frame_start
from ampsd.expressions.compile import NO_FIELDS
from ampsd.expressions.environment import NOWHERE
from ampsd.expressions.regex import Regex, compile_regex, is_regex
from ampsd.message_types.message_type import BodyError, Fields, MessageType, Picker, Reader, Values

DEVNULL = b"/AMPS/devnull"


class Watch:
    """What actions want to know of a topic's publishes: `is_on` anything, `reads` fields of the bodies, and whether
    they want to know of its deliveries."""

    __slots__ = ("delivers", "is_on", "reads")

    def __init__(self, is_on: bool, reads: bool, delivers: bool) -> None:
        self.delivers = delivers
        self.is_on = is_on
        self.reads = reads


class _Group:
    """The subscriptions of one client to a topic, how many of them are not plain, and its place in `Route.plain`."""

    __slots__ = ("members", "special", "start")

    def __init__(self) -> None:
        self.members: dict[Subscription, None] = {}
        self.special = 0
        self.start: bytes | None = None


class Route:
    """One topic of one message type.

    `plain` are the clients that get every message of the topic, by the start of frames to them and by connection; all
    other subscriptions are in `matching`. A client is in one of them: several of its subscriptions share one message,
    with all their ids.
    """

    __slots__ = (
        "_groups",
        "_picked_path",
        "_reader",
        "_type",
        "alone",
        "is_logged",
        "is_simple",
        "is_valid",
        "matching",
        "needs_body",
        "needs_environment",
        "pick",
        "plain",
        "queues",
        "special",
        "starts",
        "target",
        "topic",
        "watch",
    )

    def __init__(
        self, topic: bytes, message_type: MessageType, is_logged: bool, queues: list[Queue], watch: Watch
    ) -> None:
        self.topic = topic
        self.is_valid = len(topic) <= limits.TOPIC_LENGTH_MAX and (topic == DEVNULL or not topic.startswith(RESERVED))
        self.is_logged = is_logged
        self.queues = queues
        self.watch = watch
        self.needs_body = any(queue.admission.reads_body for queue in queues)
        self.is_simple = self.is_valid and not (self.needs_body or watch.is_on or watch.delivers)
        """Whether no queue and no action has to look at a message."""
        self.needs_environment = any(queue.admission.asks_environment for queue in queues)
        self.target = self
        self.plain: dict[bytes, dict[int, Client]] = {}
        self.special = 0
        """How many subscriptions `matching` has."""
        self.matching = Matching()
        self.starts: dict[Subscription, bytes] = {}
        """How a message to one of those alone begins, where its header has nothing special."""
        self._groups: dict[int, _Group] = {}
        self._type = message_type
        self._reader: Reader | None = None
        self.pick: Picker | None = None
        """Takes out of a body the field that alone decides which of `matching` get it."""
        self._picked_path: str | None = None
        self.alone: dict[bytes, tuple[Client, bytes]] = {}
        """The client that alone gets messages with this text there, and how its frames begin; of texts that came."""

    def add(self, subscription: Subscription) -> None:
        """Deliver to one more subscription; nothing happens where it is here already."""
        connection = subscription.client.connection
        group = self._groups.get(connection)
        if group is None:
            group = self._groups[connection] = _Group()
        elif subscription in group.members:
            return
        group.members[subscription] = None
        if subscription.is_plain and not group.special:
            self._deliver_plainly(group)
            return
        group.special += not subscription.is_plain
        if group.start is None:
            self._match(subscription)
        else:
            self._deliver_plainly_no_more(connection, group)
            for one in group.members:
                self._match(one)

    def remove(self, subscription: Subscription) -> None:
        """Deliver nothing more to it; nothing happens where it is not here."""
        connection = subscription.client.connection
        group = self._groups.get(connection)
        if group is None or subscription not in group.members:
            return
        del group.members[subscription]
        if group.special:
            self._match_no_more(subscription)
            group.special -= not subscription.is_plain
            if not group.special:
                for one in group.members:
                    self._match_no_more(one)
        if not group.members:
            del self._groups[connection]
            self._deliver_plainly_no_more(connection, group)
        elif not group.special:
            self._deliver_plainly(group)

    def _deliver_plainly(self, group: _Group) -> None:
        client = next(iter(group.members)).client
        self._deliver_plainly_no_more(client.connection, group)
        group.start = frame_start(self.topic, b",".join(one.sub_id for one in group.members)) + b',"l":'
        self.plain.setdefault(group.start, {})[client.connection] = client

    def _deliver_plainly_no_more(self, connection: int, group: _Group) -> None:
        if group.start is not None:
            clients = self.plain[group.start]
            del clients[connection]
            if not clients:
                del self.plain[group.start]
            group.start = None

    def _match(self, subscription: Subscription) -> None:
        self.special += 1
        if not subscription.wants_timestamp and not subscription.wants_bookmark:
            self.starts[subscription] = frame_start(self.topic, subscription.sub_id) + b',"l":'
        if self.matching.add(subscription):
            self._reader = None
        self._choose_picker()

    def _match_no_more(self, subscription: Subscription) -> None:
        self.special -= 1
        self.starts.pop(subscription, None)
        if self.matching.remove(subscription):
            self._reader = None
        self._choose_picker()

    def read(self, body: bytes) -> Fields:
        """The fields that anybody here asks for: of the queues' filters, the subscriptions' and the actions'.

        Raises BodyError.
        """
        reader = self._reader
        if reader is None:
            reader = self._reader = self._make_reader()
        return reader(body)

    def find_plainly(self, body: bytes, picked: Values) -> list[Subscription]:
        """The subscriptions in `matching` that a message goes to, where no filter looks beyond the body.

        `picked` is what `pick` took out of the body, None where that cannot be read or nothing decides alone.
        """
        matching = self.matching
        if self.pick is not None:
            return matching.find_by(picked)
        try:
            return matching.find(self.read(body) if matching.has_filters else NO_FIELDS, NOWHERE)
        except BodyError:
            return matching.find(None, NOWHERE)

    def knows_alone(self, text: bytes, client: Client, start: bytes) -> None:
        """Remember to whom alone messages with that text at the deciding path go."""
        if len(self.alone) >= limits.VALUES_KNOWN_MAX:
            self.alone.clear()
        self.alone[text] = (client, start)

    def _choose_picker(self) -> None:
        self.alone.clear()
        path = self.matching.deciding_path
        if path is None:
            self.pick = self._picked_path = None
        elif path != self._picked_path:
            self.pick, self._picked_path = self._type.picker(path), path

    def _make_reader(self) -> Reader:
        if self.watch.reads:
            return self._type.fields
        paths = dict.fromkeys(self.matching.paths)
        for queue in self.queues:
            paths.update(dict.fromkeys(queue.admission.identifiers))
        return self._type.reader(tuple(paths))


class LoggedTopic:
    """A Topic of the TransactionLog: a literal name or a pattern, of one message type."""

    __slots__ = ("message_type", "name", "pattern")

    def __init__(self, name: str, message_type: str) -> None:
        self.name = name.encode()
        self.message_type = message_type.encode()
        self.pattern: Regex | None = compile_regex(self.name) if is_regex(name) else None

    def covers(self, topic: bytes) -> bool:
        """Whether messages of `topic` are recorded."""
        return topic == self.name if self.pattern is None else self.pattern.search(topic)


class Routes:
    """The routes of one message type."""

    def __init__(
        self,
        message_type: MessageType,
        queues: Sequence[Queue],
        logged: Sequence[LoggedTopic],
        watch: Callable[[bytes], Watch],
        routes_max: int = limits.ROUTES_MAX,
    ) -> None:
        self._watch = watch
        self.message_type = message_type
        self._last = 0
        self.reserved = 0
        """How many subscriptions may be to the instance's own topics."""
        self._routes_max = routes_max
        self._literal: dict[bytes, dict[Subscription, None]] = {}
        self._patterns: dict[Subscription, None] = {}
        self.known: dict[bytes, Route] = {}
        self._queues: dict[bytes, Queue] = {}
        self.adopt(queues, logged)

    def adopt(self, queues: Sequence[Queue], logged: Sequence[LoggedTopic]) -> None:
        """Other queues and topics of the log, and actions that may watch others: every route is found anew.

        A subscription whose topic has become the name of a queue consumes from it, as if it were made now; what a queue
        is named no longer is a topic like any other.
        """
        old = self._queues
        self._queues = {queue.name: queue for queue in queues}
        self._logged = logged
        self.known.clear()
        if old == self._queues:
            return
        everyone = dict.fromkeys([*self._patterns, *(one for group in self._literal.values() for one in group)])
        everyone.update((one, None) for queue in old.values() for one in queue.consumers.subscriptions)
        self._literal.clear()
        for subscription in sorted(everyone, key=lambda one: one.number):
            self._consume(subscription)
            if subscription.pattern is None and subscription.topic not in self._queues:
                self._literal.setdefault(subscription.topic, {})[subscription] = None

    def _consume(self, subscription: Subscription) -> None:
        """Join the queues that it matches now, and leave those that it matches no more."""
        before, subscription.queues = subscription.queues, self.queues_matching(subscription)
        if before == subscription.queues:
            return
        for queue in before:
            if queue not in subscription.queues:
                queue.unsubscribe(subscription, keeps_leases=True)
        subscription.limit()
        for queue in subscription.queues:
            if queue not in before:
                queue.subscribe(subscription)
                queue.is_dirty = True

    def queue(self, name: bytes) -> Queue | None:
        """The queue of that name."""
        return self._queues.get(name)

    def find(self, topic: bytes) -> Route:
        """The route of `topic`."""
        route = self.known.get(topic)
        return self._make(topic) if route is None else route

    def queues_matching(self, subscription: Subscription) -> list[Queue]:
        """Queues whose name the subscription's topic matches, in configuration order."""
        return [queue for queue in self._queues.values() if subscription.matches(queue.name)]

    def add(self, subscription: Subscription) -> None:
        """Deliver matching topics to `subscription`; queue names are the queues' affair."""
        self._last += 1
        subscription.number = self._last
        self.reserved += RESERVED in subscription.topic
        if subscription.pattern is None:
            if subscription.topic in self._queues:
                return
            self._literal.setdefault(subscription.topic, {})[subscription] = None
            self._enter([self.find(subscription.topic)], subscription)
        else:
            self._patterns[subscription] = None
            self._enter([route for route in self.known.values() if subscription.matches(route.topic)], subscription)

    def remove(self, subscription: Subscription) -> None:
        """Deliver nothing more to `subscription`."""
        self.reserved -= RESERVED in subscription.topic
        if subscription.pattern is not None:
            del self._patterns[subscription]
            concerned = list(self.known.values())
        elif subscription.topic in self._queues:
            return
        else:
            group = self._literal[subscription.topic]
            del group[subscription]
            if not group:
                del self._literal[subscription.topic]
            known = self.known.get(subscription.topic)
            concerned = [] if known is None else [known]
        for route in concerned:
            route.remove(subscription)

    def _enter(self, routes: list[Route], subscription: Subscription) -> None:
        for route in routes:
            if route.topic not in self._queues:
                route.add(subscription)

    def _make(self, topic: bytes) -> Route:
        if len(self.known) >= self._routes_max:
            self.known.clear()
        route = Route(
            topic,
            self.message_type,
            not topic.startswith(RESERVED) and any(one.covers(topic) for one in self._logged),
            [queue for queue in self._queues.values() if queue.takes(topic)],
            self._watch(topic),
        )
        self.known[topic] = route
        queue = self._queues.get(topic)
        if queue is None:
            for subscription in [*self._literal.get(topic, ()), *(s for s in self._patterns if s.matches(topic))]:
                route.add(subscription)
        elif not queue.takes(topic):
            route.target = self.find(queue.definition.publish_target.encode())
        return route


def logged_topics(transaction_log: TransactionLogDefinition | None, message_type: bytes) -> list[LoggedTopic]:
    """The topics of one message type that the log records."""
    if transaction_log is None:
        return []
    topics = [LoggedTopic(one.name, one.message_type) for one in transaction_log.topics]
    return [topic for topic in topics if topic.message_type == message_type]


class Watching(Protocol):
    """Whoever knows what actions want to know."""

    def may_watch(self, probe: Event) -> bool:
        """Whether an action wants to know of such events."""
        ...

    def reads_body(self, probe: Event) -> bool:
        """Whether one reads fields of the body."""
        ...


def make_routes(
    transaction_log: TransactionLogDefinition | None,
    types: Mapping[bytes, MessageType],
    queues: Sequence[Queue],
    actions: Watching,
    is_witnessed: bool,
) -> dict[bytes, Routes]:
    """The routes of an instance, by message type; with a witness every publish is told of."""

    def watcher(message_type: str) -> Callable[[bytes], Watch]:
        def watch(topic: bytes) -> Watch:
            probe = MessagePublished(topic.decode("utf-8", "surrogateescape"), message_type, b"", b"", b"", "")
            delivered = MessageDelivered(probe.topic, message_type, b"", b"", "")
            is_on = is_witnessed or actions.may_watch(probe)
            return Watch(is_on, actions.reads_body(probe), actions.may_watch(delivered))

        return watch

    return {
        name: Routes(
            message_type,
            [queue for queue in queues if queue.message_type == name],
            logged_topics(transaction_log, name),
            watcher(name.decode()),
        )
        for name, message_type in types.items()
    }
