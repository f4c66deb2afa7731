"""Two configurations, part by part: each change with what it costs, and what there is when some are left out.

The classes: live (nothing notices), reconnect (the clients concerned connect again), restart (only a restart brings it
about), refused (not without giving up what is stored: a restart would not take it either, or would begin anew).

What is added to a list of definitions, or taken from it, has the class of the list; a section that is added or removed
as a whole has its own, whatever is inside. But a section that has nothing beside lists of definitions, such as Actions,
is the same as an empty one where it is missing. A list of texts is one setting.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import is_

from ampsd.config.matching import Match, in_order, is_reordered, keys_of, matched
from ampsd.config.values import message_type_of, name_of, value_text
from ampsd.declare import RELOAD_CLASSES, Definition, Option
from ampsd.definitions.actions import ActionDefinition

ADDED = "added"
REMOVED = "removed"
CHANGED = "changed"
LIVE, RECONNECT, RESTART, REFUSED = RELOAD_CLASSES
_SIGNS = {ADDED: "+", REMOVED: "-"}


@dataclass(frozen=True, slots=True)
class Change:
    """One setting or section that differs; as a text, a line for people. `path` names it, `reload` is one of
    RELOAD_CLASSES."""

    path: str
    kind: str
    reload: str
    old: str
    new: str
    place: str
    """Where the new file has it, or the old one when it is removed; file:line:column of the section."""
    why: str = ""
    """What it has to wait for, where its own class is better than restart."""

    def __str__(self) -> str:
        sign = _SIGNS.get(self.kind, "~")
        values = "" if self.kind in _SIGNS else f": {self.old} -> {self.new}"
        return f"{sign} {self.reload:<9} {self.path}{values}  ({self.place}){self.why and ': ' + self.why}"


def differences(old: Definition, new: Definition) -> list[Change]:
    """All changes, in the order of the declarations."""
    return [edit.change for edit in Comparison(old, new).edits]


def worst(changes: Iterable[Change]) -> str:
    """The class that a reload with these changes has as a whole; live when there are none."""
    return max((one.reload for one in changes), key=RELOAD_CLASSES.index, default=LIVE)


class Unit:
    """What waits as a whole where one part of it has to: an element of a list with all that is inside, a section but
    for such elements, or a setting of the instance. An action whose On is new and whose Do is old would be nobody's."""

    __slots__ = ("attribute", "edits", "is_element", "new", "now", "old", "why")

    def __init__(self, attribute: str, old: Definition | None, new: Definition | None, *, is_element: bool) -> None:
        self.attribute = attribute
        self.old = old
        self.new = new
        self.now = old
        """What there is after `Comparison.merged`; None when it is not there, or is no definition."""
        self.is_element = is_element
        self.edits: list[Edit] = []
        self.why = ""
        """Why its live changes wait; empty as long as they do not."""

    @property
    def is_whole(self) -> bool:
        """Whether elements of lists inside belong to it: it is one itself, or is added or removed with them."""
        return self.is_element or self.old is None or self.new is None

    @property
    def is_taken(self) -> bool:
        """Whether something of it is taken from the new configuration."""
        return any(edit.is_taken for edit in self.edits)

    @property
    def waiting(self) -> "list[Edit]":
        """What of it is not taken."""
        return [edit for edit in self.edits if not edit.is_taken]

    @property
    def name(self) -> str:
        """What reasons call it."""
        definition = self.new or self.old
        if definition is not None:
            return label(definition)
        return self.edits[0].change.path.rpartition("/")[2]


class Edit:
    """A change, and the unit that it belongs to; the order of a list belongs to none."""

    __slots__ = ("change", "unit")

    def __init__(self, change: Change, unit: Unit | None) -> None:
        self.change = change
        self.unit = unit

    @property
    def is_taken(self) -> bool:
        """Whether it takes place now."""
        return self.change.reload in (LIVE, RECONNECT) and not (self.unit and self.unit.why)


