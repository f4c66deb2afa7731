"""Loading as a whole: one run, the same result every time, and nothing of one load left in the next."""

import hashlib

from loading_setup import LOG, TRANSPORT, codes_of, load_files, load_text, model_of

from ampsd.config import codes

TEXT = f"<AMPSConfig><Name>Test</Name>{TRANSPORT}{LOG}</AMPSConfig>"


def test_the_digest_is_that_of_the_expanded_text() -> None:
    model = model_of(load_files({"config.xml": TEXT}))
    assert model.digest == hashlib.sha256(model.text.encode()).hexdigest()


def test_a_comment_changes_the_text_but_not_the_definition() -> None:
    first = model_of(load_files({"config.xml": TEXT}))
    second = model_of(load_files({"config.xml": TEXT.replace("<Name>", "<!-- hello -->\n<Name>")}))
    assert first.definition == second.definition
    assert hash(first.definition) == hash(second.definition)
    assert first.digest != second.digest


def test_a_change_of_a_setting_changes_the_definition() -> None:
    first = model_of(load_files({"config.xml": TEXT}))
    second = model_of(load_files({"config.xml": TEXT.replace("9007", "9008")}))
    assert first.definition != second.definition


def test_loading_twice_gives_equal_models() -> None:
    assert load_files({"config.xml": TEXT}).findings == load_files({"config.xml": TEXT}).findings
    assert model_of(load_files({"config.xml": TEXT})) == model_of(load_files({"config.xml": TEXT}))


def test_only_warnings_leave_a_model() -> None:
    loading = load_text("<Logging><Target><Protocol>stdout</Protocol></Target></Logging>")
    assert codes_of(loading) == ["AC218"]
    assert loading.model is not None


def test_findings_stand_in_the_order_in_which_files_are_read() -> None:
    files = {
        "config.xml": "<AMPSConfig>\n<Include>a.xml</Include>\n<Bad1/><Name>Test</Name>" + TRANSPORT + "</AMPSConfig>",
        "a.xml": "<Bad2/>\n<Include>b.xml</Include><Bad3/>",
        "b.xml": "<Bad4/>",
    }
    found = load_files(files).findings
    assert [one.sentence.split(">")[0] for one in found] == ["<Bad1", "<Bad2", "<Bad3", "<Bad4"]


def test_a_queue_that_cannot_be_built_is_not_missed_elsewhere() -> None:
    queue = "<SOW><Queue><Name>Jobs</Name></Queue></SOW>"
    action = (
        "<Actions><Action><On><Module>amps-action-on-sow-expire-message</Module>"
        "<Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>"
        "<Do><Module>amps-action-do-nothing</Module></Do></Action></Actions>"
    )
    assert codes_of(load_text(queue + action + LOG)) == [codes.MISSING]


def test_a_transaction_log_that_cannot_be_built_is_not_missed_by_queues() -> None:
    queue = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
    log = "<TransactionLog><Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
    assert codes_of(load_text(queue + log)) == [codes.MISSING]


def test_settings_that_repeat_their_default_are_left_alone() -> None:
    inside = "<RegexTopicSupport>true</RegexTopicSupport><ConfigValidation>enabled</ConfigValidation>"
    assert load_text(inside).findings == ()


def test_a_built_in_message_type_may_be_declared() -> None:
    plain = "<MessageTypes><MessageType><Name>json</Name><Module>json</Module></MessageType></MessageTypes>"
    definition = model_of(load_text(plain)).definition
    assert [one.name for one in definition.message_types] == ["json"]


def test_an_element_in_the_wrong_place_is_told_where_it_belongs() -> None:
    (finding,) = load_text("<UnderlyingTopic>Jobs</UnderlyingTopic>").findings
    assert "<Queue>" in finding.remedy
