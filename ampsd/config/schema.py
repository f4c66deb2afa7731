"""The XSD in two editions, generated from the declarations, and validation against it.

`ampsconfig.xsd` is XSD 1.1 and exact about what may stand where and how often; files are validated against it.
`ampsconfig-1.0.xsd` is for editors and other tools: it knows the same elements and values, but takes them in any
number. Options of On, If and Do are all that any module takes: which module takes what only the declarations say.
"""

import re
from copy import deepcopy
from functools import cache
from xml.sax.saxutils import escape, quoteattr

import xmlschema
from lxml import etree
from xmlschema.validators.identities import XsdFieldSelector, XsdSelector

from ampsd.actions import module
from ampsd.config.tree import EXTENSIONS
from ampsd.declare import (
    ANY,
    AT_LEAST_ONE,
    EXTENSION,
    MODULE_OPTIONS,
    NO_EFFECT,
    NOT_RUNNING,
    TUNING,
    ByModule,
    Definition,
    Kind,
    Option,
    TextOr,
)
from ampsd.definitions.defaults import default_text
from ampsd.definitions.instance import InstanceDefinition

FILE_NAME = "ampsconfig.xsd"
EDITOR_FILE_NAME = "ampsconfig-1.0.xsd"

_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_STEPS = {"On": "What sets off an action.", "If": "What lets an action go on.", "Do": "What an action does."}
_VARIABLE = r"[\s\S]*\$\{[^{}]*\}[\s\S]*"
"""Any text with a ${NAME}: what it will be is not known to an editor."""
_ANY_TYPE = "AnyContent"
_INCLUDE_TYPE = "IncludedFile"


def generate() -> dict[str, str]:
    """File name -> text, for both editions."""
    return {FILE_NAME: _Edition(is_exact=True).text(), EDITOR_FILE_NAME: _Edition(is_exact=False).text()}


def type_name(cls: type[Definition]) -> str:
    """The name of a definition's type: several elements may have one name, such as Topic, but no two classes."""
    return f"{cls.__name__.removesuffix('Definition')}Element"


def faults(root: etree._Element) -> list[tuple[etree._Element, str]]:
    """What the XSD 1.1 refuses: the element concerned, and the validator's words."""
    # xsi:type and xsi:nil would let a file choose how it is validated. The declarations refuse them.
    copy = deepcopy(root)
    etree.strip_attributes(copy, f"{{{_SCHEMA_INSTANCE}}}*")
    # The validator takes a comment inside a text for an element.
    etree.strip_tags(copy, etree.Comment)
    originals = dict(zip(copy.iter("*"), root.iter("*"), strict=True))
    found = []
    for error in _compiled().iter_errors(copy, use_location_hints=False):
        element = error.elem
        concerned = originals[element] if isinstance(element, etree._Element) else root
        found.append((concerned, " ".join((error.reason or "").split())))
    return found


@cache
def _compiled() -> xmlschema.XMLSchema11:
    # Ours has no identity constraints. Those of the meta-schema need no check, and the pattern for it takes 80 ms.
    XsdSelector.pattern = XsdFieldSelector.pattern = re.compile("")  # type: ignore[assignment]  # set by its own parser so
    # The text is ours and tested against the meta-schema; checking it again at every start would cost 50 ms.
    return xmlschema.XMLSchema11(_Edition(is_exact=True).text(), validation="skip", allow="none")


