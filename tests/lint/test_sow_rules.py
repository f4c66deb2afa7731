"""Rules about topics of the SOW: what they leave alone, and what examples and the corpus do not show."""

import pytest
from lint_setup import examine_text, wrapped

SOW = "<SOW>{}</SOW>"
ORDERS = "<Topic><Name>orders</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName>{}</Topic>"
STRUCT = (
    "<MessageTypes><MessageType><Name>tick</Name><Module>struct</Module><Field>p = d</Field></MessageType>"
    "</MessageTypes>"
)


def codes(text: str, *, is_strict: bool = False) -> list[str]:
    findings = examine_text(wrapped(text), is_strict=is_strict).findings
    return [one.code for one in findings if one.code >= "AC260"]


def of_orders(inside: str, more: str = "") -> list[str]:
    return codes(SOW.format(ORDERS.format(inside) + more))


def test_a_transient_topic_needs_no_file_and_shares_none() -> None:
    topic = "<Topic><Name>{}</Name><MessageType>json</MessageType><Durability>transient</Durability>{}</Topic>"
    file = "<FileName>a.sow</FileName>"
    assert codes(SOW.format(topic.format("a", "") + topic.format("b", file) + topic.format("c", file))) == []


def test_names_of_one_file_are_equal_however_they_are_written() -> None:
    other = "<Topic><Name>b</Name><MessageType>json</MessageType><FileName>./x/../orders.json.sow</FileName></Topic>"
    assert of_orders("", other) == ["AC261"]


def test_a_topic_whose_messages_may_expire_by_themselves_keeps_no_history() -> None:
    history = "<History><Window>1d</Window><Granularity>0s</Granularity></History>"
    assert of_orders(f"{history}<Expiration>enabled</Expiration>") == ["AC262"]
    assert of_orders(f"{history}<Expiration>disabled</Expiration>") == []


def test_history_with_expiration_and_pattern_is_wrong_twice() -> None:
    history = "<History><Window>1d</Window><Granularity>1h</Granularity></History>"
    assert of_orders(f"{history}<Expiration>1d</Expiration><Pattern>^o/</Pattern>") == ["AC262", "AC262"]


def test_types_made_of_binary_have_no_fields_either() -> None:
    types = "<MessageTypes><MessageType><Name>image</Name><Module>binary</Module></MessageType></MessageTypes>"
    topic = "<Topic><Name>a</Name><MessageType>image</MessageType><FileName>a</FileName><Index>/x</Index></Topic>"
    assert codes(types + SOW.format(topic)) == ["AC264"]


def test_enrichment_of_a_conflated_topic_of_struct_is_refused() -> None:
    topics = (
        "<Topic><Name>a</Name><MessageType>tick</MessageType><FileName>a</FileName></Topic>"
        "<ConflatedTopic><Name>b</Name><MessageType>tick</MessageType><UnderlyingTopic>a</UnderlyingTopic>"
        "<Enrichment><Field>/p AS /q</Field></Enrichment></ConflatedTopic>"
    )
    assert codes(STRUCT + SOW.format(topics)) == ["AC266"]


def test_one_finding_for_each_field_that_names_topics() -> None:
    fields = "<Field>[a]./x + [b]./y AS /z</Field><Field>/x AS /y</Field><Field>[a]./x AS /v</Field>"
    assert of_orders(f"<Enrichment>{fields}</Enrichment>") == ["AC267", "AC267"]


def test_words_in_strings_are_not_judged() -> None:
    assert of_orders("<Preprocessing><Field>CONCAT(/a, '[t]./x OF PREVIOUS') AS /b</Field></Preprocessing>") == []


@pytest.mark.parametrize("message_type", ["nvfix", "xml"])
def test_a_pattern_takes_topics_of_its_own_type_only(message_type: str) -> None:
    later = f"<Topic><Name>o/1</Name><MessageType>{message_type}</MessageType><FileName>b</FileName></Topic>"
    assert of_orders("<Pattern>^o/</Pattern>", later) == []


def test_a_second_pattern_is_not_shadowed_by_its_name() -> None:
    later = "<Topic><Name>o/1</Name><MessageType>json</MessageType><FileName>b</FileName><Pattern>^p/</Pattern></Topic>"
    assert of_orders("<Pattern>^o/</Pattern>", later) == []


def test_a_dot_makes_no_regular_expression() -> None:
    assert codes(SOW.format(ORDERS.format("").replace("orders", "orders.eu"))) == []


def test_a_view_must_not_have_a_name_of_amps() -> None:
    view = (
        "<View><Name>/AMPS/SOWStats</Name><MessageType>json</MessageType><UnderlyingTopic>orders</UnderlyingTopic>"
        "<Projection><Field>/id</Field></Projection><Grouping><Field>/id</Field></Grouping></View>"
    )
    assert of_orders("", view) == ["AC271"]


def test_a_conflated_topic_has_the_index_over_the_key_of_its_source() -> None:
    conflated = (
        "<ConflatedTopic><Name>c</Name><MessageType>json</MessageType><UnderlyingTopic>orders</UnderlyingTopic>"
        "<HashIndex><Key>{}</Key></HashIndex></ConflatedTopic>"
    )
    assert of_orders("", conflated.format("/id")) == ["AC272"]
    assert of_orders("", conflated.format("/desk")) == []


def test_a_composite_type_needs_parts() -> None:
    composite = "<MessageType><Name>c</Name><Module>composite-local</Module></MessageType>"
    assert codes(f"<MessageTypes>{composite}</MessageTypes>") == ["AC274"]


def test_a_composite_type_is_not_its_own_part() -> None:
    composite = "<MessageType><Name>c</Name><Module>composite-local</Module><MessageType>c</MessageType></MessageType>"
    assert codes(f"<MessageTypes>{composite}</MessageTypes>") == ["AC274"]
