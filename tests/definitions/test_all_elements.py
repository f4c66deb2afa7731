"""Every element that AMPS documents is declared, once, as `element_facts.txt` says; and every declaration is whole."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsd.declare import (
    EXTENSION,
    NO_EFFECT,
    NOT_RUNNING,
    RELOAD_CLASSES,
    TUNING,
    ByModule,
    Definition,
    Kind,
    Option,
    TextOr,
)
from ampsd.definitions.defaults import default_text
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.module_options import known_modules, library_stem, options_class
from ampsd.definitions.modules import NEEDED

PLACES = ("Authentication", "Entitlement", "Authenticator", "KeyGenerator", "TransportFilter", "Module")


def classes_of(option: Option) -> list[type[Definition]]:
    """The definitions that may be inside an option's element, one for each usual name."""
    if isinstance(option.kind, TextOr):
        return [option.kind.definition]
    if isinstance(option.kind, tuple):
        return list(option.kind)
    return [option.kind] if isinstance(option.kind, type) else []


def declared(cls: type[Definition], path: str) -> Iterator[tuple[str, Option, tuple[str, ...]]]:
    """Path, option and other spellings of everything below a definition."""
    for option in cls.declared:
        inside = classes_of(option)
        if isinstance(option.kind, ByModule):
            for name in option.kind.elements:
                yield f"{path}{name}", option, ()
        elif isinstance(option.kind, Kind | TextOr):
            yield f"{path}{option.xml}", option, option.synonyms
        else:
            for one in inside:
                yield f"{path}{one.element}", option, one.synonyms
        for one in inside:
            name = option.xml if isinstance(option.kind, TextOr) else one.element
            yield from declared(one, f"{path}{name}/")


def module_classes() -> dict[str, type[Definition]]:
    found = {}
    for module in known_modules():
        classes = [cls for place in PLACES if (cls := options_class(place, module)) is not None]
        assert classes, module
        assert all(cls is classes[0] for cls in classes), module
        found[module] = classes[0]
    return found


def everything() -> list[tuple[str, Option, tuple[str, ...]]]:
    found = list(declared(InstanceDefinition, ""))
    for module, cls in module_classes().items():
        found += declared(cls, f"Options[{module}]/")
    return found


def facts() -> dict[str, list[str]]:
    lines = (Path(__file__).parent / "element_facts.txt").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if not line.startswith("#")]
    return {row[0]: row[1:] for row in rows}


FACTS = facts()
EVERYTHING = everything()
BY_PATH = {path: (option, synonyms) for path, option, synonyms in EVERYTHING}
STEPS = tuple(f"Actions/Action/{step}/{name}" for step in ("On", "If", "Do") for name in ("Module", "Options"))
"""What is inside steps is declared with the action modules."""
OTHER_NAME = "Options[libamps_id_chaining_generator]/"
"""The guide calls one shared object by two names."""


def test_every_documented_element_is_declared_and_no_other() -> None:
    assert [path for path in FACTS if path not in BY_PATH and path not in STEPS] == []
    extra = [path for path in BY_PATH if path not in FACTS and not path.startswith(OTHER_NAME)]
    assert extra == [], "give them a line in element_facts.txt"


def test_no_element_is_declared_twice() -> None:
    every = Counter(path for path, _, _ in EVERYTHING)
    every.update(f"{path.rpartition('/')[0]}/{name}" for path, _, synonyms in EVERYTHING for name in synonyms)
    assert [path for path, count in every.items() if count > 1] == []


@pytest.mark.parametrize("path", [path for path in FACTS if path not in STEPS])
def test_elements_are_declared_as_documented(path: str) -> None:
    required, repeatable, *spellings = FACTS[path]
    option, synonyms = BY_PATH[path]
    assert option.repeatable is (repeatable == "repeatable")
    assert list(synonyms) == spellings
    if required != "sometimes":
        assert (option.is_required or NEEDED in option.marks) is (required == "required")


@pytest.mark.parametrize("path", BY_PATH)
def test_every_option_has_its_text_its_reload_class_and_advice_on_its_marks(path: str) -> None:
    option, _ = BY_PATH[path]
    assert option.doc.strip().endswith("."), path
    assert len(option.doc) <= 200, f"{path}: one or two sentences"
    assert option.reload in RELOAD_CLASSES
    if option.marks & {NOT_RUNNING, NO_EFFECT, TUNING}:
        assert option.advice.endswith("."), path
    else:
        assert not option.advice, f"{path}: advice without a mark is never shown"


@pytest.mark.parametrize("path", [path for path, (option, _) in BY_PATH.items() if default_text(option)])
def test_defaults_are_what_their_texts_say(path: str) -> None:
    option, _ = BY_PATH[path]
    assert isinstance(option.kind, Kind)
    assert option.kind.parse(default_text(option)) == option.default


def test_what_does_not_run_is_marked_on_the_outermost_element_only() -> None:
    for path, option, _ in EVERYTHING:
        if NOT_RUNNING in option.marks:
            outer = [path[:at] for at in range(len(path)) if path[at] == "/"]
            marked = [one for one in outer if one in BY_PATH and NOT_RUNNING in BY_PATH[one][0].marks]
            assert not marked or "GroupLocalQueue" in path, f"{path}: {marked[0]} says it already"


def test_definitions_name_their_chapter() -> None:
    classes = [InstanceDefinition, *module_classes().values()]
    for cls in classes:
        for option in cls.declared:
            classes += [one for one in classes_of(option) if one not in classes]
    for cls in classes:
        if cls.element.startswith(EXTENSION):
            assert "AMPS" in (cls.__doc__ or ""), "what AMPS does without it"
            continue
        assert "User Guide, " in (cls.__doc__ or ""), cls.__name__


def test_modules_are_known_where_they_are_used() -> None:
    assert options_class("Authentication", "libamps_http_entitlement") is not None
    assert options_class("Entitlement", "libamps_http_entitlement") is not None
    assert options_class("Module", "libamps_http_entitlement") is not None
    assert options_class("Authenticator", "libamps_http_entitlement") is None
    assert options_class("Authentication", "mine") is None
    assert options_class("Module", "amps-default-authentication-module") is None
    assert options_class("Authentication", "libamps_udf_experimental") is None


@pytest.mark.parametrize(
    ("library", "stem"),
    [
        ("libamps_http_entitlement.so", "libamps_http_entitlement"),
        (" /opt/amps/lib/libamps_http_entitlement.so.5\n", "libamps_http_entitlement"),
        ("./mine", "mine"),
        ("", ""),
    ],
)
def test_shared_objects_are_known_by_their_stems(library: str, stem: str) -> None:
    assert library_stem(library) == stem