class _Edition:
    """One edition while it is written."""

    def __init__(self, *, is_exact: bool) -> None:
        self._is_exact = is_exact
        self._types: dict[str, str] = {}
        self._simple_types: dict[Kind, str] = {}

    def text(self) -> str:
        """The whole schema."""
        root = self._complex(InstanceDefinition)
        types = "\n".join(self._types[name] for name in sorted(self._types))
        version = "1.1" if self._is_exact else "1.0"
        versioning = (
            ' xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning" vc:minVersion="1.1"' if self._is_exact else ""
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<!-- AMPSConfig as ampsd reads it, XSD {version}. Written by `ampsd schema` from the declarations. -->\n"
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"{versioning}>\n'
            f'<xs:element name="{InstanceDefinition.element}" type="{root}">'
            f"{_doc(InstanceDefinition.__doc__ or '')}</xs:element>\n{self._fixed_types()}{types}\n</xs:schema>\n"
        )

    def _fixed_types(self) -> str:
        return (
            f'<xs:complexType name="{_ANY_TYPE}" mixed="true"><xs:sequence>'
            '<xs:any namespace="##any" processContents="skip" minOccurs="0" maxOccurs="unbounded"/>'
            '</xs:sequence><xs:anyAttribute namespace="##any" processContents="skip"/></xs:complexType>\n'
            f'<xs:complexType name="{_INCLUDE_TYPE}">'
            f"{_doc('A file whose content stands here, sought beside this one, then in the working directory.')}"
            '<xs:simpleContent><xs:extension base="xs:string">'
            '<xs:attribute name="comment" type="xs:string"/><xs:attribute name="includeComment" type="xs:string"/>'
            "</xs:extension></xs:simpleContent></xs:complexType>\n"
        )

    def _complex(self, cls: type[Definition], *, is_mixed: bool = False) -> str:
        """The name of a definition's type; a mixed one may hold a text instead of its elements."""
        name = type_name(cls)
        if name not in self._types:
            self._types[name] = ""
            elements = [part for option in cls.declared for part in self._elements(option, cls)]
            rules = [] if is_mixed else [rule for option in cls.declared if (rule := _rule(option))]
            self._types[name] = self._group(name, cls.__doc__ or "", elements, rules, is_mixed=is_mixed)
        return name

    def _elements(self, option: Option, cls: type[Definition]) -> list[str]:
        parts: list[str] = []
        usual, *others = option.contents
        if usual.startswith(EXTENSION):
            return parts  # in a namespace of their own: the schema lets any element of it stand here
        for name, content in option.contents.items():
            doc = _documentation(option)
            if isinstance(content, ByModule):
                kind, doc = self._step(name), _STEPS[name]
            elif isinstance(content, Kind):
                kind = self._simple(content, f"{type_name(cls).removesuffix('Element')}-{option.xml}")
                doc = doc if name not in others else f"Older spelling of {usual}. {doc}"
            elif isinstance(content, TextOr):
                kind = self._complex(content.definition, is_mixed=True)
            else:
                kind = self._complex(content)
                doc = content.__doc__ or ""
            parts.append(self._element(name, kind, doc, option.repeatable))
        return parts

    def _element(self, name: str, kind: str, doc: str, is_repeatable: bool) -> str:
        occurs = ""
        if self._is_exact:
            occurs = ' minOccurs="0"' + (' maxOccurs="unbounded"' if is_repeatable else "")
        return f'<xs:element name="{name}" type="{kind}"{occurs}>{_doc(doc)}</xs:element>'

    def _group(self, name: str, doc: str, elements: list[str], rules: list[str], *, is_mixed: bool = False) -> str:
        """A type of elements in any order; includes and extensions may stand among them."""
        include = self._element("Include", _INCLUDE_TYPE, "A file whose content stands here.", True)
        occurs = ' minOccurs="0" maxOccurs="unbounded"'
        extension = f'<xs:any namespace="{EXTENSIONS}" processContents="lax"{occurs if self._is_exact else ""}/>'
        inside = "\n".join([*elements, include, extension])
        body = f"<xs:all>\n{inside}\n</xs:all>" if self._is_exact else f"<xs:choice{occurs}>\n{inside}\n</xs:choice>"
        asserts = "".join(f"\n<xs:assert test={quoteattr(rule)}/>" for rule in rules) if self._is_exact else ""
        mixed = ' mixed="true"' if is_mixed else ""
        return f'<xs:complexType name="{name}"{mixed}>{_doc(doc)}{body}{asserts}</xs:complexType>'

    def _step(self, kind: str) -> str:
        """The type of an On, If or Do."""
        name = f"{kind}Element"
        if name not in self._types:
            modules = [one for one in module.names() if module.kind_of(one) == kind]
            spelled = [one for one, meant in module.SPELLINGS.items() if meant in modules]
            names = Kind(f"module of {kind}", str, choices=(*modules, *spelled))
            options = self._group(
                f"{kind}Options", f"Options of all modules of {kind}.", self._options(kind, modules), []
            )
            self._types[f"{kind}Options"] = options
            parts = [
                self._element(
                    "Module", self._simple(names, f"{kind}-Module", is_exact_case=True), "The module.", False
                ),
                self._element("Options", f"{kind}Options", "Its options.", False),
            ]
            self._types[name] = self._group(name, _STEPS[kind], parts, ["Module or Include"])
        return name

    def _options(self, step: str, modules: list[str]) -> list[str]:
        """Every option any of the modules takes; a string where modules differ."""
        found: dict[str, list[tuple[str, Option]]] = {}
        for name in modules:
            cls = module.find(name)
            for option in cls.declared if cls is not None else ():
                if option.xml.startswith(EXTENSION):
                    continue  # as in _elements
                found.setdefault(option.xml, []).append((name, option))
        return [self._shared_option(step, option, users) for option, users in sorted(found.items())]

    def _shared_option(self, step: str, name: str, users: list[tuple[str, Option]]) -> str:
        first = users[0][1].kind
        kind = "xs:string"
        if isinstance(first, Kind) and all(one.kind is first for _, one in users):
            kind = self._simple(first, f"{step}Options-{name}")
        doc = " ".join(f"{user}: {_documentation(one)}" for user, one in users)
        return self._element(name, kind, doc, True)

    def _simple(self, kind: Kind, key: str, *, is_exact_case: bool = False) -> str:
        """The name of a text's type, one for each kind; xs:string where any text is good."""
        if kind is ANY or kind is MODULE_OPTIONS:
            return _ANY_TYPE
        if not kind.choices and kind.pattern is None:
            return "xs:string"
        if kind in self._simple_types:
            return self._simple_types[kind]
        shown = kind.name if kind.choices else kind.name.split(",")[0]
        words = re.findall(r"[A-Za-z0-9]+", shown)
        name = key if kind.choices else "Text-" + "".join(word.capitalize() for word in words)
        self._simple_types[kind] = name
        spelled = kind.choices if is_exact_case else tuple(map(_any_case, kind.choices))
        pattern = kind.pattern or rf"\s*({'|'.join(spelled)})\s*"
        patterns = "".join(f"<xs:pattern value={quoteattr(one)}/>" for one in (pattern, _VARIABLE))
        restricted = f'<xs:restriction base="xs:string">{patterns}</xs:restriction>'
        if kind.choices:
            listed = "".join(f"<xs:enumeration value={quoteattr(word)}/>" for word in kind.choices)
            restricted = (
                f'<xs:union><xs:simpleType><xs:restriction base="xs:string">{listed}</xs:restriction></xs:simpleType>'
                f"<xs:simpleType>{restricted}</xs:simpleType></xs:union>"
            )
        text = f'<xs:simpleType name="{name}">{_doc(f"A {shown}.")}{restricted}</xs:simpleType>'
        assert self._types.setdefault(name, text) == text, f"two kinds are called {name}, but differ"
        return name


