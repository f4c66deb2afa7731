"""A definition together with its place in the files, so that checks can point at it."""

from typing import Generic, TypeVar

from lxml import etree

from ampsd.config.finding import Span
from ampsd.config.tree import Source
from ampsd.declare import Definition

D_co = TypeVar("D_co", bound=Definition, covariant=True)
Settings = dict[str, list[tuple[etree._Element, object]]]
"""Option attribute -> the elements that set it, each with its value."""
Written = dict[str, list[etree._Element]]
"""Option attribute -> the elements that set it, those with a bad value too."""


class Placed(Generic[D_co]):
    """A definition, the element it was built from, and the element of each of its settings."""

    __slots__ = ("_settings", "_source", "_written", "definition", "element")

    def __init__(
        self, definition: D_co, element: etree._Element, settings: Settings, written: Written, source: Source
    ) -> None:
        self.definition = definition
        self.element = element
        self._settings = settings
        self._written = written
        self._source = source

    def span(self, attribute: str = "") -> Span:
        """Where the setting is written; where it is not, the place of the definition."""
        found = self._written.get(attribute)
        return self._source.span(found[0] if found else self.element)

    def is_set(self, attribute: str) -> bool:
        """Whether the file sets it, to whatever value, good or bad."""
        return attribute in self._written

    def spans(self, attribute: str) -> list[Span]:
        """Where each value of a repeatable setting is written, in their order."""
        return [self._source.span(element) for element, _ in self._settings.get(attribute, ())]

    def settings(self, attribute: str) -> list[tuple[etree._Element, object]]:
        """The elements that set it, each with its value, in their order."""
        return self._settings.get(attribute, [])
