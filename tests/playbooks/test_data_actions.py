"""Steps that take data apart and together: extract, translate, count, query, raise an event, ask a condition."""

import pytest
from play import Playbook, acting, echo, errors, queue, step
from workers import ack, deliveries, publish, subscriber

JSON = {"MessageType": "json"}
ON_NEWS = step("on-publish-message", Topic="news", **JSON)
ON_ADMIN = step("on-admin", Path="go")


def asking(*steps: str, queues: str = "") -> Playbook:
    """An instance whose steps run when somebody asks for the path `go`."""
    return Playbook(actions=acting(ON_ADMIN, *steps), queues=queues)


def news(play: Playbook, *bodies: str) -> None:
    publish(play, *bodies, topic="news")


# ---- extract-values


def test_values_are_taken_out_of_a_message_and_seen_by_later_steps() -> None:
    values = ["REGION=/order/region", "NAME = CONCAT(/first, ' ', /last)", "SUM=/n + 1", "NONE=/nothing", "ALL=/tags"]
    take = step("do-extract-values", Data="{{AMPS_DATA}}", Value=values, **JSON)
    play = Playbook(actions=acting(ON_NEWS, take, echo("{{REGION}}|{{NAME}}|{{SUM}}|{{NONE}}|{{ALL}}|{{AMPS_TOPIC}}")))
    news(play, '{"order":{"region":"EU"},"first":"Ann","last":"Lee","n":41,"tags":["a","b"]}')
    assert play.echoes() == ["EU|Ann Lee|42||a|news"]


def test_a_value_replaces_what_the_variable_was() -> None:
    take = step("do-extract-values", Data="{{AMPS_DATA}}", Value=["AMPS_DATA=/inside"], **JSON)
    play = Playbook(actions=acting(ON_NEWS, take, echo("{{AMPS_DATA}}"), take, echo("[{{AMPS_DATA}}]")))
    news(play, '{"inside":"{\\"inside\\":null}"}')
    assert play.echoes() == ['{"inside":null}', "[]"]


def test_without_data_expressions_see_no_fields() -> None:
    play = asking(step("do-extract-values", Value=["A=/a", "B=UPPER('b')"], **JSON), echo("[{{A}}]{{B}}"))
    play.request("go", A="before")
    assert play.echoes() == ["[]B"]


def test_without_values_the_data_are_read_and_nothing_is_kept() -> None:
    play = asking(step("do-extract-values", Data="{{D}}", **JSON), echo("fine"))
    play.request("go", D="{}")
    play.request("go", D="{")
    assert play.echoes() == ["fine"]
    assert len(play.failures()) == 1


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"D": "no json", "T": "json"}, "the data are not json"),
        ({"D": "", "T": "json"}, "the data are not json"),
        ({"D": "{}", "T": "nothing"}, "there is no message type 'nothing'"),
        ({"D": "{}", "T": ""}, "there is no message type ''"),
        ({"D": "{}", "T": "binary"}, "bodies of message type binary have no fields"),
    ],
)
def test_data_that_cannot_be_read_end_the_action(parameters: dict[str, str], reason: str) -> None:
    play = asking(step("do-extract-values", MessageType="{{T}}", Data="{{D}}", Value="A=/a"), echo("never"))
    play.request("go", **parameters)
    assert play.echoes() == []
    assert play.failures()[0].startswith(reason)


@pytest.mark.parametrize("value", ["/a", "=/a", "1A=/a", "{{A}}=/a", "A=", "A=/a ="])
def test_a_value_that_is_no_assignment_is_refused(value: str) -> None:
    assert errors(acting(ON_NEWS, step("do-extract-values", Data="x", Value=value, **JSON))) != []


# ---- translate-data


@pytest.mark.parametrize(("status", "text"), [("checking", "pending"), ("sent", "a=b"), ("new", "?new"), ("", "?")])
def test_a_value_is_translated_by_the_first_case_that_fits(status: str, text: str) -> None:
    cases = ["checking=pending", "sent=a=b", "checking=later"]
    play = asking(step("do-translate-data", Data="{{S}}", Value="TEXT", Case=cases, Default="?{{S}}"), echo("{{TEXT}}"))
    play.request("go", S=status)
    assert play.echoes() == [text]


