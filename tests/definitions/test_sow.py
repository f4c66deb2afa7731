import pytest

from ampsd.definitions.queues import LocalQueueDefinition, QueueDefinition


def queue(**values: object) -> QueueDefinition:
    return QueueDefinition(name="Jobs", message_type="json", **values)  # type: ignore[arg-type]


def test_without_an_underlying_topic_the_queue_holds_its_own() -> None:
    assert (queue().underlying, queue().publish_target, queue().underlying_is_regex) == ("Jobs", "Jobs", False)


def test_publishes_go_to_the_underlying_topic_unless_a_target_is_named() -> None:
    assert queue(underlying_topic="Work").publish_target == "Work"
    assert queue(underlying_topic="^W.*", default_publish_target="W1").publish_target == "W1"


@pytest.mark.parametrize("topic", ["^a", "a$", "a|b", "a*", "a+", "a?", "(a)", "[ab]", "a{2}", "a\\b", ".*"])
def test_metacharacters_make_an_underlying_topic_a_pattern(topic: str) -> None:
    assert queue(underlying_topic=topic).underlying_is_regex


@pytest.mark.parametrize("topic", ["a", "a.b", "a/b-c_d", "a b", "ä"])
def test_a_dot_alone_makes_no_pattern(topic: str) -> None:
    assert not queue(underlying_topic=topic).underlying_is_regex


def test_the_name_of_a_queue_is_never_a_pattern() -> None:
    assert not QueueDefinition(name="Jobs*", message_type="json").underlying_is_regex


def test_fairness_follows_from_the_semantics() -> None:
    assert queue().fairness == "proportional"
    assert queue(semantics="at-most-once").fairness == "round-robin"
    assert queue(fairness_model="fast").fairness == "fast"
    assert (queue().is_at_most_once, queue(semantics="at-most-once").is_at_most_once) == (False, True)


def test_a_local_queue_is_a_queue_that_differs_from_one() -> None:
    local = LocalQueueDefinition(name="Jobs", message_type="json")
    assert (queue().is_local, local.is_local) == (False, True)
    assert local != queue()
    assert [one.attribute for one in local.declared] == [one.attribute for one in queue().declared]
