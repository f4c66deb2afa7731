"""Both editions of the XSD: what is committed is what the declarations say, and every validator takes it."""

import pytest
import xmlschema
from loading_setup import CONFIGS, LOG, REPOSITORY, TRANSPORT, codes_of, load_files
from lxml import etree

from ampsd.actions import module
from ampsd.config import check, codes, schema
from ampsd.declare import EXTENSION, Definition, TextOr
from ampsd.definitions.instance import InstanceDefinition

XS = "{http://www.w3.org/2001/XMLSchema}"
EDITIONS = (schema.FILE_NAME, schema.EDITOR_FILE_NAME)
TEXTS = schema.generate()


def wrapped(inside: str) -> etree._Element:
    return etree.fromstring(f"<AMPSConfig><Name>Test</Name>{TRANSPORT}{inside}</AMPSConfig>")


def queue(inside: str) -> etree._Element:
    return wrapped(f"<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>{inside}</Queue></SOW>")


@pytest.fixture(scope="module")
def editor() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(TEXTS[schema.EDITOR_FILE_NAME].encode()))


@pytest.mark.parametrize("name", EDITIONS)
def test_the_committed_schema_is_what_the_declarations_say(name: str) -> None:
    committed = (REPOSITORY / "schemas" / name).read_text(encoding="utf-8")
    assert committed == TEXTS[name], "run `make schema`"


def test_the_exact_edition_is_valid_xsd_1_1() -> None:
    xmlschema.XMLSchema11(TEXTS[schema.FILE_NAME])


def test_the_editor_edition_is_valid_xsd_1_0_for_both_validators(editor: etree.XMLSchema) -> None:
    exact = xmlschema.XMLSchema10(TEXTS[schema.EDITOR_FILE_NAME])
    root = queue("<LeasePeriod>30s</LeasePeriod>")
    assert exact.is_valid(root)
    assert editor.validate(root)


@pytest.mark.parametrize("name", EDITIONS)
def test_every_element_and_type_is_documented(name: str) -> None:
    root = etree.fromstring(TEXTS[name].encode())
    for node in [*root.iter(f"{XS}element"), *root.iterfind(f"{XS}complexType"), *root.iterfind(f"{XS}simpleType")]:
        if node.get("name") != "AnyContent":
            documentation = node.findtext(f"{XS}annotation/{XS}documentation")
            assert documentation, f"{node.tag} {node.get('name')}"


@pytest.mark.parametrize("name", EDITIONS)
def test_every_declared_setting_is_in_the_schema(name: str) -> None:
    root = etree.fromstring(TEXTS[name].encode())
    types = {node.get("name"): node for node in root.iterfind(f"{XS}complexType")}

    def check_class(cls: type[Definition]) -> None:
        inside = {node.get("name") for node in types[schema.type_name(cls)].iter(f"{XS}element")}
        for option in cls.declared:
            if option.xml.startswith(EXTENSION):
                continue  # elements of ampsd's namespace may stand anywhere; the declarations know which
            for element, content in option.contents.items():
                assert element in inside, f"{cls.element}/{element}"
                nested = content.definition if isinstance(content, TextOr) else content
                if isinstance(nested, type):
                    check_class(nested)

    check_class(InstanceDefinition)
    for module_name in module.names():
        cls = module.find(module_name)
        assert cls is not None
        inside = {node.get("name") for node in types[f"{module.kind_of(module_name)}Options"].iter(f"{XS}element")}
        assert {option.xml for option in cls.declared if not option.xml.startswith(EXTENSION)} <= inside


ACCEPTED = [
    "<Semantics> At-Least-ONCE </Semantics>",
    "<LeasePeriod>\n 1.5 H</LeasePeriod>",
    "<LeasePeriod>${LEASE}</LeasePeriod>",
    "<FileBackedMetadata>Disabled</FileBackedMetadata>",
    "<Filter><![CDATA[/a < 1]]></Filter>",
    '<Include comment="true">x.xml</Include>',
    '<ampsd:Backoff xmlns:ampsd="urn:ampsd:config:1">1s<x/></ampsd:Backoff>',
]
REFUSED = [
    "<Semantics>exactly-once</Semantics>",
    "<LeasePeriod>soon</LeasePeriod>",
    "<LeasePeriod/>",
    "<MaxCancel>3</MaxCancel>",
    "<MaxCancels><x/></MaxCancels>",
    "<Filter>  </Filter>",
    "text",
    '<x:Backoff xmlns:x="urn:x">1s</x:Backoff>',
]