def test_without_a_default_a_value_stays_as_it_is() -> None:
    play = asking(step("do-translate-data", Data="{{S}}", Value="S", Case="a=b"), echo("{{S}}"))
    for one in ("a", "b", " a"):
        play.request("go", S=one)
    assert play.echoes() == ["b", "b", " a"]


def test_a_translation_that_is_none_is_refused_and_one_too_large_fails() -> None:
    assert errors(acting(ON_ADMIN, step("do-translate-data", Data="x", Value="{{V}}", Case="a=b"))) != []
    assert errors(acting(ON_ADMIN, step("do-translate-data", Data="x", Value="V", Case="ab"))) != []
    play = asking(step("do-translate-data", Data="{{S}}" * 300, Value="V", Case="a=b"), echo("never"))
    play.request("go", S="s" * 1_000_000)
    assert play.echoes() == []
    assert "bytes, more than its variables" in play.failures()[0]


# ---- increment-counter


def test_a_counter_counts_over_runs_and_actions_until_a_restart() -> None:
    count = step("do-increment-counter", Key=" {{K}} ", Value="COUNT")
    play = Playbook(actions=acting(ON_ADMIN, count, echo("{{K}} {{COUNT}}")) + acting(ON_ADMIN, count))
    for key in ("a", "a", "b"):
        play.request("go", K=key)
    assert play.echoes() == ["a 1", "a 3", "b 1"]
    play.restart()
    play.request("go", K="a")
    assert play.echoes()[3:] == ["a 1"]


def test_a_counter_without_a_name_fails() -> None:
    play = asking(step("do-increment-counter", Key="{{K}}", Value="COUNT"), echo("never"))
    for parameters in ({}, {"K": " "}):
        play.request("go", **parameters)
    assert play.echoes() == []
    assert play.failures() == ["the name of the counter is empty"] * 2
    assert errors(acting(ON_ADMIN, step("do-increment-counter", Key="k", Value="no name"))) != []


# ---- query-sow


def querying(**options: str) -> Playbook:
    wanted = {"Topic": "Jobs", "Filter": "/n &gt; {{LEAST}}", "CaptureData": "FOUND", **JSON, **options}
    play = asking(
        step("do-query-sow", **wanted), echo("[{{FOUND}}]"), queues=queue("Jobs") + queue("Raw", MessageType="binary")
    )
    publish(play, '{"n":2,"name":"b"}', '{"n":3,"name":"a"}', '{"n":1,"name":"c"}')
    return play


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, '{"n":2,"name":"b"}'),
        ({"OrderBy": "/n DESC"}, '{"n":3,"name":"a"}'),
        ({"OrderBy": "{{BY}} ASC"}, '{"n":1,"name":"c"}'),
        ({"OrderBy": "/n", "Options": "skip_n={{SKIP}}"}, '{"n":2,"name":"b"}'),
        ({"Topic": "{{T}}", "MessageType": "{{MT}}", "Filter": "/name = '{{NAME}}'"}, '{"n":3,"name":"a"}'),
        ({"Filter": "/n &gt; 9", "DefaultData": "none of {{T}}"}, "none of Jobs"),
        ({"Filter": "/n &gt; 9"}, ""),
    ],
)
def test_the_first_message_of_a_query_is_kept_in_a_variable(options: dict[str, str], found: str) -> None:
    play = querying(**options)
    play.request("go", LEAST="0", BY="/n", SKIP="1", T="Jobs", MT="json", NAME="a", FOUND="before")
    assert play.echoes() == [f"[{found}]"]


