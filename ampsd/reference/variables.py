"""Context variables: what each one holds, and which modules bring it."""

from functools import cache

from ampsd.actions import module
from ampsd.actions.variables import ALWAYS_SET, BYTE_DOC
from ampsd.reference.entry import Entry, facts, paragraphs


@cache
def variables() -> tuple[Entry, ...]:
    """Every documented variable: those of every action first, the others by name."""
    always = [_entry(name, doc, ["every action"]) for name, doc in ALWAYS_SET.items()]
    always.append(
        Entry(
            "AMPS_BYTE_XX",
            ("amps_byte_xx", *(f"amps_byte_{number:02x}" for number in range(256))),
            paragraphs(BYTE_DOC, facts(("Brought by", "every action"))),
        )
    )
    brought: dict[str, dict[str, list[str]]] = {}
    for name in module.names():
        cls = module.find(name)
        for variable, doc in cls.variables.items() if cls is not None else ():
            brought.setdefault(variable, {}).setdefault(doc, []).append(name)
    return (*always, *(_brought(variable, by_doc) for variable, by_doc in sorted(brought.items())))


def _entry(name: str, doc: str, by: list[str]) -> Entry:
    return Entry(name, (name.lower(), f"{{{{{name.lower()}}}}}"), paragraphs(doc, facts(("Brought by", ", ".join(by)))))


def _brought(name: str, by_doc: dict[str, list[str]]) -> Entry:
    """A variable may hold something a little different after another event."""
    if len(by_doc) == 1:
        ((doc, modules),) = by_doc.items()
        return _entry(name, doc, modules)
    lines = "\n".join(f"- {', '.join(modules)}: {doc}" for doc, modules in by_doc.items())
    return Entry(name, (name.lower(), f"{{{{{name.lower()}}}}}"), lines)
