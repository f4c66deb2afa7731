"""Elements to definitions, by what the declarations say: types, ranges, what is required, what is unknown.

Nothing stops at the first fault: what cannot be built is left out, and the rest goes on, so that one run tells all.
"""

from typing import TypeVar

from lxml import etree

from ampsd import limits
from ampsd.actions import module
from ampsd.actions.module import PREFIX, SPELLINGS, Do, If, On, kind_of
from ampsd.config import codes
from ampsd.config.advice import advice_on_element, did_you_mean, sole_meaning
from ampsd.config.finding import Finding, Fix, Rename, SetText, Span
from ampsd.config.module_options import ConfiguredModules, content_text
from ampsd.config.placed import Placed, Settings, Written
from ampsd.config.tree import EXTENSIONS, Source, children, tag_of, text_of
from ampsd.config.values import masked
from ampsd.declare import (
    ANY,
    MODULE_OPTIONS,
    NO_EFFECT,
    NOT_RUNNING,
    TUNING,
    ByModule,
    Definition,
    Kind,
    NotRunningError,
    Option,
    TextOr,
)
from ampsd.definitions.actions import ActionDefinition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.expressions.regex import compile_regex, is_regex

_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_ROOT_ATTRIBUTES = (f"{_SCHEMA_INSTANCE}noNamespaceSchemaLocation", f"{_SCHEMA_INSTANCE}schemaLocation")
_STEP_CLASSES: dict[str, type[Definition]] = {"On": On, "If": If, "Do": Do}
_FAULT_CODES = {"value": codes.BAD_VALUE, "expression": codes.BAD_EXPRESSION, "pattern": codes.BAD_PATTERN}

D = TypeVar("D", bound=Definition)


class Fault(Exception):  # noqa: N818 - never leaves this file
    """A setting without a value; the finding is made already."""


class TooManyErrors(Exception):  # noqa: N818 - named for what happened
    """The rest is not worth looking at. `span` is where looking ended."""

    def __init__(self, span: Span) -> None:
        super().__init__(str(span))
        self.span = span


