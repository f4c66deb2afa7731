"""Action modules with their options, and the variables that they bring."""

from functools import cache

from ampsd.actions import module
from ampsd.actions.module import Step
from ampsd.config.values import NOTHING, value_text
from ampsd.declare import Kind, Option
from ampsd.reference.elements import PARSED, REFUSED, RUNS, support_of
from ampsd.reference.entry import Entry, cleaned, facts, paragraphs

_PREFIX = "amps-action-"


@cache
def modules() -> tuple[Entry, ...]:
    """Every action module: On, If, Do, each by name."""
    found = [(name, module.find(name)) for name in module.names()]
    return tuple(_module(name, cls) for name, cls in found if cls is not None)


def _module(name: str, cls: type[Step]) -> Entry:
    support = f"{REFUSED}. {cls.not_running}" if cls.not_running else RUNS
    options = "\n".join(_option(option) for option in cls.declared)
    variables = "\n".join(f"- `{{{{{variable}}}}}`: {doc}" for variable, doc in cls.variables.items())
    return Entry(
        name,
        (name, name.removeprefix(_PREFIX)),
        paragraphs(
            cleaned(cls.__doc__),
            f"Options:\n\n{options}" if options else "It takes no options.",
            f"Variables for later steps:\n\n{variables}" if variables else "",
            facts(("Support", support)),
        ),
    )


def _option(option: Option) -> str:
    kind = option.kind.name if isinstance(option.kind, Kind) else "elements"
    words = [kind]
    if option.is_required:
        words.append("required")
    elif (default := value_text(option, option.default)) != NOTHING:
        words.append(f"default {default}")
    if option.repeatable:
        words.append("may be repeated")
    support = support_of(option)
    note = "" if support == RUNS else f" {'Changes nothing' if support == PARSED else 'Does not run'} in this version."
    return f"- `{option.xml}` ({', '.join(words)}): {option.doc}{note}"
