"""Options of modules in a configuration: whose they are, and what of them is lacking.

What class an Options element has depends on the Module beside it, and on what the Modules section says of that name.
The section may stand anywhere in the file, so it is looked at before anything is built.
"""

from collections.abc import Iterable

from lxml import etree

from ampsd.config.tree import children, text_of
from ampsd.declare import Definition, Option
from ampsd.definitions.module_options import MODULES_ENTRY, lacking, library_stem, options_class


class ConfiguredModules:
    """The entries of the Modules section: their shared objects, and the options that they set for every use."""

    __slots__ = ("_given", "_libraries")

    def __init__(self, root: etree._Element) -> None:
        self._libraries: dict[str, str] = {}
        self._given: dict[str, tuple[str, ...]] = {}
        for entry in root.iterfind(f"Modules/{MODULES_ENTRY}"):
            name = _text(entry, "Name")
            self._libraries.setdefault(name, library_stem(_text(entry, "Library")))
            self._given.setdefault(name, _names(entry))

    def options_of(self, element: etree._Element) -> type[Definition] | None:
        """The class of the Options inside `element`, which names a module; None when they are free."""
        if element.tag == MODULES_ENTRY:
            return options_class(MODULES_ENTRY, library_stem(_text(element, "Library")))
        name = _text(element, "Module")
        return options_class(str(element.tag), self._libraries.get(name, name))

    def lacking(self, element: etree._Element) -> Iterable[Option]:
        """Options that the module used in `element` needs, but has neither there nor in Modules."""
        cls = self.options_of(element)
        if cls is None or element.tag == MODULES_ENTRY:
            return ()
        return lacking(str(element.tag), cls, (*_names(element), *self._given.get(_text(element, "Module"), ())))


def content_text(element: etree._Element) -> str:
    """What an element that nobody looks into holds: its text and elements as XML, comments left out."""
    inside = [text_of(element).strip(), *(etree.tostring(one, encoding="unicode").strip() for one in children(element))]
    return "\n".join(part for part in inside if part)


def _text(element: etree._Element, name: str) -> str:
    child = element.find(name)
    return "" if child is None else text_of(child).strip()


def _names(element: etree._Element) -> tuple[str, ...]:
    """The elements inside the Options of `element`."""
    options = element.find("Options")
    return () if options is None else tuple(str(one.tag) for one in children(options))
