"""Files and what they include, put together into one tree (User Guide, Including External Files)."""

import posixpath
from collections.abc import Callable, Mapping

from lxml import etree

from ampsd import limits, units
from ampsd.config import codes
from ampsd.config.decode import RefusedError
from ampsd.config.document import Document, parse
from ampsd.config.finding import Finding, Span
from ampsd.config.tree import Source, children, text_of
from ampsd.config.variables import filled_in

_INCLUDE = "Include"
_COMMENT_ATTRIBUTES = ("comment", "includeComment")
_THRESHOLD_DEFAULT = 5 << 20
_FATAL = (codes.EXPANDED_TOO_LARGE, codes.TOO_MANY_ELEMENTS)
"""Findings after which no further file is read."""

Read = Callable[[str], bytes]
"""Gives a file's bytes. Raises OSError."""


class Reader:
    """Reads files and puts what they include in its place."""

    def __init__(self, source: Source, read: Read, variables: Mapping[str, str], working_directory: str) -> None:
        self._source = source
        self._read = read
        self._variables = variables
        self._working_directory = working_directory
        self._threshold = _THRESHOLD_DEFAULT
        self._size = 0
        self._includes = 0
        self._has_comments = False

    def main(self, path: str) -> Document:
        """The file the instance is started with. Raises RefusedError."""
        try:
            data = self._read(path)
        except OSError as error:
            raise RefusedError(
                codes.UNREADABLE,
                Span(path, 1, 1),
                f"the file cannot be read: {_reason(error)}",
                "Name a file that exists and that this user may read.",
            ) from error
        self._source.contents[path] = data
        document = self._taken(parse(data, path))
        self._settings(document)
        self._splice(document, [self._identity(path)], 0)
        return document

    def _taken(self, document: Document) -> Document:
        self._source.files.append(document.file)
        self._source.spans.update(document.spans)
        self._source.comments.update(document.comments)
        self._source.findings.extend(document.findings)
        self._size += document.size
        return document

    def _settings(self, document: Document) -> None:
        """What the main file itself says of includes; wrong values are left to the declarations."""
        for root in children(document.wrapper):
            threshold = root.findtext("ConfigCycleDetectionThreshold")
            comments = root.findtext("ConfigIncludeCommentDefault")
            try:
                self._threshold = units.byte_size(threshold) if threshold else self._threshold
                self._has_comments = units.boolean(comments) if comments else False
            except ValueError:
                continue

    def _identity(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self._working_directory, path))

    def _splice(self, document: Document, chain: list[str], depth: int) -> None:
        """Replace every Include of a document. `chain` names the files on the way to it, `depth` its nesting."""
        for element in list(document.wrapper.iter(_INCLUDE)):
            inside = depth + sum(1 for _ in element.iterancestors()) - 1
            try:
                included = self._included(document, element, chain, inside)
            except RefusedError as error:
                if error.finding.code in _FATAL:
                    raise
                self._source.findings.append(error.finding)
                included = None
            _replace(element, included, self._is_commented(element))

    def _included(self, document: Document, element: etree._Element, chain: list[str], depth: int) -> Document:
        """What an Include stands for. Raises RefusedError."""
        span = document.spans[element]
        path, data = self._find(document.file, self._path(element, span), span)
        identity = self._identity(path)
        if identity in chain:
            names = " -> ".join(posixpath.basename(one) for one in [*chain[chain.index(identity) :], identity])
            raise RefusedError(
                codes.INCLUDE_CYCLE, span, f"the file includes itself: {names}", "Remove one of these Includes."
            )
        self._includes += 1
        if self._includes > limits.CONFIG_INCLUDES_MAX or len(chain) > limits.CONFIG_INCLUDE_DEPTH_MAX:
            raise RefusedError(
                codes.EXPANDED_TOO_LARGE,
                span,
                f"the configuration includes more than {limits.CONFIG_INCLUDES_MAX} files,"
                f" or more than {limits.CONFIG_INCLUDE_DEPTH_MAX} inside each other",
                "Look for files that include each other.",
            )
        self._source.contents[path] = data
        parsed = parse(data, path, depth=depth, elements=len(self._source.spans))
        if text_of(parsed.wrapper).strip() and not children(parsed.wrapper):
            # Otherwise a configuration could show what is in any file, as the value that some setting does not take.
            raise RefusedError(
                codes.INCLUDE_SHAPE,
                span,
                f"the included file {path} holds text, but no element",
                "Include files that hold elements; write a value itself, or take it from a variable with ${NAME}.",
            )
        included = self._taken(parsed)
        if self._size > self._threshold:
            raise RefusedError(
                codes.EXPANDED_TOO_LARGE,
                span,
                f"the configuration with its includes is larger than {self._threshold} bytes",
                "Look for files that include each other, or raise ConfigCycleDetectionThreshold.",
            )
        self._splice(included, [*chain, identity], depth)
        return included

    def _path(self, element: etree._Element, span: Span) -> str:
        wrong = [str(name) for name in element.attrib if name not in _COMMENT_ATTRIBUTES]
        text = text_of(element).strip()
        if children(element) or wrong or not text:
            raise RefusedError(
                codes.INCLUDE_SHAPE,
                span,
                f"Include has the attribute {wrong[0]}" if wrong else "Include holds no path, or more than a path",
                'Write <Include>PATH</Include>, or <Include comment="true">PATH</Include>.',
            )
        path, findings = filled_in(text, self._variables, span)
        if findings:
            self._source.findings.extend(findings[1:])
            first = findings[0]
            raise RefusedError(first.code, first.span, first.sentence, first.remedy)
        return path

    def _find(self, including: str, path: str, span: Span) -> tuple[str, bytes]:
        """The included file, sought beside the including one and then in the working directory."""
        near = posixpath.join(posixpath.dirname(including), path)
        far = posixpath.join(self._working_directory, path)
        try:
            return near, self._read(near)
        except OSError as error:
            if self._identity(near) != self._identity(far):
                try:
                    return far, self._read(far)
                except OSError:
                    pass
            raise RefusedError(
                codes.INCLUDE_UNREADABLE,
                span,
                f"the included file {near} cannot be read: {_reason(error)}",
                f"A relative path is sought beside the including file, then in {self._working_directory}.",
            ) from error

    def _is_commented(self, element: etree._Element) -> bool:
        for name in _COMMENT_ATTRIBUTES:
            text = element.get(name)
            if text is not None:
                try:
                    return units.boolean(text)
                except ValueError as error:
                    self._source.findings.append(
                        Finding(
                            codes.INCLUDE_SHAPE, "error", self._source.span(element), str(error), "Write true or false."
                        )
                    )
        return self._has_comments


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _replace(element: etree._Element, included: Document | None, is_commented: bool) -> None:
    """Put what a file holds in the place of its Include."""
    parent = element.getparent()
    assert parent is not None
    nodes: list[etree._Element] = []
    before = after = ""
    if included is not None:
        before = included.wrapper.text or ""
        nodes = list(included.wrapper)
        if is_commented:
            shown = text_of(element).strip().replace("--", "- -")
            start, end = etree.Comment(f" Start Include {shown} "), etree.Comment(f" End Include {shown} ")
            start.tail, before = before, ""
            nodes = [start, *nodes, end]
    after = element.tail or ""
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + before
    else:
        parent.text = (parent.text or "") + before
    element.tail = None
    for node in nodes:
        element.addprevious(node)
    parent.remove(element)
    if nodes:
        nodes[-1].tail = (nodes[-1].tail or "") + after
    elif previous is not None:
        previous.tail = (previous.tail or "") + after
    else:
        parent.text = (parent.text or "") + after