@pytest.mark.parametrize("inside", ACCEPTED)
def test_both_editions_accept_what_is_right(inside: str, editor: etree.XMLSchema) -> None:
    assert schema.faults(queue(inside)) == []
    assert editor.validate(queue(inside)), editor.error_log


@pytest.mark.parametrize("inside", REFUSED)
def test_both_editions_refuse_what_is_wrong(inside: str, editor: etree.XMLSchema) -> None:
    assert schema.faults(queue(inside))
    assert not editor.validate(queue(inside))


@pytest.mark.parametrize(
    "root",
    [
        etree.fromstring("<AMPSConfig/>"),
        queue("<MaxCancels>1</MaxCancels><MaxCancels>2</MaxCancels>"),
        queue("<Topic>Jobs</Topic>"),
        wrapped("<SOW><Queue><Name>Jobs</Name></Queue></SOW>"),
        wrapped("<Actions><Action><On><Module>amps-action-on-startup</Module></On></Action></Actions>"),
        wrapped("<SOW/><SOW/>"),
    ],
    ids=["name missing", "twice", "synonym twice", "message type missing", "no Do", "section twice"],
)
def test_only_the_exact_edition_counts(root: etree._Element, editor: etree.XMLSchema) -> None:
    assert schema.faults(root)
    assert editor.validate(root)


def test_an_include_may_hold_what_is_required() -> None:
    assert schema.faults(etree.fromstring("<AMPSConfig><Include>all.xml</Include></AMPSConfig>")) == []


def test_order_is_free() -> None:
    assert (
        schema.faults(etree.fromstring(f"<AMPSConfig>{LOG}<SOW/><Name>Test</Name>{TRANSPORT}<Logging/></AMPSConfig>"))
        == []
    )


def test_sections_that_do_not_run_are_known_to_the_schema(editor: etree.XMLSchema) -> None:
    root = wrapped(
        "<Admin><InetAddr>8085</InetAddr></Admin><Replication><Destination><SyncType>sync</SyncType>"
        "<Compression><any thing='1'/>x</Compression><Topic><MessageType>json</MessageType></Topic>"
        "<Transport><Type>amps-replication</Type></Transport></Destination></Replication>"
    )
    assert schema.faults(root) == []
    assert editor.validate(root)


@pytest.mark.parametrize("source", ["orders", "<Join>[a]./id = [b]./id</Join><Join>[a]./no = [b]./no</Join>"])
def test_an_element_may_hold_a_text_or_elements(source: str, editor: etree.XMLSchema) -> None:
    root = wrapped(
        f"<SOW><View><Name>V</Name><MessageType>json</MessageType><UnderlyingTopic>{source}</UnderlyingTopic>"
        "<Projection><Field>/id</Field></Projection><Grouping><Field>/id</Field></Grouping></View></SOW>"
    )
    assert schema.faults(root) == []
    assert editor.validate(root)


def test_options_of_modules_may_be_anything_to_the_schema(editor: etree.XMLSchema) -> None:
    root = wrapped(
        "<Authentication><Module>mine</Module><Options><LDAP.Host a='1'>h</LDAP.Host></Options></Authentication>"
    )
    assert schema.faults(root) == []
    assert editor.validate(root)


def test_a_fault_names_the_element_of_the_tree_that_was_given() -> None:
    root = queue("<!-- a comment --><LeasePeriod>soon</LeasePeriod>")
    ((element, reason),) = schema.faults(root)
    assert element is root.find("SOW/Queue/LeasePeriod")
    assert "pattern" in reason


def test_what_only_the_schema_finds_is_a_finding_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """No such fault is known; if the declarations miss one, the schema's word stands."""

    def faults(root: etree._Element) -> list[tuple[etree._Element, str]]:
        transports = root.find("Transports")
        assert transports is not None
        return [(transports, "some reason"), (transports, "another reason")]

    monkeypatch.setattr(check.schema, "faults", faults)
    loading = load_files({"config.xml": f"<AMPSConfig>\n<Name>Test</Name>\n{TRANSPORT}</AMPSConfig>"})
    assert codes_of(loading) == [codes.SCHEMA]
    assert loading.model is None
    assert (loading.findings[0].span.line, "some reason" in loading.findings[0].sentence) == (3, True)


def test_bad_files_that_the_declarations_refuse_the_exact_edition_mostly_refuses_too() -> None:
    by_schema = ("ac101", "ac102", "ac103", "ac105", "ac106", "ac107", "ac112", "ac115")
    for path in sorted((CONFIGS / "bad").glob("*.xml")):
        if path.stem.startswith(by_schema) and not path.stem.endswith(
            ("in-included-file", "option-missing", "options-missing", "schema-type")
        ):
            assert schema.faults(etree.parse(str(path)).getroot()), path.stem
