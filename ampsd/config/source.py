"""Files to one tree: includes in their places, variables filled in, and the place of every element."""

import posixpath
from collections.abc import Mapping

from lxml import etree

from ampsd import version
from ampsd.config import codes
from ampsd.config.decode import RefusedError
from ampsd.config.document import Document
from ampsd.config.finding import Span
from ampsd.config.includes import Read, Reader
from ampsd.config.tree import Source, children, text_of
from ampsd.config.variables import expand

ROOT = "AMPSConfig"


def read_source(
    path: str, *, read: Read, environment: Mapping[str, str], working_directory: str, wraps: tuple[str, ...] = ()
) -> Source:
    """The configuration at `path`. `wraps` names elements that may stand without an AMPSConfig around them."""
    source = Source()
    full_path = posixpath.normpath(posixpath.join(working_directory, path))
    variables = dict(environment) | {
        "AMPS_CONFIG_DIRECTORY": posixpath.dirname(full_path),
        "AMPS_CONFIG_PATH": full_path,
        "AMPS_VERSION": version.AMPS_VERSION,
    }
    try:
        document = Reader(source, read, variables, working_directory).main(path)
        root = _root(document, wraps)
    except RefusedError as error:
        source.findings.append(error.finding)
        return source
    expand(root, source, variables)
    source.root = root
    return source


def _root(document: Document, wraps: tuple[str, ...]) -> etree._Element:
    roots = children(document.wrapper)
    if wraps and roots and all(root.tag in wraps for root in roots):
        document.wrapper.tag = ROOT
        document.wrapper.text = None
        return document.wrapper
    if len(roots) == 1 and roots[0].tag == ROOT and not text_of(document.wrapper).strip():
        roots[0].tail = None
        return roots[0]
    wrong = next((root for root in roots if root.tag != ROOT), roots[1] if len(roots) > 1 else None)
    span = Span(document.file, 1, 1) if wrong is None else document.spans[wrong]
    if not roots:
        sentence = "the file holds no element"
    elif wrong is None:
        sentence = "text stands beside the AMPSConfig element"
    elif wrong.tag == ROOT:
        sentence = "a second AMPSConfig begins here; a file holds one"
    elif etree.QName(wrong).localname == ROOT:
        sentence = f"<{ROOT}> is in the namespace {etree.QName(wrong).namespace}; it has none"
    else:
        sentence = f"<{etree.QName(wrong).localname}> stands where only one <{ROOT}> may"
    raise RefusedError(codes.ROOT, span, sentence, f"Put everything into one <{ROOT}>...</{ROOT}>.")
