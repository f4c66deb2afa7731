"""From an event to the actions it sets off."""

from stub_actions import DoLog, OnPing, Ping, published

from ampsd.actions import module
from ampsd.actions.graph import Action, ActionGraph
from ampsd.engine.events import InstanceStarted, MessagePublished
from ampsd.expressions.compile import compile_filter

STEPS = (DoLog(words="x"),)
ON_PUBLISH = module.find("amps-action-on-publish-message")


def names(graph: ActionGraph, event: object) -> list[str]:
    return [action.name for action in graph.find(event)]


def test_actions_are_found_by_the_class_of_event_and_by_matching() -> None:
    graph = ActionGraph([Action("a", (OnPing(name="x"),), STEPS), Action("b", (OnPing(name="y"),), STEPS)])
    assert names(graph, Ping("x")) == ["a"]
    assert names(graph, Ping("z")) == []
    assert names(graph, InstanceStarted()) == []


def test_actions_come_in_the_order_of_the_file() -> None:
    graph = ActionGraph([Action(name, (OnPing(),), STEPS) for name in ("c", "a", "b")])
    assert names(graph, Ping("x")) == ["c", "a", "b"]


def test_an_action_runs_once_for_an_event_that_two_of_its_ons_match() -> None:
    graph = ActionGraph([Action("a", (OnPing(name="x"), OnPing()), STEPS), Action("b", (OnPing(),), STEPS)])
    assert names(graph, Ping("x")) == ["a", "b"]


def test_an_action_may_watch_several_classes() -> None:
    on_publish = ON_PUBLISH(topic="news", message_type="json")
    graph = ActionGraph([Action("a", (OnPing(name="x"), on_publish), STEPS)])
    assert names(graph, published()) == ["a"]
    assert names(graph, Ping("x")) == ["a"]
    assert graph.watches(Ping)
    assert graph.watches(MessagePublished)
    assert not graph.watches(InstanceStarted)


def test_what_may_be_watched_does_not_depend_on_the_message() -> None:
    on_publish = ON_PUBLISH(topic="news", message_type="json", filter=compile_filter("/a = 1"))
    graph = ActionGraph([Action("a", (on_publish,), STEPS)])
    assert graph.may_watch(published(data=b""))
    assert not graph.may_watch(published(topic="other"))
    assert names(graph, published(data=b'{"a":2}')) == []
    assert names(graph, published(data=b'{"a":1}')) == ["a"]
