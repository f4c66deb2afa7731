"""Which of many subscriptions a message matches, at a cost that hardly grows with their number.

A subscription whose filter asks for certain values of a field waits under these values, so a message finds it by
looking up what it has in that field. Only the others are asked one by one. User Guide, Content Filtering.
"""

from typing import TypeVar

from ampsd.engine.subscription import Subscription
from ampsd.expressions.environment import NOWHERE, Environment
from ampsd.expressions.equality import Equality
from ampsd.expressions.values import read_number
from ampsd.message_types.message_type import Fields, Value, Values

K = TypeVar("K")
_Waiting = dict[Subscription, bool]
"""Subscriptions, and whether a message that has the value matches without further question."""


class _Values:
    """The subscriptions that wait under values of one field. Equal is what `=` of expressions calls equal."""

    __slots__ = ("_numbers", "_numeric_texts", "_texts", "count")

    def __init__(self) -> None:
        self.count = 0
        self._texts: dict[bytes, _Waiting] = {}
        self._numeric_texts: dict[int | float, _Waiting] = {}
        self._numbers: dict[int | float, _Waiting] = {}

    def add(self, equality: Equality, subscription: Subscription) -> None:
        """Let it wait under its values."""
        self.count += 1
        for value in equality.values:
            if isinstance(value, bytes):
                self._texts.setdefault(value, {})[subscription] = equality.is_all
                number = read_number(value)
                if number is not None:
                    self._numeric_texts.setdefault(number, {})[subscription] = equality.is_all
            elif value is not None:
                self._numbers.setdefault(value, {})[subscription] = equality.is_all

    def remove(self, equality: Equality, subscription: Subscription) -> None:
        """It waits no more."""
        self.count -= 1
        for value in equality.values:
            if isinstance(value, bytes):
                _leave(self._texts, value, subscription)
                number = read_number(value)
                if number is not None:
                    _leave(self._numeric_texts, number, subscription)
            elif value is not None:
                _leave(self._numbers, value, subscription)

    def collect(self, value: Value, fields: Fields, environment: Environment, found: list[Subscription]) -> None:
        """Add those that wait under a value, and whose filters say no more or pass, to `found`."""
        if isinstance(value, bytes):
            waiting = self._texts.get(value)
            if waiting is not None:
                _ask(waiting, fields, environment, found)
            if self._numbers:
                number = read_number(value)
                waiting = None if number is None else self._numbers.get(number)
                if waiting is not None:
                    _ask(waiting, fields, environment, found)
        elif value is not None:
            for table in (self._numbers, self._numeric_texts):
                waiting = table.get(value)
                if waiting is not None:
                    _ask(waiting, fields, environment, found)


def _ask(waiting: _Waiting, fields: Fields, environment: Environment, found: list[Subscription]) -> None:
    for subscription, is_all in waiting.items():
        if is_all or subscription.filter.test(fields, environment):  # type: ignore[union-attr]  # a filter is why it waits
            found.append(subscription)


def _leave(table: dict[K, _Waiting], value: K, subscription: Subscription) -> None:
    waiting = table.get(value)
    if waiting is not None:
        waiting.pop(subscription, None)
        if not waiting:
            del table[value]


class Matching:
    """A set of subscriptions. `paths` are the fields that their filters read, each with how many filters read it."""

    __slots__ = ("_always", "_asked", "_by_path", "_environments", "_open", "paths")

    def __init__(self) -> None:
        self._always: dict[Subscription, None] = {}
        self._asked: dict[Subscription, None] = {}
        self._by_path: dict[str, _Values] = {}
        self._environments = 0
        self._open = 0
        """How many filters say more than what their index looks at."""
        self.paths: dict[str, int] = {}

    @property
    def asks_environment(self) -> bool:
        """Whether a filter looks beyond the body."""
        return self._environments > 0

    @property
    def has_filters(self) -> bool:
        """Whether any filter must be asked at all."""
        return bool(self._asked or self._by_path)

    @property
    def deciding_path(self) -> str | None:
        """The field that alone decides who gets a message; None where there is no such field."""
        return None if self._open or len(self._by_path) != 1 else next(iter(self._by_path))

    def add(self, subscription: Subscription) -> bool:
        """One more; returns whether `paths` has new ones."""
        content = subscription.filter
        if content is None:
            self._always[subscription] = None
            return False
        equality = content.equality
        if equality is None:
            self._asked[subscription] = None
        else:
            values = self._by_path.get(equality.path)
            if values is None:
                values = self._by_path[equality.path] = _Values()
            values.add(equality, subscription)
        self._environments += content.asks_environment
        self._open += equality is None or not equality.is_all
        is_new = False
        for path in content.identifiers:
            count = self.paths.get(path, 0)
            self.paths[path] = count + 1
            is_new = is_new or not count
        return is_new

    def remove(self, subscription: Subscription) -> bool:
        """One less, with the filter that it had when it was added; returns whether `paths` has fewer."""
        content = subscription.filter
        if content is None:
            del self._always[subscription]
            return False
        equality = content.equality
        if equality is None:
            del self._asked[subscription]
        else:
            values = self._by_path[equality.path]
            values.remove(equality, subscription)
            if not values.count:
                del self._by_path[equality.path]
        self._environments -= content.asks_environment
        self._open -= equality is None or not equality.is_all
        is_gone = False
        for path in content.identifiers:
            self.paths[path] -= 1
            if not self.paths[path]:
                del self.paths[path]
                is_gone = True
        return is_gone

    def find(self, fields: Fields | None, environment: Environment) -> list[Subscription]:
        """The subscriptions that a message matches, in the order in which they came.

        `fields` is None for a body that cannot be read: it matches where there is no filter.
        """
        found = list(self._always)
        if fields is None:
            return found
        for path, values in self._by_path.items():
            value = fields[path]
            if isinstance(value, list):
                for one in value:
                    values.collect(one, fields, environment, found)
            else:
                values.collect(value, fields, environment, found)
        for subscription in self._asked:
            content = subscription.filter
            if content is not None and content.test(fields, environment):
                found.append(subscription)
        if len(found) > 1:
            # An array may have led to a subscription twice.
            found = sorted(dict.fromkeys(found), key=_number)
        return found

    def find_by(self, value: Values) -> list[Subscription]:
        """The same where `deciding_path` has this value."""
        (path,) = self._by_path
        fields = Fields()
        fields[path] = value
        return self.find(fields, NOWHERE)


def _number(subscription: Subscription) -> int:
    return subscription.number
