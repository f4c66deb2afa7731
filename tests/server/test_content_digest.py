"""Digests of files: of names and bytes alone, of what was read, and in little memory."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ampsd import limits
from ampsd.server.content_digest import LoadedFiles, content_digest, content_of


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "config.xml"
    path.write_bytes(b"content")
    return str(path)


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def test_only_names_and_bytes_count(file: str, tmp_path: Path) -> None:
    before = content_digest([file])
    os.utime(file, (1, 1))
    os.chmod(file, 0o600)
    assert content_digest([file]) == before
    Path(file).write_bytes(b"Content")
    assert content_digest([file]) != before
    Path(file).write_bytes(b"content")
    assert content_digest([file]) == before
    (tmp_path / "other").write_bytes(b"content")
    assert content_digest([str(tmp_path / "other")]) != before


def test_neither_order_nor_repetition_counts(file: str, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    assert content_digest([file, other]) == content_digest([other, file, other])
    assert content_digest([file]) != content_digest([file, other])


def test_bytes_do_not_wander_from_file_to_file(tmp_path: Path) -> None:
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"ab")
    two.write_bytes(b"c")
    before = content_digest([str(one), str(two)])
    one.write_bytes(b"a")
    two.write_bytes(b"bc")
    assert content_digest([str(one), str(two)]) != before


def test_what_cannot_be_read_is_missing(tmp_path: Path, file: str) -> None:
    missing = str(tmp_path / "thing")
    as_missing = content_digest([missing])
    os.mkdir(missing)
    assert content_digest([missing]) == as_missing
    os.rmdir(missing)
    os.symlink("thing", missing)
    assert content_digest([missing]) == as_missing
    assert content_digest([f"{file}/below"]) == content_digest([f"{file}/below"])


def test_a_pipe_is_left_to_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "pipe"
    as_missing = content_digest([str(pipe)])
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[b"for the reader"], daemon=True)
    writer.start()
    loaded = LoadedFiles(read)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", lambda *arguments: pytest.fail("to open it would take the place of its reader"))
        assert content_digest([str(pipe)]) == as_missing
    assert loaded.read(str(pipe)) == b"for the reader"
    writer.join(20)
    assert loaded.digest == as_missing


@pytest.mark.parametrize(
    ("content", "is_lacking"), [(b"content", False), (b"", True), (None, True)], ids=["whole", "empty", "missing"]
)
def test_files_that_look_incomplete(file: str, content: bytes | None, is_lacking: bool) -> None:
    os.unlink(file)
    if content is not None:
        Path(file).write_bytes(content)
    assert content_of([file, __file__]).is_lacking == is_lacking


def test_of_a_file_too_large_size_and_time_count(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONFIG_SIZE_MAX", 10)
    Path(file).write_bytes(b"0123456789")
    os.utime(file, (1, 1))
    at_most = content_digest([file])
    os.utime(file, (2, 2))
    assert content_digest([file]) == at_most
    Path(file).write_bytes(b"0123456789A")
    os.utime(file, (1, 1))
    too_large = content_digest([file])
    Path(file).write_bytes(b"0123456789B")
    os.utime(file, (1, 1))
    assert content_digest([file]) == too_large
    os.utime(file, (2, 2))
    assert content_digest([file]) != too_large
    loaded = LoadedFiles(read)
    loaded.read(file)
    assert loaded.digest == content_digest([file])


def test_what_is_hashed_is_not_kept_in_memory(tmp_path: Path) -> None:
    """In a process of its own, whose peak nothing else has raised."""
    program = (
        "import resource, sys\n"
        "from ampsd.server.content_digest import content_digest\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "content_digest(sys.argv[1:])\n"
        "print(peak() - before)\n"
    )
    files = []
    for number, size in enumerate((limits.CONFIG_SIZE_MAX, 1000 * limits.CONFIG_SIZE_MAX)):
        files.append(str(tmp_path / f"{number}"))
        Path(files[-1]).touch()
        os.truncate(files[-1], size)
    done = subprocess.run([sys.executable, "-c", program, *files], capture_output=True, timeout=60, check=True)
    assert int(done.stdout) < 4 * 1024, "KiB"


def test_loaded_files_are_those_read_and_those_sought(file: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "include.xml")
    loaded = LoadedFiles(read)
    assert loaded.read(file) == b"content"
    with pytest.raises(FileNotFoundError):
        loaded.read(missing)
    assert loaded.files == (file, missing)
    assert loaded.digest == content_digest([file, missing])
    Path(missing).write_bytes(b"here now")
    assert loaded.digest != content_digest([file, missing])


def test_the_digest_is_that_of_what_was_given_out(file: str) -> None:
    loaded = LoadedFiles(read)
    loaded.read(file)
    as_read = content_digest([file])
    Path(file).write_bytes(b"changed since")
    assert loaded.digest == as_read


def test_a_file_that_changed_between_two_readings_has_to_be_read_again(file: str) -> None:
    loaded = LoadedFiles(read)
    loaded.read(file)
    Path(file).write_bytes(b"changed since")
    loaded.read(file)
    assert loaded.files == (file,)
    assert loaded.digest != content_digest([file])
