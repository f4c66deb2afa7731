"""Which variables of commands hold what clients send, and what the linter says of them."""

import pytest
from lint_setup import examine_text, wrapped

QUEUE = (
    "<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>"
    "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
    "<Topic><Name>Jobs</Name><MessageType>json</MessageType></Topic></TransactionLog>"
)
PUBLISHED = "<On><Module>amps-action-on-publish-message</Module><Options>{}</Options></On>"
EXPIRED = "<On><Module>amps-action-on-sow-expire-message</Module><Options>{}</Options></On>"
REPLICA = "<On><Module>amps-action-on-disconnect-replication</Module></On>"
JOBS = "<Topic>Jobs</Topic><MessageType>json</MessageType>"


def step(module: str, options: str) -> str:
    return f"<Do><Module>amps-action-do-{module}</Module><Options>{options}</Options></Do>"


COUNT = step("increment-counter", "<Key>k</Key><Value>N</Value>")
EXTRACT = step("extract-values", "<MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data><Value>%s=/name</Value>")


def findings(rule: str, on: str, steps: str, command: str, more: str = "") -> list[str]:
    action = f"<Action>{on.format(JOBS)}{steps}{step('execute-system', f'<Command>{command}</Command>{more}')}</Action>"
    found = examine_text(wrapped(f"{QUEUE}<Actions>{action}</Actions>")).findings
    return [one.sentence for one in found if one.code == rule]


@pytest.mark.parametrize(
    ("on", "steps", "name"),
    [
        (PUBLISHED, "", "AMPS_BYTE_0A"),
        (PUBLISHED, "", "AMPS_DATA_LENGTH"),
        (PUBLISHED, "", "AMPS_BOOKMARK"),
        (PUBLISHED, "", "AMPS_TIMESTAMP"),
        (PUBLISHED, "", "AMPS_INSTANCE_NAME"),
        (EXPIRED, "", "AMPS_REASON"),
        (REPLICA, "", "AMPS_REPLICATION_PEER_NAME"),
        (PUBLISHED, "", "AMPS_AFFINITY_VALUE"),
        (PUBLISHED, COUNT, "N"),
        (PUBLISHED, EXTRACT % "N" + COUNT, "N"),
    ],
)
def test_what_no_client_writes_is_no_finding(on: str, steps: str, name: str) -> None:
    found = findings("AC318", on, steps, f"notify {{{{{name}}}}} {{{{OTHER}}}}")
    assert found == ["{{OTHER}} is chosen by clients, and becomes an argument of a command"]


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        ("", "AMPS_DATA"),
        ("", "AMPS_TOPIC"),
        ("", "AMPS_CORRELATION_ID"),
        ("", "N"),
        (EXTRACT % "N", "N"),
        (COUNT + EXTRACT % "N", "N"),
        (EXTRACT % "AMPS_REASON", "AMPS_REASON"),
    ],
)
def test_what_a_client_may_write_is_a_finding(steps: str, name: str) -> None:
    sentence = f"{{{{{name}}}}} is chosen by clients, and becomes an argument of a command"
    assert findings("AC318", PUBLISHED, steps, f"notify {{{{{name}}}}}") == [sentence]


def test_a_shell_with_variables_of_clients_is_said_to_read_what_clients_send() -> None:
    shell = "<ampsd:Shell xmlns:ampsd='urn:ampsd:config:1'>true</ampsd:Shell>"
    assert findings("AC341", EXPIRED, "", "notify {{AMPS_DATA}} {{AMPS_REASON}} {{AMPS_TOPIC}}", shell) == [
        "what clients send reaches a shell script, in {{AMPS_DATA}}, {{AMPS_TOPIC}}"
    ]
    assert findings("AC341", EXPIRED, "", "notify {{AMPS_REASON}} {{AMPS_INSTANCE_NAME}}", shell) == [
        "a shell runs the command with {{AMPS_REASON}}, {{AMPS_INSTANCE_NAME}}"
    ]
    assert findings("AC341", EXPIRED, "", "notify {{AMPS_DATA}}") == []
