"""The pages of docs/reference, and looking things up in them."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from ampsd.reference.codes import records, rules
from ampsd.reference.elements import elements
from ampsd.reference.entry import Entry
from ampsd.reference.functions import expression_functions
from ampsd.reference.modules import modules
from ampsd.reference.variables import variables

_NEAR_MAX = 5


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `entries` are made when they are asked for, once."""

    file: str
    title: str
    introduction: str
    entries: Callable[[], tuple[Entry, ...]]

    def text(self) -> str:
        """The page as Markdown."""
        head = (
            f"# {self.title}\n\n{self.introduction} Written by `ampsd reference`; `ampsd explain NAME` says the same.\n"
        )
        return "\n".join([head, *(entry.page_text() for entry in self.entries())])


PAGES = (
    Page("lint-rules.md", "Lint rules", "What `ampsd lint` finds, by code.", rules),
    Page("elements.md", "Elements", "Every element of an AMPSConfig.", elements),
    Page("modules.md", "Action modules", "Every module of On, If and Do.", modules),
    Page("variables.md", "Context variables", "What `{{NAME}}` in the options of an action may name.", variables),
    Page("functions.md", "Functions", "Functions of filters and conditions, by name.", expression_functions),
    Page("log-records.md", "Log records", "Every record that the daemon can log, by code.", records),
)


def look_up(name: str) -> list[Entry]:
    """Everything of that name: a code, an element or the end of its path, a module, a variable; in any case."""
    wanted = name.strip().lower()
    return [entry for page in PAGES for entry in page.entries() if wanted in entry.names]


def near(name: str) -> list[str]:
    """Names like one that is not there, the most similar first."""
    known = {one: entry.name for page in PAGES for entry in page.entries() for one in entry.names}
    found = difflib.get_close_matches(name.strip().lower(), known, n=_NEAR_MAX, cutoff=0.6)
    return list(dict.fromkeys(known[one] for one in found))
