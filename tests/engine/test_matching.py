"""The index of subscriptions finds those, and only those, whose filters pass; and routes group them by client."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ampsd.engine.client import Client
from ampsd.engine.matching import Matching
from ampsd.engine.routes import Route, Watch
from ampsd.engine.subscription import Subscription
from ampsd.expressions.compile import compile_filter
from ampsd.expressions.environment import NOWHERE
from ampsd.message_types import registry
from ampsd.message_types.message_type import BodyError, Values

JSON = registry.find("json")
assert JSON is not None
FILTERS = [
    *("/a = 1", "/a = '1'", "/a = 'x'", "'x' = /a", "/a = 1.0", "/a = 2 AND /b = 'y'", "/b = 'y' AND /a > 0"),
    *("/a IN (1, 2, 'x')", "/a IN ('01', '1')", "/a IN (NULL)", "/a = NULL", "/a IN ('x', /b)", "/a = /b", "/a > 0"),
    *("/a = 1 OR /b = 'y'", "NOT /a = 1", "/c/d = 3", "/a[0] = 1", "UPPER(/a) = 'X'", "TOPIC_NAME() = 't'", "/a = ''"),
    *("/b IN ('y', 'z') AND /a = 'x' AND /c/d = 3", "/a = 18446744073709551615", "/a = 1e3", "/a = '1000'"),
]
VALUES = st.one_of(
    st.sampled_from([1, 2, 0, 1.0, 1000, True, False, None, "x", "1", "01", "1.0", "y", "", "1e3", 2**64 - 1]),
    st.lists(st.sampled_from([1, "x", "1", None, 2, "y"]), max_size=3),
)
BODIES = st.fixed_dictionaries({"a": VALUES, "b": VALUES}, optional={"c": st.fixed_dictionaries({"d": VALUES})})


def subscription(number: int, text: str | None, client: Client | None = None) -> Subscription:
    client = client or Client(number, "t", None, "", 0)
    content = None if text is None else compile_filter(text)
    one = Subscription(client, b"s%d" % number, b"topic", None, content, 1, False, False)
    one.number = number
    return one


@given(
    texts=st.lists(st.one_of(st.none(), st.sampled_from(FILTERS)), max_size=12),
    gone=st.sets(st.integers(0, 11)),
    body=BODIES,
)
@settings(max_examples=600, deadline=None)
def test_the_index_finds_what_asking_everybody_finds(
    texts: list[str | None], gone: set[int], body: dict[str, object]
) -> None:
    matching = Matching()
    every = [subscription(number, text) for number, text in enumerate(texts)]
    for one in every:
        matching.add(one)
    kept = [one for number, one in enumerate(every) if number not in gone]
    for number in sorted(gone & set(range(len(every)))):
        matching.remove(every[number])
    data = json.dumps(body).encode()
    wanted = [one for one in kept if one.filter is None or one.filter.matches(JSON.fields(data))]
    assert matching.find(JSON.reader(tuple(matching.paths))(data), NOWHERE) == wanted
    assert matching.find(None, NOWHERE) == [one for one in kept if one.filter is None]
    assert set(matching.paths) == {path for one in kept if one.filter for path in one.filter.identifiers}


def test_nothing_is_left_of_subscriptions_that_are_gone() -> None:
    matching = Matching()
    every = [subscription(number, text) for number, text in enumerate(FILTERS)]
    for one in every:
        matching.add(one)
    assert matching.asks_environment
    for one in every:
        matching.remove(one)
    assert not matching.has_filters
    assert not matching.asks_environment
    assert matching.paths == {}


def test_an_array_leads_to_a_subscription_once() -> None:
    matching = Matching()
    one = subscription(1, "/a IN (1, '1', 'x')")
    matching.add(one)
    assert matching.find(JSON.fields(b'{"a":[1,"x",1,"1"]}'), NOWHERE) == [one]


def picked(route: Route, body: bytes) -> Values:
    try:
        return route.pick(body) if route.pick is not None else None
    except BodyError:
        return None


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), max_size=25)


@given(steps=STEPS)
@settings(max_examples=400, deadline=None)
def test_a_route_delivers_plainly_to_clients_that_ask_for_nothing_more(steps: list[tuple[bool, int]]) -> None:
    """Each client gets one message: plainly, or where one of its subscriptions filters, through the matching."""
    clients = [Client(number, "t", None, "", 0) for number in range(3)]
    every = [subscription(number, "/a = 1" if number in (2, 5) else None, clients[number % 3]) for number in range(9)]
    route = Route(b"topic", JSON, False, [], Watch(False, False, False))
    inside: list[Subscription] = []
    for is_added, number in steps:
        one = every[number]
        if is_added:
            route.add(one)
            if one not in inside:
                inside.append(one)
        else:
            route.remove(one)
            if one in inside:
                inside.remove(one)
        special = {one.client.connection for one in inside if not one.is_plain}
        plain = {one.client.connection for one in inside} - special
        starts = {connection: start for start, clients in route.plain.items() for connection in clients}
        assert set(starts) == plain
        assert sum(map(len, route.plain.values())) == len(plain)
        assert all(route.plain.values())
        for connection in plain:
            ids = b",".join(one.sub_id for one in inside if one.client.connection == connection)
            assert b'"sids":"%b","l":' % ids in starts[connection]
        found = route.matching.find(JSON.fields(b'{"a":1}'), NOWHERE)
        assert sorted(one.number for one in found) == sorted(
            one.number for one in inside if one.client.connection in special
        )
        assert route.special == len(found)
        assert route.find_plainly(b'{"a":1}', picked(route, b'{"a":1}')) == found
        assert route.find_plainly(b"no json", picked(route, b"no json")) == route.matching.find(None, NOWHERE)