def _rule(option: Option) -> str:
    """What XSD 1.1 asserts of an option's elements: an Include may hold what is required."""
    if option.xml.startswith(EXTENSION):
        return ""
    names = " | ".join(option.contents)
    if option.repeatable:
        return f"{' or '.join(option.contents)} or Include" if AT_LEAST_ONE in option.marks else ""
    if option.is_required:
        return f"count({names}) = 1 or Include" if len(option.contents) > 1 else f"{names} or Include"
    return f"count({names}) le 1" if len(option.contents) > 1 else ""


def _documentation(option: Option) -> str:
    """An option's text, its default and what does not work."""
    words = [option.doc]
    if option.is_required:
        words.append("Required.")
    elif default_text(option):
        words.append(f"Default: {default_text(option)}.")
    if NOT_RUNNING in option.marks:
        words.append("Does not run in this version.")
    elif NO_EFFECT in option.marks or TUNING in option.marks:
        words.append("Changes nothing in this version.")
    return " ".join(words)


def _doc(text: str) -> str:
    return f"<xs:annotation><xs:documentation>{escape(' '.join(text.split()))}</xs:documentation></xs:annotation>"


def _any_case(word: str) -> str:
    return "".join(f"[{one.upper()}{one.lower()}]" if one.isalpha() else one for one in word)