def test_a_query_sees_what_could_be_delivered_and_takes_nothing() -> None:
    play = querying()
    worker = subscriber(play, "worker", backlog=1)
    (message,) = deliveries(worker)
    play.request("go", LEAST="0")
    ack(worker, message)
    assert play.echoes() == ['[{"n":3,"name":"a"}]']
    assert deliveries(worker)[0]["body"] == '{"n":3,"name":"a"}'


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"Topic": "{{X}}"}, "only queues can be queried"),
        ({"Topic": "{{X}}Other"}, "only queues can be queried"),
        ({"MessageType": "{{X}}"}, "there is no message type ''"),
        ({"Topic": "Raw", "MessageType": "{{RAW}}"}, "bodies of message type binary have no fields"),
        ({"Options": "{{OPTIONS}}"}, "an option that does not run yet"),
        ({"Options": "skip_n={{X}}"}, "invalid options"),
        ({"OrderBy": "{{BY}}"}, "'/n SIDEWAYS' is not a field"),
        ({"Filter": "/n = {{X}}"}, "{{X}} is not a number"),
    ],
)
def test_a_query_that_cannot_be_asked_ends_the_action(options: dict[str, str], reason: str) -> None:
    play = querying(DefaultData="not for failures", **options)
    play.request("go", LEAST="0", RAW="binary", BY="/n SIDEWAYS", OPTIONS="top_n=5")
    assert play.echoes() == []
    assert reason in play.failures()[0]


@pytest.mark.parametrize("name", ["' OR '1' = '1", "b' OR /n = 3 OR '", "\\' OR 1 = 1 OR '", "{{LEAST}}"])
def test_what_a_variable_holds_does_not_change_the_query(name: str) -> None:
    play = querying(Filter="/name = '{{NAME}}'", DefaultData="nobody")
    play.request("go", NAME=name)
    assert play.echoes() == ["[nobody]"]


def test_a_filter_that_is_none_is_refused() -> None:
    query = step("do-query-sow", Topic="Jobs", Filter="/n &gt;", CaptureData="F", **JSON)
    assert errors(acting(ON_ADMIN, query), queues=queue("Jobs")) != []


# ---- custom events


@pytest.mark.parametrize("options", [{"Event": "late-{{KIND}}"}, {"EventVariable": "NAME"}])
def test_an_event_sets_off_who_waits_for_it_with_a_copy_of_the_variables(options: dict[str, str]) -> None:
    seen = "{{KIND}} {{AMPS_INSTANCE_NAME}} {{COUNT}}"
    count = step("do-increment-counter", Key="k", Value="COUNT")
    raising = acting(ON_ADMIN, count, step("do-execute-event", **options), echo("raiser " + seen))
    change = step("do-translate-data", Data="x", Value="KIND", Case="x=changed")
    handling = acting(step("on-execute-event", Event="late-order"), change, echo("first " + seen))
    handling += acting(step("on-execute-event", Event="late-order"), echo("second " + seen))
    handling += acting(step("on-execute-event", Event="late"), echo("never"))
    play = Playbook(actions=handling + raising)
    play.request("go", KIND="order", NAME=" late-order ")
    assert play.echoes() == ["raiser order Play 1", "first changed Play 1", "second order Play 1"]


@pytest.mark.parametrize("options", [{"Event": "{{NAME}}"}, {"EventVariable": "NAME"}])
def test_an_event_without_a_name_fails_and_one_that_nobody_awaits_does_not(options: dict[str, str]) -> None:
    play = Playbook(
        actions=acting(ON_ADMIN, step("do-execute-event", **options), echo("after"))
        + acting(step("on-execute-event", Event="known"), echo("known"))
    )
    play.request("go")
    assert (play.echoes(), play.failures()) == ([], ["the name of the event is empty"])
    play.request("go", NAME="Known")
    assert play.echoes() == ["after"]
    play.request("go", NAME="known")
    assert play.echoes() == ["after", "after", "known"]


def test_both_names_of_an_event_or_neither_are_refused() -> None:
    for options in ({}, {"Event": "a", "EventVariable": "A"}):
        found = errors(acting(ON_ADMIN, step("do-execute-event", **options)))
        assert [one for one in found if "AC327" in one], found
    assert errors(acting(step("on-execute-event"), echo("x"))) != []


