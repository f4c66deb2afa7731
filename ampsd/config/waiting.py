"""What could change at once, but has to wait because of something else that waits for a restart.

What is new may need something that is not there yet, or is to be another one; what is gone may be needed by something
that stays; two may want one address. Then the unit waits as a whole, with the reason, and so does what depends on it in
its turn.

A transport opens with everything that guards it or not at all: while a certificate, an authentication or a module of
these waits, a new address would let in whom the file keeps out.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from ampsd.config.dependencies import (
    OF_SETTINGS,
    Need,
    Offer,
    address_of,
    excludes_itself,
    needs_of,
    parts_of,
    sow_name,
)
from ampsd.config.difference import Comparison, Unit, label
from ampsd.declare import Definition
from ampsd.definitions.transports import TransportDefinition

_GUARDS = ("authentication", "entitlement")
"""Settings of the instance that decide whom a transport lets in."""
_MADE_OF = ("module", "protocol", "message type")
"""What others are made of as they begin, so that they do not begin with one that is about to change."""
Holding = tuple[Unit, str]
"""A unit that has to wait, and why."""


def hold_back(comparison: Comparison, running: Definition, wanted: Definition) -> Definition:
    """Let wait in `comparison` what has to; returns the configuration there is then.

    It holds together where `running` and `wanted` do.
    """
    _hold_transports(comparison, running)
    bonds: _Bonds | None = None
    while True:
        now = comparison.merged()
        taken = [edit.is_taken for edit in comparison.edits]
        if all(taken) or not any(taken):
            return now
        bonds = bonds or _Bonds(comparison, running, wanted)
        holdings = [(unit, why) for unit, why in bonds.broken(now) if unit.is_taken]
        if not holdings:
            return now
        for unit, why in holdings:
            unit.why = unit.why or why


def _hold_transports(comparison: Comparison, running: Definition) -> None:
    """Nobody can listen on an address while another socket of ours has the port: both stay as they are, so that
    somebody listens there. The very same address is handed over."""
    present = [one for one in parts_of(running) if isinstance(one, TransportDefinition)]
    leaving = {unit.old: unit for unit in comparison.units if isinstance(unit.old, TransportDefinition)}
    for unit in comparison.units:
        address = address_of(unit.new) if isinstance(unit.new, TransportDefinition) else None
        if address is None or (unit.old is not None and address_of(unit.old) == address):
            continue
        for one in present:
            other = address_of(one)
            if other is not None and other != address and other.collides(address):
                unit.why = unit.why or f"{label(one)} has the port until a restart"
                if one in leaving:
                    leaving[one].why = leaving[one].why or f"{unit.name} waits for a restart"


class _Bonds:
    """What holds the parts of both configurations together."""

    def __init__(self, comparison: Comparison, running: Definition, wanted: Definition) -> None:
        self._unchanged = comparison.unchanged
        self._unchanged_needs = [(one, _needs(one, is_whole=True)) for one in self._unchanged]
        self._sides = [_Sides(unit) for unit in comparison.units]
        self._running = Offer(running)
        self._wanted = Offer(wanted)
        guards = filter(None, (getattr(wanted, attribute, None) for attribute in _GUARDS))
        self._guarding = [need for one in guards for need in needs_of(one)]

    def broken(self, now: Definition) -> Iterator[Holding]:
        """Units that keep `now`, the last thing that the comparison merged, from holding together."""
        yield from self._unmet(Offer(now))
        yield from self._unprepared()
        yield from self._claimed_twice()
        for one in self._sides:
            unit = one.unit
            if isinstance(unit.now, TransportDefinition) or (unit.now is not None and excludes_itself(unit.now)):
                for edit in unit.waiting[:1]:
                    yield unit, f"{edit.change.path.rpartition('/')[2]} waits for a restart"

    def _unmet(self, offer: Offer) -> Iterator[Holding]:
        lost, gained = _Index(), _Index()
        for one in self._sides:
            unit, present = one.unit, one.offer_now()
            gained.add(unit, one.new_offer, present)
            if unit.is_taken:
                lost.add(unit, one.old_offer, present)
                if unit.attribute in OF_SETTINGS:
                    lost.add_named(unit, OF_SETTINGS[unit.attribute])
        for definition, needs in self._unchanged_needs:
            for need in needs:
                if not offer.has(need) and self._running.has(need) and self._wanted.has(need):
                    yield from _removed(lost, need, label(definition))
        for one in self._sides:
            for need in _needs(one.unit.now, is_whole=one.unit.is_whole):
                if offer.has(need):
                    continue
                if need in one.old_needs:
                    if self._running.has(need) and (need not in one.new_needs or self._wanted.has(need)):
                        yield from _removed(lost, need, one.unit.name)
                elif self._wanted.has(need):
                    missing = gained.find(need)
                    yield one.unit, f"{missing.name if missing else need.kind} waits for a restart"

    def _unprepared(self) -> Iterator[Holding]:
        """What would begin with another module, protocol or message type than it is to have, or unguarded."""
        late = [one for one in self._sides if one.unit.waiting]
        made_of = {need: one.unit for one in late for need in one.new_offer.named if need.kind in _MADE_OF}
        guard = next((one.unit for one in late if one.unit.attribute in _GUARDS), None)
        if not made_of and guard is None:
            return
        for one in self._sides:
            if one.unit.now is None:
                continue
            if isinstance(one.unit.now, TransportDefinition):
                missing = next((made_of[need] for need in (*one.new_needs, *self._guarding) if need in made_of), guard)
            else:
                begun = (need for need in one.new_needs if need not in one.old_needs)
                missing = next((made_of[need] for need in begun if need in made_of), None)
            if missing is not None and missing is not one.unit:
                yield one.unit, f"{missing.name} waits for a restart"

    def _claimed_twice(self) -> Iterator[Holding]:
        """What is there now, and wants an address or a name in the SOW that another one has."""
        everything: list[_Claimant] = [(part, None) for one in self._unchanged for part in parts_of(one)]
        for one in self._sides:
            if one.unit.now is not None:
                everything += [(part, one.unit) for part in parts_of(one.unit.now, is_whole=one.unit.is_whole)]
        groups: dict[object, list[_Claimant]] = {}
        for part, unit in everything:
            address = address_of(part)
            for claim in (sow_name(part), None if address is None else address.port):
                if claim is not None:
                    groups.setdefault(claim, []).append((part, unit))
        for group in groups.values():
            for first, second in combinations(group, 2):
                if _collide(first[0], second[0]):
                    yield from _newer(first, second)
                    yield from _newer(second, first)


class _Sides:
    """What a unit needs and offers as it was and as it is to be."""

    __slots__ = ("new_needs", "new_offer", "old_needs", "old_offer", "unit")

    def __init__(self, unit: Unit) -> None:
        old, new, is_whole = unit.old, unit.new, unit.is_whole
        self.unit = unit
        self.old_needs = _needs(old, is_whole=is_whole)
        self.new_needs = _needs(new, is_whole=is_whole)
        self.old_offer = Offer(old, is_whole=is_whole)
        self.new_offer = Offer(new, is_whole=is_whole)

    def offer_now(self) -> Offer:
        """What it offers as it is now."""
        if self.unit.now is self.unit.old:
            return self.old_offer
        if self.unit.now is self.unit.new:
            return self.new_offer
        return Offer(self.unit.now, is_whole=self.unit.is_whole)


class _Index:
    """Units by what they offered, or will offer, and do not offer now."""

    __slots__ = ("_named", "_patterns")

    def __init__(self) -> None:
        self._named: dict[Need, Unit] = {}
        self._patterns: list[tuple[Unit, Offer, Offer]] = []

    def add(self, unit: Unit, offer: Offer, now: Offer) -> None:
        """A unit, what it offers at another time, and what now."""
        for need in offer.named:
            if need not in now.named:
                self.add_named(unit, need)
        if offer.has_patterns:
            self._patterns.append((unit, offer, now))

    def add_named(self, unit: Unit, need: Need) -> None:
        """A unit, and what it offers at another time, and not now."""
        self._named.setdefault(need, unit)

    def find(self, need: Need) -> Unit | None:
        """The first unit with what is needed."""
        patterned = (unit for unit, offer, now in self._patterns if offer.has(need) and not now.has(need))
        return self._named.get(need) or next(patterned, None)


_Claimant = tuple[Definition, Unit | None]


def _removed(lost: _Index, need: Need, name: str) -> Iterator[Holding]:
    """One unit that takes away what somebody needs; more may not be necessary."""
    unit = lost.find(need)
    if unit is not None:
        yield unit, f"{name} needs it until a restart"


def _needs(definition: Definition | None, *, is_whole: bool) -> dict[Need, None]:
    return {} if definition is None else dict.fromkeys(needs_of(definition, is_whole=is_whole))


def _collide(one: Definition, other: Definition) -> bool:
    first, second = address_of(one), address_of(other)
    return first is None or second is None or first.collides(second)


def _newer(claimant: _Claimant, other: _Claimant) -> Iterable[Holding]:
    """The claimant's unit, where it did not have what it claims before."""
    (definition, unit), name = claimant, label(other[0])
    if unit is None:
        return
    old = [] if unit.old is None else parts_of(unit.old, is_whole=unit.is_whole)
    if not any((address_of(one), sow_name(one)) == (address_of(definition), sow_name(definition)) for one in old):
        yield unit, f"{name} has the same {'name' if sow_name(definition) else 'address'} until a restart"
