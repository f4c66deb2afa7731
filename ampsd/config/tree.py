"""The expanded configuration: one tree over all files, and the place of every element."""

from lxml import etree

from ampsd.config.finding import Finding, Span


class Source:
    """An expanded configuration. Without a root, the findings say why."""

    __slots__ = ("comments", "contents", "files", "findings", "root", "spans", "written")

    def __init__(self) -> None:
        self.root: etree._Element | None = None
        self.spans: dict[etree._Element, Span] = {}
        self.comments: dict[etree._Element, Span] = {}
        """The place of every comment of the files."""
        self.findings: list[Finding] = []
        self.written: dict[etree._Element, str] = {}
        """What was written in elements whose text had ${NAME}."""
        self.files: list[str] = []
        """Every file that was taken in, in the order of reading."""
        self.contents: dict[str, bytes] = {}
        """What was read of each file, refused ones included."""

    def span(self, element: etree._Element) -> Span:
        """Where the element is written."""
        return self.spans[element]

    def text(self) -> str:
        """The configuration with includes and variables in their places."""
        return "" if self.root is None else etree.tostring(self.root, encoding="unicode")


EXTENSIONS = "urn:ampsd:config:1"
"""The namespace of settings that AMPS does not have; declarations write it as the prefix `ampsd:`."""


def tag_of(element: etree._Element) -> str:
    """The element's name as declarations and people write it."""
    tag = str(element.tag)
    prefix, _, name = tag.rpartition("}")
    return f"ampsd:{name}" if prefix == "{" + EXTENSIONS else tag


def children(element: etree._Element) -> list[etree._Element]:
    """The elements directly inside, comments left out."""
    return [child for child in element if isinstance(child.tag, str)]


def text_of(element: etree._Element) -> str:
    """The text directly inside, comments left out."""
    return (element.text or "") + "".join(child.tail or "" for child in element)
