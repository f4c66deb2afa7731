"""JUnit's XML, as CI servers read it: suites of cases, each of which passes or fails with a text."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a case failed: a sentence, what kind of failure it is, and the whole story."""

    message: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One test. `seconds` is empty where nobody measured."""

    class_name: str
    name: str
    failure: Failure | None = None
    seconds: str = "0"


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests that belong together; `output` is shown beside them. Texts must hold printable characters only."""

    name: str
    cases: Sequence[Case]
    output: str = ""
    seconds: str = "0"


def document(name: str, suites: Sequence[Suite]) -> str:
    """The whole document."""
    root = etree.Element("testsuites", name=name)
    for suite in suites:
        root.append(_suite(suite))
    root.set("tests", str(sum(len(one.cases) for one in suites)))
    root.set("failures", str(sum(case.failure is not None for one in suites for case in one.cases)))
    text: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return text.decode()


def _suite(suite: Suite) -> etree._Element:
    element = etree.Element("testsuite", name=suite.name)
    element.set("tests", str(len(suite.cases)))
    element.set("failures", str(sum(case.failure is not None for case in suite.cases)))
    element.set("errors", "0")
    element.set("skipped", "0")
    element.set("time", suite.seconds)
    for case in suite.cases:
        one = etree.SubElement(element, "testcase", classname=case.class_name, name=case.name, time=case.seconds)
        if case.failure is not None:
            failure = etree.SubElement(one, "failure", message=case.failure.message, type=case.failure.kind)
            failure.text = case.failure.text
    if suite.output:
        etree.SubElement(element, "system-out").text = suite.output
    return element
