"""What the Disk port promises, for every disk there is. What a crash may forget is the fake disk's own business."""

import errno
import queue
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ampsd.ports import Claim, Create, Disk, Fdatasync, FsyncDir, Pwrite, Rename, Truncate, Unlink, Verb
from ampsd.server.disk import RealDisk
from ampsd.simulator.disk import SimDisk
from ampsd.storage import records, segment
from ampsd.storage.journal import Journal
from ampsd.storage.log import JournalDamageError
from ampsd.storage.placement import removal
from ampsd.storage.recovery import Recovered, recover
from ampsd.storage.upkeep import Archiving, Compressing

Completion = tuple[int, OSError | None]


class Bench:
    """A disk under test, a directory on it, and a way to wait for the next completion.

    `aliased` gives the directory another path.
    """

    def __init__(
        self, disk: Disk, directory: str, completion: Callable[[], Completion], aliased: Callable[[str], str]
    ) -> None:
        self.disk = disk
        self.directory = directory
        self.completion = completion
        self.aliased = aliased

    def path(self, name: str) -> str:
        return f"{self.directory}/{name}"

    def all_of(self, name: str) -> bytes:
        return self.disk.pread(self.path(name), 0, 1 << 20)

    def written(self, name: str, data: bytes) -> str:
        """A file with that content."""
        path = self.path(name)
        self.disk.perform([Create(path, 0), Pwrite(path, 0, data)])
        return path


def simulated(tmp_path: Path) -> Iterator[Bench]:
    disk = SimDisk()

    def completion() -> Completion:
        found = None
        while found is None:
            found = disk.step()
        return found

    def aliased(name: str) -> str:
        disk.other_names[f"/elsewhere/{name}"] = "/somewhere"
        return f"/elsewhere/{name}"

    yield Bench(disk, "/somewhere", completion, aliased)


def real(tmp_path: Path) -> Iterator[Bench]:
    completions: queue.SimpleQueue[Completion] = queue.SimpleQueue()
    disk = RealDisk(lambda ticket, error: completions.put((ticket, error)))

    def aliased(name: str) -> str:
        (tmp_path / name).symlink_to(tmp_path)
        return str(tmp_path / name)

    yield Bench(disk, str(tmp_path), lambda: completions.get(timeout=30), aliased)
    disk.close()