class Builder:
    """Builds definitions and collects what is wrong with their elements."""

    def __init__(self, source: Source) -> None:
        self._source = source
        assert source.root is not None, "a source without a root has nothing to build"
        self._modules = ConfiguredModules(source.root)
        self._not_running = 0
        """How many elements around this one do not run: that is said once, of the outermost."""
        self.findings: list[Finding] = []
        self.faulty: dict[etree._Element, Finding] = {}
        """Elements with an error, and the first one of each."""
        self._placed: list[Placed[Definition]] = []
        self._by_place: dict[str, list[Placed[Definition]]] = {}
        self._unbuilt: list[type[Definition]] = []
        self._actions = 0

    @property
    def span(self) -> Span:
        """Where the whole configuration begins."""
        assert self._source.root is not None
        return self._source.span(self._source.root)

    def all_of(self, cls: type[D]) -> "list[Placed[D]]":
        """Every definition of the class that could be built, in the order of the file."""
        return [one for one in self._placed if isinstance(one.definition, cls)]  # type: ignore[misc]  # cls narrows it; mypy cannot say so

    def placed(self, definition: D) -> Placed[D]:
        """The place of a definition that was built here."""
        places = self._by_place[definition.place]
        return next(one for one in places if one.definition is definition)  # type: ignore[misc]  # cls of D by identity

    def has_unbuilt(self, cls: type[Definition]) -> bool:
        """Whether an element of the class could not be built, so that what refers to it cannot be judged."""
        return any(issubclass(one, cls) for one in self._unbuilt)

    def error(self, code: str, element: etree._Element, sentence: str, remedy: str, fix: Fix | None = None) -> None:
        """Something must be changed before a start."""
        finding = Finding(code, "error", self._source.span(element), sentence, remedy, fix)
        self.faulty.setdefault(element, finding)
        self.findings.append(finding)
        if len(self.faulty) >= limits.CONFIG_ERRORS_MAX:
            raise TooManyErrors(self._source.span(element))

    def remark(
        self, code: str, severity: str, element: etree._Element, sentence: str, remedy: str, fix: Fix | None = None
    ) -> None:
        """Something may be wrong (warning), or is good to know (info)."""
        self.findings.append(Finding(code, severity, self._source.span(element), sentence, remedy, fix))

    def build(self, element: etree._Element, cls: type[D]) -> D | None:
        """The definition that an element holds; None when it lacks something that it cannot be without."""
        self._check_shape(element)
        if issubclass(cls, ActionDefinition):
            self._actions += 1
        settings: Settings = {}
        seen: Written = {}
        by_name = {name: one for one in cls.declared for name in one.contents}
        for child in children(element):
            option = by_name.get(tag_of(child))
            if option is None:
                self._unknown(child, cls.element or tag_of(element), list(by_name))
                continue
            elements = seen.setdefault(option.attribute, [])
            elements.append(child)
            if len(elements) > 1 and not option.repeatable:
                self._repeated(child, elements[0])
                continue
            try:
                settings.setdefault(option.attribute, []).append((child, self._value(child, option)))
            except Fault:
                continue
        self._require(element, cls, seen)
        return self._made(element, cls, settings, seen)

    def _made(self, element: etree._Element, cls: type[D], settings: Settings, seen: Written) -> D | None:
        values: dict[str, object] = {}
        for option in cls.declared:
            given = [value for _, value in settings.get(option.attribute, ())]
            if given:
                values[option.attribute] = tuple(given) if option.repeatable else given[0]
            elif option.is_required:
                self._unbuilt.append(cls)
                return None
        definition = cls(**values)
        definition.placed(str(self._source.span(element)))
        if isinstance(definition, ActionDefinition):
            definition.numbered(self._actions)
        placed = Placed[Definition](definition, element, settings, seen, self._source)
        self._placed.append(placed)
        self._by_place.setdefault(definition.place, []).append(placed)
        return definition

    def _check_shape(self, element: etree._Element) -> None:
        """An element of elements: no text, no attributes."""
        self._check_attributes(element)
        text = text_of(element).strip()
        if text:
            shown = masked(text.split("\n")[0])[:40]
            before = next((child for child in children(element) if (child.tail or "").strip()), None)
            self.error(
                codes.STRAY_TEXT,
                element if before is None or (element.text or "").strip() else before,
                f"<{tag_of(element)}> holds the text {shown!r}, but only elements may stand there",
                "Remove the dots; they stand for what an example leaves out."
                if text in ("...", "\u2026")
                else "Remove it, or put it into the element that it belongs to.",
            )

    def _check_attributes(self, element: etree._Element) -> None:
        for name in map(str, element.attrib):
            if name in _ROOT_ATTRIBUTES and element.tag == InstanceDefinition.element:
                continue
            shown = etree.QName(name).localname
            self.error(
                codes.UNKNOWN_ATTRIBUTE,
                element,
                f"<{tag_of(element)}> has the attribute {shown}, which means nothing here",
                "Remove it; settings are elements, not attributes.",
            )

    def _unknown(self, child: etree._Element, inside: str, names: list[str]) -> None:
        namespace, _, name = str(child.tag).rpartition("}")
        namespace = namespace.removeprefix("{")
        if namespace == EXTENSIONS:
            self.error(
                codes.UNKNOWN_EXTENSION,
                child,
                f"ampsd:{name} is not known to this version inside <{inside}>",
                "Remove it.",
            )
        elif namespace:
            self.error(
                codes.FOREIGN_NAMESPACE,
                child,
                f"<{name}> is in the namespace {namespace}, which means nothing here",
                "Remove it, or its xmlns.",
            )
        else:
            sentence = f"<{name}> is not known inside <{inside}>"
            meant = sole_meaning(name, tuple(names))
            # A second element of a name may be one too many: that is for a person to judge.
            is_clear = meant and all(tag_of(other) != meant for other in child.itersiblings(preceding=True))
            is_clear = is_clear and all(tag_of(other) != meant for other in child.itersiblings())
            remedy = advice_on_element(name, inside, names)
            self.error(codes.UNKNOWN_ELEMENT, child, sentence, remedy, Rename(meant) if is_clear else None)

    def _repeated(self, child: etree._Element, first: etree._Element) -> None:
        again = f"<{tag_of(child)}>" if child.tag == first.tag else f"<{tag_of(child)}>, which is <{tag_of(first)}>,"
        self.error(
            codes.REPEATED,
            child,
            f"{again} stands here again; the first one is in line {self._source.span(first).line}",
            "Keep one; if both are meant, put what they hold into one." if len(child) else "Keep one.",
        )

    def _require(self, element: etree._Element, cls: type[Definition], seen: dict[str, list[etree._Element]]) -> None:
        for option in cls.declared:
            if option.is_required and option.attribute not in seen:
                self.error(
                    codes.MISSING,
                    element,
                    f"<{tag_of(element)}> lacks <{option.xml}>",
                    f"Add <{option.xml}>...</{option.xml}>: {option.doc}",
                )
        if any(option.kind is MODULE_OPTIONS for option in cls.declared):
            self._require_of_module(element)

    def _require_of_module(self, element: etree._Element) -> None:
        for option in self._modules.lacking(element):
            self.error(
                codes.MISSING,
                element,
                f"the module of <{tag_of(element)}> lacks <{option.xml}>",
                f"Add <{option.xml}>...</{option.xml}> to its Options, here or in Modules: {option.doc}",
            )

    def _value(self, child: etree._Element, option: Option) -> object:
        """The value of one setting. Raises Fault."""
        content = option.contents[tag_of(child)]
        self._remark_spelling(child, option)
        if isinstance(content, TextOr):
            content = content.definition if children(child) else content.text
        if isinstance(content, ByModule):
            built: object = self._step(child)
        elif content is MODULE_OPTIONS:
            return self._options(child, option)
        elif isinstance(content, Kind):
            return self._parsed(child, option, content)
        else:
            built = self._built(child, option, content)
        if built is None:
            raise Fault
        return built

    def _built(self, child: etree._Element, option: Option, cls: type[Definition]) -> Definition | None:
        """The definition inside an option's element. What does not run inside one that does not run is not told."""
        self._remark_support(child, option)
        is_running = NOT_RUNNING not in option.marks
        self._not_running += not is_running
        built = self.build(child, cls)
        self._not_running -= not is_running
        return built

    def _options(self, child: etree._Element, option: Option) -> object:
        """Options of the module that is named beside them; those of a foreign module are kept as a text."""
        parent = child.getparent()
        assert parent is not None, "options stand inside the element that names their module"
        cls = self._modules.options_of(parent)
        if cls is None:
            self._remark_support(child, option)
            return content_text(child)
        built = self._built(child, option, cls)
        if built is None:
            raise Fault
        return built

    def _remark_spelling(self, child: etree._Element, option: Option) -> None:
        name = tag_of(child)
        content = option.contents[name]
        usual = option.xml if isinstance(content, Kind | TextOr) else getattr(content, "element", name)
        if name != usual:
            self.remark(
                codes.OLD_SPELLING,
                "info",
                child,
                f"<{name}> is an older spelling of <{usual}>",
                f"Write <{usual}>.",
                Rename(usual),
            )

    def _parsed(self, child: etree._Element, option: Option, kind: Kind) -> object:
        if kind is ANY:
            self._remark_support(child, option)
            return content_text(child)
        inside = children(child)
        self._check_attributes(child)
        if inside:
            self.error(
                codes.STRAY_ELEMENT,
                inside[0],
                f"<{etree.QName(inside[0]).localname}> stands inside <{tag_of(child)}>, which holds text only",
                f"Write the text of <{tag_of(child)}> there: {option.doc}",
            )
            raise Fault
        try:
            value: object = kind.parse(text_of(child))
            if kind.fault == "pattern" and isinstance(value, str) and is_regex(value):
                compile_regex(value.encode())
        except NotRunningError as error:
            if not self._not_running:
                self.remark(codes.NOT_RUNNING, "error", child, f"<{tag_of(child)}>: {error}", error.remedy)
            return error.value
        except ValueError as error:
            reason = str(error).rstrip(".")
            self.error(
                _FAULT_CODES[kind.fault], child, f"<{tag_of(child)}>: {reason}", f"<{tag_of(child)}> is: {option.doc}"
            )
            raise Fault from error
        if value != option.default:
            self._remark_support(child, option)
        return value

    def _remark_support(self, child: etree._Element, option: Option) -> None:
        """What the marks of the option say; a setting that only repeats its default is left alone."""
        if self._not_running:
            return
        if NOT_RUNNING in option.marks:
            sentence = f"<{tag_of(child)}> is AMPS's, but does not run in this version"
            self.remark(codes.NOT_RUNNING, "error", child, sentence, option.advice)
        if NO_EFFECT in option.marks or TUNING in option.marks:
            severity = "warning" if NO_EFFECT in option.marks else "info"
            self.remark(
                codes.NO_EFFECT, severity, child, f"<{tag_of(child)}> changes nothing in this version", option.advice
            )

    def _step(self, element: etree._Element) -> Definition | None:
        """What an On, If or Do names by its Module, with its Options."""
        kind = tag_of(element)
        self._check_shape(element)
        found: dict[str, etree._Element] = {}
        for child in children(element):
            name = tag_of(child)
            if name not in ("Module", "Options"):
                self._unknown(child, kind, ["Module", "Options"])
            elif name in found:
                self._repeated(child, found[name])
            else:
                found[name] = child
        named = found.get("Module")
        if named is None:
            self.error(
                codes.MISSING, element, f"<{kind}> lacks <Module>", f"Add <Module>{PREFIX}{kind.lower()}-...</Module>."
            )
            return None
        self._check_attributes(named)
        cls = self._module(named, kind)
        if cls is None:
            return None
        options = found.get("Options")
        if options is None:
            options = etree.Element("Options")
            self._source.spans[options] = self._source.span(element)
        return self.build(options, cls)

    def _module(self, named: etree._Element, kind: str) -> type[Definition] | None:
        name = self._spelled(named, text_of(named).strip())
        cls = module.find(name)
        if cls is None:
            known = [one for one in module.names() if kind_of(one) == kind]
            meant = sole_meaning(name, tuple(known)) if name else ""
            self.error(
                codes.UNKNOWN_ACTION_MODULE,
                named,
                f"there is no module {name!r} for <{kind}>" if name else f"<{kind}> names no module",
                did_you_mean(name, known) or "All modules are listed in docs/reference/modules.md.",
                SetText(meant) if meant else None,
            )
            return None
        if not issubclass(cls, _STEP_CLASSES[kind]):
            self.error(
                codes.MISPLACED_ACTION_MODULE,
                named,
                f"{name} stands in <{kind}>, but is made for <{kind_of(name)}>",
                f"Write <{kind_of(name)}>, or name a module whose name begins with {PREFIX}{kind.lower()}-.",
            )
            return None
        if cls.not_running:
            sentence = f"{name} is AMPS's, but does not run in this version"
            self.remark(codes.NOT_RUNNING, "error", named, sentence, cls.not_running)
        return cls

    def _spelled(self, named: etree._Element, name: str) -> str:
        """The module that is meant: AMPS's documents spell some in two ways."""
        usual = SPELLINGS.get(name)
        if usual is None:
            return name
        self.remark(
            codes.OLD_SPELLING,
            "info",
            named,
            f"{name} is another spelling of {usual}",
            f"Write {usual}.",
            SetText(usual),
        )
        return usual
