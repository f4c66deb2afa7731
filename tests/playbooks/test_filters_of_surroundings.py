"""Filters that ask beyond the body: of the message, its publisher and the instance."""

import pytest
from play import Playbook, queue

JOBS = queue("Jobs")


@pytest.mark.parametrize(
    ("content", "is_match"),
    [
        ("CLIENT_NAME() = 'writer'", True),
        ("CLIENT_NAME() = 'reader'", False),
        ("USER() = 'ann'", True),
        ("REMOTE_ADDRESS() LIKE '^10\\\\.0\\\\.0\\\\.'", True),
        ("TOPIC_NAME() = 'news'", True),
        ("MESSAGE_SIZE() = 7", True),
        ("CORRELATION_ID() = 'abc'", True),
        ("BOOKMARK() IS NOT NULL", True),
        ("AMPS_INSTANCE_NAME() IS NOT NULL AND AMPS_GROUP_NAME() = AMPS_INSTANCE_NAME()", True),
        ("UNIX_TIMESTAMP() > 1000000000", True),
        ("UNIX_TIMESTAMP() = LAST_UPDATED()", True),
        ("LAST_LEASED() IS NULL AND LEASE_COUNT() IS NULL AND SOW_KEY() IS NULL", True),
    ],
)
def test_a_subscription_asks_for_the_publisher_and_the_message(content: str, is_match: bool) -> None:
    play = Playbook(queues=JOBS)
    reader, writer = play.client("reader"), play.client("writer", user_id="ann")
    reader.send(c="subscribe", cid="1", t="news", a="processed", filter=content)
    writer.send('{"a":1}', c="publish", t="news", x="abc")
    play.settle()
    assert (reader.bodies() == ['{"a":1}']) is is_match


def test_a_logged_message_has_its_bookmark() -> None:
    play = Playbook(queues=JOBS)
    reader, writer = play.client("reader"), play.client("writer")
    reader.send(c="subscribe", cid="1", t="Jobs", a="processed", filter="BOOKMARK() LIKE '^[0-9]+.1.$'")
    writer.send('{"a":1}', c="publish", t="Jobs", s=1, a="persisted")
    writer.send('{"a":2}', c="publish", t="Jobs", s=2, a="persisted")
    play.settle()
    assert reader.bodies() == ['{"a":1}']


def test_a_filter_that_does_not_parse_is_told_with_its_position_in_the_log() -> None:
    play = Playbook(queues=JOBS)
    reader = play.client("reader")
    reader.send(c="subscribe", cid="1", t="news", a="processed", filter="/a = 1 AND (/b")
    play.settle()
    (ack,) = reader.take()
    assert (ack["status"], ack["reason"]) == ("failure", "bad filter")
    assert "14-0002" in play.codes()


def test_a_binary_topic_has_no_fields_to_filter() -> None:
    play = Playbook(queues=JOBS)
    reader = play.client("reader", mt="binary")
    reader.send(c="subscribe", cid="1", t="news", a="processed", filter="/a = 1")
    play.settle()
    (ack,) = reader.take()
    assert ack["reason"] == "bad filter"
