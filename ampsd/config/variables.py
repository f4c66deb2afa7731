"""${NAME} in texts and attributes (User Guide, Environment Variables in AMPS Configuration)."""

import re
from collections.abc import Mapping

from lxml import etree

from ampsd.config import codes
from ampsd.config.finding import Finding, Span
from ampsd.config.tree import Source

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def filled_in(text: str, variables: Mapping[str, str], span: Span) -> tuple[str, list[Finding]]:
    """The text with every ${NAME} replaced, and what is wrong with those that cannot be. Values are not looked into."""
    findings: list[Finding] = []

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in variables:
            return variables[name]
        if _VARIABLE_NAME.match(name):
            code, sentence = codes.UNDEFINED_VARIABLE, f"the variable ${{{name}}} is not defined"
            remedy = f"Set {name} in the environment, or start with -D{name}=VALUE."
        else:
            code, sentence = codes.BAD_VARIABLE, f"{match.group()!r} is not a variable"
            remedy = "Write ${NAME}: letters, digits and _, no blanks."
        findings.append(Finding(code, "error", span, sentence, remedy))
        return match.group()

    return _VARIABLE.sub(value, text), findings


def expand(root: etree._Element, source: Source, variables: Mapping[str, str]) -> None:
    """Fill in every text and attribute of a tree, but no comment. Faults become findings of the source."""

    def filled(text: str, element: etree._Element) -> str:
        span = source.span(element)
        value, findings = filled_in(text, variables, span)
        source.findings.extend(findings)
        if _NOT_XML.search(value) is None:
            return value
        sentence = "the value of a variable holds a character that XML does not allow"
        source.findings.append(Finding(codes.BAD_VARIABLE, "error", span, sentence, "Set the variable to plain text."))
        return text

    for node in root.iter():
        if isinstance(node.tag, str):
            if node.text and "${" in node.text:
                source.written[node] = node.text
                node.text = filled(node.text, node)
            for name, value in node.attrib.items():
                if "${" in str(value):
                    node.set(name, filled(str(value), node))
        parent = node.getparent()
        if node.tail and "${" in node.tail and parent is not None:
            node.tail = filled(node.tail, parent)
