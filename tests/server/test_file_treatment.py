"""Old files removed and compressed: the guide's rules, what is never touched, and names that change under the step."""

import contextlib
import gzip
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from file_setup import DAY_NS, NOTHING, NOW_NS, age, errand, make, names, treat

from ampsd import limits
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.message_archive import MessageArchiveDefinition
from ampsd.definitions.sow import SowDefinition
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.server import file_treatment
from ampsd.server.file_treatment import FileTreatments, treat_files
from ampsd.server.open_files import open_files
from ampsd.server.protected_files import ProtectedPaths, protected_paths

TEN = [f"{number}.log" for number in range(10)]
"""Ten days old, the first the oldest."""


@pytest.mark.parametrize("is_compressing", [False, True])
@pytest.mark.parametrize(
    ("days", "keep", "count", "treated"),
    [
        (5, None, None, range(10)),
        (10, None, None, range(1)),
        (11, None, None, range(0)),
        (5, 3, None, range(7)),
        (5, 0, None, range(10)),
        (5, 10, None, range(0)),
        (5, 11, None, range(0)),
        (5, None, 4, range(4)),
        (5, None, 0, range(0)),
        (5, None, 99, range(10)),
        (5, 3, 4, range(4)),
        (5, 8, 4, range(2)),
        (5, 11, 4, range(0)),
    ],
)
def test_age_keep_and_count(
    tmp_path: Path, days: float, keep: int | None, count: int | None, treated: range, is_compressing: bool
) -> None:
    make(tmp_path, *TEN)
    make(tmp_path, "young.log", days=1)
    make(tmp_path, "other.txt")
    one = errand(tmp_path, b"*.log", days=days, keep=keep, count=count, is_compressing=is_compressing)
    assert treat(one) == (len(treated), None)
    left = {"young.log", "other.txt", *TEN} - {f"{number}.log" for number in treated}
    packed = {f"{number}.log.gz" for number in treated} if is_compressing else set()
    assert names(tmp_path) == sorted(left | packed)


def test_names_break_ties_and_directories_are_one_row(tmp_path: Path) -> None:
    make(tmp_path, "x/1", "y/2", "x/3", "y/4")
    assert treat(errand(tmp_path, b"*", b"*", count=2)) == (2, None)
    assert names(tmp_path) == ["x/3", "y/4"]
    for name in ("c", "a", "b"):
        (tmp_path / name).write_text("")
        age(tmp_path / name, 10)
    assert treat(errand(tmp_path, b"?", count=1)) == (1, None)
    assert names(tmp_path) == ["b", "c", "x/3", "y/4"]


def test_a_directory_that_is_missing_has_nothing_that_matches(tmp_path: Path) -> None:
    assert treat(errand(tmp_path / "missing", b"*")) == (0, None)


def test_open_files_stay_and_count_among_those_that_are_kept(tmp_path: Path) -> None:
    make(tmp_path, *TEN)
    with open(tmp_path / "0.log"), open(tmp_path / "9.log"):
        assert treat(errand(tmp_path, b"*.log", keep=3)) == (6, None)
        assert names(tmp_path) == ["0.log", "7.log", "8.log", "9.log"]
    assert treat(errand(tmp_path, b"*.log", keep=3)) == (1, None)


def test_open_files_of_this_process_are_known_without_proc(tmp_path: Path) -> None:
    make(tmp_path, "a")
    status = (tmp_path / "a").stat()
    identity = (status.st_dev, status.st_ino)
    assert identity not in open_files(str(tmp_path))
    with open(tmp_path / "a"):
        assert identity in open_files(str(tmp_path)) & open_files("/nonexistent") & open_files()


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        ("other.0000000001.journal", True),
        ("Test.0000000001.journal.gz", True),
        ("Test.0000000002.journal.new", True),
        ("Test.superblock", True),
        ("Test.lock", True),
        ("other.lock", False),
        ("journal.log", False),
    ],
)
@pytest.mark.parametrize("is_compressing", [False, True])
def test_a_journal_among_them_stops_it_before_it_begins(
    tmp_path: Path, name: str, is_refused: bool, is_compressing: bool
) -> None:
    make(tmp_path, "a.log", "b.log")
    make(tmp_path, name, days=0)
    count, failure = treat(errand(tmp_path, b"*", days=1, is_compressing=is_compressing))
    if is_refused:
        reason = "is part of a transaction log, which has actions of its own: nothing was done"
        assert (count, failure) == (0, f"{tmp_path}/{name} {reason}")
        assert names(tmp_path) == sorted(["a.log", "b.log", name])
    else:
        assert (count, failure) == (2, None)


