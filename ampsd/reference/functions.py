"""Functions of expressions: what each one gives, and which run."""

from functools import cache

from ampsd.expressions.aggregates import AGGREGATES, describe
from ampsd.expressions.functions.registry import ELSEWHERE, IF, find, functions
from ampsd.reference.entry import Entry, facts, paragraphs

_IF = "The second value when the first is true, otherwise the third; the other one is not looked at."


@cache
def expression_functions() -> tuple[Entry, ...]:
    """Every function that AMPS documents, by name."""
    names = {IF, *AGGREGATES, *ELSEWHERE, *(function.name for function in functions())}
    return tuple(_entry(name) for name in sorted(names))


def _entry(name: str) -> Entry:
    names = (name.lower(), f"{name.lower()}()")
    function = find(name)
    if name == IF:
        return Entry(name, names, paragraphs(_IF, facts(("Arguments", "3"))))
    if name in AGGREGATES:
        return Entry(name, names, paragraphs(describe(name), facts(("Arguments", "1"), ("Belongs", "in projections"))))
    if function is None:
        return Entry(name, names, "AMPS documents it; it does not run in this version.")
    most = "any number" if function.most > 100 else str(function.most)
    count = most if function.least == function.most else f"{function.least} to {most}"
    null = "" if function.takes_null or not function.most else "NULL for a NULL argument"
    unsteady = "" if function.is_deterministic else "may differ from call to call; not in filters of queues and views"
    return Entry(name, names, paragraphs(function.doc, facts(("Arguments", count), ("Result", null or unsteady))))
