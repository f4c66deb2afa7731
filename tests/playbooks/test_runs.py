"""What arrives in one read is handled in runs; what comes of it must be as if each command had come alone."""

from hypothesis import given, settings
from hypothesis import strategies as st
from play import Message, Playbook, queue

from ampsd.engine.entries import BLOCK_SIZE
from ampsd.wire import amps

TOPICS = ("Jobs", "Picked", "Shared", "news", "plain", "only")
QUEUES = (
    queue("Jobs", MaxPerSubscriptionBacklog=5000, MaxBacklog=5000, MaxDeliveries=3)
    + queue("Picked", Filter="/n > 2", MaxPerSubscriptionBacklog=5000)
    + queue("Shared", MaxPerSubscriptionBacklog=5000, Expiration="1h")
)
LOG = (
    "<TransactionLog><JournalDirectory>/play</JournalDirectory>"
    "<Topic><Name>Jobs|Picked|Shared|news</Name><MessageType>json</MessageType></Topic></TransactionLog>"
)
PUBLISHES = st.tuples(
    st.sampled_from(TOPICS),
    st.one_of(st.none(), st.integers(0, 3)),  # how far the number is ahead of the one before; none without a number
    st.integers(0, 5),
    st.booleans(),
)


class World:
    """An instance with readers everywhere, and one publisher."""

    def __init__(self) -> None:
        self.play = Playbook(queues=QUEUES, transaction_log=LOG)
        self.readers = {}
        for topic, option in [("Jobs", 5000), ("Picked", 5000), ("Shared", 3), ("news", 0), ("plain", 0)]:
            self.readers[topic] = self.play.client(f"reader of {topic}")
            extra = {"o": f"max_backlog={option}"} if option else {}
            self.readers[topic].send(c="subscribe", t=topic, cid="1", sub_id="s", a="processed", **extra)
            self.readers[topic].take()
        for name, content in [
            ("three", "/n = 3"),
            ("b", "/s = 'b'"),
            ("c", "/s IN ('c', '3') AND /n > 1"),
            ("all", ""),
        ]:
            reader = self.readers[name] = self.play.client(f"reader of {name}")
            extra = {"filter": content} if content else {"o": "timestamp,bookmark"}
            reader.send(c="subscribe", t="plain" if name != "b" else "only", cid="1", sub_id="s", **extra)
        self.publisher = self.play.client("publisher")

    def outcome(self) -> dict[str, list[tuple[str | None, str]]]:
        self.taken: dict[str, list[Message]] = {topic: one.take() for topic, one in self.readers.items()}
        return {
            topic: [(one.get("bm"), one["body"]) for one in found if "body" in one]
            for topic, found in self.taken.items()
        }

    def state(self) -> list[tuple[int, list[int], int]]:
        return [(one.entries.count, list(one.entries.serials()), len(one.leases)) for one in self.play.instance.queues]

    def numbers(self) -> list[int]:
        return [one.last for one in self.play.instance.publishers.table]


def frames_of(publishes: list[tuple[str, int | None, int, bool]]) -> list[bytes]:
    frames = []
    last = 0
    for topic, ahead, n, is_json in publishes:
        header = b'{"c":"p","t":"%b"' % topic.encode()
        if ahead is not None:
            last += ahead
            header += b',"a":"persisted","s":%d' % last
        frames.append(amps.frame(header + b"}", b'{"n":%d,"s":"%c"}' % (n, 97 + n) if is_json else b"no json"))
    return frames


def highest(acks: list[Message]) -> int:
    return max((int(one["s"]) for one in acks if "s" in one and one["status"] == "success"), default=0)


def failed(acks: list[Message]) -> list[str]:
    return [one["reason"] for one in acks if one.get("status") == "failure"]


@settings(max_examples=60, deadline=None)
@given(st.lists(PUBLISHES, max_size=30), st.data())
def test_together_or_alone_makes_no_difference(
    publishes: list[tuple[str, int | None, int, bool]], data: st.DataObject
) -> None:
    frames = frames_of(publishes)
    together, alone = World(), World()
    together.publisher.raw(b"".join(frames))
    for one in frames:
        alone.publisher.raw(one)
    for world in (together, alone):
        world.publisher.send(c="flush", cid="f", a="persisted")
    assert together.outcome() == alone.outcome()
    assert together.state() == alone.state()
    assert together.numbers() == alone.numbers()
    ours, theirs = together.publisher.take(), alone.publisher.take()
    assert highest(ours) == highest(theirs)
    assert failed(ours) == failed(theirs)
    for topic in ("Jobs", "Picked", "Shared"):
        bookmarks = [one["bm"] for one in together.taken[topic] if "bm" in one]
        chosen = data.draw(st.lists(st.sampled_from([*bookmarks, "1|1|", "x"]), max_size=20, unique=True))
        option = data.draw(st.sampled_from(["", "cancel", "expire"]))
        extra = {"o": option} if option else {}
        if chosen:
            together.readers[topic].send(c="sow_delete", t=topic, bookmark=",".join(chosen), **extra)
        for one in chosen:
            alone.readers[topic].send(c="sow_delete", t=topic, bookmark=one, **extra)
    for world in (together, alone):
        world.play.advance("1ms")
    assert [one[0] for one in together.state()] == [one[0] for one in alone.state()]


def test_a_run_crosses_blocks() -> None:
    world = World()
    number = 2 * BLOCK_SIZE + 100
    frames = [
        amps.frame(b'{"c":"p","t":"Jobs","a":"persisted","s":%d}' % one, b"%d" % one) for one in range(1, number + 1)
    ]
    world.publisher.raw(b"".join(frames))
    delivered = world.outcome()["Jobs"]
    assert [body for _, body in delivered] == [str(one) for one in range(1, number + 1)]
    world.readers["Jobs"].send(c="sow_delete", t="Jobs", bookmark=",".join(str(one[0]) for one in delivered))
    assert world.state()[0] == (0, [], 0)


def test_two_workers_share_what_one_read_brought() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=10))
    workers = [play.client(f"worker{number}") for number in range(2)]
    for one in workers:
        one.send(c="subscribe", t="Jobs", cid="1", sub_id="s", o="max_backlog=10")
    publisher = play.client("publisher")
    publisher.raw(b"".join(amps.frame(b'{"c":"p","t":"Jobs"}', b"%d" % number) for number in range(30)))
    first, second = (one.bodies() for one in workers)
    assert sorted(map(int, first + second)) == list(range(20))
    assert first == [str(number) for number in range(0, 20, 2)]
    assert second == [str(number) for number in range(1, 20, 2)]
