"""Message type xml: elements and attributes, read by path (User Guide, Message Types; AMPS Expressions, Identifiers).

The first step of a path is the root element; an attribute is `@name`. An element with elements inside has no value of
its own. Document types are refused, and with them entities, before any of them is read.
"""

import re
from collections.abc import Collection, Sequence
from xml.parsers.expat import ExpatError, ParserCreate, errors
from xml.sax.saxutils import escape, quoteattr

from ampsd import limits
from ampsd.message_types.message_type import BodyError, Fields, NotBuildableError, Pair, Reader, Value, Values, inferred
from ampsd.message_types.tree import Leaf, Nested, Tree, TreeType, difference, nested

_TAG = re.compile(rb"""<(?>[^>"']|"[^"]*+"|'[^']*+')*+>""", re.DOTALL)
_TOO_DEEP = f"the body is nested deeper than {limits.BODY_DEPTH_MAX}"


def _parse(body: bytes, parser: object) -> None:
    """Run a parser over a body. Raises BodyError."""
    if len(body) > limits.BODY_VALUES_MAX and body.count(b"<") + body.count(b"=") > limits.BODY_VALUES_MAX:
        raise BodyError(f"the body has more than {limits.BODY_VALUES_MAX} tags and attributes")
    try:
        parser.Parse(body, True)  # type: ignore[attr-defined]  # expat's parsers have no type of their own
    except ExpatError as error:
        reason = errors.messages.get(error.code, str(error))
        raise BodyError(f"{reason}, line {error.lineno}, column {error.offset + 1}") from error
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise BodyError(str(error)) from error


def _no_document_type(*_: object) -> None:
    raise BodyError("a document type is not allowed")


class _Reading:
    """Collects the values of a body's elements and attributes by path, or of certain paths only."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        self._wanted = wanted
        self._path: list[str] = []
        self._paths: list[str] = [""]
        self._texts: list[list[str]] = []
        self._has_elements: list[bool] = [False]
        self.found: dict[str, list[Value]] = {}

    def read(self, body: bytes) -> dict[str, list[Value]]:
        """The values. Raises BodyError."""
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        _parse(body, parser)
        return self.found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._texts) >= limits.BODY_DEPTH_MAX:
            raise BodyError(_TOO_DEEP)
        path = f"{self._paths[-1]}/{name}"
        self._paths.append(path)
        self._texts.append([])
        self._has_elements[-1] = True
        self._has_elements.append(False)
        for key, value in attributes.items():
            self._add(f"{path}/@{key}", value)

    def _end(self, name: str) -> None:
        path = self._paths.pop()
        text = "".join(self._texts.pop())
        if not self._has_elements.pop():
            self._add(path, text)

    def _text(self, text: str) -> None:
        self._texts[-1].append(text)

    def _add(self, path: str, text: str) -> None:
        if self._wanted is None or path in self._wanted:
            self.found.setdefault(path, []).append(inferred(text.encode()))


class XmlFields(Fields):
    """The fields of one body, of which `wanted` were kept when it was parsed; for any other it is parsed again."""

    __slots__ = ("_body", "_found", "_wanted")

    def __init__(self, body: bytes, wanted: Collection[str] | None) -> None:
        self._body = body
        self._wanted = wanted
        self._found = _Reading(wanted).read(body)

    def read(self, path: str) -> Values:
        """The value at `/root/a` or `/root/a/@b`; a list where it stands several times."""
        if self._wanted is not None and path not in self._wanted:
            self._wanted = None
            self._found = _Reading(None).read(self._body)
        values = self._found.get(path)
        if values is None:
            return None
        return values[0] if len(values) == 1 else values


class _Element:
    """An element while it is read: where it starts, its attributes and what is inside."""

    __slots__ = ("attributes", "below", "name", "start")

    def __init__(self, name: str, start: int, attributes: dict[str, str]) -> None:
        self.name = name
        self.start = start
        self.attributes = attributes
        self.below: list[tuple[str, Leaf | Tree]] = []

    def tree(self) -> Tree:
        """Its attributes and elements by name; elements of one name are a Leaf, replaced as a whole."""
        found: Tree = {f"@{key}": Leaf(value.encode()) for key, value in self.attributes.items()}
        for name, one in self.below:
            other = found.get(name)
            if other is None:
                found[name] = one
            else:
                found[name] = Leaf(_element(name, other) + _element(name, one))
        return found


class _Trees:
    """Takes a body apart. Raises BodyError."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._open = [_Element("", 0, {})]
        self._parser = ParserCreate("utf-8")

    def tree(self) -> Tree:
        """The one root element by its name."""
        parser = self._parser
        parser.StartDoctypeDeclHandler = _no_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        _parse(self._body, parser)
        return self._open[0].tree()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > limits.BODY_DEPTH_MAX:
            raise BodyError(_TOO_DEEP)
        self._open.append(_Element(name, self._parser.CurrentByteIndex, attributes))

    def _end(self, name: str) -> None:
        element = self._open.pop()
        if element.below:
            made: Leaf | Tree = element.tree()
        else:
            raw = self._body[element.start : self._end_of(element)]
            made = Leaf(raw, raw.endswith(b"/>") and not element.attributes)
        self._open[-1].below.append((name, made))

    def _end_of(self, element: _Element) -> int:
        """Where an element without elements ends: with its only tag, or with the second."""
        match = _TAG.match(self._body, element.start)
        if match is not None and not match.group().endswith(b"/>"):
            match = _TAG.match(self._body, self._parser.CurrentByteIndex)
        if match is None:
            raise BodyError("a tag has no end")
        return match.end()


