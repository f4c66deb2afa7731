"""Options of modules: known ones are checked as any setting is, foreign ones are kept as they are."""

import pytest
from loading_setup import TRANSPORT

from ampsd.config import codes
from ampsd.config.model import Loading, Model, load
from ampsd.definitions.security_modules import (
    DefaultAuthenticationOptions,
    HttpEntitlementOptions,
    SimpleAccessOptions,
)
from ampsd.definitions.topic_modules import ChainingKeyOptions
from ampsd.definitions.views import JoinsDefinition

DEFAULT = "amps-default-authentication-module"
HTTP = "<Modules><Module><Name>web</Name><Library>/opt/lib/libamps_http_entitlement.so</Library>{}</Module></Modules>"


def load_text(inside: str) -> Loading:
    """What the declarations say of an AMPSConfig with these elements inside; no rule is asked."""
    text = f"<AMPSConfig><Name>Test</Name>{TRANSPORT}{inside}</AMPSConfig>"
    return load("config.xml", read=lambda _: text.encode(), environment={}, working_directory="/srv")


def model_of(loading: Loading) -> Model:
    assert loading.model is not None, "\n".join(map(str, loading.findings))
    return loading.model


def codes_of(loading: Loading) -> list[str]:
    return [finding.code for finding in loading.findings]


def authentication(module: str, options: str = "") -> str:
    return f"<Authentication><Module>{module}</Module>{options}</Authentication>"


def test_options_of_a_built_in_module_are_a_definition() -> None:
    loading = load_text(authentication(DEFAULT, "<Options><AllowSpoofing>true</AllowSpoofing></Options>"))
    section = model_of(loading).definition.authentication
    assert section is not None
    assert section.options == DefaultAuthenticationOptions(allow_spoofing=True)
    assert codes_of(loading) == [codes.NOT_RUNNING]


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("<AllowSpofing>true</AllowSpofing>", codes.UNKNOWN_ELEMENT),
        ("<AllowSpoofing>maybe</AllowSpoofing>", codes.BAD_VALUE),
        ("<RequireLogon>true</RequireLogon><RequireLogon>true</RequireLogon>", codes.REPEATED),
    ],
)
def test_options_of_a_built_in_module_are_checked(option: str, code: str) -> None:
    loading = load_text(authentication(DEFAULT, f"<Options>{option}</Options>"))
    assert code in codes_of(loading)
    assert loading.model is None


@pytest.mark.parametrize("is_first", [True, False])
def test_a_module_is_known_by_its_shared_object_wherever_that_is_named(is_first: bool) -> None:
    use = authentication("web", "<Options><ResourceURI>http://x/</ResourceURI></Options>")
    loading = load_text(HTTP.format("") + use if is_first else use + HTTP.format(""))
    section = model_of(loading).definition.authentication
    assert section is not None
    assert section.options == HttpEntitlementOptions(resource_uri="http://x/")


def test_options_of_a_foreign_module_are_kept_as_a_text() -> None:
    inside = '<Options><Realm kind="x">a</Realm><!-- not this --> <Deep><er/></Deep></Options>'
    section = model_of(load_text(authentication("mine", inside))).definition.authentication
    assert section is not None
    assert section.options == '<Realm kind="x">a</Realm>\n<Deep><er/></Deep>'


def test_what_a_module_needs_may_be_given_in_modules() -> None:
    loading = load_text(HTTP.format("<Options><ResourceURI>http://x/</ResourceURI></Options>") + authentication("web"))
    assert codes.MISSING not in codes_of(loading)
    (module,) = model_of(loading).definition.modules
    assert module.options == HttpEntitlementOptions(resource_uri="http://x/")


@pytest.mark.parametrize("options", ["", "<Options/>", "<Options><CredentialStore>a</CredentialStore></Options>"])
def test_what_a_module_needs_must_be_given_somewhere(options: str) -> None:
    loading = load_text(HTTP.format("<Options><RetryCount>1</RetryCount></Options>") + authentication("web", options))
    (finding,) = [one for one in loading.findings if one.code == codes.MISSING]
    assert "<ResourceURI>" in finding.sentence
    assert "in Modules" in finding.remedy


