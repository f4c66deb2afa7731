"""Each built-in module by itself: what it matches, passes or asks for, and which options it refuses."""

import pytest
from stub_actions import published

from ampsd.actions import module
from ampsd.actions.firing import Firing
from ampsd.declare import Definition, NotRunningError
from ampsd.engine.effects import PublishMessage, StepFailed, WriteLog
from ampsd.engine.events import REASON_ORDER, Event, InstanceStarted, MessageExpired


def build(name: str, **texts: str) -> Definition:
    """A module from the texts of its options, as a configuration gives them."""
    cls = module.find(f"amps-action-{name}")
    by_xml = {one.xml: one for one in cls.declared}
    return cls(**{by_xml[xml].attribute: by_xml[xml].kind.parse(text) for xml, text in texts.items()})


def requests(step: Definition, event: Event, *answers: str | None) -> list[object]:
    steps = step.run(Firing("the action", event, "Gyro", 0))
    found = [next(steps)]
    for answer in answers:
        try:
            found.append(steps.send(answer))
        except StopIteration:
            break
    return found


def expired(data: bytes = b"{}", reasons: tuple[str, ...] = ("time_limit",)) -> MessageExpired:
    return MessageExpired("Jobs", "json", data, reasons)


# ---- on


def test_on_startup_matches_every_start() -> None:
    on = build("on-startup")
    assert on.matches(InstanceStarted())
    assert on.may_match(InstanceStarted())


@pytest.mark.parametrize(
    ("topic", "is_match"),
    [("news", True), ("new", False), ("^new", True), ("s$", True), ("w.", False), ("e.*s", True), ("other", False)],
)
def test_on_publish_watches_a_topic_or_a_pattern(topic: str, is_match: bool) -> None:
    assert build("on-publish-message", Topic=topic, MessageType="json").matches(published("news")) is is_match


def test_on_publish_watches_one_message_type() -> None:
    on = build("on-publish-message", Topic="news", MessageType="json")
    assert not on.matches(published(message_type="fix"))


@pytest.mark.parametrize(("source", "is_match"), [("all", True), ("Local", True), ("replicated", False)])
def test_on_publish_knows_local_publishes_only(source: str, is_match: bool) -> None:
    on = build("on-publish-message", Topic="news", MessageType="json", MessageSource=source)
    assert on.matches(published()) is is_match
    assert on.may_match(published()) is is_match


@pytest.mark.parametrize(
    ("data", "is_match"), [(b'{"a":2}', True), (b'{"a":1}', False), (b"{}", False), (b"not json", False), (b"", False)]
)
def test_on_publish_filters_by_the_body_and_takes_none_that_cannot_be_read(data: bytes, is_match: bool) -> None:
    on = build("on-publish-message", Topic="news", MessageType="json", Filter="/a > 1")
    assert on.matches(published(data=data)) is is_match


@pytest.mark.parametrize("message_type", ["binary", "unheard-of"])
def test_on_publish_with_a_filter_matches_nothing_that_is_not_read(message_type: str) -> None:
    on = build("on-publish-message", Topic="news", MessageType=message_type, Filter="/a IS NULL")
    assert not on.matches(published(message_type=message_type))


@pytest.mark.parametrize(
    ("text", "options"), [("none", ("none",)), (" timestamp,none ", ("timestamp", "none")), ("", ())]
)
def test_on_publish_takes_subscribe_options(text: str, options: tuple[str, ...]) -> None:
    assert build("on-publish-message", Topic="a", MessageType="json", Options=text).options == options


def test_on_publish_takes_a_topic_as_it_is_written() -> None:
    on = build("on-publish-message", Topic="n.*", MessageType="json", Options="non_regex_topic")
    assert on.matches(published("n.*"))
    assert not on.matches(published("news"))


def test_on_publish_refuses_options_that_do_not_run() -> None:
    with pytest.raises(NotRunningError, match="conflation does not run here yet"):
        build("on-publish-message", Topic="a", MessageType="json", Options="conflation=1s")
    with pytest.raises(ValueError, match="live is for bookmark subscriptions"):
        build("on-publish-message", Topic="a", MessageType="json", Options="live")
    with pytest.raises(ValueError, match="is not one of all, local, replicated"):
        build("on-publish-message", Topic="a", MessageType="json", MessageSource="remote")
    with pytest.raises(ValueError, match="at character 4"):
        build("on-publish-message", Topic="a", MessageType="json", Filter="/a {{X}}")


@pytest.mark.parametrize(
    ("wanted", "reasons", "is_match"),
    [
        (None, ("max_cancels",), True),
        ("max_cancels", ("max_cancels",), True),
        ("max_cancels", ("time_limit", "max_cancels"), True),
        ("time_limit, forced_expire", ("max_cancels", "max_deliveries"), False),
        ("MAX_DELIVERIES", ("max_deliveries",), True),
    ],
)
def test_on_expire_matches_any_of_its_reasons(wanted: str | None, reasons: tuple[str, ...], is_match: bool) -> None:
    texts = {"Topic": "Jobs", "MessageType": "json"} | ({} if wanted is None else {"Reason": wanted})
    assert build("on-sow-expire-message", **texts).matches(expired(reasons=reasons)) is is_match


