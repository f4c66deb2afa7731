"""Names against shell patterns, and walks that stay below their root whatever lies in their way."""

import os
import re
import socket
from pathlib import Path

import pytest
from file_setup import make
from hypothesis import given
from hypothesis import strategies as st

from ampsd.ports import FilePattern
from ampsd.server.matching_files import FilesError, Tree, name_test


def naive_match(pattern: str, name: str) -> bool:
    """The rules read aloud: no regular expression, no shortcut."""
    if pattern == "":
        return name == ""
    if pattern[0] == "*":
        return any(naive_match(pattern[1:], name[number:]) for number in range(len(name) + 1))
    end = pattern.find("]", 3 if pattern.startswith("[!") else 2) if pattern[0] == "[" else -1
    if end == -1:
        return name != "" and pattern[0] in ("?", name[0]) and naive_match(pattern[1:], name[1:])
    if name == "" or not naive_match(pattern[end + 1 :], name[1:]):
        return False
    inside = pattern[1:end]
    is_negated = inside.startswith("!")
    return naive_in(inside[1:] if is_negated else inside, name[0]) != is_negated


def naive_in(inside: str, one: str) -> bool:
    at = 0
    while at < len(inside):
        if at + 2 < len(inside) and inside[at + 1] == "-":
            if inside[at] <= one <= inside[at + 2]:
                return True
            at += 3
        else:
            if inside[at] == one:
                return True
            at += 1
    return False


LETTERS = st.sampled_from("ab.A\xff")
BRACKETS = st.builds("[{}{}]".format, st.sampled_from(["", "!"]), st.text("abA*?.!\xff", min_size=1, max_size=4))
RANGES = st.builds("[{}{}-{}]".format, st.sampled_from(["", "!"]), LETTERS, LETTERS)
PATTERNS = st.lists(st.one_of(LETTERS, st.sampled_from(["*", "?", "**", "[", "]", "!"]), BRACKETS, RANGES)).map("".join)


@given(PATTERNS, st.text("ab.A[]!*\xff", max_size=8))
def test_patterns_match_what_their_rules_say(pattern: str, name: str) -> None:
    expected = naive_match(pattern, name) and (pattern.startswith(".") or not name.startswith("."))
    assert name_test(pattern.encode("latin-1"))(name.encode("latin-1")) == expected


@pytest.mark.parametrize(
    ("pattern", "name", "is_match"),
    [
        (b"*", b"a.log", True),
        (b"*", b".hidden", False),
        (b".*", b".hidden", True),
        (b"?hidden", b".hidden", False),
        (b"[.]hidden", b".hidden", False),
        (b"*.log", b"a.LOG", False),
        (b"a[*]b", b"a*b", True),
        (b"a[*]b", b"axb", False),
        (b"[[]x]", b"[x]", True),
        (b"**", b"ab", True),
        (b"\\*", b"*", False),
        (b"*.log", b"a\nb.log", True),
        (b"*.log", b"a.log\n", False),
        (b"\xff*", b"\xff\xfe", True),
        (b"\xc3\xa9", b"\xc3\xa9", True),
        (b"(a|b)+$", b"a", False),
        (b"(a|b)+$", b"(a|b)+$", True),
        (b"*a" * 20 + b"b", b"a" * 200, False),
    ],
)
def test_patterns_are_the_shells(pattern: bytes, name: bytes, is_match: bool) -> None:
    assert name_test(pattern)(name) == is_match


def found(root: Path | bytes, *parts: bytes) -> list[str]:
    tree = Tree(FilePattern(os.fsencode(root), parts))
    try:
        return sorted(os.path.join(*match.directory, match.name) for match in tree.matches(lambda name: None))
    finally:
        tree.close()


def test_parts_are_directories_and_the_last_is_for_files(tmp_path: Path) -> None:
    make(tmp_path, "a.log", "x/a.log", "x/b.txt", "y/a.log", "y/z/a.log", ".hid/a.log")
    assert found(tmp_path, b"*.log") == ["a.log"]
    assert found(tmp_path, b"*", b"*.log") == ["x/a.log", "y/a.log"]
    assert found(tmp_path, b"**", b"*.log") == ["x/a.log", "y/a.log"]
    assert found(tmp_path, b"[x]", b"*") == ["x/a.log", "x/b.txt"]
    assert found(tmp_path, b".h*", b"*") == [".hid/a.log"]
    assert found(tmp_path, b"*", b"*", b"*") == ["y/z/a.log"]
    assert found(tmp_path, b"x") == []
    assert found(tmp_path, b"a.log", b"*") == []


@pytest.mark.parametrize("part", [b"", b".", b"..", b"a/b", b"/", b"../*", b"a\0b"])
def test_a_part_that_could_lead_elsewhere_is_refused(tmp_path: Path, part: bytes) -> None:
    with pytest.raises(FilesError, match="is no pattern for a name of a file or directory"):
        found(tmp_path, part, b"*")


def test_the_root_is_followed_and_links_below_it_are_not(tmp_path: Path) -> None:
    make(tmp_path, "real/a.log", "real/inside/b.log", "outside/secret.log")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real/to-directory").symlink_to(tmp_path / "outside")
    (tmp_path / "real/to-file.log").symlink_to(tmp_path / "outside/secret.log")
    assert found(tmp_path / "link", b"*.log") == ["a.log"]
    assert found(tmp_path / "link", b"*", b"*") == ["inside/b.log"]
    assert found(tmp_path / "real/to-directory", b"*") == ["secret.log"]


def test_a_relative_root_begins_at_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "log/a.log", "b.log")
    monkeypatch.chdir(tmp_path)
    assert found(b"log", b"*") == ["a.log"]
    assert found(b"", b"*") == ["b.log"]


def test_only_regular_files_count(tmp_path: Path) -> None:
    make(tmp_path, "file")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "directory").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket"))
        assert found(tmp_path, b"*") == ["file"]
    assert found(tmp_path, b"*", b"*") == []
    assert found(b"/dev", b"null") == []


def test_names_are_bytes(tmp_path: Path) -> None:
    name = b"\xff\n\xfe.log"
    (tmp_path / os.fsdecode(name)).write_text("x")
    assert found(tmp_path, b"*.log") == [os.fsdecode(name)]
    assert found(tmp_path, b"[\xff]*") == [os.fsdecode(name)]


def test_a_root_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    make(tmp_path, "file")
    with pytest.raises(FilesError, match=re.escape(f"{tmp_path}/file cannot be read: Not a directory")):
        found(tmp_path / "file", b"*")
    with pytest.raises(FilesError, match="it has a NUL"):
        found(b"/a\0b", b"*")


def test_a_directory_of_somebody_else_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "closed/a.log", "open/a.log")
    (tmp_path / "closed").chmod(0)
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        assert found(b".", b"*", b"*") == ["open/a.log"]
        with pytest.raises(FilesError, match="closed cannot be read: Permission denied"):
            found(b"closed", b"*")
    finally:
        os.seteuid(me)
        (tmp_path / "closed").chmod(0o755)


def test_a_walk_leaves_no_descriptor_also_when_it_is_broken_off(tmp_path: Path) -> None:
    make(tmp_path, *(f"{number}/a.log" for number in range(20)))
    before = len(os.listdir("/proc/self/fd"))
    assert len(found(tmp_path, b"*", b"*")) == 20
    tree = Tree(FilePattern(os.fsencode(tmp_path), [b"*", b"*"]))
    for match in tree.matches(lambda name: None):
        assert tree.enter(match) is not None
        break
    tree.close()
    assert len(os.listdir("/proc/self/fd")) == before