def test_what_belongs_to_the_instance_is_known_whatever_it_is_called(tmp_path: Path) -> None:
    make(
        tmp_path,
        "etc/config.xml",
        "journals/notes.txt",
        "journals/deep/x.log",
        "archive/1/2/3",
        "db.wal",
        "sow-x_json.sow",
        "log/a.log",
    )
    (tmp_path / "log").joinpath("alias.log").hardlink_to(tmp_path / "etc/config.xml")
    (tmp_path / "link").symlink_to("journals")
    (tmp_path / "config").symlink_to("etc/config.xml")
    paths = ProtectedPaths(
        "Test",
        (f"{tmp_path}/config", f"{tmp_path}/db.wal", "/nonexistent"),
        (f"{tmp_path}/journals",),
        (f"{tmp_path}/archive",),
        (f"{tmp_path}/sow-%n.sow",),
    )
    before = names(tmp_path)
    journals = f"is in a directory of this instance ({tmp_path}/journals): nothing was done"
    archive = f"is in a directory of this instance ({tmp_path}/archive): nothing was done"
    for root, parts, who, reason in [
        ("log", [b"*"], "log/alias.log", f"is a file of this instance ({tmp_path}/config): nothing was done"),
        ("", [b"db*"], "db.wal", f"is a file of this instance ({tmp_path}/db.wal): nothing was done"),
        ("", [b"sow*"], "sow-x_json.sow", f"is a file of this instance ({tmp_path}/sow-x_json.sow): nothing was done"),
        ("link", [b"*"], "link/notes.txt", journals),
        ("", [b"j*", b"*"], "journals/notes.txt", journals),
        ("", [b"arch*", b"*", b"*", b"*"], "archive/1/2/3", archive),
        ("archive/1/2", [b"*"], "archive/1/2/3", archive),
    ]:
        assert treat(errand(tmp_path / root, *parts), paths) == (0, f"{tmp_path}/{who} {reason}")
    assert names(tmp_path) == before
    assert treat(errand(tmp_path / "log", b"*", days=11), paths)[1] is None  # too young to be treated
    assert treat(errand(tmp_path / "journals", b"*", b"*"), paths) == (1, None)


def test_what_a_configuration_names_is_protected(tmp_path: Path) -> None:
    definition = InstanceDefinition(
        name="A",
        transaction_log=TransactionLogDefinition(journal_directory="j", journal_archive_directory="ja"),
        message_archive=MessageArchiveDefinition(directory="ma"),
        admin=AdminDefinition(file_name="stats.db"),
        sow_section=SowDefinition(topics=(TopicDefinition(name="T", message_type="json", file_name="sow/%n.sow"),)),
    )
    found = protected_paths(definition, ["config.xml"], ["a.log"])
    assert (found.instance, found.directories, found.trees) == ("A", ("j", "ja"), ("ma",))
    assert found.masks == ("sow/%n.sow",)
    databases = [f"{path}{end}" for path in ("j/A.events", "stats.db") for end in ("", "-wal", "-shm", "-journal")]
    assert list(found.files) == ["config.xml", "a.log", *databases]
    assert protected_paths(InstanceDefinition(name="B"), [], []) == ProtectedPaths("B")


