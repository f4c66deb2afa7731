"""How old a journal file is, when times in it are missing or the clock was wrong."""

import pytest
from old_journals import begun, fill, numbers

from ampsd.storage import records

DAY_NS = 86_400_000_000_000


def test_files_that_one_flush_begins_and_fills_are_as_young_as_the_others() -> None:
    play = begun()
    play.advance("1h")
    assert play.journal is not None
    for number in range(6):  # a slow disk: six batches are sealed while one submission is under way
        play.journal.add(records.encode_sequence(1, number + 1) * 150)
        play.journal.seal()
    play.settle()
    play.settle()
    assert len(numbers(play)) == 6
    before = numbers(play)
    assert play.instance.journal_files.remove(30 * DAY_NS) is None
    assert play.instance.journal_files.compress(30 * DAY_NS) is None
    play.advance("1m")
    assert numbers(play) == before
    assert play.instance.journal_files.is_idle
    assert play.codes().count("2C-0011") == 0


def test_a_file_that_a_start_begins_is_as_young_as_what_it_copied() -> None:
    play = begun()
    fill(play, 1)
    play.restart(power_cut_seed=1)
    assert play.journal is not None
    assert play.journal.files[-1].newest_ns >= play.journal.files[-2].newest_ns > 0


@pytest.mark.parametrize("is_started_again", [False, True])
def test_a_clock_that_was_far_ahead_keeps_no_file(is_started_again: bool) -> None:
    play = begun()
    fill(play, 2)
    play.clock.jump(3650 * DAY_NS)
    fill(play, 1)
    play.clock.jump(-3650 * DAY_NS)
    fill(play, 3)
    if is_started_again:
        play.restart()
    play.advance("1h")
    assert play.instance.journal_files.remove(2 * 3_600_000_000_000) is None
    play.settle()
    assert play.codes().count("2C-0013") == 0, "young"
    play.advance("3h")
    count = len(numbers(play))
    assert play.instance.journal_files.remove(2 * 3_600_000_000_000) is None
    for _ in range(4):
        play.advance("2s")
    assert count > 5
    assert len(numbers(play)) < 3
    assert play.codes().count("2C-0013") >= 1
