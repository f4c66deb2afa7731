"""--dev: what a snippet lacks is filled in, said, and shown in the expanded text."""

import pytest
from loading_setup import LOG, TRANSPORT, codes_of, load_files, model_of

from ampsd.config import codes

QUEUE = "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"


def develop(text: str):  # type: ignore[no-untyped-def]
    return load_files({"config.xml": text}, dev_directory="/tmp/dev-1")


def test_an_empty_configuration_gets_a_name_and_a_transport() -> None:
    loading = develop("<AMPSConfig/>")
    definition = model_of(loading).definition
    assert definition.name == "dev"
    (transport,) = definition.transports
    assert (transport.name, transport.type, str(transport.inet_addr)) == ("dev-tcp", "tcp", "127.0.0.1:9007")
    assert definition.transaction_log is None
    assert [(finding.code, finding.severity) for finding in loading.findings] == [(codes.FILLED_IN, "info")] * 3
    assert definition.admin is not None
    assert str(definition.admin.inet_addr) == "127.0.0.1:8085"


def test_a_queue_gets_a_transaction_log_in_the_directory() -> None:
    loading = develop(f"<AMPSConfig>{QUEUE}</AMPSConfig>")
    log = model_of(loading).definition.transaction_log
    assert log is not None
    assert (log.journal_directory, log.journal_size_bytes) == ("/tmp/dev-1", 10 << 20)
    assert [(topic.name, topic.message_type) for topic in log.topics] == [("Jobs", "json")]
    assert len(loading.findings) == 5
    assert "/tmp/dev-1" in model_of(loading).text


def test_a_transaction_log_gets_the_topics_it_lacks() -> None:
    queues = (
        "<SOW><Queue><Topic>A</Topic><MessageType>json</MessageType></Queue>"
        "<LocalQueue><Name>B</Name><UnderlyingTopic>W</UnderlyingTopic><MessageType>binary</MessageType></LocalQueue>"
        "<Queue><Name>C</Name><UnderlyingTopic>^C.*</UnderlyingTopic>"
        "<DefaultPublishTarget>C1</DefaultPublishTarget><MessageType>xml</MessageType></Queue></SOW>"
    )
    loading = develop(f"<AMPSConfig><Name>Test</Name>{TRANSPORT}{queues}{LOG}</AMPSConfig>")
    log = model_of(loading).definition.transaction_log
    assert log is not None
    assert log.journal_directory == "./journal"
    assert [(topic.name, topic.message_type) for topic in log.topics] == [
        (".*", "json"),
        ("W", "binary"),
        ("^C.*", "xml"),
    ]


def test_what_is_there_is_left_alone() -> None:
    admin = "<Admin><InetAddr>127.0.0.1:1</InetAddr></Admin>"
    text = f"<AMPSConfig><Name>Test</Name>{TRANSPORT}{QUEUE}{LOG}{admin}</AMPSConfig>"
    loading = develop(text)
    assert loading.findings == ()
    assert model_of(loading) == model_of(load_files({"config.xml": text}))


@pytest.mark.parametrize("snippet", [QUEUE, f"{QUEUE}\n<Name>Mine</Name>", f"<!-- a -->\n{TRANSPORT}{QUEUE}<Actions/>"])
def test_sections_may_stand_without_an_amps_config(snippet: str) -> None:
    definition = model_of(develop(snippet)).definition
    assert [queue.name for queue in definition.queues] == ["Jobs"]
    assert codes_of(load_files({"config.xml": snippet})) == [codes.ROOT]


def test_faults_are_faults_as_ever() -> None:
    loading = develop(
        f"<AMPSConfig>\n{QUEUE.replace('Queue><Name', 'Queue><MaxCancel>3</MaxCancel><Name')}</AMPSConfig>"
    )
    assert loading.model is None
    assert [one.code for one in loading.findings if one.severity == "error"] == [codes.UNKNOWN_ELEMENT]


def test_without_dev_nothing_is_filled_in() -> None:
    assert codes_of(load_files({"config.xml": f"<AMPSConfig>{QUEUE}</AMPSConfig>"})) == [
        codes.MISSING,
        "AC210",
        "AC201",
    ]