# ---- if-condition


def test_a_condition_sees_the_variables_of_the_moment() -> None:
    gate = step("if-condition", Condition="'{{KIND}}' = 'late' AND {{N}} &gt; 1")
    translate = step("do-translate-data", Data="{{KIND}}", Value="KIND", Case="l=late")
    play = asking(echo("before"), translate, gate, echo("passed {{KIND}}"))
    for kind, number in (("l", "2"), ("l", "1"), ("late", "3"), ("x", "2")):
        play.request("go", KIND=kind, N=number)
    assert [one for one in play.echoes() if one != "before"] == ["passed late", "passed late"]
    assert play.failures() == []


def test_a_condition_that_needs_a_number_ends_the_action_where_it_gets_none() -> None:
    play = asking(step("if-condition", Condition="{{N}} &gt; 1"), echo("never"))
    for number in ("", "two", "1 OR 1 = 1"):
        play.request("go", N=number)
    assert play.echoes() == []
    assert all("{{N}} is not a number" in one for one in play.failures())
    assert len(play.failures()) == 3


def test_a_condition_that_is_none_is_refused() -> None:
    assert errors(acting(ON_ADMIN, step("if-condition", Condition="{{N}} &gt;"), echo("x"))) != []


# ---- on-admin


def test_a_request_runs_the_actions_of_its_path_and_no_other() -> None:
    go = step("on-admin", Path="go", RequiredParameter=["Id", "ID"], Name="Go", Description="Goes.")
    play = Playbook(
        actions=acting(go, echo("{{Id}} {{ID}} [{{id}}]")) + acting(step("on-admin", Path="stay"), echo("stay"))
    )
    play.request("go", Id="1", ID="2")
    assert play.echoes() == ["1 2 []"]
    play.request("elsewhere")
    play.request("GO")
    assert play.echoes() == ["1 2 []"]


@pytest.mark.parametrize("path", ["a/b", ""])
def test_a_path_with_a_slash_or_none_is_refused(path: str) -> None:
    assert errors(acting(step("on-admin", Path=path), echo("x"))) != []


# ---- publish-message


def test_a_publish_is_one_as_from_any_client() -> None:
    data = '{"of":"{{FROM}}{{AMPS_TOPIC}}"}'
    copy = step(
        "do-publish-message", Topic="{{WHERE}}", MessageType="{{TYPE}}", Data=data, Delta="true", UpdateOnly="false"
    )
    play = Playbook(
        queues=queue("Jobs"),
        actions=acting(ON_ADMIN, copy)
        + acting(step("on-publish-message", Topic="Jobs", **JSON), echo("{{AMPS_CLIENT_NAME}}")),
    )
    play.request("go", WHERE="Jobs", TYPE="json", FROM="here", AMPS_TOPIC="not ours")
    worker = subscriber(play, "worker")
    assert worker.bodies() == ['{"of":"here"}']
    assert len(play.echoes()) == 1


@pytest.mark.parametrize(
    ("where", "kind", "reason"),
    [
        ("", "json", "the topic is empty"),
        ("/AMPS/x", "json", ""),
        ("x" * 4097, "json", "the topic is longer than 4096 bytes"),
        ("news", "no", "not supported"),
        ("Read", "json", "parse error"),
    ],
)
def test_a_publish_that_is_refused_ends_the_action(where: str, kind: str, reason: str) -> None:
    copy = step("do-publish-message", Topic="{{WHERE}}", MessageType="{{TYPE}}", Data="no json")
    play = asking(copy, echo("never"), queues=queue("Read", Filter="/a = 1"))
    play.request("go", WHERE=where, TYPE=kind)
    assert play.echoes() == []
    assert reason in play.failures()[0]


def test_an_update_only_publish_is_refused_until_there_are_records() -> None:
    copy = step("do-publish-message", Topic="a", Data="x", Delta="true", UpdateOnly="true", **JSON)
    assert errors(acting(ON_ADMIN, copy)) != []
