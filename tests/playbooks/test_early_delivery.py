"""Numbered messages are handed out before they are durable; what a crash takes then must not do harm."""

import pytest
from play import Client, Playbook, queue

from ampsd.engine.entries import Run, Source
from ampsd.engine.publishers import publisher_id
from ampsd.engine.removals_ahead import RemovalsAhead
from ampsd.engine.turn import Turn
from ampsd.simulator.disk import SimDisk
from ampsd.storage import records
from ampsd.storage.journal import Journal
from ampsd.storage.recovery import recover

QUEUES = queue("Jobs", MaxPerSubscriptionBacklog=10) + queue("Once", Semantics="at-most-once")


def worker_of(play: Playbook, topic: str = "Jobs") -> Client:
    worker = play.client("worker")
    worker.send(c="subscribe", t=topic, cid="1", sub_id="s", a="processed", o="max_backlog=10")
    worker.take()
    return worker


def persisted(client: Client) -> list[int]:
    return [int(one["s"]) for one in client.take() if one.get("a") == "persisted"]


def taken_by_a_crash(play: Playbook) -> str:
    """A message that the worker got and no disk keeps; its bookmark."""
    publisher, worker = play.client("publisher", o="ack_conflation=0ms"), worker_of(play)
    play.is_disk_held = True
    publisher.send("1", c="p", t="Jobs", a="persisted", s=7)
    (delivery,) = worker.take()
    assert persisted(publisher) == []
    play.restart()
    assert play.instance.queues[0].entries.count == 0
    return delivery["bm"]


def test_a_numbered_message_does_not_wait_for_the_disk_but_its_ack_does() -> None:
    play = Playbook(queues=QUEUES)
    publisher, worker = play.client("publisher", o="ack_conflation=0ms"), worker_of(play)
    play.is_disk_held = True
    publisher.send("1", c="p", t="Jobs", a="persisted", s=1)
    assert worker.bodies() == ["1"]
    assert persisted(publisher) == []
    play.release_disk()
    assert persisted(publisher) == [1]


def test_a_message_that_we_number_waits() -> None:
    """Its number would be given to another message if a crash took it, and an acknowledgment would end that one."""
    play = Playbook(queues=QUEUES)
    publisher, worker = play.client("publisher"), worker_of(play)
    play.is_disk_held = True
    publisher.send("1", c="p", t="Jobs")
    publisher.send("2", c="p", t="Jobs", a="persisted", s=1)
    assert worker.bodies() == []
    play.release_disk()
    assert worker.bodies() == ["1", "2"], "and those behind it keep their place"


def test_at_most_once_waits_for_its_removal() -> None:
    play = Playbook(queues=QUEUES)
    publisher, worker = play.client("publisher"), worker_of(play, "Once")
    play.is_disk_held = True
    publisher.send("1", c="p", t="Once", a="persisted", s=1)
    assert worker.bodies() == []
    play.release_disk()
    assert worker.bodies() == ["1"]


def test_a_worker_that_returns_before_the_publisher_ends_the_message_ahead() -> None:
    play = Playbook(queues=QUEUES)
    bookmark = taken_by_a_crash(play)
    worker = worker_of(play)
    worker.send(c="sow_delete", t="Jobs", bookmark=bookmark, a="persisted", s=1)
    assert persisted(worker) == [1]
    play.restart(power_cut_seed=1)
    worker = worker_of(play)
    publisher = play.client("publisher", o="ack_conflation=0ms")
    publisher.send("1", c="p", t="Jobs", a="persisted", s=7)
    assert persisted(publisher) == [7]
    publisher.send("2", c="p", t="Jobs", a="persisted", s=8)
    assert worker.bodies() == ["2"]
    play.restart()
    assert [one.entries.count for one in play.instance.queues] == [1, 0]


def test_a_publisher_that_returns_first_is_as_if_nothing_had_been() -> None:
    play = Playbook(queues=QUEUES)
    bookmark = taken_by_a_crash(play)
    play.client("publisher").send("1", c="p", t="Jobs", a="persisted", s=7)
    worker = play.client("worker")
    worker.send(c="sow_delete", t="Jobs", bookmark=bookmark, a="persisted", s=1)
    assert play.instance.queues[0].entries.count == 0


