"""One file's text to elements, each with its place. Both XML parsers see the file wrapped in an element of ours.

Expat goes first: it refuses what is not well-formed, too deep or too much, and tells line and column of every
element, which lxml lacks. Inside the wrapper no document type can be declared, so there are no entities to expand,
and a fragment may have several roots.
"""

import re
from xml.parsers import expat
from xml.parsers.expat import errors as expat_errors

from lxml import etree

from ampsd import limits
from ampsd.config import codes
from ampsd.config.decode import RefusedError, decode
from ampsd.config.finding import Finding, Replace, Span

_WRAPPER = "file"
RAW_VARIABLE = re.compile(r"<<[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*>>")
"""A <<NAME>> as AMPS's guide writes it; not well-formed XML."""
_STAND_IN = "\ufdd0"
"""Stands for the `<` of a raw <<NAME>> while the file is parsed; `decode` refuses files that hold it."""

_PARSER_OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_pis": True,
    "encoding": "utf-8",
}


class Document:
    """A parsed file: `wrapper` holds its nodes, `spans` and `comments` the place of each element and comment."""

    __slots__ = ("comments", "file", "findings", "size", "spans", "wrapper")

    def __init__(
        self,
        file: str,
        wrapper: etree._Element,
        spans: dict[etree._Element, Span],
        comments: dict[etree._Element, Span],
        findings: list[Finding],
        size: int,
    ) -> None:
        self.file = file
        self.wrapper = wrapper
        self.spans = spans
        self.comments = comments
        self.findings = findings
        self.size = size


def parse(data: bytes, file: str, *, depth: int = 0, elements: int = 0) -> Document:
    """A file's elements. `depth` and `elements` are those of the including files already. Raises RefusedError."""
    text = decode(data, file)
    tokens = _raw_tokens(text) if "<<" in text else []
    text = _stood_in(text, tokens)
    whole = f"<{_WRAPPER}>\n{text}\n</{_WRAPPER}>".encode()
    scan = _Scan(file, text, depth, elements)
    places = scan.run(whole)
    # XMLParser's stub does not take the options as keywords of one mapping.
    parser = etree.XMLParser(**_PARSER_OPTIONS)  # type: ignore[arg-type]  # lxml-stubs lack an option
    try:
        wrapper = etree.fromstring(whole, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise RefusedError(
            codes.MALFORMED,
            Span(file, max(1, line - 1), max(1, column)),
            f"the file cannot be read: {error.msg}",
            "Correct the XML at this place; no text may be longer than 10 million characters.",
        ) from error
    found = [node for node in wrapper.iter() if isinstance(node.tag, str)]
    assert len(found) == len(places), f"{file}: two parsers, {len(found)} and {len(places)} elements"
    comments = dict(zip(wrapper.iter(etree.Comment), scan.comments, strict=True))
    _trim(wrapper)
    if tokens:
        _restore_raw_tokens(wrapper)
    return Document(
        file, wrapper, dict(zip(found, places, strict=True)), comments, _warnings(file, text, tokens), len(text)
    )


def _trim(wrapper: etree._Element) -> None:
    """Take away the two line ends that the wrapper brought."""
    wrapper.text = (wrapper.text or "")[1:]
    if len(wrapper):
        wrapper[-1].tail = (wrapper[-1].tail or "")[:-1]
    else:
        wrapper.text = wrapper.text[:-1]


def _stood_in(text: str, tokens: "list[re.Match[str]]") -> str:
    """The text, of equal length, with the `<` of every token stood in for."""
    pieces: list[str] = []
    done = 0
    for token in tokens:
        pieces += (text[done : token.start()], _STAND_IN * 2)
        done = token.start() + 2
    return "".join(pieces) + text[done:]


def _warnings(file: str, text: str, tokens: "list[re.Match[str]]") -> list[Finding]:
    """One warning for each token."""
    findings: list[Finding] = []
    line, done = 1, 0
    for token in tokens:
        line += text.count("\n", done, token.start())
        done = token.start()
        name = token.group(1)
        findings.append(
            Finding(
                codes.RAW_VARIABLE,
                "warning",
                Span(file, line, done - text.rfind("\n", 0, done)),
                f"<<{name}>> is not well-formed XML; it is read as if it were escaped",
                f"Write {{{{{name}}}}}, &lt;&lt;{name}>> or <![CDATA[<<{name}>>]]>.",
                Replace(token.group(), f"{{{{{name}}}}}"),
            )
        )
    return findings


def _raw_tokens(text: str) -> "list[re.Match[str]]":
    """Every <<NAME>> outside comments, CDATA, processing instructions and tags. Looks at each character once."""
    found: list[re.Match[str]] = []
    position = text.find("<")
    while position >= 0:
        match = RAW_VARIABLE.match(text, position)
        if match is not None:
            found.append(match)
            end = match.end()
        else:
            end = end_of_markup(text, position)
        position = text.find("<", end) if end >= 0 else -1
    return found


_CLOSED_BY = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))
_TAG_PART = re.compile(r"[<>\"']")


