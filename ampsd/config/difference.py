"""What a reload from one configuration to another would do: each change with what it costs.

The classes: live (nothing notices), reconnect (the clients concerned connect again), restart (only a restart brings it
about), refused (not without giving up what is stored: a restart would not take it either, or would begin anew).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ampsd.config.values import name_of, value_text
from ampsd.declare import RELOAD_CLASSES, Definition, Option

ADDED = "added"
REMOVED = "removed"
CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One setting or section that differs. `path` names it, `reload` is one of RELOAD_CLASSES."""

    path: str
    kind: str
    reload: str
    old: str
    new: str
    place: str
    """Where the new file has it, or the old one when it is removed; file:line:column of the section."""


def differences(old: Definition, new: Definition) -> list[Change]:
    """All changes, in the order of the declarations."""
    return list(_of_definitions(old, new, old.element))


def worst(changes: list[Change]) -> str:
    """The class that a reload with these changes has as a whole; live when there are none."""
    return max((one.reload for one in changes), key=RELOAD_CLASSES.index, default=RELOAD_CLASSES[0])


def _of_definitions(old: Definition, new: Definition, path: str) -> Iterator[Change]:
    for option in new.declared:
        before, after = getattr(old, option.attribute), getattr(new, option.attribute)
        if before == after:
            continue
        inside = f"{path}/{option.xml}"
        if option.repeatable and option.holds_definitions:
            yield from _of_lists(option, before, after, path)
        elif isinstance(before, Definition) and isinstance(after, Definition) and type(before) is type(after):
            yield from _of_definitions(before, after, inside)
        elif option.holds_definitions:
            yield from _whole(option, before, after, inside)
        else:
            yield Change(
                inside, CHANGED, option.reload, value_text(option, before), value_text(option, after), new.place
            )


def _whole(option: Option, before: Definition | None, after: Definition | None, path: str) -> Iterator[Change]:
    if before is not None:
        yield Change(path, REMOVED, option.reload, name_of(before), "", before.place)
    if after is not None:
        yield Change(path, ADDED, option.reload, "", name_of(after), after.place)


def _of_lists(
    option: Option, before: tuple[Definition, ...], after: tuple[Definition, ...], path: str
) -> Iterator[Change]:
    """Definitions are one when kind and name are the same; nameless ones, when they are equal or in one place."""
    old, new = _keyed(before, after), _keyed(after, before)
    for key, one in old.items():
        if key not in new:
            yield Change(f"{path}/{key}", REMOVED, option.reload, name_of(one), "", one.place)
    for key, one in new.items():
        earlier = old.get(key)
        if earlier is None:
            yield Change(f"{path}/{key}", ADDED, option.reload, "", name_of(one), one.place)
        elif earlier != one:
            yield from _of_definitions(earlier, one, f"{path}/{key}")
    order = [key for key in new if key in old]
    if order != [key for key in old if key in new]:
        yield Change(path, CHANGED, option.reload, "other order", "new order", next(iter(after)).place)


def _keyed(definitions: tuple[Definition, ...], others: tuple[Definition, ...]) -> dict[str, Definition]:
    """Definitions by what tells them apart, numbered where that is the same; without nameless ones of both lists."""
    found: dict[str, Definition] = {}
    for definition in definitions:
        name = name_of(definition)
        if not name and definition in others:
            continue
        message_type = getattr(definition, "message_type", "")
        kind = definition.element or "step"
        key = " ".join(part for part in (kind, repr(name) if name else "", str(message_type or "")) if part)
        number, numbered = 1, key
        while numbered in found:
            number += 1
            numbered = f"{key} #{number}"
        found[numbered] = definition
    return found
