"""Files that are no configuration at all, or mean harm: one clear finding each, and no exception."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading_setup import LOG, TRANSPORT, codes_of, load_files, load_text

from ampsd import limits
from ampsd.config import codes
from ampsd.config.finding import SEVERITIES
from ampsd.config.model import is_understood
from ampsd.definitions.instance import InstanceDefinition

BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))

HOSTILE: dict[str, tuple[str | bytes, str, int, int]] = {
    "empty": (b"", codes.EMPTY, 1, 1),
    "white space": (b" \r\n\t\n", codes.EMPTY, 1, 1),
    "byte order mark alone": (b"\xef\xbb\xbf", codes.EMPTY, 1, 1),
    "program": (b"\x7fELF\x02\x01\x01\x00\x00", codes.BINARY, 1, 5),
    "gzip": (b"\x1f\x8b\x08\x00abc", codes.BINARY, 1, 1),
    "control character": (b"<AMPSConfig>\n<Name>\x1b[31m</Name></AMPSConfig>", codes.BINARY, 2, 7),
    "noncharacter": ("<AMPSConfig>\ufdd0</AMPSConfig>", codes.BINARY, 1, 13),
    "not UTF-8": (b"<AMPSConfig>\n<Name>caf\xe9</Name></AMPSConfig>", codes.ENCODING, 2, 10),
    "not ASCII": ('<?xml version="1.0" encoding="us-ascii"?>\n<!-- é -->', codes.ENCODING, 2, 6),
    "half a UTF-16 character": (b"\xff\xfe<\x00\x00\xd8", codes.ENCODING, 1, 2),
    "unknown encoding": ('<?xml version="1.0" encoding="rot13"?><AMPSConfig/>', codes.ENCODING, 1, 1),
    "UTF-16 without a mark": ('<?xml version="1.0" encoding="UTF-16"?><AMPSConfig/>', codes.ENCODING, 1, 1),
    "plain text": ("name = Test\n", codes.ROOT, 1, 1),
    "JSON": ('{"Name": "Test"}', codes.ROOT, 1, 1),
    "HTML": ("<!DOCTYPE html>\n<html><body></body></html>", codes.DOCTYPE, 1, 3),
    "entity bomb": (f'<!DOCTYPE x [<!ENTITY e0 "ha">{BOMB}]><AMPSConfig>&e9;</AMPSConfig>', codes.DOCTYPE, 1, 3),
    "external entity": (
        '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><AMPSConfig>&e;</AMPSConfig>',
        codes.DOCTYPE,
        2,
        3,
    ),
    "external document type": (
        '<!DOCTYPE AMPSConfig SYSTEM "http://localhost:1/x.dtd">\n<AMPSConfig/>',
        codes.DOCTYPE,
        1,
        3,
    ),
    "document type at the end": ("<AMPSConfig/>\n<!DOCTYPE x>", codes.DOCTYPE, 2, 3),
    "10,000 levels": ("<a>" * 10_000, codes.TOO_DEEP, 1, limits.CONFIG_DEPTH_MAX * 3 + 1),
    "10,000 closed levels": ("<a>" * 10_000 + "</a>" * 10_000, codes.TOO_DEEP, 1, limits.CONFIG_DEPTH_MAX * 3 + 1),
    "100,000 attributes": (
        "<AMPSConfig " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>",
        codes.TOO_MANY_ATTRIBUTES,
        1,
        1,
    ),
    "50,001 elements": (
        "<AMPSConfig>\n" + "<Name/>" * 50_000 + "</AMPSConfig>",
        codes.TOO_MANY_ELEMENTS,
        2,
        49_999 * 7 + 1,
    ),
    "closing our wrapper": ("</file><file>", codes.MALFORMED, 1, 8),
    "unclosed comments": ("<!-- <<A>> " * 50_000, codes.MALFORMED, 1, 12 + 11 - 7),
    "many unclosed quotes": ("<a '<<A>>" * 50_000, codes.MALFORMED, 1, 4),
    "endless text": (b"<AMPSConfig>" + b"x" * 11_000_000 + b"</AMPSConfig>", codes.MALFORMED, 1, 0),
    "too large": (b"<AMPSConfig>" + b" " * limits.CONFIG_SIZE_MAX, codes.TOO_LARGE, 1, 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_one_finding_at_its_place(name: str) -> None:
    content, code, line, column = HOSTILE[name]
    loading = load_files({"config.xml": content})
    assert loading.model is None
    (finding,) = loading.findings
    assert (finding.code, finding.severity, finding.span.file) == (code, "error", "config.xml")
    assert finding.span.line == line
    if column:
        assert finding.span.column == column
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "No such file or directory"),
        PermissionError(13, "Permission denied"),
        IsADirectoryError(21, "Is a directory"),
        OSError("odd"),
    ],
    ids=repr,
)
def test_unreadable_file_is_one_finding(error: OSError) -> None:
    from ampsd.config.model import load

    def read(_: str) -> bytes:
        raise error

    loading = load("a.xml", read=read, environment={}, working_directory="/srv")
    assert codes_of(loading) == [codes.UNREADABLE]
    assert str(error.strerror or error) in loading.findings[0].sentence


@pytest.mark.parametrize("element", ["<Nmae/>", "<Name/>", "<Name><a/></Name>", "<Name a='b'>c</Name>"])
def test_after_many_errors_the_rest_is_not_looked_at(element: str) -> None:
    loading = load_files({"config.xml": f"<AMPSConfig>{element * 20_000}</AMPSConfig>"})
    assert loading.model is None
    assert len(loading.findings) <= limits.CONFIG_ERRORS_MAX * 2 + 2
    assert codes.TOO_MANY_ERRORS in codes_of(loading)


def test_elements_of_includes_count_together() -> None:
    half = "<Action/>" * 30_000
    loading = load_files(
        {
            "config.xml": "<AMPSConfig><Include>half.xml</Include><Include>half.xml</Include></AMPSConfig>",
            "half.xml": half,
        }
    )
    assert codes_of(loading) == [codes.TOO_MANY_ELEMENTS]


def test_levels_of_includes_count_together() -> None:
    files = {
        "config.xml": "<AMPSConfig><Name>Deep</Name>" + TRANSPORT + "<Include>a.xml</Include></AMPSConfig>",
        "a.xml": "<a>" * 40 + "<Include>b.xml</Include>" + "</a>" * 40,
        "b.xml": "<b>" * 40 + "</b>" * 40,
    }
    assert codes.TOO_DEEP in codes_of(load_files(files))


def test_includes_that_double_stop_at_the_bound() -> None:
    files = {"config.xml": "<AMPSConfig><Include>0.xml</Include></AMPSConfig>"}
    files |= {f"{n}.xml": f"<Include>{n + 1}.xml</Include><Include>{n + 1}.xml</Include>" for n in range(20)}
    files["20.xml"] = "<!-- nothing -->"
    assert codes_of(load_files(files)) == [codes.EXPANDED_TOO_LARGE]


def test_includes_nested_too_deeply_stop_at_the_bound() -> None:
    files = {"config.xml": "<AMPSConfig><Include>0.xml</Include></AMPSConfig>"}
    files |= {f"{n}.xml": f"<Include>{n + 1}.xml</Include>" for n in range(100)}
    assert codes_of(load_files(files)) == [codes.EXPANDED_TOO_LARGE]


def test_an_include_cannot_bring_a_document_type_or_an_entity() -> None:
    files = {
        "config.xml": f"<AMPSConfig><Name>Test</Name>{TRANSPORT}<Include>evil.xml</Include></AMPSConfig>",
        "evil.xml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n<Description>&e;</Description>',
    }
    loading = load_files(files)
    assert [(one.code, one.span.file) for one in loading.findings] == [(codes.DOCTYPE, "evil.xml")]


def test_variables_bring_neither_elements_nor_further_variables() -> None:
    loading = load_files(
        {"config.xml": f"<AMPSConfig><Name>Test</Name>{TRANSPORT}<Description>${{A}}</Description></AMPSConfig>"},
        environment={"A": "</Description><Admin/>${B}&lt;", "B": "b"},
    )
    assert loading.model is not None
    assert loading.model.definition.description == "</Description><Admin/>${B}&lt;"


@pytest.mark.parametrize("value", ["\x00", "\x1b[31m", "\udc80", "\ufffe"], ids=repr)
def test_a_variable_that_xml_cannot_hold_is_a_finding(value: str) -> None:
    text = f"<AMPSConfig><Name>Test</Name>{TRANSPORT}<Description>${{A}}</Description></AMPSConfig>"
    assert codes_of(load_files({"config.xml": text}, environment={"A": value})) == [codes.BAD_VARIABLE]


def test_the_schema_location_is_never_opened() -> None:
    namespace = "http://www.w3.org/2001/XMLSchema-instance"
    hint = f'xmlns:xsi="{namespace}" xsi:noNamespaceSchemaLocation="http://localhost:1/evil.xsd"'
    loading = load_files({"config.xml": f"<AMPSConfig {hint}><Name>Test</Name>{TRANSPORT}</AMPSConfig>"})
    assert loading.findings == ()


@pytest.mark.parametrize("attribute", ['xsi:nil="true"', 'xsi:type="xs:string"', 'xsi:type="QueueElement"'])
@pytest.mark.parametrize("element", ["AMPSConfig", "Description", "SOW"])
def test_a_file_cannot_choose_how_it_is_validated(attribute: str, element: str) -> None:
    namespace = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    text = f"<AMPSConfig><Name>Test</Name><Description>x</Description><SOW></SOW>{TRANSPORT}</AMPSConfig>"
    text = text.replace(f"<{element}>", f"<{element} {namespace} {attribute}>")
    assert codes_of(load_files({"config.xml": text})) == [codes.UNKNOWN_ATTRIBUTE]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_findings_never_an_exception(data: bytes) -> None:
    loading = load_files({"config.xml": data})
    assert loading.model is None
    assert any(finding.severity == "error" for finding in loading.findings)


_WORDS = st.sampled_from(
    [
        "",
        "x",
        "json",
        "tcp",
        "9007",
        "30s",
        "-1",
        "10MB",
        "true",
        "enabled",
        "^a.*",
        "(",
        "{{A}}",
        "${A}",
        "/a = 1",
        "\u00e9",
    ]
)
_NAMES = st.sampled_from(
    [name for option in InstanceDefinition.declared for name in option.contents]
    + ["Queue", "LocalQueue", "QueueDefinition", "UnderlyingTopic", "Filter", "Topic", "Transport", "Type", "InetAddr"]
    + ["Target", "Level", "Action", "On", "If", "Do", "Module", "Options", "Data", "Include", "Unknown", "MessageType"]
    + ["View", "Join", "Projection", "Grouping", "Field", "Key", "KeyGenerator", "History", "Window", "HashIndex"]
    + ["ConflatedTopic", "GroupLocalQueue", "Destination", "SyncType", "Library", "Function", "Expiration"]
    + ["DefaultPublishTarget", "LeasePeriod", "Priority", "BarrierExpression", "JournalDirectory", "JournalSize"]
)
_ELEMENTS = st.recursive(
    st.builds(lambda name, text: f"<{name}>{text}</{name}>", _NAMES, _WORDS),
    lambda inner: st.builds(
        lambda name, parts, text: f"<{name}>{text}{''.join(parts)}</{name}>",
        _NAMES,
        st.lists(inner, max_size=6),
        st.sampled_from(["", "", "", "x"]),
    ),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_ELEMENTS, max_size=6))
def test_any_elements_are_findings_or_a_model_never_an_exception(parts: list[str]) -> None:
    loading = load_files({"config.xml": f"<AMPSConfig>{''.join(parts)}</AMPSConfig>"}, dev_directory="/tmp/dev")
    assert all(map(is_understood, loading.findings)) == (loading.model is not None)
    assert all(finding.severity in SEVERITIES and finding.span.line >= 1 for finding in loading.findings)


def test_a_journalled_queue_is_a_model_so_that_the_tests_above_test_something() -> None:
    loading = load_text(f"<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>{LOG}")
    assert loading.model is not None