@pytest.fixture(params=[simulated, real], ids=["simulated", "real"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    yield from request.param(tmp_path)


# ---- single verbs


def test_a_created_file_reads_as_zeros(bench: Bench) -> None:
    bench.disk.perform([Create(bench.path("a"), 5000)])
    assert bench.disk.size(bench.path("a")) == 5000
    assert bench.all_of("a") == bytes(5000)


def test_creating_a_file_again_empties_it(bench: Bench) -> None:
    path = bench.written("a", b"old" * 1000)
    bench.disk.perform([Create(path, 100)])
    assert bench.all_of("a") == bytes(100)


def test_a_write_changes_its_bytes_and_no_others(bench: Bench) -> None:
    path = bench.path("a")
    bench.disk.perform([Create(path, 10), Pwrite(path, 3, b"abc"), Pwrite(path, 5, b"de"), Fdatasync(path)])
    assert bench.all_of("a") == b"\0\0\0abde\0\0\0"


def test_a_write_beyond_the_end_makes_the_file_longer(bench: Bench) -> None:
    path = bench.path("a")
    bench.disk.perform([Create(path, 2), Pwrite(path, 4, b"xy")])
    assert bench.all_of("a") == b"\0\0\0\0xy"
    assert bench.disk.size(path) == 6


def test_a_large_write_is_whole(bench: Bench) -> None:
    data = bytes(range(256)) * 20_000
    path = bench.written("a", data)
    assert bench.disk.pread(path, 0, len(data) + 1) == data


def test_a_read_ends_at_the_end_of_the_file(bench: Bench) -> None:
    path = bench.written("a", b"0123456789")
    assert bench.disk.pread(path, 7, 100) == b"789"
    assert bench.disk.pread(path, 10, 100) == b""
    assert bench.disk.pread(path, 1000, 1) == b""
    assert bench.disk.pread(path, 0, 0) == b""


@pytest.mark.parametrize("size", [0, 4, 10, 5000])
def test_truncating_cuts_or_extends_with_zeros(bench: Bench, size: int) -> None:
    path = bench.written("a", b"0123456789")
    bench.disk.perform([Truncate(path, size)])
    assert bench.disk.size(path) == size
    assert bench.all_of("a") == b"0123456789"[:size].ljust(size, b"\0")


def test_what_was_cut_does_not_come_back(bench: Bench) -> None:
    path = bench.written("a", b"0123456789")
    bench.disk.perform([Truncate(path, 4), Truncate(path, 10)])
    assert bench.all_of("a") == b"0123\0\0\0\0\0\0"


def test_a_renamed_file_keeps_its_bytes(bench: Bench) -> None:
    bench.written("a", b"content")
    bench.disk.perform([Rename(bench.path("a"), bench.path("b")), FsyncDir(bench.directory)])
    assert bench.disk.names(bench.directory) == ["b"]
    assert bench.all_of("b") == b"content"


def test_a_rename_replaces_what_has_the_name(bench: Bench) -> None:
    bench.written("a", b"new")
    bench.written("b", b"old and longer")
    assert bench.all_of("b") == b"old and longer"
    bench.disk.perform([Rename(bench.path("a"), bench.path("b"))])
    assert bench.all_of("b") == b"new"
    bench.disk.perform([Pwrite(bench.path("b"), 0, b"NEW")])
    assert bench.all_of("b") == b"NEW"


def test_a_claimed_name_is_that_of_the_file(bench: Bench) -> None:
    bench.written("a", b"content")
    bench.disk.perform([Claim(bench.path("a"), bench.path("b")), FsyncDir(bench.directory)])
    assert bench.disk.names(bench.directory) == ["b"]
    assert bench.all_of("b") == b"content"


def test_a_claim_replaces_nothing(bench: Bench) -> None:
    bench.written("a", b"new")
    bench.written("b", b"old")
    for name in ("b", "a"):
        with pytest.raises(FileExistsError) as caught:
            bench.disk.perform([Claim(bench.path("a"), bench.path(name))])
        assert caught.value.errno == errno.EEXIST
    assert (bench.all_of("a"), bench.all_of("b")) == (b"new", b"old")


def test_a_directory_is_known_by_its_other_names(bench: Bench) -> None:
    other = bench.aliased("other")
    bench.written("a", b"content")
    assert bench.disk.is_same(bench.directory, other)
    assert bench.disk.is_same(bench.path("a"), f"{other}/a")
    assert bench.disk.is_same(bench.path("a"), bench.path("a"))
    assert bench.disk.names(other) == bench.disk.names(bench.directory)
    assert bench.disk.pread(f"{other}/a", 0, 9) == b"content"
    with pytest.raises(FileExistsError):
        bench.disk.perform([Claim(bench.path("a"), f"{other}/a")])
    bench.disk.perform([Unlink(f"{other}/a")])
    assert "a" not in bench.disk.names(bench.directory)


def test_files_of_one_content_are_not_the_same(bench: Bench) -> None:
    bench.written("a", b"content")
    bench.written("b", b"content")
    assert not bench.disk.is_same(bench.path("a"), bench.path("b"))
    assert not bench.disk.is_same(bench.path("a"), bench.path("nothing"))
    assert not bench.disk.is_same(bench.directory, bench.path("a"))


def test_a_name_taken_again_is_another_file(bench: Bench) -> None:
    path = bench.written("a", b"first")
    assert bench.all_of("a") == b"first"
    bench.disk.perform([Rename(path, bench.path("b"))])
    bench.written("a", b"second")
    assert (bench.all_of("a"), bench.all_of("b")) == (b"second", b"first")


def test_an_unlinked_file_is_gone(bench: Bench) -> None:
    path = bench.written("a", b"content")
    assert bench.all_of("a") == b"content"
    bench.disk.perform([Unlink(path), FsyncDir(bench.directory)])
    assert bench.disk.names(bench.directory) == []
    with pytest.raises(FileNotFoundError):
        bench.disk.pread(path, 0, 1)


def test_names_are_sorted(bench: Bench) -> None:
    for name in ("b", "a.10", "C", "a.2"):
        bench.written(name, b"")
    assert bench.disk.names(bench.directory) == ["C", "a.10", "a.2", "b"]


def test_a_directory_that_is_not_there_has_no_names(bench: Bench) -> None:
    assert bench.disk.names(bench.path("nothing")) == []


def test_a_directory_may_be_made_twice(bench: Bench) -> None:
    deep = bench.path("one/two/three")
    bench.disk.make_directory(deep)
    bench.disk.make_directory(deep)
    bench.disk.perform([Create(f"{deep}/a", 3), FsyncDir(deep)])
    assert bench.disk.names(deep) == ["a"]


def test_a_file_that_was_forgotten_is_read_and_written_again(bench: Bench) -> None:
    path = bench.written("a", b"content")
    for _ in range(2):
        bench.disk.forget(path)
    assert bench.all_of("a") == b"content"
    bench.disk.submit(1, [Pwrite(path, 0, b"CON")])
    assert bench.completion() == (1, None)
    bench.disk.forget(path)
    bench.disk.submit(2, [Pwrite(path, 3, b"TENT"), Unlink(bench.written("b", b""))])
    assert bench.completion() == (2, None)
    assert bench.all_of("a") == b"CONTENT"
    bench.disk.forget(bench.path("nothing"))


def test_many_files_may_be_in_use(bench: Bench) -> None:
    for number in range(200):
        bench.written(f"f{number}", b"%d" % number)
    assert all(bench.all_of(f"f{number}") == b"%d" % number for number in range(200))


# ---- errors


@pytest.mark.parametrize(
    "verb",
    [
        lambda path: Pwrite(path, 0, b"x"),
        Fdatasync,
        lambda path: Truncate(path, 1),
        Unlink,
        lambda path: Rename(path, path + ".new"),
    ],
    ids=["write", "sync", "truncate", "unlink", "rename"],
)
def test_a_verb_on_a_file_that_is_not_there_fails(bench: Bench, verb: Callable[[str], Verb]) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        bench.disk.perform([verb(bench.path("nothing"))])
    assert caught.value.errno == errno.ENOENT
    assert bench.disk.names(bench.directory) == []


def test_reading_a_file_that_is_not_there_fails(bench: Bench) -> None:
    for call in (lambda path: bench.disk.pread(path, 0, 1), bench.disk.size):
        with pytest.raises(FileNotFoundError) as caught:
            call(bench.path("nothing"))
        assert caught.value.filename == bench.path("nothing")


def test_the_first_verb_that_fails_ends_what_was_to_be_performed(bench: Bench) -> None:
    with pytest.raises(FileNotFoundError):
        bench.disk.perform([Create(bench.path("a"), 1), Unlink(bench.path("nothing")), Create(bench.path("b"), 1)])
    assert bench.disk.names(bench.directory) == ["a"]


# ---- submitted verbs


def test_submitted_verbs_run_in_order_and_complete_once(bench: Bench) -> None:
    path = bench.path("a")
    for ticket in range(1, 6):
        verbs: Sequence[Verb] = [Pwrite(path, 0, b"%d" % ticket), Fdatasync(path)]
        bench.disk.submit(ticket, [Create(path, 1), *verbs] if ticket == 1 else verbs)
    assert [bench.completion() for _ in range(5)] == [(ticket, None) for ticket in range(1, 6)]
    assert bench.all_of("a") == b"5"


def test_the_first_verb_that_fails_ends_its_submission_and_no_other(bench: Bench) -> None:
    bench.disk.submit(7, [Create(bench.path("a"), 1), Unlink(bench.path("nothing")), Create(bench.path("b"), 1)])
    bench.disk.submit(8, [Create(bench.path("c"), 1)])
    ticket, error = bench.completion()
    assert ticket == 7
    assert error is not None
    assert error.errno == errno.ENOENT
    assert bench.completion() == (8, None)
    assert bench.disk.names(bench.directory) == ["a", "c"]


def test_what_a_submission_wrote_is_read_once_it_completed(bench: Bench) -> None:
    path = bench.written("a", b"before")
    assert bench.all_of("a") == b"before"
    new = bench.path("a.new")
    bench.disk.submit(1, [Create(new, 5), Pwrite(new, 0, b"after"), Fdatasync(new), Rename(new, bench.path("b"))])
    assert bench.completion() == (1, None)
    assert bench.all_of("b") == b"after"
    bench.disk.submit(2, [Pwrite(path, 0, b"AFTER!")])
    assert bench.completion() == (2, None)
    assert bench.all_of("a") == b"AFTER!"


# ---- a journal on it


def life(bench: Bench) -> tuple[Recovered, list[bytes]]:
    bodies: list[bytes] = []

    def fold(position: int, length: int, record: records.Record) -> None:
        assert isinstance(record, records.Publish)
        bodies.append(record.data)

    return recover(bench.disk, bench.directory, "A", 8192, b"an id", fold), bodies


def publish(bench: Bench, journal: Journal, body: bytes) -> tuple[int, int]:
    record = records.encode_publish(b"json", b"Jobs", 1, 1, 1, body)
    position = journal.add(record)
    journal.seal()
    journal.flush()
    journal.completed(*bench.completion())
    return position, len(record)


@pytest.mark.parametrize("is_clean", [True, False])
def test_a_journal_lives_on_it(bench: Bench, is_clean: bool) -> None:
    expected: list[bytes] = []
    for number in range(4):
        found, bodies = life(bench)
        assert bodies == expected
        journal = Journal(bench.disk, found.tail)
        for place in range(5):
            body = b"%d.%d " % (number, place) * 200
            expected.append(body)
            position, length = publish(bench, journal, body)
            assert records.decode_publish(journal.read(position, length)).data == body
        assert journal.durable == journal.end
        if is_clean:
            journal.close()
    assert life(bench)[1] == expected


def test_old_files_of_a_journal_are_archived_compressed_and_removed_on_it(bench: Bench) -> None:
    found, _ = life(bench)
    journal = Journal(bench.disk, found.tail)
    places = [publish(bench, journal, b"%d " % number * 1500) for number in range(12)]
    archive = bench.path("old")
    bench.disk.make_directory(archive)
    (gone, _), (archived, archived_end), (compressed, compressed_end) = journal.closed_files()[:3]
    for work in (Archiving(archived, archived_end, archive), Compressing(compressed, compressed_end)):
        for verb in work.verbs():
            bench.disk.perform([verb])
        journal.move(work.file, work.target, work.blocks)
        bench.disk.perform(removal([work.source]))
    journal.drop_before(archived.base)
    journal.flush()
    journal.completed(*bench.completion())
    assert journal.floor == archived.base
    bench.disk.perform(removal([gone.path]))
    kept = [place for place in places if place[0] >= journal.floor]
    expected = [records.decode_publish(journal.read(*place)).data for place in kept]
    assert 0 < len(expected) < len(places)
    journal.close()
    bodies: list[bytes] = []

    def fold(position: int, length: int, record: records.Record) -> None:
        assert isinstance(record, records.Publish)
        bodies.append(record.data)

    recover(bench.disk, bench.directory, "A", 8192, b"an id", fold, archive)
    assert bodies == expected
    names = [name for name in bench.disk.names(bench.directory) if name.endswith((".journal", ".gz"))]
    assert names[0] == "A.0000000002.journal.gz"
    assert bench.disk.names(archive) == ["A.0000000001.journal"]


def test_a_damaged_journal_is_refused_on_it(bench: Bench) -> None:
    found, _ = life(bench)
    journal = Journal(bench.disk, found.tail)
    position, _ = publish(bench, journal, b"an order")
    journal.close()
    path = found.tail.segments[0].path
    bench.disk.perform([Pwrite(path, segment.HEADER_SIZE + position, b"!")])
    with pytest.raises(JournalDamageError) as caught:
        life(bench)
    assert (caught.value.file, caught.value.offset) == (path, segment.HEADER_SIZE)
