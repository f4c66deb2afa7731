"""The file of events against the records it is fed: everything is found again, after crashes and damage too."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from play import DEAD_LETTER, Playbook, queue
from workers import ack, deliveries, publish, subscriber

from ampsd.admin.queries import EventFilter, numbers_of
from ampsd.definitions.message_events import DAY_NS, MessageEventsDefinition
from ampsd.engine import lifecycle
from ampsd.engine.story import Story
from ampsd.server import event_file
from ampsd.server.event_file import EventFile
from ampsd.server.event_queries import EventFileQueries
from ampsd.server.event_writer import EventWriter, prepare
from ampsd.simulator.event_store import SimEventStore
from ampsd.simulator.world import World

KEEP_ALL = MessageEventsDefinition(keep_for_ns=0, keep_at_most=0)


class Reports:
    def __init__(self) -> None:
        self.codes: list[str] = []

    def __call__(self, code: str, **values: object) -> None:
        self.codes.append(code)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "x.events")


def fill(path: str, store: SimEventStore, definition: MessageEventsDefinition = KEEP_ALL) -> EventFileQueries:
    """As the writing process does it, a second after the last event."""
    known = prepare(path, b"journal")
    writer = EventWriter(path, definition.keep_for_ns, definition.keep_at_most)
    if batch := [one for one in store.records if one[0] >= known]:
        writer.write(batch)
    while writer.retain(store.events()[-1].wall_ns + 1_000_000_000):
        pass
    writer.close()
    return EventFileQueries(path, lambda: None)


def told(store: SimEventStore) -> Iterator[tuple[int, int, str, bytes, int]]:
    """Number, position, status, queue, session of every event."""
    for run in store.events():
        for at, position in enumerate(run.every_position):
            session = run.sessions[at] if run.sessions else 0
            yield run.first + at, position, lifecycle.status_of(run.status, run.reason)[0], run.queue, session


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_everything_is_found_again(seed: int, path: str) -> None:
    """Pages of the grid, put together, are the events of a whole run of the simulator, crashes included."""
    world = World(seed)
    world.run()
    world.stop()
    queries = fill(path, world.store)
    expected = list(told(world.store))
    found = []
    before = 0
    while page := queries.find(EventFilter(before=before, limit=70)):
        found += page
        before = page[-1].number
    assert [(one.number, one.status, one.queue.encode()) for one in reversed(found)] == [
        (number, status, name) for number, _, status, name, _ in expected
    ]
    stories: dict[tuple[bytes, int], Story] = {}
    bookmarks: dict[int, str] = {}
    for event, (number, position, status, name, session) in zip(reversed(found), expected, strict=True):
        story = stories.setdefault((name, position), Story(name))
        _, after = story.add(number, 0, status, event.reason.encode(), b"", session)
        assert (event.numeric, event.numeric_name, event.outcome) == numbers_of(after)
        assert event.attempt == story.attempts
        assert bookmarks.setdefault(position, event.message) == event.message
    for bookmark in Random(seed).sample(sorted(bookmarks.values()), min(20, len(bookmarks))):
        whole = queries.story(bookmark)
        assert whole is not None
        (position,) = [one for one, text in bookmarks.items() if text == bookmark]
        assert sorted(one.number for in_queue in whole.queues for one in in_queue.events) == [
            number for number, at, _, _, _ in expected if at == position
        ]
        for in_queue in whole.queues:
            assert in_queue.state == stories[(in_queue.queue.encode(), position)].state.value
            assert [one.status for one in in_queue.sessions if one.kind in ("delivery", "action", "archive")] == [
                one.status for one in stories[(in_queue.queue.encode(), position)].sessions
            ]


def test_the_grid_is_filtered(path: str) -> None:
    play = walk()
    queries = fill(path, play.store)

    def statuses(**wanted: object) -> list[str]:
        return [one.status for one in reversed(queries.find(EventFilter(**wanted)))]  # type: ignore[arg-type]  # by name

    assert statuses(status="Dead-Lettered") == ["Dead-Lettered"]
    assert statuses(queue="json:FailedJobs") == ["Received"]
    assert statuses(topic="FailedJobs") == ["Received"]
    assert statuses(topic="Jobs", queue="json:Jobs", status="Started") == ["Started"] * 3
    assert statuses(client="worker") == ["Started", "Retrying"] * 2 + ["Started", "Failed"]
    assert statuses(client="nobody") == statuses(status="Nonsense") == statuses(topic="nowhere") == []
    (failed,) = queries.find(EventFilter(status="Failed"))
    assert statuses(message=failed.message) == [
        *("Received", "Started", "Retrying", "Started", "Retrying", "Started", "Failed"),
        *("Received", "Started", "Dead-Lettered", "Completed"),
    ]
    assert (failed.reason, failed.outcome) == ("max_cancels", "failed")
    assert (failed.numeric, failed.numeric_name) == (4, "Exceeded")
    assert (failed.attempt, failed.topic, failed.client) == (3, "Jobs", "worker")
    late = statuses(since_ns=play.clock.wall - 5_000_000_000, until_ns=play.clock.wall)
    assert late == ["Failed", "Received", "Started", "Received", "Dead-Lettered", "Completed"]
    play.operate("status", "Jobs", failed.message, status="Held", reason="why")
    queries = fill(path, play.store)
    (held,) = queries.find(EventFilter(status="Held"))
    assert (held.status, held.reason, held.numeric, held.is_by_operator) == ("Held", "why", 4, True)
    assert statuses(status="Hel") == []
    assert statuses(until_ns=0) == statuses(since_ns=2**62) == []


def walk() -> Playbook:
    """A job that is cancelled three times and becomes a dead letter; the last cancel comes ten seconds later."""
    play = Playbook(queues=queue("Jobs", MaxCancels=3) + queue("FailedJobs"), actions=DEAD_LETTER)
    worker = subscriber(play, "worker")
    publish(play, '{"job":1}', x="corr")
    for _ in range(2):
        ack(worker, deliveries(worker)[0], option="cancel")
    play.advance("10s")
    ack(worker, deliveries(worker)[0], option="cancel")
    return play


def test_the_story_of_a_dead_letter_names_its_family(path: str) -> None:
    play = walk()
    reviewer = subscriber(play, "reviewer", "FailedJobs")
    (letter,) = deliveries(reviewer)
    queries = fill(path, play.store)
    story = queries.story(letter["bm"])
    assert story is not None
    job, dead = story.family
    assert (dead.bookmark, dead.parent, dead.cause, dead.topic) == (
        letter["bm"],
        job.bookmark,
        "Dead-Lettered",
        "FailedJobs",
    )
    assert (job.topic, job.parent) == ("Jobs", None)
    assert [one.status for one in story.timeline] == [
        *("Received", "Started", "Retrying", "Started", "Retrying", "Started", "Failed"),
        *("Received", "Started", "Received", "Dead-Lettered", "Completed", "Started"),
    ]
    again = queries.story(job.bookmark)
    assert again is not None
    assert again.timeline == story.timeline
    in_jobs, in_action = again.queues
    assert (in_action.queue, in_action.state, in_action.attempts) == ("action:action 1", "done", 1)
    assert (in_jobs.state, in_jobs.attempts, in_jobs.cancels) == ("failed", 3, 3)
    assert [one.label for one in in_jobs.sessions] == ["worker", "worker (Attempt 2)", "worker (Attempt 3)"]
    assert [one.status for one in in_jobs.sessions] == ["Retrying", "Retrying", "Failed"]
    assert in_jobs.events[0].correlation_id == "corr"
    assert in_jobs.events[0].size == len('{"job":1}')
    place = queries.place(job.bookmark)
    assert play.journal is not None
    assert place is not None
    assert b'{"job":1}' in play.journal.read(*place)
    assert queries.story("1|1|") is None
    assert queries.place("nonsense") is None


def test_what_operators_have_done_is_a_session_of_its_own(path: str) -> None:
    play = Playbook(queues=queue("Jobs", MaxPerSubscriptionBacklog=2))
    publish(play, "1", "2")
    (first, second) = deliveries(subscriber(play, "looker", backlog=2))
    for verb in ("reprocess", "reroute", "skip"):
        extra = {"topic": "elsewhere"} if verb == "reroute" else {}
        assert play.operate(verb, "Jobs", first["bm"], second["bm"], **extra)[0][0] == "done"

    def told() -> list[tuple[str, str, str, bool, int]]:
        story = fill(path, play.store).story(first["bm"])
        assert story is not None
        (in_jobs,) = [one for one in story.queues if one.queue == "json:Jobs"]
        sessions = [one for one in in_jobs.sessions if one.kind != "delivery"]
        assert {one.client for one in sessions} == {"ops"}
        assert [one.session for one in in_jobs.events if one.number in [each.number for each in sessions]] == [
            each.number for each in sessions
        ]
        return [(one.kind, one.label, one.status, one.ended is None, len(one.events)) for one in sessions]

    assert told() == [
        ("reprocess", "Reprocess", "Reprocessed", False, 1),
        ("reroute", "Reroute", "Rerouted", False, 1),
        ("skip", "Skip", "Skipping", True, 1),
    ]
    play.restart()
    subscriber(play, "worker", backlog=2)
    assert told()[2] == ("skip", "Skip", "Skipped", False, 2)


def test_a_session_has_the_log_records_that_concern_it(path: str) -> None:
    play = Playbook(queues=queue("Jobs", LeasePeriod="5s"))
    worker = subscriber(play, "worker")
    publish(play, "1")
    (message,) = deliveries(worker)
    play.advance("5s")
    story = fill(path, play.store).story(message["bm"])
    assert story is not None
    first, second = story.queues[0].sessions
    assert first.log == [
        f"2023-11-14T22:13:25.000000Z 31-0012 the lease of message {message['bm']} in queue Jobs ended;"
        " the message is offered again."
    ]
    assert (first.status, second.log) == ("Terminated - Redelivering", [])


def test_what_a_crash_took_from_the_file_comes_again_from_the_log(path: str) -> None:
    play = walk()
    half = SimEventStore()
    half.records = play.store.records[:3]
    fill(path, half)
    queries = fill(path, play.store)
    assert len(queries.find(EventFilter())) == len(list(told(play.store)))


@pytest.mark.parametrize("damage", ["text", "other journal", "other version"])
def test_a_file_that_cannot_be_used_is_set_aside(damage: str, path: str) -> None:
    play = walk()
    fill(path, play.store)
    if damage == "text":
        Path(path).write_text("not a database" * 100)
    reports = Reports()
    if damage == "other version":
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE meta SET value = 99 WHERE key = 'version'")
        connection.close()
    journal = b"another" if damage == "other journal" else b"journal"
    file = EventFile(path, journal, KEEP_ALL, reports)
    assert file.position == 0
    file.close()
    assert reports.codes == ["31-0014"]
    assert Path(path + ".old1").exists()


def test_a_failing_file_stops_being_written_and_says_so(path: str) -> None:
    play = walk()
    reports = Reports()
    file = EventFile(path, b"journal", KEEP_ALL, reports)
    file.append(0, b"\x06\x00\x00\x00\x08x")
    for position, record in play.store.records:
        file.append(position + 1, record)
    file.close()
    assert reports.codes == ["31-0015"]
    assert file.waiting_bytes == 0
    assert EventFileQueries(path, lambda: None).find(EventFilter()) == []


def test_the_writing_process_writes_what_it_is_given(path: str) -> None:
    play = walk()
    reports = Reports()
    file = EventFile(path, b"journal", KEEP_ALL, reports)
    queries = EventFileQueries(path, file.catch_up)
    for position, record in play.store.records:
        file.append(position, record)
        assert queries.find(EventFilter(limit=1))[0].number == told_last(play.store, position)
    assert file.waiting_bytes == 0
    assert file.process_id != os.getpid()
    os.kill(file.process_id, signal.SIGTERM)  # what a service manager sends to all; the daemon ends the input
    file.close()
    assert reports.codes == []
    found = queries.find(EventFilter())
    assert [one.number for one in reversed(found)] == [number for number, *_ in told(play.store)]


def test_the_log_may_lose_what_is_durable_and_nothing_else(path: str) -> None:
    play = walk()
    file = EventFile(path, b"journal", KEEP_ALL, Reports())
    positions = [position for position, _ in play.store.records]
    assert file.kept > positions[-1], "nothing waits"
    for position, record in play.store.records[:-1]:
        file.append(position, record)
    file.catch_up()
    assert file.waiting_bytes == 0
    assert file.kept == 0, "written, but nobody has synced it"
    file.catch_up()
    file.append(*play.store.records[-1])
    assert file.kept == positions[-2] + 1, "what was taken when the sync was asked for"
    file.catch_up()
    assert file.kept == 2**63
    os.kill(file.process_id, signal.SIGKILL)
    file.append(positions[-1] + 10, play.store.records[0][1])
    file.catch_up()
    assert file.waiting_bytes == 0, "nobody waits for a process that is gone"
    assert file.kept == positions[-1] + 1, "but the next start needs the log"
    file.close()
    again = EventFile(path, b"journal", KEEP_ALL, Reports())
    assert again.position == positions[-1] + 1
    os.kill(again.process_id, signal.SIGKILL)
    again.append(positions[-1] + 10, play.store.records[0][1])
    again.catch_up()
    assert again.kept == positions[-1] + 1
    again.close()


def test_a_sync_that_was_asked_for_covers_what_a_power_cut_would_take(path: str, tmp_path: Path) -> None:
    """The process syncs SQLite's log, which an ordinary COMMIT leaves in the page cache."""
    play = walk()
    prepare(path, b"journal")
    writer = EventWriter(path, 0, 0)
    synced: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: synced.append(os.readlink(f"/proc/self/fd/{descriptor}")))
        writer.write(play.store.records)
        writer.sync()
    writer.close()
    assert synced == [f"{path}-wal", str(tmp_path)]


