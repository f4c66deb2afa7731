"""Every form of report, judged by its own schema, whatever a file holds."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_setup import TRANSPORT, examine_files
from lxml import etree
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

from ampsd.config.finding import Finding, Rename, Span
from ampsd.lint.profiles import Profile
from ampsd.lint.reports import github, junit, sarif, text
from ampsd.lint.reports import json as json_form
from ampsd.lint.reports.report import Linted, Report
from ampsd.lint.suppressions import suppress

REPOSITORY = Path(__file__).parent.parent.parent
FINDING_SCHEMA = json.loads((REPOSITORY / "schemas" / "finding.schema.json").read_text())
JUNIT_SCHEMA = etree.XMLSchema(file=str(Path(__file__).parent / "junit.xsd"))
FILES = {
    "conf/config.xml": f"""<AMPSConfig>
  <Name>Test</Name>
  <Descripton>misspelt</Descripton>
  {TRANSPORT}
  <Include>part.xml</Include>
  <RegexTopicSupport>false</RegexTopicSupport>
</AMPSConfig>
""",
    "conf/part.xml": """<Logging>
\t<!-- ampsd-lint disable=no-level reason="by hand" -->
\t<Target><Protocol>stdout</Protocol></Target>
\t<Target><Protocol>nowhere</Protocol></Target>
</Logging>
""",
}


def linted(files: "dict[str, str | bytes]", path: str) -> Linted:
    examination = examine_files(files, path)
    findings, suppressed = suppress(examination.source, examination.findings)
    return Linted(path, tuple(Profile().applied(findings)), tuple(suppressed), 0, examination.source.contents)


REPORT = Report((linted(FILES, "conf/config.xml"),), "/srv")


def test_text_shows_the_line_with_a_caret_and_the_remedy() -> None:
    shown = text.render(REPORT)
    assert (
        "conf/config.xml:3:3: error: <Descripton> is not known inside <AMPSConfig> [AC101 unknown-element]\n"
        "  3 |   <Descripton>misspelt</Descripton>\n"
        "    |   ^\n"
        "  Did you mean Description?\n"
        "  --fix can do it.\n"
    ) in shown
    assert "conf/part.xml:4:10: error:" in shown
    assert "  4 |  <Target><Protocol>nowhere</Protocol></Target>\n    |          ^\n" in shown
    assert shown.endswith(
        "2 errors, 1 warning in 1 configuration; 1 can be fixed with --fix; 1 suppressed by comments\n"
    )


def test_colours_are_asked_for() -> None:
    assert "\x1b[" not in text.render(REPORT)
    assert "\x1b[1;31merror\x1b[0m" in text.render(REPORT, has_colour=True)


def test_a_long_line_is_cut_around_the_caret() -> None:
    long = f"<AMPSConfig><Name>{'a' * 400}</Name><Nothing/>{'b' * 400}</AMPSConfig>"
    shown = text.render(Report((linted({"config.xml": long}, "config.xml"),)))
    excerpts = [line for line in shown.splitlines() if line.startswith("  1 | ")]
    assert excerpts
    for line in excerpts:
        assert len(line) < 130
    caret = next(line for line in shown.splitlines() if line.endswith("^") and len(line) > 20)
    assert excerpts[-1][caret.index("^") :].startswith(("<Nothing", "b"))


def test_nothing_of_a_file_that_is_no_text_is_shown() -> None:
    shown = text.render(Report((linted({"config.xml": b"\x7fELF\x00secret"}, "config.xml"),)))
    assert "AC004" in shown
    assert "secret" not in shown


def test_json_fits_its_schema() -> None:
    document = json.loads(json_form.render(REPORT))
    jsonschema.Draft202012Validator.check_schema(FINDING_SCHEMA)
    jsonschema.validate(document, FINDING_SCHEMA)
    (configuration,) = document["configurations"]
    assert [one["code"] for one in configuration["findings"]] == ["AC101", "AC108", "AC104"]
    assert [one["reason"] for one in configuration["suppressed"]] == ["by hand"]


def test_sarif_fits_its_schema_and_points_into_the_included_file() -> None:
    written = sarif.render(REPORT)
    Sarif.model_validate_json(written)
    (run,) = json.loads(written)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    by_code = {result["ruleId"]: result for result in run["results"]}
    place = by_code["AC104"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "conf/part.xml", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 4, "startColumn": 10}
    assert by_code["AC218"]["suppressions"] == [{"kind": "inSource", "justification": "by hand"}]


def test_the_same_findings_give_the_same_sarif() -> None:
    assert sarif.render(REPORT) == sarif.render(Report((linted(FILES, "conf/config.xml"),), "/srv"))


def test_a_fingerprint_survives_lines_above_it() -> None:
    moved = FILES | {"conf/config.xml": FILES["conf/config.xml"].replace("  <Name>", "\n\n  <Name>")}
    prints = [
        {
            result["ruleId"]: result["partialFingerprints"]
            for result in json.loads(sarif.render(report))["runs"][0]["results"]
        }
        for report in (REPORT, Report((linted(moved, "conf/config.xml"),), "/srv"))
    ]
    assert prints[0] == prints[1]


def test_paths_outside_stay_absolute_and_paths_inside_become_relative() -> None:
    report = Report((), "/base")
    assert report.relative("/base/conf/a.xml") == "conf/a.xml"
    assert report.relative("/etc/a.xml") == "/etc/a.xml"
    assert report.relative("./conf/../a.xml") == "a.xml"


def test_junit_fits_its_schema() -> None:
    root = etree.fromstring(junit.render(REPORT).encode())
    JUNIT_SCHEMA.assertValid(root)
    assert [case.get("name") for case in root.iter("testcase")] == [
        "AC101 unknown-element at 3:3",
        "AC104 bad-value at 4:10",
    ]
    assert root.get("failures") == "2"
    assert "[AC108]" in str(root.findtext("testsuite/system-out"))
    strict = etree.fromstring(junit.render(REPORT, failing=("error", "warning")).encode())
    assert strict.get("failures") == "3"


def test_a_clean_configuration_is_one_passing_test() -> None:
    clean = linted({"config.xml": f"<AMPSConfig><Name>A</Name>{TRANSPORT}</AMPSConfig>"}, "config.xml")
    root = etree.fromstring(junit.render(Report((clean,))).encode())
    JUNIT_SCHEMA.assertValid(root)
    assert (root.get("tests"), root.get("failures")) == ("1", "0")


def test_github_gets_one_command_for_each_finding() -> None:
    lines = github.render(REPORT).splitlines()
    assert lines[0] == (
        "::error file=conf/config.xml,line=3,col=3,title=AC101 unknown-element::"
        "<Descripton> is not known inside <AMPSConfig>. Did you mean Description?"
    )
    assert [line.split()[0] for line in lines] == ["::error", "::warning", "::error"]


TEXTS = st.text(st.characters(codec=None), min_size=1, max_size=40)


@given(TEXTS, TEXTS, TEXTS, st.integers(1, 3), st.integers(1, 90))
def test_no_text_breaks_a_form(file: str, sentence: str, remedy: str, line: int, column: int) -> None:
    finding = Finding("AC101", "error", Span(file, line, column), sentence, remedy, Rename("A"))
    contents = {file: f"one\n{sentence}\nthree".encode("utf-8", "replace")}
    report = Report((Linted(file, (finding,), (), 0, contents),), "/srv")
    shown = text.render(report)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", shown)
    assert len(github.render(report).splitlines()) == 1
    jsonschema.validate(json.loads(json_form.render(report)), FINDING_SCHEMA)
    Sarif.model_validate_json(sarif.render(report))
    JUNIT_SCHEMA.assertValid(etree.fromstring(junit.render(report).encode()))


@pytest.mark.parametrize("form", [text, github, json_form, sarif, junit])
def test_an_empty_run_is_a_report_too(form: object) -> None:
    assert isinstance(form.render(Report(())), str)  # type: ignore[attr-defined]