def label(definition: Definition) -> str:
    """What reasons call a definition: its kind and name, such as Queue 'Jobs' json; an action by its number."""
    if isinstance(definition, ActionDefinition):
        return definition.name
    name = name_of(definition)
    parts = (definition.element, name and repr(name), message_type_of(definition))
    return " ".join(part for part in parts if part)


class Comparison:
    """All differences between two definitions of one class.

    Sections and elements that are equal on both sides are in `unchanged`, as the old side has them.
    """

    def __init__(self, old: Definition, new: Definition) -> None:
        self.edits: list[Edit] = []
        """In the order of the declarations."""
        self.units: list[Unit] = []
        self.unchanged: list[Definition] = []
        self._root = self._pair(old, new, old.element, None)

    def merged(self) -> Definition:
        """The new configuration, but for edits that are not taken. What is equal to the old one is the old object."""
        merged = self._root.merged()
        assert merged is not None, "there is always a configuration"
        return merged

    def _pair(self, old: Definition, new: Definition, path: str, unit: Unit | None) -> "_Pair":
        parts: dict[str, _Part] = {}
        for option in new.declared:
            before, after = getattr(old, option.attribute), getattr(new, option.attribute)
            is_list = option.repeatable and option.holds_definitions
            if before == after:
                if unit is None or not unit.is_element:
                    self.unchanged += before if is_list else filter(None, [_definition(before)])
                continue
            if is_list:
                parts[option.attribute] = self._listing(option, before, after, path, unit)
                continue
            parts[option.attribute] = self._part(option, before, after, f"{path}/{option.xml}", new.place, unit)
        return _Pair(old, new, parts, unit)

    def _unit(
        self, option: Option, old: Definition | None, new: Definition | None, *, is_element: bool = False
    ) -> Unit:
        unit = Unit(option.attribute, old, new, is_element=is_element)
        self.units.append(unit)
        return unit

    def _part(
        self, option: Option, before: object, after: object, path: str, place: str, around: Unit | None
    ) -> "_Part":
        old, new = _definition(before), _definition(after)
        section = old or new
        if section is not None and (old is None or new is None) and _has_lists_only(type(section)):
            empty = type(section)().placed(section.place)
            old, new = old or empty, new or empty
            return _MissingSection(self._pair(old, new, path, around or self._unit(option, old, new)))
        unit = around or self._unit(option, old, new)
        if old is not None and new is not None and type(old) is type(new):
            return self._pair(old, new, path, unit)
        if not option.holds_definitions:
            texts = value_text(option, before), value_text(option, after)
            edits = [self._edit(path, CHANGED, option, *texts, place, unit)]
        else:
            edits = [self._removed(option, old, path, unit)] if old is not None else []
            edits += [self._added(option, new, path, unit)] if new is not None else []
        return _Setting(before, after, edits, unit if around is None else None)

    def _listing(
        self,
        option: Option,
        before: tuple[Definition, ...],
        after: tuple[Definition, ...],
        path: str,
        around: Unit | None,
    ) -> "_Listing":
        matches = matched(before, after)
        old_keys, new_keys = keys_of(before), keys_of(after)
        element = around if around is not None and around.is_element else None
        parts: dict[Match, _Part] = {}
        for match in matches:
            old, new = match.old, match.new
            if old == new:
                if element is None and old is not None:
                    self.unchanged.append(old)
                continue
            unit = element or self._unit(option, old, new, is_element=True)
            inside = f"{path}/{old_keys[match.old_place] if new is None else new_keys[match.new_place]}"
            if old is not None and new is not None:
                is_same = type(old) is type(new)
                parts[match] = self._pair(old, new, inside, unit) if is_same else self._other(old, new, inside, unit)
            elif new is not None:
                parts[match] = _Setting(old, new, [self._added(option, new, inside, unit)], unit)
            elif old is not None:
                parts[match] = _Setting(old, new, [self._removed(option, old, inside, unit)], unit)
        order: Edit | None = None
        if is_reordered(matches):
            order = self._edit(path, CHANGED, option, "other order", "new order", after[0].place, element)
        return _Listing(before, matches, parts, order)

    def _other(self, old: Definition, new: Definition, path: str, unit: Unit) -> "_Setting":
        """It is of another kind, with settings of its own: no better than the worst of what differs, and a restart."""
        differing = [
            one.reload for one in new.declared if getattr(old, one.attribute, None) != getattr(new, one.attribute)
        ]
        reload = max((RESTART, *differing), key=RELOAD_CLASSES.index)
        edit = Edit(Change(path, CHANGED, reload, old.element, new.element, new.place), unit)
        self.edits.append(edit)
        unit.edits.append(edit)
        return _Setting(old, new, [edit], unit)

    def _removed(self, option: Option, old: Definition, path: str, unit: Unit) -> Edit:
        return self._edit(path, REMOVED, option, name_of(old), "", old.place, unit)

    def _added(self, option: Option, new: Definition, path: str, unit: Unit) -> Edit:
        return self._edit(path, ADDED, option, "", name_of(new), new.place, unit)

    def _edit(self, path: str, kind: str, option: Option, old: str, new: str, place: str, unit: Unit | None) -> Edit:
        edit = Edit(Change(path, kind, option.reload, old, new, place), unit)
        self.edits.append(edit)
        if unit is not None:
            unit.edits.append(edit)
        return edit