def test_acknowledgments_of_what_can_never_come_are_not_kept() -> None:
    play = Playbook(queues=QUEUES)
    publisher, worker = play.client("publisher"), worker_of(play)
    publisher.send("1", c="p", t="Jobs", a="persisted", s=5)
    publisher.send("2", c="p", t="Jobs")
    delivered = [one["bm"] for one in worker.take()]
    worker.send(c="sow_delete", t="Jobs", bookmark=",".join(delivered))
    before = play.journal.append_position if play.journal else 0
    ours = delivered[1].split("|")[0]
    old = f"{publisher_id(b'publisher')}|5|"
    for bookmark in (*delivered, old, f"{ours}|99|", "7|0|", "x|1|", "1|x|", "|", f"{2**64}|1|", f"1|{2**64}|"):
        worker.send(c="sow_delete", t="Jobs", bookmark=bookmark)
    assert play.journal is not None
    assert play.journal.append_position == before


def test_only_so_many_are_kept() -> None:
    moment = Turn()
    said: list[records.Record] = []
    log = Journal(disk := SimDisk(), recover(disk, "/j", "A", 8192, b"id", lambda *one: None).tail)
    ahead = RemovalsAhead(moment, log, b"json:Jobs", 10, 3)
    ahead.finish()
    source = Source(b"Jobs", 9, b"", 0)
    for number in range(1, 6):
        ahead.add(9, number)
    bodies = (b"1", b"2", b"3", b"4", b"5")
    left = ahead.without(Run((10, 20, 30, 40, 50), (1, 2, 3, 4, 5), 0, (1, 2, 3, 4, 5), source, bodies))
    assert (list(left.positions), list(left.lengths), list(left.bodies)) == ([10, 20], [1, 2], [b"1", b"2"])
    assert len(ahead) == 0
    log.seal()
    log.flush()
    while disk.is_busy:
        disk.step()
    recover(disk, "/j", "A", 8192, b"id", lambda position, length, record: said.append(record))
    (change,) = said
    assert isinstance(change, records.QueueChange)
    assert (change.kind, change.queue, list(change.positions)) == (records.REMOVE, b"json:Jobs", [30, 40, 50])
    assert list(ahead.without(left).sequences) == [1, 2]
    ahead.add(9, 1)
    moment.begin(10, 0)
    assert list(ahead.without(left).sequences) == [1, 2], "it was remembered for 10 ns"


def removals_of(play: Playbook) -> list[list[int]]:
    """What the log says was removed from queues, record by record."""
    found: list[list[int]] = []

    def fold(position: int, length: int, record: records.Record) -> None:
        if isinstance(record, records.QueueChange) and record.kind == records.REMOVE:
            found.append(list(record.positions))

    recover(play.disk.snapshot(), "/play", "Play", 10**6, b"", fold)
    return found


def acknowledged_first(play: Playbook, upto: int) -> Client:
    """A worker acknowledges messages before their publisher sends them (again)."""
    worker = play.client("worker")
    for number in range(1, upto + 1):
        worker.send(c="sow_delete", t="Jobs", bm=f"{publisher_id(b'late')}|{number}|", cid="a")
    return worker


def test_what_is_kept_out_is_logged_at_once_and_not_remembered() -> None:
    play = Playbook(queues=QUEUES)
    acknowledged_first(play, 50)
    late = play.client("late")
    for number in range(1, 51):
        late.send("{}", c="p", t="Jobs", s=number)
    (jobs, _) = play.instance.queues
    assert (len(jobs.ahead), jobs.entries.count) == (0, 0)
    removals = removals_of(play)
    assert [len(one) for one in removals] == [1] * 50
    for _ in range(2):
        play.restart()
        assert removals_of(play) == removals, "nothing is said again"
        assert play.instance.queues[0].entries.count == 0


def test_what_earlier_versions_kept_out_is_said_once_by_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    play = Playbook(queues=QUEUES)
    acknowledged_first(play, 3)
    with monkeypatch.context() as patch:
        patch.setattr(RemovalsAhead, "_say", lambda *one: None)
        late = play.client("late")
        for number in range(1, 4):
            late.send("{}", c="p", t="Jobs", s=number)
    assert removals_of(play) == []
    for _ in range(2):
        play.restart()
        assert [len(one) for one in removals_of(play)] == [3]
        assert play.instance.queues[0].entries.count == 0


def test_a_start_keeps_nothing_of_the_messages_that_are_gone() -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=10, MaxDeliveries=9))
    worker = worker_of(play)
    sender = play.client("sender")
    for _ in range(30):
        sender.send("{}", c="p", t="Jobs")
        worker.send(c="sow_delete", t="Jobs", bookmark=worker.take()[-1]["bm"])
    sender.send('{"open":1}', c="p", t="Jobs")
    play.restart()
    (restoring,) = play.instance.replay._restoring.values()
    assert (len(restoring._counted), len(restoring._open), len(restoring._untold)) == (0, 0, 0)
