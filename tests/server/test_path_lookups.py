"""The way of a path through directories and links, as far as it goes."""

import os
from pathlib import Path

import pytest

from ampsd.server.path_lookups import lookups


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A few directories, files and links, without links above them."""
    root = tmp_path.resolve()
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "file").touch()
    (root / "a" / "b" / "file").touch()
    (root / "absolute").symlink_to(root / "a" / "file")
    (root / "relative").symlink_to("a/./b/../file")
    (root / "directory").symlink_to("a/b")
    (root / "chain").symlink_to("directory/up")
    (root / "a" / "b" / "up").symlink_to("../../absolute")
    (root / "dangling").symlink_to("a/nothing/file")
    (root / "loop").symlink_to("loop")
    return root


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/file", ["a file"]),
        ("a//b/./file", ["a/b file"]),
        ("a/b/../file", ["a file"]),
        ("absolute", [". absolute", "a file"]),
        ("relative", [". relative", "a file"]),
        ("directory/file", [". directory", "a/b file"]),
        ("directory/../file", [". directory", "a file"]),
        ("chain", [". chain", ". directory", "a/b up", ". absolute", "a file"]),
        ("dangling", [". dangling", "a nothing"]),
        ("a/b/c/d/file", ["a/b c"]),
        ("a/file/below/it", ["a file"]),
        ("none", [". none"]),
    ],
)
def test_links_and_the_last_name_decide(
    root: Path, path: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [one.split() for one in expected]
    wanted = [(os.path.normpath(root / directory), name) for directory, name in pairs]
    assert lookups(str(root / path)) == wanted
    monkeypatch.chdir(root)
    assert lookups(path) == wanted


def test_a_loop_of_links_ends(root: Path) -> None:
    assert set(lookups(str(root / "loop"))) == {(str(root), "loop")}


def test_a_way_up_ends_at_the_top() -> None:
    assert lookups("/../../no such file") == [("/", "no such file")]


def test_without_a_working_directory_there_is_no_way(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = root / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert lookups("file") == []
    assert lookups(str(root / "a" / "file")) == [(str(root / "a"), "file")]
