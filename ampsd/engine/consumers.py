"""The subscriptions of one queue, and which of them gets the next message.

User Guide, Message Queues, Delivery Fairness.
"""

from collections.abc import Mapping, Sequence

from ampsd.definitions.queues import QueueDefinition
from ampsd.engine import fairness
from ampsd.engine.matching import Matching
from ampsd.engine.subscription import Subscription, frame_start
from ampsd.expressions.compile import NO_FIELDS
from ampsd.expressions.environment import Environment
from ampsd.message_types.message_type import BodyError, Fields, MessageType, Reader


class Consumers:
    """Subscriptions in the order in which they came."""

    def __init__(self, definition: QueueDefinition, message_type: MessageType) -> None:
        self._name = definition.name.encode()
        self._type = message_type
        self._choose = fairness.MODELS[definition.fairness]
        self._after_chosen = 0
        self._matching = Matching()
        self._reader: Reader | None = None
        self.subscriptions: list[Subscription] = []
        self.starts: dict[Subscription, bytes] = {}
        """How the frames to each begin."""

    def adopt(self, definition: QueueDefinition) -> None:
        """Who gets the next message is chosen as `definition` says."""
        self._choose = fairness.MODELS[definition.fairness]

    @property
    def have_filters(self) -> bool:
        """Whether anybody wants only some of the messages."""
        return self._matching.has_filters

    @property
    def asks_environment(self) -> bool:
        """Whether a filter looks beyond the body."""
        return self._matching.asks_environment

    @property
    def have_room(self) -> bool:
        """Whether anybody can take one more."""
        return any(map(fairness.has_room, self.subscriptions))

    def add(self, subscription: Subscription) -> None:
        """A subscription joins."""
        if subscription in self.starts:
            raise AssertionError(f"subscription {subscription.sub_id!r} joins {self._name!r} twice")
        self.subscriptions.append(subscription)
        self.starts[subscription] = frame_start(self._name, subscription.sub_id) + b',"bm":"'
        if self._matching.add(subscription):
            self._reader = None

    def remove(self, subscription: Subscription) -> None:
        """A subscription leaves."""
        self.subscriptions.remove(subscription)
        del self.starts[subscription]
        if self._matching.remove(subscription):
            self._reader = None

    def shares(self, serial: int, available: int) -> Mapping[Subscription, Sequence[int]]:
        """Who gets which of the entries that are available from `serial` on; as many as there is room for."""
        subscriptions = self.subscriptions
        if len(subscriptions) == 1:
            only = subscriptions[0]
            number = min(available, only.backlog_max - only.unacked)
            only.unacked += max(number, 0)
            return {only: range(serial, serial + number)} if number > 0 else {}
        shares: dict[Subscription, list[int]] = {}
        for one in range(serial, serial + available):
            chosen = self.choose(subscriptions)
            if chosen is None:
                break
            chosen.unacked += 1
            shares.setdefault(chosen, []).append(one)
        return shares

    def choose(self, candidates: Sequence[Subscription]) -> Subscription | None:
        """Who of these gets the next message; None when none has room."""
        index = self._choose(candidates, self._after_chosen)
        if index < 0:
            return None
        self._after_chosen = index + 1
        return candidates[index]

    def wanting(self, body: bytes, environment: Environment) -> list[Subscription]:
        """The subscriptions whose filters a message matches; one that cannot be read matches those without."""
        fields: Fields | None = NO_FIELDS
        if self._matching.has_filters:
            reader = self._reader
            if reader is None:
                reader = self._reader = self._type.reader(tuple(self._matching.paths))
            try:
                fields = reader(body)
            except BodyError:
                fields = None
        return self._matching.find(fields, environment)