def end_of_markup(text: str, start: int) -> int:
    """Where the markup that begins at `start` ends; -1 when it does not, and nothing after it can be told."""
    for opening, closing in _CLOSED_BY:
        if text.startswith(opening, start):
            end = text.find(closing, start + len(opening))
            return end + len(closing) if end >= 0 else -1
    position = start + 1
    while True:
        match = _TAG_PART.search(text, position)
        if match is None:
            return -1
        if match.group() == "<":
            return match.start()
        if match.group() == ">":
            return match.end()
        position = text.find(match.group(), match.end()) + 1
        if position == 0:
            return -1


def _restore_raw_tokens(wrapper: etree._Element) -> None:
    for node in wrapper.iter():
        if node.text and _STAND_IN in node.text:
            node.text = node.text.replace(_STAND_IN, "<")
        if node.tail and _STAND_IN in node.tail:
            node.tail = node.tail.replace(_STAND_IN, "<")


class _Scan:
    """The expat pass over one wrapped file."""

    def __init__(self, file: str, text: str, depth: int, elements: int) -> None:
        self._file = file
        self._text = text
        self._depth = depth
        self._elements = elements
        self._places: list[Span] = []
        self.comments: list[Span] = []
        """Places of all comments, in the order of the file."""
        self._open: list[tuple[str, int]] = []
        self._expat = expat.ParserCreate("utf-8", "}")
        self._expat.ordered_attributes = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CommentHandler = self._comment

    def run(self, whole: bytes) -> list[Span]:
        """Places of all elements in document order, the wrapper first. Raises RefusedError."""
        try:
            self._expat.Parse(whole, True)
        except expat.ExpatError as error:
            raise self._refusal(error) from error
        return self._places

    def _here(self) -> Span:
        return Span(self._file, max(1, self._expat.CurrentLineNumber - 1), self._expat.CurrentColumnNumber + 1)

    def _start(self, name: str, attributes: list[str]) -> None:
        here = self._here()
        self._places.append(here)
        self._open.append((name.rpartition("}")[2], here.line))
        if len(self._open) - 1 + self._depth > limits.CONFIG_DEPTH_MAX:
            raise RefusedError(
                codes.TOO_DEEP,
                here,
                f"elements are nested more than {limits.CONFIG_DEPTH_MAX} deep",
                "Close the elements that are open; no section of a configuration needs half of that.",
            )
        if len(self._places) - 1 + self._elements > limits.CONFIG_ELEMENTS_MAX:
            raise RefusedError(
                codes.TOO_MANY_ELEMENTS,
                here,
                f"the configuration has more than {limits.CONFIG_ELEMENTS_MAX} elements",
                "Split it over several instances.",
            )
        if len(attributes) // 2 > limits.CONFIG_ATTRIBUTES_MAX:
            raise RefusedError(
                codes.TOO_MANY_ATTRIBUTES,
                here,
                f"<{self._open[-1][0]}> has {len(attributes) // 2} attributes;"
                f" an element may have {limits.CONFIG_ATTRIBUTES_MAX}",
                "Remove them; settings are elements, not attributes.",
            )

    def _end(self, _: str) -> None:
        self._open.pop()

    def _comment(self, _: str) -> None:
        self.comments.append(self._here())

    def _refusal(self, error: expat.ExpatError) -> RefusedError:
        lines = self._text.split("\n")
        # The wrapper's own lines are none of the file's: an error after its end is at its end.
        line = max(1, min(error.lineno - 1, len(lines)))
        column = error.offset + 1 if line == error.lineno - 1 else len(lines[line - 1]) + 1
        span = Span(self._file, line, column)
        start = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
        if "<!DOCTYPE" in self._text[max(0, start - 9) : start + 10]:
            return RefusedError(
                codes.DOCTYPE,
                span,
                "the file has a DOCTYPE; document types and entities are refused",
                "Remove the DOCTYPE, and write the text of an entity in its place, or use ${NAME} or Include.",
            )
        sentence, remedy = self._words(error, start)
        return RefusedError(codes.MALFORMED, span, sentence, remedy)

    def _words(self, error: expat.ExpatError, start: int) -> tuple[str, str]:
        name, line = self._open[-1] if self._open else (_WRAPPER, 0)
        message = expat_errors.messages[error.code]
        if message == expat_errors.XML_ERROR_TAG_MISMATCH:
            return self._mismatch(name, line, start)
        if message in (expat_errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT, expat_errors.XML_ERROR_NO_ELEMENTS):
            return "an element is closed that was not opened", "Remove the closing tag, or open the element."
        if message == expat_errors.XML_ERROR_INVALID_TOKEN and self._is_in_comment(start):
            return "a comment holds --, which XML does not allow", "Write - - inside comments."
        return _WORDS.get(message, (f"the file is not well-formed: {message}", "Correct the XML at this place."))

    def _mismatch(self, name: str, line: int, start: int) -> tuple[str, str]:
        if start >= len(self._text):
            return f"the file ends, but <{name}> of line {line} is still open", f"Write </{name}> where it ends."
        if len(self._open) <= 1:
            return "an element is closed that was not opened", "Remove the closing tag, or open the element."
        return (
            f"<{name}> of line {line} is still open, but another element is closed here",
            f"Write </{name}> where it ends; names are case-sensitive.",
        )

    def _is_in_comment(self, start: int) -> bool:
        return self._text.rfind("<!--", 0, start) > self._text.rfind("-->", 0, start)


