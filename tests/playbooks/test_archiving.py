"""Copies of messages: what the archiver takes, in which order, what it tells, and that no queue waits for it."""

from random import Random

from play import Playbook, queue
from workers import ack, deliveries, publish, subscriber

from ampsd import limits
from ampsd.engine import lifecycle
from ampsd.engine.lifecycle import ARCHIVE_STEPS, ArchiveState
from ampsd.engine.story import ARCHIVER, Story
from ampsd.reactor import ArchiveCompleted
from ampsd.wire import amps

ARCHIVE = (
    "<ampsd:MessageArchive><ampsd:Directory>/archive</ampsd:Directory>"
    "<ampsd:MaxMessageSize>20</ampsd:MaxMessageSize></ampsd:MessageArchive>"
)


class Archiving:
    """An instance with an archive, and what becomes of each published body."""

    def __init__(self, queues: str = queue("Jobs")) -> None:
        self.play = Playbook(queues=queues, settings=ARCHIVE)
        self.archive = self.play.archive

    def publish(self, *bodies: str, topic: str = "Jobs") -> None:
        for one in bodies:
            publish(self.play, one, topic=topic)

    def told(self) -> list[tuple[int, str]]:
        """What the archiver told, with the number of the message in the order of the log."""
        positions: list[int] = []
        found: list[tuple[int, str]] = []
        for run in self.play.store.events():
            if run.arrival is not None:
                positions += [one for one in run.every_position if one not in positions]
            elif run.queue == ARCHIVER:
                status, reason = lifecycle.status_of(run.status, run.reason)
                text = f"{status}: {reason.decode()}" if reason else status
                found += [(positions.index(one) + 1, text) for one in run.positions]
        self.play.check_events()
        return found

    @property
    def kept(self) -> list[bytes]:
        return list(self.archive.objects.values())


DONE = [lifecycle.ARCHIVING, lifecycle.ARCHIVED]


def test_every_message_of_a_queue_is_archived_once() -> None:
    it = Archiving(queue("Jobs") + queue("Copies", UnderlyingTopic="Jobs"))
    it.publish("1", "2")
    assert it.told() == [(number, status) for number in (1, 2) for status in DONE]
    assert it.kept == [b"1", b"2"]
    it.play.restart()
    it.publish("3")
    assert it.told()[4:] == [(3, status) for status in DONE]


def test_the_archive_can_be_switched_off_for_a_queue() -> None:
    it = Archiving(queue("Jobs") + queue("Private", **{"ampsd:Archive": "false"}))
    it.publish("1", topic="Private")
    it.publish("2")
    assert it.kept == [b"2"]


def test_nothing_is_archived_before_it_is_durable() -> None:
    it = Archiving()
    it.play.is_disk_held = True
    it.publish("1")
    assert not it.archive.is_busy
    it.play.release_disk()
    assert it.kept == [b"1"]


def test_an_archive_that_cannot_be_reached_is_asked_again_after_waits_that_grow() -> None:
    it = Archiving()
    it.archive.failing = 1.0
    it.publish("1", "2")
    codes = it.play.codes
    assert codes().count("31-0016") == 1
    for number, seconds in enumerate((60, 120, 180, 240, 300, 300), 1):
        it.play.advance(f"{seconds * 1000 - 1}ms")
        assert codes().count("31-0016") == number
        it.play.advance("1ms")
        assert codes().count("31-0016") == number + 1
    it.archive.failing = 0.0
    it.archive.objects.clear()
    it.play.advance("300s")
    assert it.kept == [b"1", b"2"]
    failed = [lifecycle.ARCHIVING, "Archiving Failed - Retrying: unreachable"]
    assert [text for number, text in it.told() if number == 1] == failed * 7 + DONE
    it.archive.failing = 1.0
    it.publish("3")
    it.play.advance("59s")
    assert codes().count("31-0016") == 8
    it.play.advance("1s")
    assert codes().count("31-0016") == 9, "success began the count anew"