def _has_lists_only(section: type[Definition]) -> bool:
    return all(one.repeatable and one.holds_definitions for one in section.declared)


def _definition(value: object) -> Definition | None:
    return value if isinstance(value, Definition) else None


class _Setting:
    """What is taken as a whole or not at all: a text, a section or element that is added or removed."""

    __slots__ = ("_edits", "_new", "_old", "_unit")

    def __init__(self, old: object, new: object, edits: list[Edit], unit: Unit | None) -> None:
        self._old = old
        self._new = new
        self._edits = edits
        self._unit = unit
        """The unit that this is all of."""

    def merged(self) -> object:
        """The value that there is."""
        value = self._new if all(edit.is_taken for edit in self._edits) else self._old
        if self._unit is not None:
            self._unit.now = _definition(value)
        return value


class _Pair:
    """A definition in its old and its new form."""

    __slots__ = ("_new", "_old", "_parts", "_unit")

    def __init__(self, old: Definition, new: Definition, parts: "dict[str, _Part]", unit: Unit | None) -> None:
        self._old = old
        self._new = new
        self._parts = parts
        self._unit = unit

    def merged(self) -> Definition:
        """The definition that there is: one of both, where it is equal."""
        kept = {one.attribute: getattr(self._old, one.attribute) for one in self._old.declared}
        values = kept | {attribute: part.merged() for attribute, part in self._parts.items()}
        is_old = all(values[attribute] is kept[attribute] for attribute in self._parts)
        found = self._old if is_old else self._new.with_values(**values)
        if self._unit is not None and self._unit.new is self._new:
            self._unit.now = found
        return found


class _MissingSection:
    """A section of lists that is missing in one of the two forms."""

    __slots__ = ("_pair",)

    def __init__(self, pair: _Pair) -> None:
        self._pair = pair

    def merged(self) -> Definition | None:
        """The section that there is; None where nothing is in it."""
        found = self._pair.merged()
        return found if any(getattr(found, one.attribute) for one in found.declared) else None


class _Listing:
    """A list of definitions."""

    __slots__ = ("_before", "_matches", "_order", "_parts")

    def __init__(
        self, before: tuple[Definition, ...], matches: list[Match], parts: "dict[Match, _Part]", order: Edit | None
    ) -> None:
        self._before = before
        self._matches = matches
        self._parts = parts
        self._order = order

    def merged(self) -> tuple[Definition, ...]:
        """The definitions that there are; the old tuple where nothing is taken."""

        def now(match: Match) -> Definition | None:
            part = self._parts.get(match)
            return match.old if part is None else _definition(part.merged())

        is_old_order = self._order is not None and not self._order.is_taken
        found = in_order(self._matches, now, is_old_order=is_old_order)
        is_old = len(found) == len(self._before) and all(map(is_, found, self._before))
        return self._before if is_old else found


_Part = _Setting | _Pair | _MissingSection | _Listing