def test_on_expire_watches_one_topic_by_its_name() -> None:
    for topic, message_type in (("Jobs.*", "json"), ("Job", "json"), ("Jobs", "fix")):
        assert not build("on-sow-expire-message", Topic=topic, MessageType=message_type).matches(expired())


def test_on_expire_without_a_reason_option_takes_all() -> None:
    assert build("on-sow-expire-message", Topic="Jobs", MessageType="json").reason == REASON_ORDER


@pytest.mark.parametrize("text", ["", " , ", "boredom", "time_limit boredom"])
def test_on_expire_refuses_unknown_reasons_and_none(text: str) -> None:
    with pytest.raises(ValueError, match="time_limit, forced_expire, max_cancels, max_deliveries"):
        build("on-sow-expire-message", Topic="Jobs", MessageType="json", Reason=text)


# ---- if


@pytest.mark.parametrize(
    ("condition", "passes"),
    [
        ('"{{AMPS_TOPIC}}" = "Jobs"', True),
        ("'<<AMPS_REASON>>' == 'max_cancels'", False),
        ("{{AMPS_DATA_LENGTH}} > 1 AND '{{AMPS_DATA}}' LIKE '^\\{'", True),
        ("'{{AMPS_BYTE_41}}' = 'A'", True),
        ("'{{NOBODY}}' IS NULL", True),
        ("{{AMPS_UNIX_TIMESTAMP}} = 0", True),
        ("/a = 1", False),
    ],
)
def test_a_condition_sees_the_variables(condition: str, passes: bool) -> None:
    assert build("if-condition", Condition=condition).passes(Firing("a", expired(), "Gyro", 0), b"") is passes


def test_data_do_not_change_a_condition() -> None:
    gate = build("if-condition", Condition="'{{AMPS_DATA}}' = 'secret'")
    assert not gate.passes(Firing("a", expired(b"' OR '1' = '1"), "Gyro", 0), b"")


@pytest.mark.parametrize("condition", ["{{NOBODY}} > 1", "{{AMPS_TOPIC}} = 'Jobs'"])
def test_a_condition_that_needs_a_number_and_gets_none_fails(condition: str) -> None:
    with pytest.raises(StepFailed, match="is not a number"):
        build("if-condition", Condition=condition).passes(Firing("a", expired(), "Gyro", 0), b"")


def test_a_condition_that_is_no_expression_is_refused_at_load() -> None:
    with pytest.raises(ValueError, match="at character"):
        build("if-condition", Condition="{{A}} >")


# ---- do


def test_echo_writes_its_text_to_the_log() -> None:
    (request,) = requests(build("do-echo-message", Message="{{AMPS_TOPIC}}: {{AMPS_DATA}}"), expired(b"\xff\n"), None)
    assert isinstance(request, WriteLog)
    assert (request.code, request.values) == ("29-0103", {"message": "Jobs: \\xff\n"})


def test_echo_without_a_text_writes_an_empty_one() -> None:
    (request,) = requests(build("do-echo-message"), expired(), None)
    assert request.values == {"message": ""}


def test_nothing_says_that_it_was_called() -> None:
    (request,) = requests(build("do-nothing"), expired(), None)
    assert (request.code, request.values) == ("29-0104", {"action": "the action"})


DATA = '{"topic":"{{AMPS_TOPIC}}","message":{{AMPS_DATA}} }'


def test_publish_fills_in_topic_type_and_data() -> None:
    step = build("do-publish-message", Topic=" {{AMPS_TOPIC}}.dead ", MessageType="json", Data=DATA)
    (request,) = requests(step, expired(b'{"x":"{{AMPS_REASON}}\xff"}'), None)
    assert isinstance(request, PublishMessage)
    assert (request.topic, request.message_type) == ("Jobs.dead", "json")
    assert request.data == b'{"topic":"Jobs","message":{"x":"{{AMPS_REASON}}\xff"} }'


@pytest.mark.parametrize(("topic", "reason"), [("{{NOBODY}} ", "is empty"), ("{{AMPS_DATA}}", "longer than 4096")])
def test_publish_fails_where_there_is_no_topic_to_publish_to(topic: str, reason: str) -> None:
    step = build("do-publish-message", Topic=topic, MessageType="json", Data="x")
    with pytest.raises(StepFailed, match=reason):
        requests(step, expired(b"x" * 5000))


def test_publish_refuses_to_update_only_until_there_are_records() -> None:
    texts = {"Topic": "t", "MessageType": "json", "Data": "x"}
    assert build("do-publish-message", **texts, Delta="true", UpdateOnly="false")
    with pytest.raises(NotRunningError, match="only topics of the SOW have records to update"):
        build("do-publish-message", **texts, Delta="true", UpdateOnly="true")
    for option in ("Delta", "UpdateOnly"):
        with pytest.raises(ValueError, match="is not a yes or no"):
            build("do-publish-message", **texts, **{option: "perhaps"})