def test_nothing_is_kept_for_a_sync_that_nobody_asks_for(path: str) -> None:
    file = EventFile(path, b"journal", KEEP_ALL, Reports())
    (position, record), *_ = walk().store.records
    for number in range(20_000):
        file.append(position + number, record)
    file.kept  # noqa: B018 - it asks
    asked = file._asked
    for _ in range(100):
        assert file.kept in (0, 2**63)
    assert file._asked == asked, "one sync is asked for at a time"
    file.close()


def test_a_killed_writing_process_is_reported_and_nothing_waits_for_it(path: str) -> None:
    play = walk()
    reports = Reports()
    file = EventFile(path, b"journal", KEEP_ALL, reports)
    os.kill(file.process_id, signal.SIGKILL)
    for position, record in play.store.records:
        file.append(position, record)
    file.catch_up()
    assert file.waiting_bytes == 0
    file.close()
    assert reports.codes == ["31-0015"]
    again = EventFile(path, b"journal", KEEP_ALL, reports)
    assert again.position == 0, "the log has them, from the beginning"
    again.close()


def test_a_file_is_written_by_one_process_only(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = EventFile(path, b"journal", KEEP_ALL, Reports())
    monkeypatch.setattr(event_file, "LOCK_SECONDS", 0.0)
    with pytest.raises(OSError, match="another process"):
        EventFile(path, b"journal", KEEP_ALL, Reports())
    file.close()
    EventFile(path, b"journal", KEEP_ALL, Reports()).close()


def told_last(store: SimEventStore, upto: int) -> int:
    """The number of the last event of the records up to a position."""
    part = SimEventStore()
    part.records = [one for one in store.records if one[0] <= upto]
    return list(told(part))[-1][0]


def test_old_events_go_by_number(path: str) -> None:
    play = walk()
    queries = fill(path, play.store, MessageEventsDefinition(keep_for_ns=0, keep_at_most=5))
    assert [one.number for one in queries.find(EventFilter())] == [12, 11, 10, 9, 8]


def test_old_events_go_by_age(path: str) -> None:
    play = walk()
    fill(path, play.store)
    writer = EventWriter(path, DAY_NS, 0)
    assert not writer.retain(play.clock.wall + DAY_NS - 5_000_000_000)
    writer.close()
    left = [one.status for one in EventFileQueries(path, lambda: None).find(EventFilter())]
    assert left == ["Completed", "Dead-Lettered", *["Received", "Started"], "Received", "Failed"], "ten seconds later"
