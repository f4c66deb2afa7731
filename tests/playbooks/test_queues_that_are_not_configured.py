"""What the log says of a queue survives the removal of its files while the queue is not configured."""

import pytest
from old_journals import begun, fill, numbers, worker_with
from play import Playbook, queue
from workers import publish

from ampsd import limits, units
from ampsd.engine.publishers import publisher_id

JOBS = queue("Jobs", MaxPerSubscriptionBacklog=9)
OTHER = queue("Paused", RecoveryPoint="now", MaxPerSubscriptionBacklog=9)
LATE = publisher_id(b"late")


def removed(play: Playbook) -> None:
    """All files that nothing needs go."""
    fill(play, 2)
    play.advance("1h")
    before = numbers(play)[0]
    assert play.instance.journal_files.remove(0) is None
    for _ in range(3):
        play.advance("2s")
    assert numbers(play)[0] > before


def without_jobs(play: Playbook) -> None:
    play.configure(queues=OTHER)
    play.restart()


def with_jobs(play: Playbook) -> None:
    play.configure(queues=JOBS + OTHER)
    play.restart()


def acknowledged_early(play: Playbook, number: int) -> None:
    worker = play.client("worker")
    worker.send(c="sow_delete", t="Jobs", bm=f"{LATE}|{number}|", cid="a")
    worker.hang_up()


@pytest.mark.parametrize("removals", [0, 1, 2])
@pytest.mark.parametrize("is_unpaused", [False, True])
def test_a_pause_and_early_acknowledgments_are_carried(removals: int, is_unpaused: bool) -> None:
    play = begun(JOBS + OTHER)
    play.operate("pause", "Jobs")
    acknowledged_early(play, 7)
    if is_unpaused:
        play.operate("unpause", "Jobs")
    without_jobs(play)
    for _ in range(removals):
        removed(play)
        play.restart()
    with_jobs(play)
    jobs = play.instance.queues[0]
    assert (jobs.paused_until_ns is None) is is_unpaused
    assert jobs.ahead.waiting() == [(LATE, 7)]
    play.operate("unpause", "Jobs")
    play.client("late").send("{}", c="p", t="Jobs", s=7)
    publish(play, '{"other":1}')
    assert [one["body"] for one in worker_with(play, "other")[1]] == ['{"other":1}']


def test_a_message_that_comes_meanwhile_stays_out() -> None:
    play = begun(JOBS + OTHER)
    acknowledged_early(play, 7)
    fill(play, 1)
    without_jobs(play)
    play.client("late").send("{}", c="p", t="Jobs", s=7)
    play.restart()
    assert play.journal is not None
    end = play.journal.end
    play.restart()
    assert play.journal.end == end, "it is said once"
    files = play.instance.journal_files
    play.advance("1h")
    assert files.remove(0) is None
    play.advance("2s")
    assert numbers(play)[0] > 0
    with_jobs(play)
    assert worker_with(play, "worker")[1] == []
    assert len(play.instance.queues[0].ahead) == 0


def test_a_message_that_comes_meanwhile_stays_out_although_its_acknowledgment_is_carried_behind_it() -> None:
    play = begun(JOBS + OTHER)
    acknowledged_early(play, 7)
    fill(play, 1)
    without_jobs(play)
    play.advance("1h")
    fill(play, 1)
    play.client("late").send("{}", c="p", t="Jobs", s=7)
    before = numbers(play)[0]
    assert play.instance.journal_files.remove(units.interval_ns("30m")) is None
    play.advance("2s")
    assert numbers(play)[0] > before
    for _ in range(2):
        with_jobs(play)
        assert worker_with(play, "worker")[1] == []
        assert len(play.instance.queues[0].ahead) == 0


def test_only_so_many_acknowledgments_wait_for_a_queue_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMOVALS_AHEAD_MAX", 3)
    play = begun(JOBS + OTHER)
    for number in range(1, 6):
        acknowledged_early(play, number)
    without_jobs(play)
    removed(play)
    with_jobs(play)
    assert play.instance.queues[0].ahead.waiting() == [(LATE, 3), (LATE, 4), (LATE, 5)]
