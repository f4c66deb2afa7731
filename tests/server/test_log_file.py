"""File and gzip targets on real files: masks, rotation, truncation, moved files, full disks."""

import contextlib
import gzip
import os
from pathlib import Path

import pytest
from log_setup import SECOND_NS, START_NS, SetClock

from ampsd.server.log_file import GzipFile, LogFile, resolve


class Notices:
    """Records about logging itself."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def __call__(self, code: str, **values: object) -> None:
        self.codes.append(code)


@pytest.fixture
def notices() -> Notices:
    return Notices()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: LogFile, *lines: str, wall_ns: int = START_NS, level: str = "info") -> None:
    for line in lines:
        file.write(f"{line}\n".encode(), level, wall_ns)


def names(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("mask", "name"),
    [
        ("amps.log", "amps.log"),
        ("amps-%n.log", "amps-00007.log"),
        ("%Y/%m/amps-%Y%m%d-%n.log", "2011/11/amps-20111123-00007.log"),
        ("%F%%n.log", "2011-11-23%n.log"),
        ("%%%n", "%00007"),
        ("%n%n", "0000700007"),
        ("\n  log/amps.log\n", "log/amps.log"),
    ],
)
def test_mask_is_resolved(mask: str, name: str) -> None:
    noon_ns = 1_322_049_600 * SECOND_NS
    assert resolve(mask, 7, noon_ns) == name


def test_the_counter_grows_beyond_five_digits() -> None:
    assert resolve("%n", 100_000, START_NS) == "100000"


def test_missing_directories_are_created(here: Path, notices: Notices) -> None:
    file = LogFile("var/log/%Y/amps.log", None, notices)
    write(file, "one")
    file.close()
    assert (here / "var/log/2011/amps.log").read_text() == "one\n"


def test_without_a_threshold_an_existing_file_is_continued(here: Path, notices: Notices) -> None:
    (here / "amps.log").write_text("before\n")
    file = LogFile("amps.log", None, notices)
    write(file, "after")
    file.close()
    assert (here / "amps.log").read_text() == "before\nafter\n"


def test_each_line_is_in_the_file_at_once(here: Path, notices: Notices) -> None:
    file = LogFile("amps.log", None, notices)
    write(file, "one")
    assert (here / "amps.log").read_text() == "one\n"
    file.close()


def test_rotation_counts_up_and_loses_no_line(here: Path, notices: Notices) -> None:
    file = LogFile("amps-%n.log", 100, notices)
    file.open(START_NS)
    lines = [f"line {number:04d} {'.' * 20}" for number in range(50)]
    write(file, *lines)
    file.close()
    found = names(here)
    assert found == [f"amps-{number:05d}.log" for number in range(17)]
    assert all((here / name).stat().st_size <= 100 for name in found)
    assert "".join((here / name).read_text() for name in found).splitlines() == lines


def test_rotation_takes_the_time_of_the_rotation(here: Path, notices: Notices) -> None:
    clock = SetClock(1_322_049_600 * SECOND_NS)
    file = LogFile("%Y-%m-%d.log", 10, notices)
    write(file, "12345678", wall_ns=clock.now_ns)
    clock.advance(86_400)
    write(file, "tomorrow", wall_ns=clock.now_ns)
    file.close()
    assert names(here) == ["2011-11-23.log", "2011-11-24.log"]


def test_a_name_that_rotation_comes_upon_is_truncated(here: Path, notices: Notices) -> None:
    (here / "amps-00001.log").write_text("of an older run\n" * 10)
    file = LogFile("amps-%n.log", 10, notices)
    write(file, "12345678", "second")
    file.close()
    assert (here / "amps-00001.log").read_text() == "second\n"


@pytest.mark.parametrize("kind", [LogFile, GzipFile])
def test_the_same_next_name_starts_over(here: Path, notices: Notices, kind: type[LogFile]) -> None:
    file = kind("amps.log", 10, notices)
    write(file, "12345678", "second")
    file.close()
    read = gzip.decompress if kind is GzipFile else bytes
    assert read((here / "amps.log").read_bytes()) == b"second\n"


def test_a_line_longer_than_the_threshold_has_a_file_of_its_own(here: Path, notices: Notices) -> None:
    file = LogFile("%n", 10, notices)
    write(file, "a", "b" * 50, "c")
    file.close()
    assert [(here / name).read_text() for name in names(here)] == ["a\n", "b" * 50 + "\n", "c\n"]


def test_a_restart_continues_the_first_file_so_that_a_crash_can_be_read(here: Path, notices: Notices) -> None:
    for run in ("first", "second"):
        file = LogFile("amps-%n.log", 1000, notices)
        write(file, f"{run} run")
        file.close()
    assert (here / "amps-00000.log").read_text() == "first run\nsecond run\n"


def test_what_a_restart_found_counts_towards_the_threshold(here: Path, notices: Notices) -> None:
    (here / "00000").write_text("x" * 95)
    file = LogFile("%n", 100, notices)
    write(file, "1234567890")
    file.close()
    assert names(here) == ["00000", "00001"]


def test_a_threshold_of_nothing_is_no_threshold(here: Path, notices: Notices) -> None:
    file = LogFile("%n", 0, notices)
    write(file, "one", "two")
    file.close()
    assert names(here) == ["00000"]


@pytest.mark.parametrize("kind", [LogFile, GzipFile])
def test_reopen_begins_a_new_file_after_the_old_was_moved(here: Path, notices: Notices, kind: type[LogFile]) -> None:
    file = kind("amps.log", None, notices)
    write(file, "old")
    (here / "amps.log").rename(here / "amps.log.1")
    write(file, "still old")
    file.reopen(START_NS)
    write(file, "new")
    file.close()
    read = gzip.decompress if kind is GzipFile else bytes
    assert read((here / "amps.log.1").read_bytes()) == b"old\nstill old\n"
    assert read((here / "amps.log").read_bytes()) == b"new\n"


@pytest.mark.parametrize("kind", [LogFile, GzipFile])
@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_flush_follows_a_file_that_was_moved(
    here: Path, notices: Notices, kind: type[LogFile], is_replaced: bool
) -> None:
    file = kind("log/amps.log", None, notices)
    write(file, "old")
    file.flush()
    (here / "log/amps.log").rename(here / "log/amps.log.1")
    if is_replaced:
        (here / "log/amps.log").touch()
    write(file, "still old")
    file.flush()
    write(file, "new")
    file.flush()
    write(file, "newer")
    file.close()
    read = gzip.decompress if kind is GzipFile else bytes
    assert read((here / "log/amps.log.1").read_bytes()) == b"old\nstill old\n"
    assert read((here / "log/amps.log").read_bytes()) == b"new\nnewer\n"
    assert notices.codes == []


def test_a_moved_file_that_cannot_be_begun_anew_is_told_once_and_tried_again(here: Path, notices: Notices) -> None:
    file = LogFile("log/amps.log", None, notices)
    write(file, "one")
    (here / "log").rename(here / "moved")
    (here / "log").write_text("a file where the directory was")
    file.flush()
    write(file, "two")
    file.flush()
    assert notices.codes == ["01-0003"]
    (here / "log").unlink()
    file.flush()
    write(file, "three")
    file.flush()
    (here / "log").rename(here / "moved again")
    (here / "log").write_text("once more")
    file.flush()
    assert notices.codes == ["01-0003"] * 2
    file.close()
    assert (here / "moved/amps.log").read_text() == "one\ntwo\n"
    assert (here / "moved again/amps.log").read_text() == "three\n"


def test_a_flush_leaves_devices_and_pipes_alone(here: Path, notices: Notices) -> None:
    os.mkfifo(here / "pipe")
    reader = os.open(here / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    for name in ("/dev/null", "pipe"):
        file = LogFile(name, None, notices)
        write(file, "one")
        descriptor = file._descriptor
        file.flush()
        assert file._descriptor == descriptor
        file.close()
    os.close(reader)


def test_a_failed_reopen_keeps_the_old_file(here: Path, notices: Notices) -> None:
    file = LogFile("log/amps.log", None, notices)
    write(file, "one")
    (here / "log").rename(here / "moved")
    (here / "log").write_text("a file where the directory was")
    file.reopen(START_NS)
    assert notices.codes == ["01-0003"]
    write(file, "two")
    file.close()
    assert (here / "moved/amps.log").read_text() == "one\ntwo\n"


def test_a_rotation_that_fails_goes_on_in_the_present_file(here: Path, notices: Notices) -> None:
    (here / "00001").mkdir()
    file = LogFile("%n", 10, notices)
    write(file, "12345678", "x")
    assert notices.codes == ["01-0003"]
    write(file, "y")
    assert notices.codes == ["01-0003"]
    (here / "00001").rmdir()
    write(file, "12345678")
    file.close()
    assert (here / "00000").read_text() == "12345678\nx\ny\n"
    assert (here / "00001").read_text() == "12345678\n"


def test_a_full_disk_raises_and_a_closed_file_opens_again(notices: Notices) -> None:
    file = LogFile("/dev/full", None, notices)
    with pytest.raises(OSError, match="No space left"):
        write(file, "one")
    with pytest.raises(OSError, match="No space left"):
        file.close()
    file.close()
    with pytest.raises(OSError, match="No space left"):
        write(file, "two")


def test_a_line_written_in_part_is_completed_before_the_next(tmp_path: Path, notices: Notices) -> None:
    """A pipe with too little room stands for a disk that is full for a while."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    file = LogFile(str(fifo), None, notices)
    long = "x" * (1 << 20)
    with pytest.raises(BlockingIOError):
        write(file, long)
    with pytest.raises(BlockingIOError):
        write(file, "lost: the first is still on its way")
    read = b""
    for _ in range(1000):
        with contextlib.suppress(BlockingIOError):
            read += os.read(reader, 1 << 16)
        with contextlib.suppress(BlockingIOError):
            file.flush()
    write(file, "next")
    read += os.read(reader, 100)
    file.close()
    os.close(reader)
    assert read.decode() == f"{long}\nnext\n"