def test_a_hard_link_goes_and_the_file_stays(tmp_path: Path) -> None:
    make(tmp_path, "outside/precious", "log/a.log")
    (tmp_path / "log/b.log").hardlink_to(tmp_path / "outside/precious")
    assert treat(errand(tmp_path / "log", b"b*")) == (1, None)
    (tmp_path / "log/b.log").hardlink_to(tmp_path / "outside/precious")
    assert treat(errand(tmp_path / "log", b"b*", is_compressing=True)) == (1, None)
    assert names(tmp_path) == ["log/a.log", "log/b.log.gz", "outside/precious"]
    assert (tmp_path / "outside/precious").read_text() == "outside/precious"


def test_a_compressed_file_is_whole_and_has_the_time_and_the_permissions_of_the_other(tmp_path: Path) -> None:
    body = os.urandom(100_000) + bytes(2_000_000)
    (tmp_path / "a.log").write_bytes(body)
    (tmp_path / "a.log").chmod(0o604)
    if os.geteuid() == 0:
        os.chown(tmp_path / "a.log", 1234, 2345)
    age(tmp_path / "a.log", 3)
    before = (tmp_path / "a.log").stat()
    assert treat(errand(tmp_path, b"*", is_compressing=True)) == (1, None)
    assert names(tmp_path) == ["a.log.gz"]
    after = (tmp_path / "a.log.gz").stat()
    assert gzip.decompress((tmp_path / "a.log.gz").read_bytes()) == body
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert after.st_size < 110_000
    assert treat(errand(tmp_path, b"*", is_compressing=True)) == (0, None)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("b.log.gz", "there is a file of this name with .gz already: keep one of the two"),
        ("b.log.gz.new", "its .gz.new of a compression that was cut short is in the way: remove that"),
    ],
)
@pytest.mark.parametrize("is_link", [False, True])
def test_nothing_is_written_over(tmp_path: Path, name: str, reason: str, is_link: bool) -> None:
    make(tmp_path, "log/a.log", "log/b.log", "log/c.log", "victim")
    if is_link:
        (tmp_path / "log" / name).symlink_to(tmp_path / "victim")
    else:
        (tmp_path / "log" / name).write_text("theirs")
    count, failure = treat(errand(tmp_path / "log", b"*.log", is_compressing=True))
    before = "1 file was compressed before it"
    assert (count, failure) == (1, f"{tmp_path}/log/b.log cannot be compressed: {reason}. {before}")
    assert names(tmp_path / "log") == ["a.log.gz", "b.log", name, "c.log"]
    assert (tmp_path / "victim").read_text() == "victim"
    assert (tmp_path / "log" / name).read_text() == ("victim" if is_link else "theirs")


@pytest.mark.parametrize("call", ["write", "fsync", "link", "unlink", "fchmod"])
def test_a_compression_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a.log")
    before = (tmp_path / "a.log").stat()
    real = getattr(os, call)
    is_first = iter([True])

    def fails(*arguments: object, **named: object) -> object:
        if (call != "unlink" or arguments[0] == "a.log") and next(is_first, False):
            raise OSError(28, "No space left on device")
        return real(*arguments, **named)

    monkeypatch.setattr(os, call, fails)
    descriptors = len(os.listdir("/proc/self/fd"))
    failure = f"{tmp_path}/a.log cannot be compressed: No space left on device. 0 files were compressed before it"
    assert treat(errand(tmp_path, b"*", is_compressing=True)) == (0, failure)
    assert names(tmp_path) == ["a.log"]
    assert (tmp_path / "a.log").stat().st_mtime_ns == before.st_mtime_ns
    assert len(os.listdir("/proc/self/fd")) == descriptors


