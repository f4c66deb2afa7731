"""What every plan keeps to, for configurations by chance; and for classes by chance, as declarations may change."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest
from drawn_configurations import changed, every, faults, model, ordinary, pairs, rebuilt, rich
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ampsd.config.difference import Change, differences
from ampsd.config.reload_plan import Plan, plan_of
from ampsd.config.values import name_of
from ampsd.declare import Definition, Option
from ampsd.definitions.actions import ActionsDefinition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.sow import SowDefinition
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.definitions.transports import TransportsDefinition

SETTINGS = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
RECLASSED = [
    option
    for cls in (ActionsDefinition, SowDefinition, TransactionLogDefinition, TransportsDefinition)
    for option in cls.declared
    if option.holds_definitions
] + [
    option
    for option in InstanceDefinition.declared
    if option.holds_definitions and option.attribute != "message_type_section"
]
"""Lists and sections whose class may be any; living message types are made at a start, so they need a restart."""


@contextmanager
def classes(chosen: dict[Option, str]) -> Iterator[None]:
    before = {option: option.reload for option in chosen}
    try:
        for option, reload in chosen.items():
            option.reload = reload
        yield
    finally:
        for option, reload in before.items():
            option.reload = reload


def plain(changes: tuple[Change, ...]) -> list[Change]:
    """Without numbers: those of nameless definitions count what there is, and that is another list after a plan. Of
    several reasons to wait another may come first then."""
    found = [replace(one, path=re.sub(r" #\d+", "", one.path), why=one.why and "something") for one in changes]
    return sorted(found, key=lambda one: (one.path, one.kind, one.old, one.new, one.place))


def check(running: InstanceDefinition, wanted: InstanceDefinition) -> Plan:
    plan = plan_of(model(running, "running"), model(wanted, "wanted"))
    effective = plan.model.definition
    assert [(one.path, one.kind, one.old, one.new) for one in plan.changes] == [
        (one.path, one.kind, one.old, one.new) for one in differences(running, wanted)
    ]
    if plan.refusals:
        assert plan.model == model(running, "running")
        assert effective is running
        assert plan.applied == ()
        return plan
    assert len(plan.applied) + len(plan.pending) == len(plan.changes)
    assert (without_empty(effective) == without_empty(wanted)) == (not plan.pending)
    assert (effective is running) == (not plan.applied)
    assert faults(effective) == []
    check_again(plan, wanted)
    check_values(plan, running, wanted, effective)
    check_identity(running, effective)
    return plan


def check_again(plan: Plan, wanted: InstanceDefinition) -> None:
    """A second plan has nothing left but what is pending. Actions have no names, and may find other partners then."""
    again = plan_of(plan.model, model(wanted, "wanted"))
    if any("/Actions" in one.path for one in again.applied):
        assert faults(again.model.definition) == []
        return
    assert again.applied == ()
    left, pending = (
        [one for one in plain(changes) if "/Actions" not in one.path] for changes in (again.changes, plan.pending)
    )
    assert left == pending
    assert again.model.definition is plan.model.definition
    assert again.model.digest == plan.model.digest


def check_values(plan: Plan, running: Definition, wanted: Definition, effective: Definition) -> None:
    """Of class restart each setting has the running value; of class live the wanted one, unless something waits."""
    for option in running.declared:
        old, new, now = present(*(getattr(one, option.attribute) for one in (running, wanted, effective)))
        if option.holds_definitions and option.repeatable:
            for key, three in by_name(old, new, now).items():
                if len(three) == 3:
                    check_values(plan, *three)
                assert option.reload not in ("restart", "refused") or (key in by_name(old)) == (key in by_name(now))
        elif all(isinstance(one, Definition) and type(one) is type(old) for one in (old, new, now)):
            check_values(plan, old, new, now)
        elif option.reload in ("restart", "refused"):
            assert now == old, option.attribute
        elif any(one.why for one in plan.pending):
            assert now in (old, new)
        else:
            assert now == new, option.attribute


def present(*sections: object) -> Sequence[object]:
    """The same, but a section of lists alone that is missing is the same as an empty one."""
    found = next((one for one in sections if isinstance(one, Definition)), None)
    if found is None or not all(one.repeatable and one.holds_definitions for one in found.declared):
        return sections
    return [type(found)() if one is None else one for one in sections]


def without_empty(definition: InstanceDefinition) -> Definition:
    """The same, but where a section of lists alone is empty, it is missing."""
    attributes = [one.attribute for one in definition.declared]
    sections = {one: getattr(definition, one) for one in attributes}
    empty = {
        one: None for one, section in sections.items() if section is not None and present(section, None)[1] == section
    }
    return definition.with_values(**empty)


def by_name(*lists: tuple[Definition, ...]) -> dict[object, list[Definition]]:
    """Definitions with names by these, those of the first list first; none that have no name or share it."""
    found: dict[object, list[Definition]] = {}
    for one in lists:
        keys = [(type(each), name_of(each), getattr(each, "message_type", None)) for each in one]
        for key, each in zip(keys, one, strict=True):
            if key[1] and keys.count(key) == 1:
                found.setdefault(key, []).append(each)
    return found


def check_identity(running: InstanceDefinition, effective: InstanceDefinition) -> None:
    """What is equal is the same object, as often as there was one."""
    old = list(every(running))
    assert sum(one is running for one in old) == 1
    for attribute in ("queues", "transports", "actions", "logging_targets", "message_types"):
        before, after = getattr(running, attribute), getattr(effective, attribute)
        for one in after:
            equal = [each for each in before if each == one]
            copies = [each for each in after if each == one]
            same = [each for each in copies if any(each is original for original in equal)]
            assert len(same) >= min(len(equal), len(copies))


@SETTINGS
@given(pairs())
def test_every_plan_keeps_its_promises(drawn: tuple[InstanceDefinition, InstanceDefinition]) -> None:
    plan = check(*drawn)
    event("refused" if plan.refusals else "held back" if any(one.why for one in plan.pending) else plan.reload)


@SETTINGS
@given(pairs(), st.dictionaries(st.sampled_from(RECLASSED), st.sampled_from(("live", "reconnect", "restart"))))
def test_whatever_the_classes_are(
    drawn: tuple[InstanceDefinition, InstanceDefinition], chosen: dict[Option, str]
) -> None:
    with classes(chosen):
        plan = check(*drawn)
    event("refused" if plan.refusals else "held back" if any(one.why for one in plan.pending) else plan.reload)


@pytest.mark.parametrize("definition", [*rich(), *ordinary()], ids=lambda one: one.name)
def test_another_reading_of_the_same_is_no_difference(definition: InstanceDefinition) -> None:
    for wanted in (definition, rebuilt(definition)):
        plan = plan_of(model(definition), model(wanted, "wanted"))
        assert plan.changes == ()
        assert plan.model.definition is definition
        assert plan.text == "no difference"


@SETTINGS
@given(st.data())
def test_a_plan_there_and_back_is_nothing(data: st.DataObject) -> None:
    start = rich()[data.draw(st.integers(0, 1))]
    there = plan_of(model(start), model(data.draw(changed(start, 6))))
    back = plan_of(there.model, model(rebuilt(start)))
    if there.pending and any(one.why for one in there.pending):
        return  # what was held back may be what makes the way back possible only in part
    assert back.model.definition == start