def test_a_pipe_without_a_reader_fails_and_does_not_wait(tmp_path: Path, notices: Notices) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(OSError, match="No such device"):
        write(LogFile(str(fifo), None, notices), "one")


def test_gzip_is_readable_while_it_is_written_to(here: Path, notices: Notices) -> None:
    file = GzipFile("amps.log.gz", None, notices)
    write(file, "one")
    write(file, "kept back a moment")
    file.flush()
    with gzip.open(here / "amps.log.gz") as reader:
        assert reader.read(23) == b"one\nkept back a moment\n"
    file.close()


def test_gzip_writes_errors_out_at_once(here: Path, notices: Notices) -> None:
    file = GzipFile("amps.log.gz", None, notices)
    write(file, "one", "two")
    write(file, "three", level="error")
    with gzip.open(here / "amps.log.gz") as reader:
        assert reader.read(14) == b"one\ntwo\nthree\n"
    file.close()


def test_gzip_of_two_runs_reads_as_one(here: Path, notices: Notices) -> None:
    for run in ("first", "second"):
        file = GzipFile("amps.log.gz", None, notices)
        write(file, run)
        file.close()
    assert gzip.decompress((here / "amps.log.gz").read_bytes()) == b"first\nsecond\n"


def test_gzip_rotates_by_bytes_before_compression(here: Path, notices: Notices) -> None:
    file = GzipFile("%n.gz", 1000, notices)
    write(file, *["x" * 99] * 25)
    file.close()
    assert [len(gzip.decompress((here / name).read_bytes())) for name in names(here)] == [1000, 1000, 500]


