"""Steps that archive, compress and remove journal files: which files, and that nobody waits for the work."""

import pytest
from old_journals import ARCHIVE, begun, files_on_disk, fill, numbers
from play import Playbook, acting, echo, step

ON_ADMIN = step("on-admin", Path="go", RequiredParameter="AGE")
STEPS = ("do-archive-journal", "do-compress-journal", "do-remove-journal")


def with_old_files(module: str) -> Playbook:
    """An instance with five journal files, four of them an hour old and needed by nobody."""
    play = begun(queues="", actions=acting(ON_ADMIN, step(module, Age="{{AGE}}"), echo("done")))
    fill(play, 4)
    play.advance("1h")
    return play


@pytest.mark.parametrize("module", STEPS)
def test_old_journals_are_archived_compressed_or_removed(module: str) -> None:
    play = with_old_files(module)
    *old, current = numbers(play)
    play.request("go", AGE="30m")
    expected = {
        "do-archive-journal": [f"{ARCHIVE}/Play.{number:010d}.journal" for number in old],
        "do-compress-journal": [f"/play/Play.{number:010d}.journal.gz" for number in old],
        "do-remove-journal": [],
    }[module]
    assert sorted(files_on_disk(play)) == sorted([f"/play/Play.{current:010d}.journal", *expected])
    assert (play.echoes(), play.failures()) == (["done"], [])
    play.restart()
    assert numbers(play)[0] == (current if module == "do-remove-journal" else old[0]), "the rest is part of the log"


@pytest.mark.parametrize("module", STEPS)
def test_journals_that_are_younger_than_the_age_stay(module: str) -> None:
    play = with_old_files(module)
    before = files_on_disk(play)
    play.request("go", AGE="2h")
    assert files_on_disk(play) == before
    assert (play.echoes(), play.failures()) == (["done"], [])


@pytest.mark.parametrize("module", STEPS)
def test_files_are_marked_and_steps_behind_do_not_wait_for_the_work(module: str) -> None:
    play = with_old_files(module)
    before = files_on_disk(play)
    play.is_upkeep_held = True
    play.request("go", AGE="30m")
    assert play.echoes() == ["done"]
    assert play.instance.automation.is_idle
    if module != "do-remove-journal":
        assert set(before) <= set(files_on_disk(play))
    play.is_upkeep_held = False
    play.settle()
    assert files_on_disk(play) != before


def test_nothing_is_archived_without_a_place_for_it() -> None:
    play = Playbook(actions=acting(ON_ADMIN, step("do-archive-journal", Age="{{AGE}}"), echo("never")))
    play.request("go", AGE="0s")
    assert play.echoes() == []
    assert "JournalArchiveDirectory" in play.failures()[0]


@pytest.mark.parametrize("module", STEPS)
def test_without_a_transaction_log_there_is_nothing_to_work_on(module: str) -> None:
    play = Playbook(transaction_log="", actions=acting(ON_ADMIN, step(module, Age="{{AGE}}"), echo("after")))
    play.request("go", AGE="1d")
    assert (play.echoes(), play.failures()) == ([], ["the configuration has no TransactionLog"])