def test_what_cannot_be_archived_is_passed_over() -> None:
    it = Archiving()
    it.play.is_archive_held = True
    it.publish("1", "bad", "", "a message of 21 bytes", "2")
    it.play.is_archive_held = False
    it.play.settle()
    assert it.kept == [b"1", b"2"]
    endings = [(number, text) for number, text in it.told() if text != lifecycle.ARCHIVING]
    assert endings == [
        (1, "Archived"),
        (2, "Archiving Failed - Skipping: refused"),
        (3, "Archived: no data"),
        (4, "Archiving Failed - Skipping: larger than ampsd:MaxMessageSize"),
        (5, "Archived"),
    ]


def test_a_damaged_message_is_passed_over() -> None:
    it = Archiving()
    it.play.is_archive_held = True
    it.publish("first", "damaged", "last")
    for path in it.play.disk.names("/play"):
        data = it.play.disk.pread(f"/play/{path}", 0, 1 << 20)
        if b"damaged" in data:
            it.play.disk.flip(f"/play/{path}", data.index(b"damaged"), 1)
    it.play.is_archive_held = False
    it.play.settle()
    assert it.kept == [b"first", b"last"]
    assert [text[:38] for number, text in it.told() if number == 2][1:] == ["Archiving Failed - Skipping: unreadabl"]


def test_no_delivery_waits_for_the_archive() -> None:
    it = Archiving()
    it.play.is_archive_held = True
    worker = subscriber(it.play, "worker")
    it.publish("1")
    (message,) = deliveries(worker)
    ack(worker, message)
    assert it.play.story(message["bm"]) == ["Received", "Started", "Completed"]
    it.play.is_archive_held = False
    it.play.settle()
    assert it.kept == [b"1"], "the body is read from the log, whatever became of the message"
    story = Story(ARCHIVER)
    assert story.state is ArchiveState.NONE


def test_after_a_kill_the_archiver_goes_on_where_it_was() -> None:
    it = Archiving()
    it.play.is_archive_held = True
    it.publish("1", "2", "3")
    it.play.restart()
    assert it.kept == []
    it.play.is_archive_held = False
    it.play.settle()
    assert it.kept == [b"1", b"2", b"3"]
    assert sorted(it.told()) == sorted((number, status) for number in (1, 2, 3) for status in DONE)


def test_a_run_that_was_archived_in_part_goes_on_in_its_middle() -> None:
    it = Archiving()
    it.play.is_archive_held = True
    client = it.play.client("publisher")
    client.raw(b"".join(amps.frame(b'{"c":"p","t":"Jobs"}', b"%d" % number) for number in range(40)))
    assert max(run.number for run in it.play.store.events()) == 40, "they came as one run"
    it.play.post(ArchiveCompleted(*it.archive.step(Random(1))))
    it.play.settle()
    assert len(it.kept) == limits.ARCHIVE_BATCH
    it.play.restart()
    it.play.is_archive_held = False
    it.play.settle()
    assert sorted(it.told()) == sorted((number, status) for number in range(1, 41) for status in DONE)


def test_a_new_archive_takes_what_is_in_the_log() -> None:
    play = Playbook(queues=queue("Jobs"))
    publish(play, "1")
    it = Archiving()
    it.play.disk, it.play.clock, it.play.store = play.disk, play.clock, play.store
    it.play.restart()
    assert it.kept == [b"1"]


def test_every_step_of_the_table_and_no_other() -> None:
    """Each status after each state: it leads where the table says, or is a fault."""
    ways = {
        ArchiveState.NONE: [],
        ArchiveState.WORKING: [lifecycle.ARCHIVING],
        ArchiveState.WAIT: [lifecycle.ARCHIVING, lifecycle.ARCHIVING_RETRYING],
        ArchiveState.ARCHIVED: [lifecycle.ARCHIVING, lifecycle.ARCHIVED],
        ArchiveState.ABANDONED: [lifecycle.ARCHIVING, lifecycle.ARCHIVING_SKIPPING],
    }
    for state, way in ways.items():
        for status in (*lifecycle.STATUSES, "Held"):
            story = Story(ARCHIVER)
            for number, one in enumerate(way, 1):
                story.add(number, number, one, session=1)
            assert (story.state, story.faults) == (state, [])
            before, after = story.add(9, 9, status, session=1)
            wanted = [end for begin, name, end in ARCHIVE_STEPS if (begin, name) == (state, status)]
            assert before is state
            assert after is (wanted[0] if wanted else state)
            assert bool(story.faults) is not bool(wanted)
