"""Constructed fields and joins are taken apart; what is not understood is left out and never raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsd.lint.fields import Identifier, construct, identifiers, join_operands, topic_reference


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("/price * /size AS /total", "/total"),
        ("/id", "/id"),
        ("[orders]./id", "/id"),
        ("[nvfix].[orders].[/id]", "/id"),
        ("[/my field]", "/my field"),
        ("SUM(/a) as [/my sum]", "/my sum"),
        ("IF(/a IN ('x AS /b', 'y'), /a, NULL)\n  AS /a HINT OPTIONAL", "/a"),
        ("SUM(/a)", ""),
        ("Orders/id", ""),
    ],
)
def test_a_field_makes_what_stands_behind_as_or_a_lone_path(text: str, target: str) -> None:
    assert construct(text).target == target


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("/a + /b/c AS /d", ["/a", "/b/c"]),
        ("SUM(/a * /b)/SUM(/b) AS /c", ["/a", "/b", "/b"]),
        ("[orders]./a - [json].[fills]./b AS /c", ["[orders]./a", "[json].[fills]./b"]),
        ("[/slashed/topic].[/a]", ["[/slashed/topic]./a"]),
        ("CONCAT('/no', \"[t]./no\", /yes) AS /x", ["/yes"]),
        ("/data[0] AS /first", ["/data[0]"]),
        ("'it\\'s /no' AS /x", []),
    ],
)
def test_the_fields_of_an_expression_are_found_outside_of_strings(text: str, fields: list[str]) -> None:
    assert [str(one) for one in construct(text).sources] == fields


def test_of_previous_counts_outside_of_strings_only() -> None:
    assert construct("/a - /a of  previous AS /b").uses_previous
    assert not construct("CONCAT(/a, 'OF PREVIOUS') AS /b").uses_previous


@pytest.mark.parametrize(
    "text",
    [
        "[orders].[/customer]=[customers].[/id]",
        "[orders]./customer = [customers]./id",
        "orders/customer = customers/id",
        "orders./customer=customers./id",
    ],
)
def test_a_join_names_a_field_of_each_of_two_topics(text: str) -> None:
    assert join_operands(text) == (Identifier("", "orders", "/customer"), Identifier("", "customers", "/id"))


def test_a_join_may_name_message_types_and_topics_with_slashes() -> None:
    assert join_operands("[nvfix].[/a=b]./x = [json].[/c]./y") == (
        Identifier("nvfix", "/a=b", "/x"),
        Identifier("json", "/c", "/y"),
    )


@pytest.mark.parametrize(
    "text",
    ["/a = /b", "[a]./x", "[a]./x == [b]./y", "[a]./x = [b]./y = [c]./z", "UPPER([a]./x) = [b]./y", "[a] = [b]", ""],
)
def test_other_texts_are_no_joins(text: str) -> None:
    assert join_operands(text) is None


def test_an_underlying_topic_may_say_its_type() -> None:
    assert topic_reference(" orders ") == ("", "orders")
    assert topic_reference("[orders]") == ("", "orders")
    assert topic_reference("[nvfix].[orders.eu]") == ("nvfix", "orders.eu")


@given(st.text(alphabet="[]/.='\" ASab0(\\", max_size=40))
def test_nothing_raises_for_any_text(text: str) -> None:
    construct(text)
    identifiers(text)
    join_operands(text)
    topic_reference(text)
