"""A definition together with its place in the files, so that checks can point at it."""

from typing import Generic, TypeVar

from lxml import etree

from ampsd.config.finding import Finding, Span
from ampsd.config.tree import Source
from ampsd.declare import Definition

D_co = TypeVar("D_co", bound=Definition, covariant=True)
Settings = dict[str, list[tuple[etree._Element, object]]]
"""Option attribute -> the elements that set it, each with its value."""


class Placed(Generic[D_co]):
    """A definition, the element it was built from, and the element of each of its settings."""

    __slots__ = ("_settings", "_source", "definition", "element")

    def __init__(self, definition: D_co, element: etree._Element, settings: Settings, source: Source) -> None:
        self.definition = definition
        self.element = element
        self._settings = settings
        self._source = source

    def span(self, attribute: str = "") -> Span:
        """Where the setting is written; where it is not, the place of the definition."""
        found = self._settings.get(attribute)
        return self._source.span(found[0][0] if found else self.element)

    def error(self, code: str, attribute: str, sentence: str, remedy: str) -> Finding:
        """What must be changed before a start, at a setting."""
        return Finding(code, "error", self.span(attribute), sentence, remedy)

    def warning(self, code: str, attribute: str, sentence: str, remedy: str) -> Finding:
        """What is probably not meant, at a setting."""
        return Finding(code, "warning", self.span(attribute), sentence, remedy)

    def info(self, code: str, attribute: str, sentence: str, remedy: str) -> Finding:
        """What is good to know, at a setting."""
        return Finding(code, "info", self.span(attribute), sentence, remedy)
