"""Statistics: what was measured of an instance, in SQLite (User Guide, Monitoring Interface; Truncate Statistics).

A sample is taken every Interval. The file keeps its size when old samples are removed: what is free is used again.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence

from ampsd import limits
from ampsd.admin.models import Sample

MEMORY = ":memory:"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS samples (time_ns INTEGER NOT NULL, name INTEGER NOT NULL, value REAL NOT NULL);
CREATE INDEX IF NOT EXISTS samples_by_time ON samples (time_ns);
CREATE VIEW IF NOT EXISTS statistics AS
  SELECT strftime('%Y-%m-%dT%H:%M:%fZ', samples.time_ns / 1e9, 'unixepoch') AS time, names.name AS name, value
  FROM samples JOIN names ON names.id = samples.name;
"""


class Statistics:
    """The samples of an instance. Every method waits for a disk: not to be called in the loop. Raises sqlite3.Error.

    In memory the oldest are let go beyond STATISTICS_KEPT_MAX; in a file an action has to do that.
    """

    def __init__(self, path: str) -> None:
        self._is_bounded = path == MEMORY
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        if not self._is_bounded:
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)
        self._names: dict[str, int] = dict(self._database.execute("SELECT name, id FROM names"))
        self._count = 0

    def add(self, wall_ns: int, gauges: Mapping[str, float]) -> None:
        """One more sample of each gauge."""
        with self._lock, self._database:
            added: dict[str, int] = {}
            self._database.execute("BEGIN")
            rows = [(wall_ns, self._number_of(name, added), value) for name, value in gauges.items()]
            self._database.executemany("INSERT INTO samples VALUES (?, ?, ?)", rows)
            count = self._count + len(rows)
            if self._is_bounded and count > limits.STATISTICS_KEPT_MAX:
                count -= self._let_go()
            self._database.execute("COMMIT")
            self._names |= added  # not before: what is rolled back has no number
            self._count = count

    def truncate(self, before_wall_ns: int) -> int:
        """Remove samples that are older; returns how many."""
        with self._lock, self._database:
            self._database.execute("BEGIN")
            removed = self._database.execute("DELETE FROM samples WHERE time_ns < ?", (before_wall_ns,)).rowcount
            self._database.execute("COMMIT")
            self._count -= removed
            return removed

    def find(self, name: str | None, since_wall_ns: int, limit: int) -> Sequence[Sample]:
        """The latest samples of a gauge, or of all, newest first."""
        with self._lock:
            rows = self._database.execute(
                "SELECT time_ns, names.name, value FROM samples JOIN names ON names.id = samples.name"
                " WHERE time_ns >= ? AND (? IS NULL OR names.name = ?) ORDER BY time_ns DESC, names.name LIMIT ?",
                (since_wall_ns, name, name, limit),
            ).fetchall()
        return [Sample.at(wall_ns, found, value) for wall_ns, found, value in rows]

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def _number_of(self, name: str, added: dict[str, int]) -> int:
        number = self._names.get(name)
        if number is None:
            number = self._database.execute("INSERT INTO names (name) VALUES (?)", (name,)).lastrowid
            assert number is not None, "an insert has a row"
            added[name] = number
        return number

    def _let_go(self) -> int:
        """Remove what is too much; returns how many."""
        row = self._database.execute(
            "SELECT time_ns FROM samples ORDER BY time_ns DESC LIMIT 1 OFFSET ?", (limits.STATISTICS_KEPT_MAX,)
        ).fetchone()
        if row is None:
            return 0
        return self._database.execute("DELETE FROM samples WHERE time_ns <= ?", row).rowcount