def test_a_gzip_file_that_was_only_opened_stays_empty(here: Path, notices: Notices) -> None:
    file = GzipFile("amps.log.gz", None, notices)
    file.open(START_NS)
    file.flush()
    file.close()
    assert (here / "amps.log.gz").read_bytes() == b""


@pytest.mark.parametrize(
    ("mask", "threshold", "rotates"),
    [
        ("a.log", None, False),
        ("a.log", 0, False),
        ("a.log", 10, True),
        ("a-%n.log", None, True),
        ("%Y.log", None, False),
        ("a-%%n.log", None, False),
        ("a-%%%n.log", None, True),
    ],
)
def test_a_file_with_a_threshold_or_a_counter_rotates(
    mask: str, threshold: int | None, rotates: bool, notices: Notices
) -> None:
    assert LogFile(mask, threshold, notices).rotates == rotates


@pytest.mark.parametrize("kind", [LogFile, GzipFile])
def test_rotating_now_finishes_the_file_and_begins_the_next(here: Path, notices: Notices, kind: type[LogFile]) -> None:
    file = kind("%n", None, notices)
    write(file, "one")
    assert file.rotate(START_NS)
    read = gzip.decompress if kind is GzipFile else bytes
    assert read((here / "00000").read_bytes()) == b"one\n"
    write(file, "two")
    file.close()
    assert read((here / "00001").read_bytes()) == b"two\n"
    assert file.path == "00001"


def test_rotating_now_begins_the_threshold_anew(here: Path, notices: Notices) -> None:
    file = LogFile("%n", 10, notices)
    write(file, "12345")
    assert file.rotate(START_NS)
    write(file, "12345", "12")
    file.close()
    assert names(here) == ["00000", "00001"]


def test_rotating_now_goes_on_in_the_present_file_where_the_next_cannot_be_begun(here: Path, notices: Notices) -> None:
    (here / "00001").mkdir()
    file = LogFile("%n", None, notices)
    write(file, "one")
    assert not file.rotate(START_NS)
    assert notices.codes == ["01-0003"]
    write(file, "two")
    (here / "00001").rmdir()
    assert file.rotate(START_NS)
    file.close()
    assert (here / "00000").read_text() == "one\ntwo\n"
    assert (here / "00001").read_text() == ""
