"""Elements of an AMPSConfig, by their path."""

import re
from collections.abc import Iterator
from functools import cache

from ampsd.config.values import NOTHING, value_text
from ampsd.declare import NO_EFFECT, NOT_RUNNING, TUNING, ByModule, Definition, Kind, Option, TextOr
from ampsd.definitions.instance import InstanceDefinition
from ampsd.reference.entry import Entry, cleaned, facts, paragraphs

RUNS = "runs"
PARSED = "parsed: it is read, and changes nothing in this version"
REFUSED = "refused: AMPS documents it, and this version refuses to start with it"

_CHAPTER = re.compile(r"\((User Guide, [^()]*)\)\.?\Z")
_RELOADS = {
    "live": "live: takes effect at once",
    "reconnect": "reconnect: the clients concerned connect again",
    "restart": "restart: takes effect with a restart",
    "refused": "refused: cannot be changed for what is stored already",
}


@cache
def elements() -> tuple[Entry, ...]:
    """Every element, in the order of the declarations."""
    root = InstanceDefinition
    entry = Entry(root.element, (root.element.lower(),), cleaned(root.__doc__))
    return (entry, *_inside(root, root.element, RUNS))


def support_of(option: Option, around: str = RUNS) -> str:
    """Whether what the option says takes effect: as its marks tell, but never better than what is around it."""
    if around != RUNS or not option.marks:
        return around
    if NOT_RUNNING in option.marks:
        return REFUSED
    return PARSED if option.marks & {NO_EFFECT, TUNING} else RUNS


def _inside(cls: type[Definition], path: str, around: str) -> Iterator[Entry]:
    for option in cls.declared:
        support = support_of(option, around)
        usual = next(iter(option.contents))
        for name, content in option.contents.items():
            here = f"{path}/{name}"
            if isinstance(content, type):
                if name == content.element:
                    yield _section(content, here, option, support)
                    yield from _inside(content, here, support)
            elif isinstance(content, TextOr):
                yield _setting(option, here, content.text, support, cls)
                yield from _inside(content.definition, here, support)
            elif isinstance(content, ByModule):
                yield Entry(here, _names(here, ()), option.doc)
            elif name == usual:
                yield _setting(option, here, content, support, cls)


def _setting(option: Option, path: str, kind: Kind, support: str, cls: type[Definition]) -> Entry:
    default = "required" if option.is_required else value_text(option, option.default)
    known = facts(
        ("Type", kind.name),
        ("Values", ", ".join(kind.choices)),
        ("Default", "" if default == NOTHING else default),
        ("May be repeated", "yes" if option.repeatable else ""),
        ("Other spellings", ", ".join(option.synonyms)),
        ("Names a", option.refers_to or ""),
        ("Reload", _RELOADS[option.reload]),
        ("Support", support),
        ("In this version", option.advice),
        ("Guide", option.reference or _chapter(cls)),
    )
    return Entry(path, _names(path, option.synonyms), paragraphs(option.doc, known))


def _section(cls: type[Definition], path: str, option: Option, support: str) -> Entry:
    inside = ", ".join(f"`{name}`" for one in cls.declared for name in list(one.contents)[:1])
    known = facts(
        ("Holds", inside),
        ("May be repeated", "yes" if option.repeatable else ""),
        ("Other spellings", ", ".join(cls.synonyms)),
        ("Support", support),
        ("In this version", option.advice),
    )
    return Entry(path, _names(path, cls.synonyms), paragraphs(cleaned(cls.__doc__), known))


def _names(path: str, synonyms: tuple[str, ...]) -> tuple[str, ...]:
    """Every end of the path, with each spelling of its last element."""
    parent, _, last = path.rpartition("/")
    steps = parent.split("/")
    ends = ["/".join(steps[number:]) for number in range(len(steps))]
    return tuple(
        one.lower() for name in (last, *synonyms) for one in (name, f"<{name}>", *(f"{end}/{name}" for end in ends))
    )


def _chapter(cls: type[Definition]) -> str:
    match = _CHAPTER.search(cleaned(cls.__doc__).split("\n")[0])
    return match.group(1) if match else ""
