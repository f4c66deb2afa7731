"""One defect per file, and what is said about it: the comment at the end of each file tells what must be found."""

import re
from pathlib import Path

import pytest
from loading_setup import CONFIGS, load_disk

from ampsd.config import codes
from ampsd.config.check import in_order
from ampsd.config.finding import Finding
from ampsd.config.model import is_understood
from ampsd.lint.profiles import Profile
from ampsd.lint.rule import all_rules
from ampsd.lint.suppressions import suppress

BAD = sorted((CONFIGS / "bad").glob("*.xml"))
_EXPECTED = re.compile(r"<!-- expected( strict)?\n(.*?)\n-->\n\Z", re.DOTALL)
STRICT_ONLY = {rule.code for rule in all_rules() if rule.is_strict_only}

FOUND_ELSEWHERE = {
    codes.UNREADABLE: "test_hostile_files",
    codes.TOO_LARGE: "test_hostile_files",
    codes.EMPTY: "test_hostile_files",
    codes.BINARY: "test_hostile_files",
    codes.ENCODING: "test_hostile_files",
    codes.TOO_DEEP: "test_hostile_files",
    codes.TOO_MANY_ELEMENTS: "test_hostile_files",
    codes.TOO_MANY_ATTRIBUTES: "test_hostile_files",
    codes.TOO_MANY_ERRORS: "test_hostile_files",
    codes.SCHEMA: "test_schema",
    codes.FILLED_IN: "test_development",
    "AC405": "test_baseline",
}


def line_of(finding: Finding, path: Path) -> str:
    file = "" if finding.span.file == str(path) else f"{Path(finding.span.file).relative_to(path.parent)}:"
    return f"{finding.code} {finding.severity} {file}{finding.span.line}:{finding.span.column}"


def found(path: Path) -> list[str]:
    """What the default profile says; of a file about a rule of the strict one, what only that says."""
    examination = load_disk(path, is_strict=is_strict(path))
    findings, _ = suppress(examination.source, examination.findings)
    if is_strict(path):
        findings = [one for one in findings if one.code in STRICT_ONLY]
    counted = in_order(Profile().applied(findings), examination.source.files)
    return [line_of(finding, path) for finding in counted]


def expectation(path: Path) -> "re.Match[str]":
    match = _EXPECTED.search(path.read_text())
    assert match is not None, f"{path} has no comment with what must be found"
    return match


def is_strict(path: Path) -> bool:
    return expectation(path).group(1) is not None


def expected(path: Path) -> list[str]:
    return expectation(path).group(2).split("\n")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_defect_gives_exactly_its_findings(path: Path) -> None:
    assert found(path) == expected(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_only_what_is_understood_has_a_model(path: Path) -> None:
    loading = load_disk(path)
    assert (loading.model is not None) == all(map(is_understood, loading.findings))
    assert loading.may_start == all(finding.severity != "error" for finding in loading.findings)


def test_there_are_enough_defects() -> None:
    assert len(BAD) >= 150


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_finding_says_what_to_do(path: Path) -> None:
    for finding in load_disk(path).findings:
        assert finding.sentence
        assert not finding.sentence.endswith(".")
        assert re.search(r"[.?]\Z", finding.remedy), finding


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_file_name_begins_with_the_code(path: Path) -> None:
    found = {line.split()[0].lower() for line in expected(path)}
    assert path.stem.split("-")[0] in found or path.stem == "several-faults"


def test_several_faults_of_one_file_are_all_found_once_in_its_order() -> None:
    loading = load_disk(CONFIGS / "bad" / "several-faults.xml")
    assert len(loading.findings) >= 9
    places = [(finding.span.line, finding.span.column) for finding in loading.findings]
    assert places == sorted(places)
    assert len(set(places)) == 9


def test_every_rule_has_a_file() -> None:
    in_files = {line.split()[0] for path in BAD for line in expected(path)}
    assert in_files | set(FOUND_ELSEWHERE) == {rule.code for rule in all_rules()}
    assert not in_files & set(FOUND_ELSEWHERE)


def test_the_schema_adds_nothing_to_what_the_declarations_find() -> None:
    for path in BAD:
        assert codes.SCHEMA not in [finding.code for finding in load_disk(path).findings], path
