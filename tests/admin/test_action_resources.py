"""Actions on the admin interface: what runs when somebody asks for a path, and what is told of what ran."""

import pytest
from play import Playbook, acting, echo, step

from ampsd.admin.actions import ActionResources
from ampsd.admin.calls import Call, Post, Refusal
from ampsd.admin.models import AdminAction


def call(path: dict[str, str] | None = None, **query: str) -> Call:
    return Call(path or {}, query, None, "127.0.0.1", "r")


def ask(play: Playbook, path: str, **query: str) -> None:
    """As the HTTP server does it."""
    result = ActionResources(play.instance).request(call({"path": path}, **query))
    assert isinstance(result, Post)
    play.post(result.posted)
    play.settle()


@pytest.fixture
def play() -> Playbook:
    go = step("on-admin", Path="go", RequiredParameter=["Id", "ID"], Name="Go", Description="Goes.")
    bad = step("do-archive-journal", Age="{{Id}}")
    return Playbook(
        actions=acting(go, echo("{{Id}}{{ID}}{{extra}}")) + acting(step("on-admin", Path="bad"), echo("bad"), bad)
    )


def test_what_runs_on_request_is_listed_with_its_name_and_text(play: Playbook) -> None:
    assert ActionResources(play.instance).on_admin(call()).actions == [
        AdminAction("go", "Go", "Goes.", ["Id", "ID"]),
        AdminAction("bad", "bad", "", []),
    ]


def test_parameters_are_variables_as_they_are_written(play: Playbook) -> None:
    ask(play, "go", Id="a", ID="{{X}}", extra="\udcff")
    assert play.echoes() == ["a{{X}}\\xff"]


@pytest.mark.parametrize("query", [{}, {"Id": "1"}, {"id": "1", "ID": "2"}])
def test_without_a_required_parameter_nothing_runs(play: Playbook, query: dict[str, str]) -> None:
    with pytest.raises(Refusal, match=r"needs .*; it was not run") as caught:
        ask(play, "go", **query)
    assert caught.value.status == 400
    assert play.echoes() == []


@pytest.mark.parametrize("path", ["GO", "", "go/", "elsewhere"])
def test_a_path_of_no_action_is_not_found(play: Playbook, path: str) -> None:
    with pytest.raises(Refusal, match="there is no action") as caught:
        ask(play, path, Id="1", ID="2")
    assert caught.value.status == 404


def test_firings_and_counts_tell_what_became_of_a_request(play: Playbook) -> None:
    resources = ActionResources(play.instance)
    ask(play, "go", Id="1", ID="2")
    ask(play, "bad", Id="LastThursday")
    first, second = resources.actions(call()).actions[:2]
    assert [(one.fired, one.failed, one.cut) for one in (first, second)] == [(1, 0, 0), (1, 1, 0)]
    assert second.last_reason.startswith("Age: 'LastThursday' is not an interval")
    newest, oldest = resources.firings(call()).firings
    assert (newest.action, newest.outcome, newest.reason) == ("action 2", "failed", second.last_reason)
    assert [(one.module, one.outcome) for one in newest.steps] == [
        ("amps-action-do-echo-message", "done"),
        ("amps-action-do-archive-journal", "failed"),
    ]
    assert oldest.variables["ID"] == "2"
    assert [one.action for one in resources.firings(call(action="action 1")).firings] == ["action 1"]
    assert resources.firing(call({"number": str(newest.number)})) == newest
    with pytest.raises(Refusal, match="is not known"):
        resources.firing(call({"number": "\u0663"}))
