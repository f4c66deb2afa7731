"""Where a publish to a topic goes: into the log or not, into which queues, to which subscriptions.

A route is found once per topic and kept; subscribing and unsubscribing change the routes they concern.
"""

from collections.abc import Callable, Sequence

from ampsd import limits
from ampsd.engine.client import Client
from ampsd.engine.queue import Queue
from ampsd.engine.subscription import Subscription, frame_start
from ampsd.expressions.regex import Regex, compile_regex, is_regex

Delivery = tuple[Client, bytes, tuple[Subscription, ...]]
"""A client, the start of frames to it, and its subscriptions: several share one message, with all their ids."""


class Route:
    """One topic of one message type. `plain` and `filtered` hold deliveries without and with content filters."""

    __slots__ = (
        "filtered",
        "is_logged",
        "is_watched",
        "needs_body",
        "plain",
        "queues",
        "subscriptions",
        "target",
        "topic",
    )

    def __init__(self, topic: bytes, is_logged: bool, queues: list[Queue], is_watched: bool) -> None:
        self.topic = topic
        self.is_logged = is_logged
        self.queues = queues
        self.is_watched = is_watched
        self.needs_body = any(queue.filter is not None for queue in queues)
        self.target = self
        self.subscriptions: list[Subscription] = []
        self.plain: list[tuple[Client, bytes]] = []
        self.filtered: list[Delivery] = []

    def arrange(self) -> None:
        """Group the subscriptions by client, after a change."""
        clients: dict[int, list[Subscription]] = {}
        for one in self.subscriptions:
            clients.setdefault(one.client.connection, []).append(one)
        self.plain = []
        self.filtered = []
        for group in clients.values():
            client = group[0].client
            if any(one.filter is not None or one.wants_timestamp or one.wants_bookmark for one in group):
                self.filtered.append((client, b"", tuple(group)))
            else:
                start = frame_start(self.topic, b",".join(one.sub_id for one in group))
                self.plain.append((client, start + b',"l":'))


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
        queues: Sequence[Queue],
        logged: Sequence[LoggedTopic],
        is_watched: Callable[[bytes], bool],
        routes_max: int = limits.ROUTES_MAX,
    ) -> None:
        self._queues = {queue.name: queue for queue in queues}
        self._logged = logged
        self._is_watched = is_watched
        self._routes_max = routes_max
        self._literal: dict[bytes, list[Subscription]] = {}
        self._patterns: list[Subscription] = []
        self.known: dict[bytes, Route] = {}

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
        if subscription.pattern is None:
            if subscription.topic in self._queues:
                return
            self._literal.setdefault(subscription.topic, []).append(subscription)
            self._changed([self.find(subscription.topic)], subscription)
        else:
            self._patterns.append(subscription)
            self._changed([route for route in self.known.values() if subscription.matches(route.topic)], subscription)

    def remove(self, subscription: Subscription) -> None:
        """Deliver nothing more to `subscription`."""
        if subscription.pattern is not None:
            self._patterns.remove(subscription)
            concerned = list(self.known.values())
        elif subscription.topic in self._queues:
            return
        else:
            group = self._literal[subscription.topic]
            group.remove(subscription)
            if not group:
                del self._literal[subscription.topic]
            known = self.known.get(subscription.topic)
            concerned = [] if known is None else [known]
        for route in concerned:
            if subscription in route.subscriptions:
                route.subscriptions.remove(subscription)
                route.arrange()

    def _changed(self, routes: list[Route], subscription: Subscription) -> None:
        for route in routes:
            if route.topic not in self._queues and subscription not in route.subscriptions:
                route.subscriptions.append(subscription)
                route.arrange()

    def _make(self, topic: bytes) -> Route:
        if len(self.known) >= self._routes_max:
            self.known.clear()
        route = Route(
            topic,
            any(one.covers(topic) for one in self._logged),
            [queue for queue in self._queues.values() if queue.takes(topic)],
            self._is_watched(topic),
        )
        self.known[topic] = route
        queue = self._queues.get(topic)
        if queue is None:
            route.subscriptions = [*self._literal.get(topic, ()), *(s for s in self._patterns if s.matches(topic))]
            route.arrange()
        elif not queue.takes(topic):
            route.target = self.find(queue.definition.publish_target.encode())
        return route