def _element(name: str, one: "Leaf | Tree") -> bytes:
    """An element as bytes; a Leaf is one already."""
    if isinstance(one, Leaf):
        return one.raw
    tag = name.encode()
    attributes = b"".join(
        b" %b=%b" % (key[1:].encode(), quoteattr(leaf.raw.decode()).encode())
        for key, leaf in one.items()
        if key.startswith("@") and isinstance(leaf, Leaf)
    )
    inside = b"".join(_element(key, below) for key, below in one.items() if not key.startswith("@"))
    return b"<%b%b>%b</%b>" % (tag, attributes, inside, tag)


def _text(value: Values) -> str:
    if value is None or isinstance(value, list):
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(int(value) if value is True else value)


def _built(name: str, value: "Values | Nested") -> str:
    if isinstance(value, list):
        return "".join(_built(name, one) for one in value)
    if not isinstance(value, dict):
        text = escape(_text(value))
        return f"<{name}>{text}</{name}>" if text else f"<{name}/>"
    attributes = "".join(
        f" {key[1:]}={quoteattr(_text(one))}"
        for key, one in value.items()
        if key.startswith("@") and not isinstance(one, dict)
    )
    inside = "".join(_built(key, one) for key, one in value.items() if not key.startswith("@"))
    return f"<{name}{attributes}>{inside}</{name}>"


class Xml(TreeType):
    """The message type xml."""

    __slots__ = ()

    def __init__(self, name: str = "xml") -> None:
        super().__init__(name)

    def fields(self, body: bytes) -> XmlFields:
        """Parse a body. Raises BodyError."""
        return XmlFields(body, None)

    def reader(self, paths: Sequence[str]) -> Reader:
        """Bodies are parsed whole, but only these paths are kept."""
        wanted = frozenset(paths)
        return lambda body: XmlFields(body, wanted)

    def build(self, pairs: Sequence[Pair]) -> bytes:
        """A document of one root element. Raises NotBuildableError."""
        root = nested(pairs)
        if len(root) != 1 or any(isinstance(value, list) for value in root.values()):
            raise NotBuildableError("an XML body has one root element: let all paths begin with the same step")
        written = "".join(_built(name, value) for name, value in root.items()).encode()
        try:
            self.fields(written)
        except BodyError as error:
            raise NotBuildableError(f"a name or a text is not allowed in XML: {error}") from error
        return written

    def tree(self, body: bytes) -> Tree:
        """The root element by its name; elements of one name are replaced together."""
        return _Trees(body).tree()

    def written(self, tree: Tree) -> bytes:
        """The document. Raises NotBuildableError where it has not one root."""
        if len(tree) != 1:
            raise NotBuildableError("an XML body has one root element")
        return b"".join(_element(name, one) for name, one in tree.items())

    def difference(self, old: bytes, new: bytes, always: Sequence[str] = ()) -> bytes:
        """The elements and attributes that changed; the root element alone where none did."""
        after = self.tree(new)
        changed = difference(self.tree(old), after, self.is_same, always)
        return self.written(changed or {name: {} for name in after})
