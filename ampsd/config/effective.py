"""Every setting with the value it has in effect, and where that came from: a place in a file, a variable, a default."""

from dataclasses import dataclass

from lxml import etree

from ampsd.config.build import Builder
from ampsd.config.tree import Source, tag_of, text_of
from ampsd.config.values import MASK, name_of, value_text
from ampsd.declare import SECRET, Definition, Option

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row: `depth` counts the elements around it. A section has the name of its definition as its value."""

    depth: int
    element: str
    value: str
    origin: str
    """file:line:column, with the variables that made it, or "default"."""
    is_section: bool


def effective(source: Source, built: Builder, definition: Definition) -> list[Setting]:
    """All settings of the configuration, defaults included, in the order of the declarations."""
    listing = _Listing(source, built)
    listing.add(definition, definition.element, 0)
    return listing.rows


class _Listing:
    """The rows as they come."""

    def __init__(self, source: Source, built: Builder) -> None:
        self._source = source
        self._built = built
        self.rows: list[Setting] = []

    def add(self, definition: Definition, element: str, depth: int) -> None:
        """A section and everything in it."""
        placed = self._built.placed(definition)
        self._row(depth, element, name_of(definition), str(placed.span()), is_section=True)
        for option in definition.declared:
            if not placed.is_set(option.attribute):
                if not option.holds_definitions:
                    self._row(depth + 1, option.xml, value_text(option, option.default), DEFAULT)
                continue
            for node, value in placed.settings(option.attribute):
                if isinstance(value, Definition):
                    self.add(value, tag_of(node), depth + 1)
                else:
                    self._row(depth + 1, option.xml, _shown(option, node, value), self._origin(node))

    def _row(self, depth: int, element: str, value: str, origin: str, *, is_section: bool = False) -> None:
        self.rows.append(Setting(depth, element, value, origin, is_section))

    def _origin(self, node: etree._Element) -> str:
        written = self._source.written.get(node)
        place = str(self._source.span(node))
        return place if written is None else f"{place}, from {' '.join(written.split())}"


def _shown(option: Option, node: etree._Element, value: object) -> str:
    """What the file says, in its own words; the value where there are no words."""
    if SECRET in option.marks:
        return MASK
    return " ".join(text_of(node).split()) or value_text(option, value)
