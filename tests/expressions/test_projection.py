"""Field constructors: what they are made of, what they are called, and the aggregates in them."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_filter import DictFields

from ampsd.expressions.aggregates import AGGREGATES, aggregate, describe
from ampsd.expressions.lexer import ExpressionError
from ampsd.expressions.projection import Projection, compile_projection


class Sources(dict):
    """Fields by whole name, as a view or an enrichment gives them."""

    def __missing__(self, path: str) -> None:
        return None


GUIDE = [
    ("/price * /qty AS /total", {"/price": 2, "/qty": 3}, "/total", 6),
    ("/region", {"/region": b"A"}, "/region", b"A"),
    ("[Orders].[/CustomerID]", {"[Orders]./CustomerID": 7}, "/CustomerID", 7),
    (
        "[Addresses].[/ShippingAddress] AS /DestinationAddress",
        {"[Addresses]./ShippingAddress": b"x"},
        "/DestinationAddress",
        b"x",
    ),
    (
        "[nvfix].[orders]./quantity * [json].[items]./price AS /total",
        {"[nvfix].[orders]./quantity": b"4", "[json].[items]./price": 2.5},
        "/total",
        10.0,
    ),
    ("IF(/source IN ('a','e','f'), /source, NULL) AS /source HINT OPTIONAL", {"/source": b"b"}, "/source", None),
    ("COALESCE(/orderId, CONCAT(/name, /serial)) as /orderId", {"/name": b"a", "/serial": 1}, "/orderId", b"a1"),
    ("ROUND(/price, 2) AS /price", {"/price": 1.126}, "/price", 1.13),
    ("/total OF CURRENT - /total OF PREVIOUS AS /change", {"/total": 5, "/total OF PREVIOUS": 3}, "/change", 2),
    ("/total OF PREVIOUS AS /before", {"/total": 5}, "/before", None),
    ("TOPIC_NAME() AS /theTopic", {}, "/theTopic", None),
]


@pytest.mark.parametrize(("text", "fields", "path", "value"), GUIDE)
def test_fields_are_constructed(text: str, fields: dict[str, object], path: str, value: object) -> None:
    projection = compile_projection(text)
    assert projection.path == path
    assert projection.value.value(Sources(fields)) == value
    assert projection.aggregates == ()


def test_hints() -> None:
    both = compile_projection("/a AS /b HINT SET_CURRENT,OPTIONAL")
    assert (both.is_optional, both.sets_current) == (True, True)
    none = compile_projection("/a AS /b")
    assert (none.is_optional, none.sets_current) == (False, False)


def computed(projection: Projection, rows: list[dict[str, object]]) -> object:
    """What a view does with a group of messages."""
    results = Sources()
    for term in projection.aggregates:
        kept = aggregate(term.name)
        for row in rows:
            kept.add(term.operand.value(DictFields(**row)))
        results[term.key] = kept.result()
    return projection.value.value(results)


ROWS = [{"price": 2, "qty": 10, "sym": b"A"}, {"price": 3, "qty": None, "sym": b"B"}, {"price": 4, "qty": 5}]
MIXED = [{"v": value} for value in (24, b"020", b"cat", 75, 1.3, 200, b"75", b"42", None)]
AGGREGATED = [
    ("SUM(/price) AS /t", ROWS, 9),
    ("SUM(/price * /qty) AS /t", ROWS, 40),
    ("SUM(/price * /qty) / SUM(/qty) AS /average", ROWS, 2),
    ("SUM(IF(/price > 2, 1, 0)) AS /t", ROWS, 2),
    ("COUNT(/qty) AS /t", ROWS, 2),
    ("COUNT(/nothing) + 1 AS /t", ROWS, 1),
    ("AVG(/price) AS /t", ROWS, 3.0),
    ("MIN(/v) AS /t", MIXED, 1.3),
    ("MAX(/v) AS /t", MIXED, b"cat"),
    ("COUNT_DISTINCT(/v) AS /t", MIXED, 7),
    ("SUM(/v) AS /t", MIXED, math.nan),
    ("SUM(/nothing) AS /t", ROWS, None),
    ("STDDEV_POP(/price) AS /t", ROWS, math.sqrt(2 / 3)),
    ("STDDEV_SAMP(/price) AS /t", ROWS, 1.0),
    ("STDDEV_SAMP(/price) AS /t", ROWS[:1], None),
    ("CONCAT(MIN(/sym), '-', MAX(/sym)) AS /t", ROWS, b"A-B"),
]


@pytest.mark.parametrize(("text", "rows", "value"), AGGREGATED)
def test_aggregates_of_a_group(text: str, rows: list[dict[str, object]], value: object) -> None:
    found = computed(compile_projection(text), rows)
    assert found == pytest.approx(value, nan_ok=True) if isinstance(value, float) else found == value
    assert isinstance(found, float) == isinstance(value, float)


VALUES = st.lists(
    st.one_of(
        st.none(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(),
        st.sampled_from([b"1", b"2.5", b"x", b"", b"1e400", b"-0"]),
    ),
    max_size=12,
)


@pytest.mark.parametrize("name", sorted(AGGREGATES))
@given(kept=VALUES, passing=VALUES, seed=st.integers(0, 1000))
def test_what_goes_in_and_out_leaves_no_trace(name: str, kept: list[object], passing: list[object], seed: int) -> None:
    plain, changed = aggregate(name), aggregate(name)
    for value in kept:
        plain.add(value or None if value == b"" else value)
    steps = [(value, 1) for value in kept] + [(value, 1) for value in passing]
    random.Random(seed).shuffle(steps)
    for value, _ in steps:
        changed.add(value or None if value == b"" else value)
    for value in passing:
        changed.remove(value or None if value == b"" else value)
    one, other = plain.result(), changed.result()
    assert one == other or (one != one and other != other)
    assert one is None or isinstance(one, int | float | bytes)
    assert describe(name).endswith(".")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/a + 1", "expected an operator, or AS"),
        ("/a AS", "expected the path that the field gets"),
        ("/a AS 'x'", "expected the path that the field gets"),
        ("/a AS /b[0]", "expected the path that the field gets"),
        ("/a AS [t]./b", "expected the path that the field gets"),
        ("/a AS /b HINT", "expected OPTIONAL or SET_CURRENT"),
        ("/a AS /b HINT MAYBE", "expected OPTIONAL or SET_CURRENT"),
        ("/a AS /b, /c", "expected HINT or the end"),
        ("/a OF LATER AS /b", "expected CURRENT or PREVIOUS"),
        ("SUM(SUM(/a)) AS /b", "cannot stand in another one"),
        ("SUM(/a, /b) AS /c", "SUM takes 1 argument, not 2"),
        ("SUM() AS /c", "SUM takes 1 argument, not 0"),
        ("SUM(UNIX_TIMESTAMP()) AS /c", "may change from call to call"),
    ],
)
def test_what_is_no_field_constructor_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        compile_projection(text)
