"""The declaration language: one declaration per config element and per action module.

A `Definition` is a class whose attributes are `option()`s: from it come the XSD entry with its documentation,
parsing with units and positions, defaults, checks, the reload class and the typed object the program uses.

    class QueueDefinition(Definition, element="Queue", synonyms=("QueueDefinition",)):
        '''A message queue ...'''

        name: str = option(TOPIC, "Queue topic that consumers subscribe to.", synonyms=("Topic",))
        lease_period_ns: int | None = option(INTERVAL, "How long ...", default=None)

The XML name follows from the attribute's (`lease_period_ns` is `LeasePeriod`); odd ones say so with `xml=`.
A definition without a doc string, an option without text or with an unknown reload class fails at import.
The collector is our own: importing many such classes costs a quarter of what standard dataclasses cost.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar, dataclass_transform

from ampsd import units

RELOAD_CLASSES = ("live", "reconnect", "restart", "refused")
NOT_RUNNING = "not-running"
"""Mark of what AMPS documents and this version cannot do: using it is an error that says so."""
NO_EFFECT = "no-effect"
"""Mark of a setting that is read but changes nothing here: a warning, because the operator expects an effect."""
TUNING = "tuning"
"""Mark of a setting about speed or storage layout only that changes nothing here: an information."""
AT_LEAST_ONE = "at-least-one"
"""Mark of a repeatable option that must be there at least once."""
SECRET = "secret"  # noqa: S105 - the name of a mark
"""Mark of a password or key: it is masked wherever a configuration is shown."""
EXTENSION = "ampsd:"
"""How names of settings begin that AMPS does not have; in files they are in a namespace of their own."""
_UNIT_SUFFIXES = ("_ns", "_bytes")


class Required:
    """The default of an option that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = Required()


class NotRunningError(ValueError):
    """The text is right for AMPS, but names something that this version cannot do.

    `remedy` says what to write, `value` is what the text means, so that the rest can be understood.
    """

    def __init__(self, sentence: str, remedy: str, value: object) -> None:
        super().__init__(sentence)
        self.remedy = remedy
        self.value = value


class Kind:
    """The type of an option's text: a name for documents, the XSD pattern or enumeration, and the parser.

    With a pattern and choices, the choices are suggestions. `fault` tells checks what a text that does not parse is:
    a bad "value", "expression" or "pattern" (a regular expression).
    """

    __slots__ = ("choices", "fault", "name", "parse", "pattern")

    def __init__(
        self,
        name: str,
        parse: Callable[[str], Any],
        *,
        pattern: str | None = None,
        choices: tuple[str, ...] = (),
        fault: str = "value",
    ) -> None:
        self.name = name
        self.parse = parse
        self.pattern = pattern
        self.choices = choices
        self.fault = fault

    def __repr__(self) -> str:
        return f"Kind({self.name})"


def ranged(kind: Kind, low: int | None = None, high: int | None = None, *, text: str) -> Kind:
    """`kind` with bounds, in the kind's own unit; `text` names them for people, such as 'at least 1us'."""

    def parse(value: str) -> Any:
        number = kind.parse(value)
        if (low is not None and number < low) or (high is not None and number > high):
            raise ValueError(f"{value.strip()!r} is out of range: {text}")
        return number

    return Kind(f"{kind.name}, {text}", parse, pattern=kind.pattern, choices=kind.choices)


def one_of(
    *choices: str, aliases: dict[str, str] | None = None, not_running: tuple[str, ...] = (), instead: str = ""
) -> Kind:
    """One word of a list, in any case; `aliases` maps other spellings to a word of the list.

    Words of `not_running` are AMPS's too, but parse raises NotRunningError for them with the advice `instead`.
    """
    table = {word.lower(): word for word in choices} | {old.lower(): new for old, new in (aliases or {}).items()}
    missing = {word.lower(): word for word in not_running}

    def parse(value: str) -> str:
        text = value.strip()
        word = table.get(text.lower())
        if word is None and text.lower() in missing:
            word = missing[text.lower()]
            raise NotRunningError(f"{text!r} is AMPS's, but does not run in this version", instead, word)
        if word is None:
            raise ValueError(f"{text!r} is not one of {', '.join((*choices, *not_running))}")
        return word

    return Kind(" | ".join(choices), parse, choices=(*choices, *(aliases or {}), *not_running))