@pytest.mark.parametrize("is_moved", [False, True])
def test_what_happens_to_a_file_while_it_is_compressed(
    tmp_path: Path, is_moved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written to, it stays as it is; where the next file has its name, that stays."""
    make(tmp_path, "a.log")
    real = os.link

    def meanwhile(*arguments: Any, **named: Any) -> None:
        real(*arguments, **named)
        if is_moved:
            (tmp_path / "a.log").unlink()
        with open(tmp_path / "a.log", "a") as file:
            file.write("later")

    monkeypatch.setattr(os, "link", meanwhile)
    assert treat(errand(tmp_path, b"*", is_compressing=True)) == (int(is_moved), None)
    if is_moved:
        assert (tmp_path / "a.log").read_text() == "later"
        assert gzip.decompress((tmp_path / "a.log.gz").read_bytes()) == b"a.log"
    else:
        assert (tmp_path / "a.log").read_text() == "a.loglater"
        assert names(tmp_path) == ["a.log"]


@pytest.mark.parametrize("call", ["dup", "open", "fstat", "listdir", "scandir"])
def test_a_process_without_descriptors_fails_the_step_and_no_more(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever call it is that fails, from the first of its kind to the last."""
    make(tmp_path, "d/a.log", "e/a.log")
    real = getattr(os, call)
    for number in range(100):
        left = iter(range(number))

        def fails(*arguments: object, left: Iterator[int] = left, **named: object) -> object:
            if next(left, None) is None:
                raise OSError(24, "Too many open files")
            return real(*arguments, **named)

        before = len(os.listdir("/proc/self/fd"))
        with monkeypatch.context() as patch:
            patch.setattr(os, call, fails)
            count, failure = treat(errand(tmp_path, b"*", b"*", is_compressing=number % 2 == 0, days=9))
        assert len(os.listdir("/proc/self/fd")) == before
        if failure is None:
            break
        assert "Too many open files" in failure
        assert count < 2
    assert failure is None
    assert len(names(tmp_path)) <= 2


def test_a_file_system_without_links_is_served_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*arguments: object, **named: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    make(tmp_path, "a.log")
    monkeypatch.setattr(os, "link", refuses)
    assert treat(errand(tmp_path, b"*", is_compressing=True)) == (1, None)
    assert names(tmp_path) == ["a.log.gz"]


def test_what_was_written_to_since_it_was_chosen_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.log", "b.log", "c.log")

    def meanwhile(processes: str = "/proc") -> frozenset[tuple[int, int]]:
        (tmp_path / "a.log").write_text("again")
        (tmp_path / "b.log").unlink()
        return frozenset()

    monkeypatch.setattr(file_treatment, "open_files", meanwhile)
    assert treat(errand(tmp_path, b"*", is_compressing=True)) == (1, None)
    assert names(tmp_path) == ["a.log", "c.log.gz"]
    make(tmp_path, "b.log")
    age(tmp_path / "a.log", 5)
    assert treat(errand(tmp_path, b"*.log")) == (0, None)
    assert names(tmp_path) == ["a.log", "c.log.gz"]


def test_a_huge_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10_000):
        (tmp_path / f"{number:05d}").touch()
    future_ns = (tmp_path / "09999").stat().st_mtime_ns + DAY_NS
    monkeypatch.setattr(limits, "FILES_TREATED_MAX", 9_000)
    one = errand(tmp_path, b"*", keep=100)
    assert treat_files(one, NOTHING, future_ns, lambda: False) == (9_000, None)
    assert treat_files(one, NOTHING, future_ns, lambda: False) == (900, None)
    assert len(os.listdir(tmp_path)) == 100


def renew(directory: Path, name: str) -> None:
    """An old file of this name where there is none, and no compressed one, by somebody who follows no links either."""
    with contextlib.suppress(OSError):
        at = os.open(directory, os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            with contextlib.suppress(OSError):
                os.unlink(f"{name}.gz", dir_fd=at)
            new = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, dir_fd=at)
            os.utime(new, ns=(NOW_NS - DAY_NS, NOW_NS - DAY_NS))
            os.close(new)
        finally:
            os.close(at)


