"""Journal files that are archived, compressed and removed while messages flow: what stays, what goes, and why not yet."""

from typing import Any

import pytest
from old_journals import ARCHIVE, begun, files_on_disk, fill, full, numbers, picture, worker_with
from play import Playbook
from workers import ack, publish


def everything(play: Playbook) -> dict[str, Any]:
    """The picture after a restart, from the log alone."""
    play.restart()
    return picture(play)


def test_old_files_are_archived_and_stay_part_of_the_log() -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    kept = numbers(play)
    assert play.instance.journal_files.archive(0) is None
    play.settle()
    assert [one for one in files_on_disk(play) if one.startswith("/play")] == [f"/play/Play.{kept[-1]:010d}.journal"]
    assert [one for one in files_on_disk(play) if one.startswith(ARCHIVE)] == [
        f"{ARCHIVE}/Play.{number:010d}.journal" for number in kept[:-1]
    ]
    assert picture(play) == before
    assert everything(play) == before
    assert play.codes().count("2C-0011") == len(kept) - 1


def test_old_files_are_compressed_and_stay_part_of_the_log() -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    kept = numbers(play)
    assert play.instance.journal_files.compress(0) is None
    play.settle()
    names = [f"/play/Play.{number:010d}.journal.gz" for number in kept[:-1]]
    assert files_on_disk(play) == [*names, f"/play/Play.{kept[-1]:010d}.journal"]
    assert picture(play) == before
    assert everything(play) == before


@pytest.mark.parametrize("verbs", [("archive", "compress"), ("compress", "archive")], ids="-".join)
def test_archived_files_can_be_compressed_and_compressed_ones_archived(verbs: tuple[str, str]) -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    kept = numbers(play)
    for verb in verbs:
        assert getattr(play.instance.journal_files, verb)(0) is None
        play.settle()
    names = [f"{ARCHIVE}/Play.{number:010d}.journal.gz" for number in kept[:-1]]
    assert files_on_disk(play) == [f"/play/Play.{kept[-1]:010d}.journal", *names]
    assert everything(play) == before
    worker, messages = worker_with(play, "again")
    assert len(messages) == 4, "bodies are read from the archive"


def test_old_files_are_removed_as_far_as_nothing_needs_them() -> None:
    play = full()
    before = everything(play)
    play.advance("1h")
    first_message = min(position for position, *_ in before["Jobs"] + before["Paused"])
    assert play.instance.journal_files.remove(0) is None
    play.settle()
    play.settle()
    assert play.journal is not None
    log = play.journal
    assert 0 < log.floor <= first_message < log.files[1].base
    assert play.codes().count("2C-0013") == 1
    assert picture(play) == {**before, "Jobs exceeded": []}
    assert everything(play) == {**before, "Jobs exceeded": []}
    assert play.disk.names("/play")[0] == f"Play.{log.files[0].number:010d}.journal"
    play.check_events()


def test_only_files_that_are_old_enough_are_marked() -> None:
    play = begun()
    fill(play, 2)
    play.advance("1h")
    fill(play, 2)
    play.advance("1m")
    play.instance.journal_files.compress(30 * 60 * 1_000_000_000)
    play.settle()
    compressed = [name for name in files_on_disk(play) if name.endswith(".gz")]
    assert len(compressed) == 2
    play.restart()
    play.instance.journal_files.compress(30 * 60 * 1_000_000_000)
    play.settle()
    assert [name for name in files_on_disk(play) if name.endswith(".gz")] == compressed, "ages come from the records"
    play.advance("1h")
    play.instance.journal_files.compress(30 * 60 * 1_000_000_000)
    play.settle()
    assert len([name for name in files_on_disk(play) if name.endswith(".gz")]) == len(numbers(play)) - 1
