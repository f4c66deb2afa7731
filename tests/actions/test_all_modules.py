"""Every action module that AMPS documents is declared with its options and variables, and nothing else is."""

from pathlib import Path

import pytest

from ampsd.actions import module
from ampsd.actions.module import EXTENSION_PREFIX, PREFIX, SPELLINGS, Do, If, On
from ampsd.actions.variables import ALWAYS_SET

FACTS = [
    [part.split() for part in line.split("|")]
    for line in (Path(__file__).parent / "action_facts.txt").read_text().splitlines()
    if not line.startswith("#")
]
NAMES = [name for (name,), *_ in FACTS]


def test_no_module_is_missing_and_none_is_too_many() -> None:
    own = [name for name in module.names() if name.startswith(EXTENSION_PREFIX)]
    assert sorted([*own, *(PREFIX + name for name in NAMES)]) == sorted(module.names())
    assert own == [f"{EXTENSION_PREFIX}do-reload", f"{EXTENSION_PREFIX}do-set-status"]
    assert len(NAMES) == 64


@pytest.mark.parametrize(("name", "options", "variables"), [(name, *rest) for (name,), *rest in FACTS], ids=NAMES)
def test_a_module_has_its_options_and_variables(name: str, options: list[str], variables: list[str]) -> None:
    cls = module.find(PREFIX + name)
    assert cls is not None
    declared = [one.xml + ("!" if one.is_required else "") + ("*" if one.repeatable else "") for one in cls.declared]
    assert sorted(declared) == sorted(options)
    assert sorted(cls.variables) == variables
    assert issubclass(cls, {"On": On, "If": If, "Do": Do}[module.kind_of(PREFIX + name)])
    assert all(doc.endswith(".") for doc in cls.variables.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_module_runs_or_says_what_to_do(name: str) -> None:
    cls = module.find(PREFIX + name)
    assert cls is not None
    if cls.not_running:
        assert cls.not_running.startswith("Remove")
        assert cls.not_running.endswith(".")
    elif issubclass(cls, On):
        assert cls.event is not None


def test_spellings_lead_to_modules() -> None:
    assert set(SPELLINGS.values()) <= set(module.names())
    assert not set(SPELLINGS) & set(module.names())


def test_variables_of_every_action_say_what_they_hold() -> None:
    assert all(name.startswith("AMPS_") and doc.endswith(".") for name, doc in ALWAYS_SET.items())