def test_a_module_that_is_not_used_needs_nothing() -> None:
    assert codes.MISSING not in codes_of(load_text(HTTP.format("<Options/>")))


def test_another_option_may_do_instead() -> None:
    use = "<Entitlement><Module>web</Module><Options><CredentialStore>a</CredentialStore></Options></Entitlement>"
    assert codes.MISSING not in codes_of(load_text(HTTP.format("") + use))


def test_a_module_at_another_place_than_its_own_has_free_options() -> None:
    loading = load_text(
        "<Entitlement><Module>amps-default-authentication-module</Module><Options><A>1</A></Options></Entitlement>"
    )
    section = model_of(loading).definition.entitlement
    assert section is not None
    assert section.options == "<A>1</A>"


def test_options_are_known_at_every_place_of_use() -> None:
    loading = load_text(
        "<Modules><Module><Name>keys</Name><Library>libamps_id_chaining_key_generator.so</Library></Module>"
        "<Module><Name>simple</Name><Library>libamps_simple_access_entitlement.so</Library></Module></Modules>"
        "<Admin><Entitlement><Module>simple</Module><Options><AllowedTopics>^/amps</AllowedTopics></Options>"
        "</Entitlement></Admin><SOW><Topic><Name>T</Name><MessageType>json</MessageType><FileName>f</FileName>"
        "<KeyGenerator><Module>keys</Module><Options><Primary>/a</Primary><Secondary>/b</Secondary></Options>"
        "</KeyGenerator></Topic></SOW>"
    )
    instance = model_of(loading).definition
    assert instance.admin is not None
    assert instance.admin.entitlement is not None
    assert instance.admin.entitlement.options == SimpleAccessOptions(allowed_topics="^/amps")
    assert instance.sow_section is not None
    (topic,) = instance.sow_section.topics
    assert topic.key_generator is not None
    assert topic.key_generator.options == ChainingKeyOptions(primary="/a", secondaries=("/b",))


def test_what_does_not_run_is_told_once_of_the_outermost_element() -> None:
    loading = load_text(
        "<SOW><GroupLocalQueue><Name>Q</Name><MessageType>json</MessageType><InitialOwner>a</InitialOwner>"
        "<Priority>/a</Priority><RecoveryPoint>now</RecoveryPoint></GroupLocalQueue></SOW>"
        "<TransactionLog><JournalDirectory>j</JournalDirectory>"
        "<Topic><Name>Q</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    )
    (finding,) = [one for one in loading.findings if one.code == codes.NOT_RUNNING]
    assert "GroupLocalQueue" in finding.sentence
    sow = model_of(loading).definition.sow_section
    assert sow is not None
    (queue,) = sow.group_local_queues
    assert (queue.priority, queue.recovery_point, queue.initial_owner) == ("/a", "now", "a")


def test_a_view_is_over_a_topic_or_over_joins() -> None:
    def view(name: str, source: str) -> str:
        return (
            f"<View><Name>{name}</Name><MessageType>json</MessageType><UnderlyingTopic>{source}</UnderlyingTopic>"
            "<Projection><Field>SUM(/n) AS /n</Field></Projection><Grouping><Field>/id</Field></Grouping></View>"
        )

    topics = "".join(
        f"<Topic><Name>{name}</Name><MessageType>json</MessageType><Key>/id</Key><FileName>{name}</FileName></Topic>"
        for name in "ab"
    )
    loading = load_text(f"<SOW>{topics}{view('one', 'a')}{view('two', '<Join>[a]./id = [b]./id</Join>')}</SOW>")
    sow = model_of(loading).definition.sow_section
    assert sow is not None
    assert [one.underlying_topic for one in sow.views] == ["a", JoinsDefinition(joins=("[a]./id = [b]./id",))]


def test_the_text_of_elements_that_may_hold_more_is_not_lost_beside_them() -> None:
    loading = load_text(
        "<SOW><View><Name>V</Name><MessageType>json</MessageType><UnderlyingTopic>a<Join>/a=/b</Join></UnderlyingTopic>"
        "<Projection><Field>/n</Field></Projection><Grouping><Field>/id</Field></Grouping></View></SOW>"
    )
    assert codes.STRAY_TEXT in codes_of(loading)
