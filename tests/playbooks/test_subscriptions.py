"""Publish and subscribe: literal topics, patterns, filters, several subscriptions of one client."""

import pytest
from play import Playbook, queue


@pytest.fixture
def play() -> Playbook:
    return Playbook(queues=queue("Jobs"))


def test_a_message_reaches_the_subscribers_of_its_topic(play: Playbook) -> None:
    readers = [play.client(f"reader{number}") for number in range(3)]
    for reader, topic in zip(readers, ("news", "news", "other"), strict=True):
        reader.send(c="subscribe", t=topic, cid="1", sub_id="s")
    play.client("x").send("hello", c="p", t="news", x="corr")
    for reader in readers[:2]:
        assert reader.take() == [{"c": "p", "t": "news", "sids": "s", "l": "5", "x": "corr", "body": "hello"}]
    assert readers[2].take() == []


def test_one_client_with_several_matching_subscriptions_gets_one_message(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="news", cid="1", sub_id="a")
    reader.send(c="subscribe", t="^n", cid="2", sub_id="b")
    play.client("x").send("hello", c="p", t="news")
    assert [one["sids"] for one in reader.take()] == ["a,b"]


def test_a_pattern_matches_anywhere_and_topics_that_come_later(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="s$", cid="1", sub_id="a")
    publisher = play.client("x")
    for topic in ("orders", "news", "newsletter"):
        publisher.send(topic, c="p", t=topic)
    assert reader.bodies() == ["orders", "news"]


def test_non_regex_topic_takes_the_text_as_it_is(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="a|b", cid="1", sub_id="s", o="non_regex_topic")
    publisher = play.client("x")
    publisher.send("1", c="p", t="a")
    publisher.send("2", c="p", t="a|b")
    assert reader.bodies() == ["2"]


def test_a_filter_lets_through_what_matches(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="news", cid="1", sub_id="s", filter="/n > 1")
    publisher = play.client("x")
    for body in ('{"n":1}', '{"n":2}', "no json", '{"n":3}'):
        publisher.send(body, c="p", t="news")
    assert reader.bodies() == ['{"n":2}', '{"n":3}']
    assert publisher.take() == []


def test_filters_of_one_client_decide_the_ids(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="news", cid="1", sub_id="low", filter="/n < 5")
    reader.send(c="subscribe", t="news", cid="2", sub_id="even", filter="/n % 2 = 0")
    publisher = play.client("x")
    for number in (2, 3, 6, 7):
        publisher.send(f'{{"n":{number}}}', c="p", t="news")
    assert [one["sids"] for one in reader.take()] == ["low,even", "low", "even"]


def test_unsubscribe_one_several_and_all(play: Playbook) -> None:
    reader = play.client("reader")
    publisher = play.client("x")
    for sub_id in "abcd":
        reader.send(c="subscribe", t="news", cid=sub_id, sub_id=sub_id)
    for gone, left in (("a", "b,c,d"), ("b,c", "d"), ("all", None)):
        reader.send(c="unsubscribe", sub_id=gone, cid="u", a="processed")
        publisher.send("1", c="p", t="news")
        messages = [one for one in reader.take() if one["c"] == "p"]
        assert [one["sids"] for one in messages] == ([left] if left else [])


def test_replace_changes_topic_and_filter_at_once(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="old", cid="1", sub_id="s")
    reader.send(c="subscribe", t="new", cid="2", sub_id="s", o="replace", filter="/n = 1", a="processed")
    publisher = play.client("x")
    publisher.send('{"n":1}', c="p", t="old")
    publisher.send('{"n":1}', c="p", t="new")
    publisher.send('{"n":2}', c="p", t="new")
    assert reader.bodies() == ['{"n":1}']


def test_timestamp_and_bookmark_options_add_fields(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="news", cid="1", sub_id="s", o="timestamp,bookmark")
    play.client("x").send("1", c="p", t="news", a="persisted", s=9)
    (message,) = reader.take()
    assert message["bm"].endswith("|9|")
    assert message["ts"] == "20231114T221320.000000Z"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "no topic"),
        ({"t": "("}, "bad regex topic"),
        ({"t": "(*LIMIT_MATCH=1)a"}, "bad regex topic"),
        ({"t": "x", "filter": "/a = "}, "bad filter"),
        ({"t": "x", "o": "nonsense"}, "invalid options"),
        ({"t": "x", "o": "max_backlog=many"}, "invalid options"),
        ({"t": "x", "o": "select=["}, "invalid options"),
        ({"t": "x", "o": "oof"}, "not supported"),
        ({"t": "x", "bookmark": "0"}, "not supported"),
        ({"t": "x", "sub_id": "taken"}, "subid in use"),
    ],
)
def test_a_subscribe_that_cannot_be_entered_fails_with_its_reason(
    play: Playbook, fields: dict[str, str], reason: str
) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t="news", cid="1", sub_id="taken")
    reader.send(c="subscribe", cid="2", a="processed,stats", **fields)
    assert [(one["cid"], one["status"], one["reason"]) for one in reader.take()] == [("2", "failure", reason)]
    assert not reader.is_closed


def test_a_publish_with_the_message_type_of_another_client_is_another_topic(play: Playbook) -> None:
    reader = play.client("reader", mt="binary")
    reader.send(c="subscribe", t="news", cid="1", sub_id="s")
    play.client("x", mt="json").send("1", c="p", t="news")
    play.client("y", mt="binary").send("2", c="p", t="news")
    assert reader.bodies() == ["2"]


def test_topics_and_ids_with_quotes_come_back_escaped(play: Playbook) -> None:
    reader = play.client("reader")
    reader.send(c="subscribe", t='a\\"b', cid="1", sub_id='s\\"1')
    play.client("x").send("1", c="p", t='a\\"b')
    (message,) = reader.take()
    assert message["t"] == 'a\\"b'
    assert message["sids"] == 's\\"1'
