"""The journals of every format version there was are opened by this one; see golden_directory.py and FORMAT.md."""

import gzip
from pathlib import Path

import pytest
from golden_directory import DIRECTORY, ENDS, GOLDEN, JOURNAL_ID, NAME, SEGMENT_SIZE, folded, from_text, texts, to_text

from ampsd.ports import Create, Fdatasync, FsyncDir, Pwrite
from ampsd.simulator.disk import SimDisk
from ampsd.storage import segment
from ampsd.storage.recovery import recover

DIRECTORIES = sorted(GOLDEN.glob("v*/*"))


def named(directory: Path) -> str:
    return str(directory.relative_to(GOLDEN))


def loaded(directory: Path) -> SimDisk:
    disk = SimDisk()
    for file in sorted(directory.glob("*.hex")):
        path = f"{DIRECTORY}/{file.stem}"
        data = from_text(file.read_text())
        disk.perform([Create(path, len(data)), Pwrite(path, 0, data), Fdatasync(path), FsyncDir(DIRECTORY)])
    return disk


@pytest.mark.parametrize("directory", DIRECTORIES, ids=named)
def test_a_golden_directory_is_opened_and_holds_what_it_held(directory: Path) -> None:
    disk = loaded(directory)
    expected = (directory / "records.txt").read_text().splitlines()
    assert len(expected) >= 10
    assert folded(disk) == expected
    assert folded(disk) == expected, "a second start finds something else"


@pytest.mark.parametrize("directory", sorted(GOLDEN.glob("v*/killed")), ids=named)
def test_the_torn_tail_of_a_golden_directory_is_cut(directory: Path) -> None:
    found = recover(loaded(directory), DIRECTORY, NAME, SEGMENT_SIZE, JOURNAL_ID, lambda *one: None)
    assert found.cut_bytes > 0
    assert found.cut_path.endswith(".journal")


def plain(files: dict[str, str]) -> dict[str, bytes]:
    """The same with compressed files as they were before: each zlib has its own way to deflate."""
    return {
        name: gzip.decompress(from_text(text)) if name.endswith(".gz.hex") else text.encode()
        for name, text in files.items()
    }


@pytest.mark.parametrize("end", ENDS)
def test_what_is_written_today_is_what_its_version_says(end: str) -> None:
    """A change of the bytes needs a new version: follow the recipe in ampsd/storage/FORMAT.md."""
    directory = GOLDEN / f"v{segment.VERSION}" / end
    kept = {file.name: file.read_text() for file in directory.iterdir()}
    assert plain(texts(ENDS[end]())) == plain(kept)


def test_every_version_has_its_golden_directory() -> None:
    assert {named(one) for one in DIRECTORIES} >= {
        f"v{version}/{end}" for version in range(1, segment.VERSION + 1) for end in ENDS
    }


def test_a_file_comes_back_from_its_text() -> None:
    for data in (b"", b"\0" * 100, b"x", bytes(range(256)) + bytes(64) + b"end"):
        assert from_text(to_text(data)) == data
