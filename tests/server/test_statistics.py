"""Statistics: samples in a file or in memory, truncated without the file growing smaller."""

import sqlite3
from pathlib import Path

import pytest

from ampsd import limits
from ampsd.server.statistics import MEMORY, Statistics

SECOND = 1_000_000_000


def filled(path: str, samples: int) -> Statistics:
    statistics = Statistics(path)
    for number in range(samples):
        statistics.add(number * SECOND, {"clients": number, "queues/json:Jobs/depth": 2.0 * number})
    return statistics


def test_samples_older_than_asked_are_gone_and_the_file_keeps_its_size(tmp_path: Path) -> None:
    path = tmp_path / "statistics.db"
    statistics = filled(str(path), 2000)
    before = path.stat().st_size
    assert statistics.truncate(1990 * SECOND) == 2 * 1990
    assert [one.value for one in statistics.find("clients", 0, 3)] == [1999.0, 1998.0, 1997.0]
    assert len(statistics.find(None, 0, 1000)) == 20
    statistics.close()
    assert path.stat().st_size >= before
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT time, name, value FROM statistics WHERE name = 'clients' ORDER BY time")
        assert next(iter(rows)) == ("1970-01-01T00:33:10.000Z", "clients", 1990.0)


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "statistics.db")
    filled(path, 3).close()
    again = Statistics(path)
    again.add(3 * SECOND, {"clients": 3, "new": 1.5})
    assert [(one.name, one.value) for one in again.find(None, 2 * SECOND, 10)] == [
        ("clients", 3.0),
        ("new", 1.5),
        ("clients", 2.0),
        ("queues/json:Jobs/depth", 4.0),
    ]
    again.close()


def test_memory_keeps_the_latest_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STATISTICS_KEPT_MAX", 100)
    statistics = filled(MEMORY, 500)
    kept = statistics.find(None, 0, 1000)
    assert 90 <= len(kept) <= 100
    assert kept[0].value == 499.0
    statistics.close()


class Refusing(Statistics):
    """A database that may be full, as its disk may be."""

    def fill(self) -> None:
        self._database.execute("PRAGMA max_page_count=1")

    def make_room(self) -> None:
        self._database.execute("PRAGMA max_page_count=1000000")

    def orphans(self) -> list[tuple[int]]:
        return self._database.execute("SELECT name FROM samples WHERE name NOT IN (SELECT id FROM names)").fetchall()

    def has_let_go(self, samples: int) -> bool:
        return self._database.execute("SELECT count(*) FROM samples").fetchone()[0] < samples


@pytest.mark.parametrize("is_in_memory", [True, False])
def test_what_a_full_disk_refused_leaves_no_trace(tmp_path: Path, is_in_memory: bool) -> None:
    path = MEMORY if is_in_memory else str(tmp_path / "statistics.db")
    statistics = Refusing(path)
    statistics.add(0, {"clients": 0})
    statistics.fill()
    many = {f"queues/json:{number}/depth": float(number) for number in range(2000)}
    with pytest.raises(sqlite3.OperationalError, match="full"):
        statistics.add(SECOND, {"late": 1, **many})
    statistics.make_room()
    statistics.add(2 * SECOND, {"other": 5, "clients": 6})
    statistics.add(3 * SECOND, {"late": 7, "queues/json:3/depth": 8})
    assert statistics.orphans() == []
    assert [(one.name, one.value) for one in statistics.find(None, 0, 10)] == [
        ("late", 7.0),
        ("queues/json:3/depth", 8.0),
        ("clients", 6.0),
        ("other", 5.0),
        ("clients", 0.0),
    ]
    statistics.close()


def test_what_was_refused_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STATISTICS_KEPT_MAX", 3000)
    statistics = Refusing(MEMORY)
    many = {f"queues/json:{number}/depth": float(number) for number in range(2000)}
    statistics.add(0, many)
    statistics.fill()
    for second in range(1, 4):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            statistics.add(second * SECOND, many)
    statistics.make_room()
    statistics.add(4 * SECOND, {"clients": 1})
    assert not statistics.has_let_go(2001)
    statistics.add(5 * SECOND, many)
    assert statistics.has_let_go(2001 + 2000)
    statistics.close()


def test_a_name_gets_a_number_of_its_own_after_others_were_removed(tmp_path: Path) -> None:
    path = tmp_path / "statistics.db"
    filled(str(path), 1).close()
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM names WHERE name = 'clients'")
    again = Statistics(str(path))
    again.add(SECOND, {"new": 1.5, "queues/json:Jobs/depth": 2.5})
    assert {one.name: one.value for one in again.find(None, SECOND, 10)} == {"new": 1.5, "queues/json:Jobs/depth": 2.5}
    again.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "statistics.db"
    path.write_bytes(b"something else, and more than a page of it" * 200)
    with pytest.raises(sqlite3.DatabaseError):
        Statistics(str(path))
    assert path.read_bytes().startswith(b"something else")