def test_10000_swaps_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory and a file of the tree become links to a victim outside and back, while steps run."""
    tree, victim = tmp_path / "tree", tmp_path / "victim"
    make(victim, "a.log", "b.log", "deep/a.log")
    make(tree, "d/b.log", "f.log", "deep/e/a.log")
    monkeypatch.setattr(file_treatment, "open_files", frozenset)

    def seen() -> list[tuple[str, str, int, int]]:
        files = [victim / name for name in names(victim)]
        return [(str(one), one.read_text(), one.stat().st_ino, one.stat().st_mtime_ns) for one in files]

    outside = seen()
    is_over, is_enough = threading.Event(), threading.Event()

    def swap() -> None:
        rounds = 0
        while rounds < 5_000 or not is_enough.is_set():
            rounds += 1
            for name, target in (("d", victim), ("f.log", victim / "a.log")):
                link, aside = tmp_path / "link", tmp_path / f"aside-{name}"
                with contextlib.suppress(FileExistsError):
                    link.symlink_to(target)
                with contextlib.suppress(FileNotFoundError):  # a step has removed the file
                    os.rename(tree / name, aside)
                os.rename(link, tree / name)
                with contextlib.suppress(FileNotFoundError):  # or the link, whose name it looked at before
                    os.rename(tree / name, link)
                    link.unlink()
                with contextlib.suppress(FileNotFoundError):
                    os.rename(aside, tree / name)
        is_over.set()

    swapper = threading.Thread(target=swap, daemon=True)
    swapper.start()
    treated = rounds = 0
    while not is_over.is_set():
        assert swapper.is_alive() or is_over.is_set()
        rounds += 1
        for parts in ([b"*", b"*.log"], [b"*.log"]):
            count, failure = treat(errand(tree, *parts, is_compressing=rounds % 2 == 0))
            assert failure is None, failure
            treated += count
        if treated > 200:
            is_enough.set()
        for directory in (tree / "d", tmp_path / "aside-d"):
            renew(directory, "b.log")
        renew(tree, "f.log")
        renew(tree / "deep/e", "a.log")
    assert seen() == outside


class Waited:
    """Treatments in their thread, and what came of them."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes, str | None]] = []
        self._arrived = threading.Condition()

    def completed(self, ticket: int, value: bytes, failure: str | None) -> None:
        with self._arrived:
            self.answers.append((ticket, value, failure))
            self._arrived.notify_all()

    def wait(self, number: int) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.answers) >= number, 20)


def test_one_after_another_and_not_too_many_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, *TEN)
    waited = Waited()
    has_begun, may_go_on = threading.Event(), threading.Event()

    def slowly(processes: str = "/proc") -> frozenset[tuple[int, int]]:
        has_begun.set()
        assert may_go_on.wait(20)
        return frozenset()

    monkeypatch.setattr(file_treatment, "open_files", slowly)
    treatments = FileTreatments(waited.completed)
    treatments.submit(0, errand(tmp_path, b"*", count=1), NOTHING, NOW_NS)
    assert has_begun.wait(20)
    for ticket in range(1, limits.FILE_ERRANDS_WAITING_MAX + 2):
        treatments.submit(ticket, errand(tmp_path, b"*", count=1), NOTHING, NOW_NS)
    refused = f"no files were removed: {limits.FILE_ERRANDS_WAITING_MAX} others wait for their turn already"
    assert waited.answers == [(limits.FILE_ERRANDS_WAITING_MAX + 1, b"0", refused)]
    may_go_on.set()
    waited.wait(limits.FILE_ERRANDS_WAITING_MAX + 2)
    assert waited.answers[1:] == [
        (ticket, b"1" if ticket < 10 else b"0", None) for ticket in range(limits.FILE_ERRANDS_WAITING_MAX + 1)
    ]
    treatments.end()
    treatments.join(5)
    treatments.submit(999, errand(tmp_path, b"*"), NOTHING, NOW_NS)
    assert waited.answers[-1] == (999, b"0", "no files were removed: the instance stops")


def test_closing_stops_a_compression_and_leaves_the_file(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(4 << 20))
    checks = iter([False, False, False])
    count, failure = treat_files(
        errand(tmp_path, b"*", is_compressing=True), NOTHING, 2**62, lambda: next(checks, True)
    )
    path = f"{tmp_path}/large"
    assert (count, failure) == (
        0,
        f"{path} cannot be compressed: the instance stops. 0 files were compressed before it",
    )
    assert names(tmp_path) == ["large"]
