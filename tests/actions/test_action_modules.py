"""The registry of modules, and what every module declares."""

import re

import pytest

from ampsd.actions import module
from ampsd.actions.module import Do, If, On
from ampsd.declare import Definition
from ampsd.engine.events import Event, InstanceStarted

OF_SOW = "topics of the SOW do not run yet"
OF_REPLICATION = "there is no replication yet"
NOT_RUNNING = {
    "on-connect-incoming-replication": OF_REPLICATION,
    "on-connect-replication": OF_REPLICATION,
    "on-disconnect-incoming-replication": OF_REPLICATION,
    "on-disconnect-replication": OF_REPLICATION,
    "on-downgrade-replication": OF_REPLICATION,
    "on-replication-resync-complete": OF_REPLICATION,
    "on-upgrade-replication": OF_REPLICATION,
    "do-disable-proxied-transfer": OF_REPLICATION,
    "do-downgrade-replication": OF_REPLICATION,
    "do-enable-proxied-transfer": OF_REPLICATION,
    "do-upgrade-replication": OF_REPLICATION,
    "on-alert": OF_SOW,
    "on-message-affinity": OF_SOW,
    "on-message-condition-timeout": OF_SOW,
    "on-oof-message": OF_SOW,
    "do-compact-sow": OF_SOW,
    "do-delete-sow": OF_SOW,
}
"""The modules whose subject does not run in this version, and what they say of it. All others run."""
BUILT = tuple(name for name in module.names() if name.removeprefix(module.PREFIX) not in NOT_RUNNING)


def test_these_modules_run() -> None:
    classes = {name: module.find(name) for name in module.names()}
    assert tuple(name for name, cls in classes.items() if cls is not None and not cls.not_running) == BUILT
    for name, subject in NOT_RUNNING.items():
        cls = classes[module.PREFIX + name]
        assert cls is not None
        assert subject in cls.not_running


@pytest.mark.parametrize("name", BUILT)
def test_every_module_is_found_under_its_name_and_documented(name: str) -> None:
    cls = module.find(name)
    assert cls is not None
    assert cls.module == name
    kind = {"on": On, "if": If, "do": Do}[module.short_name(name).partition("-")[0]]
    assert issubclass(cls, kind)
    assert "User Guide" in (cls.__doc__ or "") or "AMPS has none" in (cls.__doc__ or "")
    if issubclass(cls, On):
        assert issubclass(cls.event, Event)
    for one in cls.declared:
        assert one.doc.endswith(".")
        assert one.reload == "live"
        assert re.fullmatch("(ampsd:)?[A-Z][A-Za-z]+", one.xml)
    assert module.find(name) is cls


@pytest.mark.parametrize(
    "name",
    ["", "amps-action-do-shut-down", "on_startup", "amps-action-on_startup", "amps-action-../module", "os", "x" * 9999],
)
def test_other_names_are_not_found(name: str) -> None:
    assert module.find(name) is None


def test_a_module_must_be_named_for_its_kind() -> None:
    with pytest.raises(TypeError, match="amps-action-do-"):

        class Wrong(Do, module="amps-action-on-wrong"):
            """Named for another kind."""


def test_a_name_is_registered_once() -> None:
    module.find("amps-action-do-nothing")
    with pytest.raises(TypeError, match="registered twice"):

        class Again(Do, module="amps-action-do-nothing"):
            """A second one."""


def test_an_on_must_say_what_it_watches() -> None:
    with pytest.raises(TypeError, match="needs `event`"):

        class Blind(On, module="amps-action-on-blind"):
            """Watches nothing."""


def test_a_module_must_be_documented() -> None:
    with pytest.raises(TypeError, match="doc string"):

        class Silent(On, module="amps-action-on-silent"):
            event = InstanceStarted


def test_modules_are_definitions_with_values() -> None:
    cls = module.find("amps-action-on-publish-message")
    assert issubclass(cls, Definition)
    assert cls(topic="a", message_type="json") == cls(topic="a", message_type="json")
    assert cls(topic="a", message_type="json") != cls(topic="b", message_type="json")