def words_of(*choices: str) -> Kind:
    """A comma list of words of a list; the value is a tuple in the list's order."""
    one = one_of(*choices)

    def parse(value: str) -> tuple[str, ...]:
        found = {one.parse(word) for word in value.split(",") if word.strip()}
        return tuple(word for word in choices if word in found)

    return Kind(f"comma list of {', '.join(choices)}", parse)


def _stripped(value: str) -> str:
    text = value.strip()
    if not text:
        raise ValueError("the text is empty")
    return text


_NUMBER = r"\s*[0-9]+(\.[0-9]+)?\s*[A-Za-z]*\s*"
_NOT_BLANK = r"[\s\S]*\S[\s\S]*"

TEXT = Kind("text", _stripped, pattern=_NOT_BLANK)
VERBATIM = Kind("text, kept as written", lambda value: value)
FREE_TEXT = Kind("text, may be empty", str.strip)
TOPIC = Kind("topic", _stripped, pattern=_NOT_BLANK)
TOPIC_OR_REGEX = Kind("topic or regular expression", _stripped, pattern=_NOT_BLANK, fault="pattern")
MESSAGE_TYPE = Kind("message type", _stripped, pattern=_NOT_BLANK)
EXPRESSION = Kind("expression", _stripped, pattern=_NOT_BLANK, fault="expression")
PATH = Kind("path", _stripped, pattern=_NOT_BLANK)
ANY = Kind("any content", lambda value: value)
"""An element whose content nobody looks at: options of a foreign module, sections that do not run yet."""
MODULE_OPTIONS = Kind("options of the module", lambda value: value)
"""An Options element whose children are those of the module that is named beside it."""
BOOLEAN = Kind(
    "boolean",
    units.boolean,
    pattern=r"\s*([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]"
    r"|[Ee][Nn][Aa][Bb][Ll][Ee][Dd]|[Dd][Ii][Ss][Aa][Bb][Ll][Ee][Dd]|1|0)\s*",
)
INTERVAL = Kind("interval", units.interval_ns, pattern=_NUMBER)
BYTES = Kind("size in bytes", units.byte_size, pattern=_NUMBER)
COUNT = Kind("whole number", units.count, pattern=_NUMBER)


class ByModule:
    """The kind of an On, If or Do: its Module names a definition whose options are the children of its Options."""

    __slots__ = ("elements",)

    def __init__(self, *elements: str) -> None:
        self.elements = elements


class TextOr:
    """The kind of an element that holds either a text or elements, such as the UnderlyingTopic of a View."""

    __slots__ = ("definition", "text")

    def __init__(self, text: Kind, definition: "type[Definition]") -> None:
        self.text = text
        self.definition = definition


class Option:
    """One setting of a definition: what the XSD, the documents, the parser and the checks need to know."""

    __slots__ = (
        "advice",
        "attribute",
        "default",
        "doc",
        "is_section",
        "kind",
        "marks",
        "reference",
        "refers_to",
        "reload",
        "repeatable",
        "synonyms",
        "xml",
    )

    def __init__(
        self,
        kind: "Kind | ByModule | TextOr | type[Definition] | tuple[type[Definition], ...]",
        doc: str,
        *,
        default: object = REQUIRED,
        xml: str | None = None,
        synonyms: Iterable[str] = (),
        repeatable: bool = False,
        reload: str = "restart",
        reference: str = "",
        refers_to: str | None = None,
        marks: Iterable[str] = (),
        advice: str = "",
    ) -> None:
        if not doc.strip():
            raise TypeError("an option needs its text")
        if reload not in RELOAD_CLASSES:
            raise TypeError(f"reload class {reload!r} is not one of {RELOAD_CLASSES}")
        self.attribute = ""
        self.kind = kind
        self.doc = doc
        self.default = default
        self.xml = xml or ""
        self.is_section = isinstance(kind, type)
        self.synonyms = tuple(synonyms)
        self.repeatable = repeatable
        self.reload = reload
        self.reference = reference
        self.refers_to = refers_to
        self.marks = frozenset(marks)
        self.advice = advice

    @property
    def is_required(self) -> bool:
        """Whether the element must be present."""
        return self.default is REQUIRED or AT_LEAST_ONE in self.marks

    @property
    def holds_definitions(self) -> bool:
        """Whether its values are definitions: sections, or steps of an action."""
        return not isinstance(self.kind, Kind | TextOr)

    @property
    def contents(self) -> "dict[str, Kind | ByModule | TextOr | type[Definition]]":
        """Every element name that fills this option, the usual ones first, and what is inside each."""
        if isinstance(self.kind, ByModule):
            return dict.fromkeys(self.kind.elements, self.kind)
        if isinstance(self.kind, Kind | TextOr):
            return dict.fromkeys((self.xml, *self.synonyms), self.kind)
        classes = self.kind if isinstance(self.kind, tuple) else (self.kind,)
        usual: dict[str, Kind | ByModule | TextOr | type[Definition]] = {cls.element: cls for cls in classes}
        return usual | {name: cls for cls in classes for name in cls.synonyms}

    def bind(self, attribute: str) -> None:
        """Name the option after the class attribute that holds it."""
        self.attribute = attribute
        if isinstance(self.kind, ByModule):
            self.xml = self.kind.elements[0]
        elif not isinstance(self.kind, Kind | TextOr):
            self.xml = next(iter(self.contents))
            self.synonyms = tuple(self.contents)[1:]
        elif not self.xml:
            stem = attribute
            for suffix in _UNIT_SUFFIXES:
                stem = stem.removesuffix(suffix)
            self.xml = "".join(part.capitalize() for part in stem.split("_"))


