"""Clients that do not read: offline to disk, back again, disconnected; the others notice nothing.

User Guide, Slow Client Management and Capacity Limits.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from play import Client, Playbook, action

LIMITS = (
    "<MessageMemoryLimit>100KB</MessageMemoryLimit><MessageDiskLimit>400KB</MessageDiskLimit>"
    "<ClientMaxCapacity>100%</ClientMaxCapacity>"
)
ACTIONS = "".join(
    action(
        f"on-offline-{when}",
        {},
        ("do-echo-message", {"Message": f"{when} {{{{AMPS_CLIENT_NAME}}}} {{{{AMPS_CONNECTION_NAME}}}}"}),
    )
    for when in ("start", "stop")
)


def reader_of(play: Playbook, name: str) -> Client:
    reader = play.client(name)
    reader.send(c="subscribe", t="news", cid="1", sub_id="s")
    reader.take()
    return reader


def publish(play: Playbook, publisher: Client, count: int, size: int = 10_000, first: int = 0) -> list[str]:
    bodies = [f'{{"n":{first + number}}}'.ljust(size) for number in range(count)]
    for one in bodies:
        publisher.send(one, c="p", t="news")
    return bodies


@pytest.fixture
def play() -> Playbook:
    return Playbook(transaction_log="", settings=LIMITS, actions=ACTIONS)


def slow_codes(play: Playbook) -> list[str]:
    return [code for code in play.codes() if code.startswith("70-")]


def test_what_waits_in_memory_comes_in_order_when_the_client_reads_again(play: Playbook) -> None:
    slow, quick, publisher = reader_of(play, "slow"), reader_of(play, "quick"), play.client("publisher")
    slow.stall()
    bodies = publish(play, publisher, 5)
    assert quick.bodies() == bodies
    assert slow.bodies() == bodies[:1], "the network takes what comes first"
    slow.read_on()
    assert slow.bodies() == bodies[1:]
    assert slow_codes(play) == []
    assert publish(play, publisher, 2, first=90) == slow.bodies() == quick.bodies()[-2:]


def test_beyond_the_memory_limit_it_goes_to_disk_and_comes_back(play: Playbook) -> None:
    slow, quick, publisher = reader_of(play, "slow"), reader_of(play, "quick"), play.client("publisher")
    slow.stall()
    bodies = publish(play, publisher, 30)
    assert slow_codes(play) == ["70-0011"]
    assert quick.bodies() == bodies
    assert play.offline.names("/var/tmp") != []
    slow.read_on()
    assert slow.bodies() == bodies
    assert slow_codes(play) == ["70-0011", "70-0012"]
    assert play.offline.names("/var/tmp") == []
    more = publish(play, publisher, 3, first=100)
    assert slow.bodies() == more
    texts = [str(values) for code, values in play.log if "slow" in str(values) and not code.startswith("70-")]
    assert [text for text in texts if "start slow t-1" in text]
    assert [text for text in texts if "stop slow t-1" in text]


def test_beyond_the_disk_limit_it_is_disconnected_and_its_files_are_gone(play: Playbook) -> None:
    slow, quick, publisher = reader_of(play, "slow"), reader_of(play, "quick"), play.client("publisher")
    slow.stall()
    bodies = publish(play, publisher, 80)
    assert slow_codes(play) == ["70-0011", "70-0004"]
    assert slow.is_closed
    assert quick.bodies() == bodies
    assert play.offline.names("/var/tmp") == []
    assert not publisher.is_closed


def test_the_one_that_waits_for_most_goes_first(play: Playbook) -> None:
    little, much, publisher = reader_of(play, "little"), reader_of(play, "much"), play.client("publisher")
    much.stall()
    publish(play, publisher, 5)
    little.stall()
    publish(play, publisher, 4, first=5)
    assert [values["client"] for code, values in play.log if code == "70-0011"] == ["much"]


def test_too_old_is_disconnected_whatever_the_size() -> None:
    play = Playbook(transaction_log="", settings="<ClientMessageAgeLimit>30s</ClientMessageAgeLimit>")
    slow, quick, publisher = reader_of(play, "slow"), reader_of(play, "quick"), play.client("publisher")
    slow.stall()
    publish(play, publisher, 1)
    play.advance("29s")
    publish(play, publisher, 1)
    assert slow_codes(play) == []
    play.advance("1s")
    assert slow_codes(play) == ["70-0004"]
    assert (slow.is_closed, quick.is_closed) == (True, False)


def test_age_counts_from_the_oldest_that_is_left() -> None:
    play = Playbook(transaction_log="", settings="<ClientMessageAgeLimit>30s</ClientMessageAgeLimit>")
    slow, publisher = reader_of(play, "slow"), play.client("publisher")
    slow.stall()
    publish(play, publisher, 2)
    play.advance("20s")
    slow.read_on()
    slow.stall()
    publish(play, publisher, 1)
    play.advance("20s")
    assert slow_codes(play) == []
    play.advance("10s")
    assert slow_codes(play) == ["70-0004"]


@pytest.mark.parametrize("share", [10, 50])
def test_a_client_has_its_share(share: int) -> None:
    settings = (
        "<MessageMemoryLimit>1MB</MessageMemoryLimit><MessageDiskLimit>2MB</MessageDiskLimit>"
        f"<ClientMaxCapacity>{share}%</ClientMaxCapacity>"
    )
    play = Playbook(transaction_log="", settings=settings)
    slow, publisher = reader_of(play, "slow"), play.client("publisher")
    slow.stall()
    (pool,) = {policy.pool for policy in play.slow.policies.values()}
    frame = 10_000 + len('{"c":"p","t":"news","sids":"s","l":10000}') + 4
    published = 0
    for code, limit in (("70-0011", pool.memory_limit), ("70-0004", pool.disk_limit)):
        while code not in slow_codes(play):
            publish(play, publisher, 1)
            published += frame
            assert published <= limit * share // 100 + 30 * frame
        assert published >= limit * share // 100 - 30 * frame
    assert slow_codes(play) == ["70-0011", "70-0004"]


def test_a_transport_with_limits_of_its_own_has_its_own_pool() -> None:
    play = Playbook(transaction_log="", settings=LIMITS, transport="<MessageMemoryLimit>1MB</MessageMemoryLimit>")
    slow, publisher = reader_of(play, "slow"), play.client("publisher")
    slow.stall()
    publish(play, publisher, 50)
    assert slow_codes(play) == []


def test_a_disk_that_is_too_slow_cannot_fill_the_memory(play: Playbook) -> None:
    slow, publisher = reader_of(play, "slow"), play.client("publisher")
    slow.stall()
    play.is_offline_held = True
    publish(play, publisher, 40, 1_000_000)
    assert slow_codes(play) == ["70-0011", "70-0004"]
    assert slow.is_closed


def test_a_disk_that_fails_costs_the_slow_client_only(play: Playbook) -> None:
    slow, publisher = reader_of(play, "slow"), play.client("publisher")
    slow.stall()
    play.offline.fault = lambda verb: OSError(28, "No space left on device")
    publish(play, publisher, 20)
    assert slow_codes(play) == ["70-0011", "70-0013", "70-0004"]
    assert (slow.is_closed, publisher.is_closed) == (True, False)


def test_commands_of_a_client_that_only_sends_are_read_no_more() -> None:
    play = Playbook(transaction_log="")
    slow, publisher = reader_of(play, "slow"), play.client("publisher")
    slow.stall()
    publish(play, publisher, 9, 1_000_000)
    assert play.net.throttled == [slow.connection]
    slow.read_on()
    assert play.net.throttled == []


def test_leases_of_a_disconnected_client_go_to_another() -> None:
    play = Playbook(
        queues="<Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue>",
        settings="<ClientMessageAgeLimit>5s</ClientMessageAgeLimit>",
    )
    slow = play.client("slow")
    slow.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    slow.stall()
    publisher = play.client("publisher")
    publisher.send("1", c="p", t="Jobs")
    other = play.client("other")
    other.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    assert other.bodies() == []
    play.advance("5s")
    assert slow.is_closed
    assert other.bodies() == ["1"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 60_000)),
        st.tuples(st.sampled_from(["stall", "read", "hold", "release"]), st.integers(0, 1)),
    ),
    max_size=60,
)


@settings(max_examples=80, deadline=None)
@given(STEPS)
def test_every_reader_gets_all_in_order_until_it_is_disconnected(steps: list[tuple[str, int]]) -> None:
    play = Playbook(transaction_log="", settings=LIMITS)
    readers = [reader_of(play, f"reader {number}") for number in range(2)]
    publisher = play.client("publisher")
    expected: list[str] = []
    found: list[list[str]] = [[], []]
    stalled = [False, False]
    for verb, number in steps:
        if verb == "publish":
            expected += publish(play, publisher, 1, max(number, 20), len(expected))
        elif verb in ("hold", "release"):
            play.is_offline_held = verb == "hold"
            play.settle()
        elif not readers[number].is_closed and stalled[number] != (verb == "stall"):
            stalled[number] = verb == "stall"
            readers[number].stall() if stalled[number] else readers[number].read_on()
        for index, one in enumerate(readers):
            found[index] += one.bodies()
            assert found[index] == expected[: len(found[index])]
        pools = [policy.pool for policy in play.slow.policies.values()]
        assert all(pool.disk_used <= pool.disk_limit for pool in pools)
    play.is_offline_held = False
    play.settle()
    for index, one in enumerate(readers):
        if stalled[index] and not one.is_closed:
            one.read_on()
        found[index] += one.bodies()
        assert found[index] == expected[: len(found[index])]
        assert one.is_closed or found[index] == expected
    assert play.offline.names("/var/tmp") == []
    assert not play.slow.owing
