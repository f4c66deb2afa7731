"""One defect per file, and what is said about it: the comment at the end of each file tells what must be found."""

import re
from pathlib import Path

import pytest
from loading_setup import CONFIGS, load_disk

from ampsd.config import codes
from ampsd.config.finding import Finding

BAD = sorted((CONFIGS / "bad").glob("*.xml"))
_EXPECTED = re.compile(r"<!-- expected\n(.*?)\n-->\n\Z", re.DOTALL)

FOUND_ELSEWHERE = {
    codes.UNREADABLE: "test_hostile_files",
    codes.TOO_LARGE: "test_hostile_files",
    codes.EMPTY: "test_hostile_files",
    codes.BINARY: "test_hostile_files",
    codes.ENCODING: "test_hostile_files",
    codes.TOO_DEEP: "test_hostile_files",
    codes.TOO_MANY_ELEMENTS: "test_hostile_files",
    codes.TOO_MANY_ATTRIBUTES: "test_hostile_files",
    codes.SCHEMA: "test_schema",
    codes.FILLED_IN: "test_development",
}


def line_of(finding: Finding, path: Path) -> str:
    file = "" if finding.span.file == str(path) else f"{Path(finding.span.file).relative_to(path.parent)}:"
    return f"{finding.code} {finding.severity} {file}{finding.span.line}"


def expected(path: Path) -> list[str]:
    match = _EXPECTED.search(path.read_text())
    assert match is not None, f"{path} has no comment with what must be found"
    return match.group(1).split("\n")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_defect_gives_exactly_its_findings(path: Path) -> None:
    loading = load_disk(path)
    assert [line_of(finding, path) for finding in loading.findings] == expected(path)
    has_error = any(finding.severity == "error" for finding in loading.findings)
    assert (loading.model is None) == has_error


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
    assert len(loading.findings) == 9
    places = [(finding.span.line, finding.span.column) for finding in loading.findings]
    assert places == sorted(places)
    assert len(set(places)) == 9


def test_every_code_has_a_meaning_and_a_file() -> None:
    named = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}
    assert named == set(codes.MEANINGS)
    in_files = {line.split()[0] for path in BAD for line in expected(path)}
    assert in_files | set(FOUND_ELSEWHERE) == named
    assert not in_files & set(FOUND_ELSEWHERE)


def test_the_schema_adds_nothing_to_what_the_declarations_find() -> None:
    for path in BAD:
        assert codes.SCHEMA not in [finding.code for finding in load_disk(path).findings], path
