"""What to do about names that do not exist."""

import difflib
from collections.abc import Iterable
from functools import cache, lru_cache

from ampsd.declare import Definition, TextOr
from ampsd.definitions.instance import InstanceDefinition

_LISTED_MAX = 12
_NAME_MAX = 100
"""Longer names are like none: comparing takes time by the square of the length."""


def listed(names: Iterable[str]) -> str:
    """The names, separated by commas."""
    return ", ".join(names)


def did_you_mean(name: str, names: list[str]) -> str:
    """Did you mean ...? Empty when nothing is near."""
    near = _similar(name[:_NAME_MAX], tuple(names))
    return f"Did you mean {near}?" if near else ""


@lru_cache(maxsize=256)
def _similar(name: str, names: tuple[str, ...]) -> str:
    same = [one for one in names if one.lower() == name.lower()]
    near = same or difflib.get_close_matches(name, names, n=1, cutoff=0.7)
    return near[0] if near else ""


@lru_cache(maxsize=256)
def sole_meaning(name: str, names: tuple[str, ...]) -> str:
    """The one of the names that a misspelt one must mean; empty when none is near enough, or several are."""
    near = difflib.get_close_matches(name[:_NAME_MAX].lower(), {one.lower(): one for one in names}, n=2, cutoff=0.75)
    return next(one for one in names if one.lower() == near[0]) if len(near) == 1 else ""


def nearest(name: str, names: Iterable[str]) -> str:
    """Advice for a name that does not exist: the nearest one, or all that do."""
    known = list(names)
    return did_you_mean(name, known) or (f"Use one of: {listed(known)}." if known else "There is none.")


def advice_on_element(name: str, inside: str, names: list[str]) -> str:
    """What to do about an unknown element."""
    near = did_you_mean(name, names)
    if near:
        return near
    homes = [parent for parent, known in _homes().items() if name in known and parent != inside]
    if homes:
        return f"It belongs inside <{'>, <'.join(homes[:3])}>; move it there."
    if len(names) <= _LISTED_MAX:
        return f"Remove it; <{inside}> takes {listed(names)}." if names else f"Remove it; <{inside}> takes nothing."
    return "Remove it; the schema, ampsconfig.xsd, lists every element there is."


@cache
def _homes() -> dict[str, list[str]]:
    """Element -> names of the elements it takes; of several elements of one name, such as Topic, all of them."""
    found: dict[str, list[str]] = {}
    seen: list[type[Definition]] = [InstanceDefinition]
    for cls in seen:
        found.setdefault(cls.element, []).extend(name for option in cls.declared for name in option.contents)
        inside = (content for option in cls.declared for content in option.contents.values())
        for content in inside:
            nested = content.definition if isinstance(content, TextOr) else content
            if isinstance(nested, type) and nested not in seen:
                seen.append(nested)
    return found
