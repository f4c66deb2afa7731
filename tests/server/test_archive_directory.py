"""Files of the archive on a real disk: whole, durable, written once; what the file system says is told apart."""

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsd.ports import ArchiveObject
from ampsd.server.archive_directory import ArchiveDirectory

Answer = tuple[list[str | None], str | None]


class Asked:
    """An archive that is asked and waited for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._answer: Answer = ([], None)
        self._answered = threading.Event()
        self._archive = ArchiveDirectory(str(directory), b"journal", self._completed)

    def _completed(self, refusals: object, failure: str | None) -> None:
        self._answer = (list(refusals), failure)  # type: ignore[call-overload]  # a sequence
        self._answered.set()

    def ask(self, *objects: ArchiveObject) -> Answer:
        self._answered.clear()
        self._archive.submit(objects)
        assert self._answered.wait(10)
        return self._answer

    def files(self) -> dict[str, bytes]:
        found = [one for one in self.directory.rglob("*") if one.is_file()]
        return {str(one.relative_to(self.directory)): one.read_bytes() for one in found}

    def close(self) -> None:
        self._archive.close()


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    archive = Asked(tmp_path / "copies")
    yield archive
    archive.close()


def test_a_body_is_kept_as_it_is_under_its_bookmark(asked: Asked) -> None:
    body = bytes(range(256))
    assert asked.ask(ArchiveObject(2**64 - 1, 1234, body), ArchiveObject(7, 1, b"x")) == ([None, None], None)
    expected = {"journal/18446744073709551615/1/1234": body, "journal/7/0/1": b"x"}
    assert asked.files() == expected
    modes = {one.stat().st_mode & 0o777 for one in asked.directory.rglob("*") if one.is_file()}
    assert not any(mode & 0o007 for mode in modes)


def test_the_same_again_changes_nothing_and_a_torn_one_is_replaced(asked: Asked) -> None:
    one = ArchiveObject(7, 1, b"body")
    asked.ask(one)
    file = asked.directory / "journal/7/0/1"
    before = file.stat().st_mtime_ns, file.stat().st_ino
    assert asked.ask(one) == ([None], None)
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before
    file.write_bytes(b"bo")
    file.with_name("1.part").write_bytes(b"left behind")
    assert asked.ask(one) == ([None], None)
    assert asked.files() == {"journal/7/0/1": b"body"}


def test_an_archive_that_cannot_be_made_fails_and_is_made_later(asked: Asked) -> None:
    asked.directory.write_text("in the way")
    refusals, failure = asked.ask(ArchiveObject(7, 1, b"x"), ArchiveObject(7, 2, b"y"))
    assert refusals == []
    assert failure is not None
    assert str(asked.directory) in failure
    asked.directory.unlink()
    assert asked.ask(ArchiveObject(7, 1, b"x")) == ([None], None)


@pytest.mark.parametrize(("number", "is_refused"), [(errno.EFBIG, True), (errno.ENOSPC, False), (errno.EIO, False)])
def test_what_will_never_be_taken_does_not_block_the_next(
    number: int, is_refused: bool, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync
    is_first = iter((True,))

    def fsync(descriptor: int) -> None:
        if os.path.isfile(f"/proc/self/fd/{descriptor}") and next(is_first, False):
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    refusals, failure = asked.ask(ArchiveObject(7, 1, b"x"), ArchiveObject(7, 2, b"y"))
    reason = f"[Errno {number}] {os.strerror(number)}"
    assert (refusals, failure) == (([reason, None], None) if is_refused else ([], reason))
    assert set(asked.files()) - {"journal/7/0/1.part"} == ({"journal/7/0/2"} if is_refused else set())