_ESCAPE = "Write &lt; for < and &amp; for & in text, or put the text into <![CDATA[...]]>; close every tag and quote."
_WORDS = {
    expat_errors.XML_ERROR_INVALID_TOKEN: ("the file is not well-formed here", _ESCAPE),
    expat_errors.XML_ERROR_UNCLOSED_TOKEN: ("a tag, quote or comment that begins here does not end", _ESCAPE),
    expat_errors.XML_ERROR_UNDEFINED_ENTITY: (
        "an entity is used that XML does not define",
        "XML knows &lt; &gt; &amp; &quot; and &apos;; write any other character itself, or ${NAME} for a variable.",
    ),
    expat_errors.XML_ERROR_DUPLICATE_ATTRIBUTE: ("an attribute stands twice in this tag", "Remove one of them."),
    expat_errors.XML_ERROR_UNBOUND_PREFIX: (
        "a prefix is used that is not declared",
        'Write xmlns:ampsd="urn:ampsd:config:1" in the AMPSConfig tag for elements of ampsd, or remove the prefix.',
    ),
    expat_errors.XML_ERROR_UNCLOSED_CDATA_SECTION: ("a CDATA section does not end", "Write ]]> where it ends."),
    expat_errors.XML_ERROR_BAD_CHAR_REF: (
        "a character reference names no character that XML allows",
        "Remove it; control characters cannot be written in XML.",
    ),
    expat_errors.XML_ERROR_MISPLACED_XML_PI: (
        "<?xml ...?> stands elsewhere than at the beginning",
        "Move it to the first line, or remove it.",
    ),
}
