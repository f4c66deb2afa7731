"""Places, includes, variables and raw tokens: what the reader makes of files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading_setup import TRANSPORT, codes_of, load_files, model_of, shown

from ampsd.config import codes
from ampsd.config.document import parse
from ampsd.config.source import read_source


def places(text: str) -> dict[str, str]:
    """Element -> line:column, for a text whose elements have different names."""
    document = parse(text.encode(), "f")
    return {
        str(element.tag): f"{span.line}:{span.column}"
        for element, span in document.spans.items()
        if element.tag != "file"
    }


def test_every_element_knows_line_and_column() -> None:
    text = '<?xml version="1.0"?>\n<a>\n  <b/><c>\t<d/></c>\n</a>'
    assert places(text) == {"a": "2:1", "b": "3:3", "c": "3:7", "d": "3:11"}


def test_columns_count_characters_not_bytes() -> None:
    assert places("<a>äöü\U0001f600<b/></a>")["b"] == "1:8"


def test_carriage_returns_end_lines_once() -> None:
    assert places("<a>\r\n\r\n<b/>\r<c/></a>") == {"a": "1:1", "b": "3:1", "c": "4:1"}


def test_a_raw_token_does_not_move_what_follows_it() -> None:
    assert places("<a><<X>><b/></a>")["b"] == "1:9"


def test_a_multi_line_tag_begins_where_it_begins() -> None:
    assert places("<a\n  x='1'\n><b/></a>") == {"a": "1:1", "b": "3:2"}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<b>é</b>", "<c/>", "\n", "text", "<!-- <x> -->", "<![CDATA[<y>]]>", "<<N>>", "<?p <z>?>"])
    )
)
def test_places_point_at_the_elements(parts: list[str]) -> None:
    text = "<a>" + "".join(parts) + "</a>"
    lines = text.split("\n")
    document = parse(text.encode(), "f")
    for element, span in document.spans.items():
        if element.tag != "file":
            assert lines[span.line - 1].startswith(f"<{element.tag}", span.column - 1)


RAW = "<AMPSConfig><Name>Test</Name>" + TRANSPORT + "<Description>{}</Description></AMPSConfig>"


@pytest.mark.parametrize(
    ("written", "read", "warnings"),
    [
        ("<<A>>", "<<A>>", 1),
        ("{ << A >> : <<B_1>> }", "{ << A >> : <<B_1>> }", 2),
        ("<![CDATA[<<A>>]]>", "<<A>>", 0),
        ("&lt;&lt;A>>", "<<A>>", 0),
        ("x<!-- <<A>> -->y", "xy", 0),
        ("<<A>><!-- > <<B>> --><<C>>", "<<A>><<C>>", 2),
        ("{{A}}", "{{A}}", 0),
        ("<<<![CDATA[", None, 0),
        ("<<1A>>", None, 0),
        ("<<A>", None, 0),
        ("<A>>", None, 0),
    ],
)
def test_raw_variables_are_read_and_warned_of_outside_markup(written: str, read: str | None, warnings: int) -> None:
    loading = load_files({"config.xml": RAW.format(written)})
    if read is None:
        assert loading.model is None
        return
    assert model_of(loading).definition.description == read
    assert codes_of(loading) == [codes.RAW_VARIABLE] * warnings


def test_a_raw_variable_in_a_tag_is_not_touched() -> None:
    text = f'<AMPSConfig><Name>Test</Name>{TRANSPORT}<Description note="<<A>>"/></AMPSConfig>'
    assert codes_of(load_files({"config.xml": text})) == [codes.MALFORMED]


def test_the_warning_of_a_raw_variable_names_its_place_and_three_ways_out() -> None:
    (finding,) = load_files({"config.xml": RAW.format("\n  <<AMPS_DATA>>")}).findings
    assert shown(finding) == "AC016 warning config.xml:2:3"
    assert "{{AMPS_DATA}}" in finding.remedy
    assert "&lt;&lt;AMPS_DATA>>" in finding.remedy
    assert "<![CDATA[<<AMPS_DATA>>]]>" in finding.remedy


def including(**files: str) -> dict[str, str]:
    main = f"<AMPSConfig><Name>Test</Name>{TRANSPORT}\n<Include>part.xml</Include></AMPSConfig>"
    return {"/etc/ampsd/config.xml": main} | {path.replace("__", "/"): text for path, text in files.items()}


def test_an_include_is_sought_beside_the_including_file_first() -> None:
    files = including() | {
        "/etc/ampsd/part.xml": "<Description>beside</Description>",
        "/srv/part.xml": "<Description>working directory</Description>",
    }
    assert model_of(load_files(files, "/etc/ampsd/config.xml")).definition.description == "beside"


def test_an_include_is_sought_in_the_working_directory_then() -> None:
    files = including() | {"/srv/part.xml": "<Description>working directory</Description>"}
    loading = load_files(files, "/etc/ampsd/config.xml")
    assert model_of(loading).definition.description == "working directory"
    assert loading.source.files == ["/etc/ampsd/config.xml", "/srv/part.xml"]


def test_a_finding_in_an_included_file_names_that_file() -> None:
    files = including() | {"/etc/ampsd/part.xml": "<!-- one\ntwo -->\n <Group>a</Group><Groop>b</Groop>"}
    (finding,) = load_files(files, "/etc/ampsd/config.xml").findings
    assert shown(finding) == "AC101 error /etc/ampsd/part.xml:3:18"


def test_an_include_may_stand_where_a_value_element_is_and_hold_several() -> None:
    files = {
        "config.xml": f"<AMPSConfig><Include>a.xml</Include>{TRANSPORT}</AMPSConfig>",
        "a.xml": "<Name>Test</Name>\n<Group>g</Group><Include>b.xml</Include>",
        "b.xml": "<Description>d</Description>",
    }
    definition = model_of(load_files(files)).definition
    assert (definition.name, definition.group, definition.description) == ("Test", "g", "d")


def test_a_file_may_be_included_twice_but_not_in_itself() -> None:
    files = {
        "config.xml": "<AMPSConfig><Name>Test</Name><Transports><Include>t.xml</Include></Transports>"
        "<Logging><Include>log.xml</Include><Include>log.xml</Include></Logging></AMPSConfig>",
        "t.xml": "<Transport><Name>t</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport>",
        "log.xml": "<Target><Protocol>stdout</Protocol><Level>info</Level></Target>",
    }
    assert len(model_of(load_files(files)).definition.logging_targets) == 2
    files["log.xml"] += "<Include>config.xml</Include>"
    assert set(codes_of(load_files(files))) == {codes.INCLUDE_CYCLE}


def test_the_path_of_an_include_may_hold_variables() -> None:
    files = {
        "config.xml": f"<AMPSConfig><Name>Test</Name>{TRANSPORT}<Include>${{SITE}}/x.xml</Include></AMPSConfig>",
        "berlin/x.xml": "<Description>${SITE}</Description>",
    }
    loading = load_files(files, environment={"SITE": "berlin"})
    assert model_of(loading).definition.description == "berlin"


@pytest.mark.parametrize(
    ("default", "attribute", "is_commented"),
    [
        ("false", "", False),
        ("enabled", "", True),
        ("true", ' comment="false"', False),
        ("false", ' comment="true"', True),
        ("false", ' includeComment="1"', True),
    ],
)
def test_comments_show_what_was_included(default: str, attribute: str, is_commented: bool) -> None:
    files = {
        "config.xml": f"<AMPSConfig><ConfigIncludeCommentDefault>{default}</ConfigIncludeCommentDefault>{TRANSPORT}"
        f"<Name>Test</Name><Include{attribute}>a--b.xml</Include></AMPSConfig>",
        "a--b.xml": "<Group>g</Group>",
    }
    text = model_of(load_files(files)).text
    assert ("<!-- Start Include a- -b.xml --><Group>g</Group><!-- End Include a- -b.xml -->" in text) == is_commented
    assert "<Group>g</Group>" in text


def test_text_around_an_include_stays() -> None:
    source = read_source(
        "config.xml",
        read=lambda path: {
            "config.xml": b"<AMPSConfig>1<a/>2<Include>x.xml</Include>3<b/>4<Include>y.xml</Include>5</AMPSConfig>",
            "x.xml": b"6<x/>7",
            "y.xml": b"<y/>8",
        }[path],
        environment={},
        working_directory="/",
    )
    assert source.text() == "<AMPSConfig>1<a/>26<x/>73<b/>4<y/>85</AMPSConfig>"


def test_an_included_file_of_text_alone_is_refused_without_its_text() -> None:
    files = {"config.xml": "<AMPSConfig><Name><Include>shadow</Include></Name></AMPSConfig>", "shadow": "root:x:0:0"}
    findings = load_files(files).findings
    assert codes.INCLUDE_SHAPE in [one.code for one in findings]
    assert not any("root:x" in str(one) for one in findings)


def test_variables_of_the_program_win_over_the_environment() -> None:
    text = f"<AMPSConfig><Name>Test</Name>{TRANSPORT}<Description>${{AMPS_CONFIG_DIRECTORY}}</Description></AMPSConfig>"
    files = {"conf/../conf/config.xml": text}
    loading = load_files(files, "conf/../conf/config.xml", environment={"AMPS_CONFIG_DIRECTORY": "elsewhere"})
    assert model_of(loading).definition.description == "/srv/conf"


def test_an_unclosed_variable_is_text() -> None:
    text = f"<AMPSConfig><Name>Test</Name>{TRANSPORT}<Description>$A ${{A $$</Description></AMPSConfig>"
    assert model_of(load_files({"config.xml": text})).definition.description == "$A ${A $$"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "us-ascii"])
def test_encodings_are_told_by_mark_or_declaration(encoding: str) -> None:
    declared = "" if encoding.endswith(("sig", "16")) else f'<?xml version="1.0" encoding="{encoding}"?>'
    name = "Test" if encoding == "us-ascii" else "Tést"
    text = f"{declared}\n<AMPSConfig><Name>{name}</Name>{TRANSPORT}</AMPSConfig>"
    assert model_of(load_files({"config.xml": text.encode(encoding)})).definition.name == name
