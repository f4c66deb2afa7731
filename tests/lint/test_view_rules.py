"""Rules about views and conflated topics: what they leave alone, and what examples and the corpus do not show."""

from lint_setup import examine_text, wrapped

TOPIC = "<Topic><Name>{}</Name><MessageType>{}</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
ORDERS = TOPIC.format("orders", "json")
CUSTOMERS = TOPIC.format("customers", "json")


def view(underlying: str, *fields: str, grouping: str = "/id", name: str = "v", message_type: str = "json") -> str:
    projected = "".join(f"<Field>{one}</Field>" for one in fields or ("/id",))
    return (
        f"<View><Name>{name}</Name><MessageType>{message_type}</MessageType>"
        f"<UnderlyingTopic>{underlying}</UnderlyingTopic><Projection>{projected}</Projection>"
        f"<Grouping><Field>{grouping}</Field></Grouping></View>"
    )


def join(*texts: str) -> str:
    return "".join(f"<Join>{one}</Join>" for one in texts)


def conflated(underlying: str, more: str = "") -> str:
    return (
        f"<ConflatedTopic><Name>c</Name><MessageType>json</MessageType>"
        f"<UnderlyingTopic>{underlying}</UnderlyingTopic>{more}</ConflatedTopic>"
    )


def found(*inside: str) -> list[tuple[str, str]]:
    findings = examine_text(wrapped(f"<SOW>{''.join(inside)}</SOW>")).findings
    return [(one.code, one.sentence) for one in findings if one.code >= "AC260"]


def codes(*inside: str) -> list[str]:
    return [code for code, _ in found(*inside)]


def test_a_view_is_not_its_own_source() -> None:
    ((code, sentence),) = found(view("v"))
    assert code == "AC275"
    assert "its own source" in sentence


def test_a_source_is_told_once_however_often_joins_name_it() -> None:
    joins = join("[orders]./a = [nothing]./a", "[orders]./b = [nothing]./b")
    assert codes(ORDERS, view(joins, "[orders]./id", grouping="[orders]./id")) == ["AC275"]


def test_what_is_missing_is_not_judged_while_something_could_not_be_built() -> None:
    broken = "<Topic><Name>later</Name></Topic>"
    assert codes(broken, view("later")) == []
    assert codes(broken, conflated("later")) == []


def test_one_finding_says_of_which_type_a_source_is() -> None:
    ((code, sentence),) = found(TOPIC.format("orders", "nvfix"), view("orders"))
    assert code == "AC275"
    assert "nvfix only" in sentence


def test_a_source_of_any_type_may_be_under_a_view_but_binary() -> None:
    fields = "[fix].[orders]./38 AS /size"
    assert codes(TOPIC.format("orders", "fix"), view("[fix].[orders]", fields, grouping="[fix].[orders]./55")) == []


def test_only_fields_that_a_view_projects_are_in_it() -> None:
    first = view("orders", "/detail/desk", "SUM(/size) AS /size", grouping="/detail/desk")
    over = {"grouping": "/detail", "name": "w"}
    assert codes(ORDERS, first, view("v", "/size", "/detail/desk", "/size/more", **over)) == []
    assert codes(ORDERS, first, view("v", "/price", **over)) == ["AC278"]


def test_fields_of_a_view_with_an_unclear_projection_are_not_judged() -> None:
    assert codes(ORDERS, view("orders", "SUM(/size)"), view("v", "/size", grouping="/size", name="w")) == []


def test_a_field_without_topic_in_a_join_is_told_once_with_all_it_may_be() -> None:
    joined = view(join("[orders]./c = [customers]./id"), "/a + /b AS /c", grouping="[orders]./id")
    text = wrapped(f"<SOW>{ORDERS}{CUSTOMERS}{joined}</SOW>")
    (finding,) = [one for one in examine_text(text).findings if one.code == "AC281"]
    assert finding.remedy == "Write [orders]./a or [customers]./a."


def test_a_view_whose_joins_cannot_be_read_has_that_finding_only() -> None:
    assert codes(ORDERS, view(join("/a = /b"))) == ["AC279"]


def test_a_conflated_topic_may_stand_before_its_source() -> None:
    assert codes(conflated("orders"), ORDERS) == []


def test_a_topic_format_without_a_pattern_is_not_judged() -> None:
    assert codes(ORDERS, conflated("orders", "<TopicFormat>x.y</TopicFormat>")) == []


def test_a_conflated_topic_is_not_its_own_source() -> None:
    assert codes(conflated("c")) == ["AC282"]


def test_views_over_queues_and_conflated_topics_are_fine() -> None:
    queue = "<Queue><Name>q</Name><MessageType>json</MessageType></Queue>"
    assert codes(queue, view("q")) == []
    assert codes(ORDERS, conflated("orders"), view("c")) == []
