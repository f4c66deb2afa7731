"""Definitions of two lists, matched; and the list that there is when only a part of the differences is taken.

Definitions are one when kind, name and message type are the same, so a queue of another message type is another queue;
one that becomes a LocalQueue is the same.
Those of one name, and those without, such as actions, are one when they are equal, wherever they stand; of what is
left, those in the same gap between equal ones are one, in their order.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from ampsd.config.values import message_type_of, name_of
from ampsd.declare import Definition
from ampsd.definitions.queues import QueueDefinition

NOWHERE = -1
"""The place of what is not in a list."""


class Match:
    """A definition in its old and its new form with the places in their lists; one of them may be missing."""

    __slots__ = ("new", "new_place", "old", "old_place")

    def __init__(self, old: Definition | None, old_place: int, new: Definition | None, new_place: int) -> None:
        self.old = old
        self.old_place = old_place
        self.new = new
        self.new_place = new_place


def matched(before: Sequence[Definition], after: Sequence[Definition]) -> list[Match]:
    """Every definition of both lists: those that are gone in their old order, then the others in their new order."""
    groups: dict[str, tuple[list[int], list[int]]] = {}
    for side, definitions in enumerate((before, after)):
        for place, definition in enumerate(definitions):
            groups.setdefault(_group(definition), ([], []))[side].append(place)
    partners = {new: old for olds, news in groups.values() for old, new in _aligned(olds, news, before, after)}
    kept = set(partners.values())
    found = [Match(one, place, None, NOWHERE) for place, one in enumerate(before) if place not in kept]
    for place, one in enumerate(after):
        old = partners.get(place, NOWHERE)
        found.append(Match(None if old == NOWHERE else before[old], old, one, place))
    return found


def is_reordered(matches: Sequence[Match]) -> bool:
    """Whether definitions that are in both lists stand in another order."""
    places = [one.old_place for one in matches if one.old is not None and one.new is not None]
    return places != sorted(places)


def keys_of(definitions: Sequence[Definition]) -> list[str]:
    """What each is called in paths; those that share kind, name and message type are numbered in their order."""
    plain = [_key(one) for one in definitions]
    counts: dict[str, int] = {}
    for key in plain:
        counts[key] = counts.get(key, 0) + 1
    numbers = dict.fromkeys(counts, 0)
    found = []
    for key in plain:
        numbers[key] += 1
        found.append(key if counts[key] == 1 else f"{key} #{numbers[key]}")
    return found


def in_order(
    matches: Sequence[Match], now: Callable[[Match], Definition | None], *, is_old_order: bool
) -> tuple[Definition, ...]:
    """The definitions of a list of which only some differences are taken: `now` gives each, or None.

    What is in one list only stands behind what it stands behind there.
    """
    old = sorted((one for one in matches if one.old is not None), key=lambda one: one.old_place)
    new = [one for one in matches if one.new is not None]
    first, second = (old, new) if is_old_order else (new, old)
    behind: dict[Match | None, list[Definition]] = {}
    last: Match | None = None
    for one in second:
        if one.old is not None and one.new is not None:
            last = one
        elif (definition := now(one)) is not None:
            behind.setdefault(last, []).append(definition)
    found = behind.pop(None, [])
    for one in first:
        if (definition := now(one)) is not None:
            found.append(definition)
        found += behind.get(one, ())
    return tuple(found)


def _group(definition: Definition) -> str:
    key = _key(definition)
    return key.replace(definition.element, "Queue", 1) if isinstance(definition, QueueDefinition) else key


def _key(definition: Definition) -> str:
    name = name_of(definition)
    parts = (definition.element or "step", name and repr(name), message_type_of(definition))
    return " ".join(part for part in parts if part)


def _aligned(
    olds: list[int], news: list[int], before: Sequence[Definition], after: Sequence[Definition]
) -> Iterator[tuple[int, int]]:
    """Pairs of places of one group."""
    while olds and news and before[olds[0]] == after[news[0]]:
        yield olds.pop(0), news.pop(0)
    while olds and news and before[olds[-1]] == after[news[-1]]:
        yield olds.pop(), news.pop()
    by_value: dict[Definition, deque[int]] = {}
    for new in news if olds else ():
        by_value.setdefault(after[new], deque()).append(new)
    equal = {old: found.popleft() for old in olds if (found := by_value.get(before[old]))}
    yield from equal.items()
    gaps: dict[int, deque[int]] = {}
    last = NOWHERE
    for old in olds:
        if old in equal:
            last = equal[old]
        else:
            gaps.setdefault(last, deque()).append(old)
    last, taken = NOWHERE, set(equal.values())
    for new in news:
        if new in taken:
            last = new
        elif left := gaps.get(last):
            yield left.popleft(), new