def option(
    kind: "Kind | ByModule | TextOr | type[Definition] | tuple[type[Definition], ...]",
    doc: str,
    *,
    default: Any = REQUIRED,
    xml: str | None = None,
    synonyms: Iterable[str] = (),
    repeatable: bool = False,
    reload: str = "restart",
    reference: str = "",
    refers_to: str | None = None,
    marks: Iterable[str] = (),
    advice: str = "",
) -> Any:
    """Declare one setting. `kind` is a Kind, a Definition (or several) for a nested element, or ByModule.

    A nested element is named by its Definition; several together keep the order of the file. A repeatable option's
    value is a tuple and its default is the empty tuple. `reload` says what a change of the setting costs: live,
    reconnect (of the clients concerned), restart, refused. `refers_to` names the kind of thing the text must name
    ("transport", "message type", "module"). `marks` are words that checks look for, and `advice` is the sentence that
    tells the operator what to do about a mark.
    """
    return Option(
        kind,
        doc,
        default=() if repeatable and default is REQUIRED else default,
        xml=xml,
        synonyms=synonyms,
        repeatable=repeatable,
        reload=reload,
        reference=reference,
        refers_to=refers_to,
        marks=marks,
        advice=advice,
    )


Self = TypeVar("Self", bound="Definition")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(option,))
class Definition:
    """Something that can be configured. Instances are immutable and compare by the value of their options."""

    element: ClassVar[str] = ""
    synonyms: ClassVar[tuple[str, ...]] = ()
    declared: ClassVar[tuple[Option, ...]] = ()
    """The options, in the order of the class."""
    place = ""
    """Where it was written, file:line:column, for reports; not part of its value."""

    def __init_subclass__(cls, *, element: str = "", synonyms: tuple[str, ...] = (), **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if not (cls.__doc__ or "").strip():
            raise TypeError(f"{cls.__name__} needs a doc string: it is the documentation users read")
        cls.element = element
        cls.synonyms = synonyms
        collected = {one.attribute: one for one in cls.declared}
        for attribute, value in list(vars(cls).items()):
            if isinstance(value, Option):
                value.bind(attribute)
                collected[attribute] = value
                delattr(cls, attribute)
        cls.declared = tuple(collected.values())

    def __init__(self, **values: Any) -> None:
        for one in self.declared:
            if one.attribute in values:
                object.__setattr__(self, one.attribute, values.pop(one.attribute))
            elif one.is_required:
                raise TypeError(f"{type(self).__name__} needs {one.attribute}")
            else:
                object.__setattr__(self, one.attribute, one.default)
        if values:
            raise TypeError(f"{type(self).__name__} has no {', '.join(values)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and all(
            getattr(self, one.attribute) == getattr(other, one.attribute) for one in self.declared
        )

    def placed(self: Self, place: str) -> Self:
        """The same, with its place in a file."""
        object.__setattr__(self, "place", place)
        return self

    def with_values(self: Self, **values: Any) -> Self:
        """The same with other values of some options; place and number stay. Raises TypeError as the class does."""
        made = type(self)(**{one.attribute: getattr(self, one.attribute) for one in self.declared} | values)
        for name, value in vars(self).items():
            if name not in vars(made):
                object.__setattr__(made, name, value)
        return made

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, one.attribute) for one in self.declared)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{one.attribute}={getattr(self, one.attribute)!r}" for one in self.declared)
        return f"{type(self).__name__}({shown})"
