"""The watch over a configuration's files: one call for each save, however it is done, and none for anything else."""

import errno
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from ampsd import errors, limits
from ampsd.server import watch as watch_module
from ampsd.server.content_digest import Content, content_digest, content_of
from ampsd.server.directory_watches import DirectoryWatches
from ampsd.server.watch import ConfigWatch

HOUR_NS = 3600 * 1_000_000_000
SOON_NS = 50_000_000
SECONDS = 20
"""After which something that should have happened has not."""

Save = Callable[[Path], object]


class Watched:
    """A watch, with what was in its files at each call, and how often it has looked at them."""

    def __init__(self, files: Iterable[Path | str], check_ns: int = HOUR_NS) -> None:
        self.calls: list[tuple[bytes | None, ...]] = []
        self.looks = 0
        self.reports: list[str] = []
        self.after_look: Callable[[int], object] = lambda number: None
        self.when_called: Callable[[], object] = lambda: None
        self._happened = threading.Condition()
        self.watch = ConfigWatch(self._changed, self._report, check_ns)
        self.names = [str(file) for file in files]

    def begin(self, digest: str | None = None) -> None:
        """Watch the files, and wait until they have been looked at once."""
        looks = self.looks
        self.watch.watch(self.names, content_digest(self.names) if digest is None else digest)
        self.wait_for(lambda: self.looks > looks)

    def looked(self, files: tuple[str, ...]) -> None:
        """Called in the thread of the watch, before it judges what it saw."""
        if list(files) == self.names:
            self.after_look(self.looks + 1)
            with self._happened:
                self.looks += 1
                self._happened.notify_all()

    def wait_for(self, condition: Callable[[], object]) -> None:
        with self._happened:
            assert self._happened.wait_for(condition, SECONDS), (self.calls, self.looks, self.reports)

    def wait_for_call_with(self, *contents: bytes | None) -> None:
        self.wait_for(lambda: self.calls and self.calls[-1] == contents)

    def _changed(self) -> None:
        self.when_called()
        with self._happened:
            self.calls.append(tuple(bytes_of(Path(name)) for name in self.names))
            self._happened.notify_all()

    def _report(self, code: str, **values: object) -> None:
        with self._happened:
            self.reports.append(f"{code} {errors.describe(code).text.format(**values)}")
            self._happened.notify_all()


def bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


Start = Callable[..., Watched]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Begins watches, and ends them."""
    begun: list[Watched] = []

    def look(files: tuple[str, ...]) -> Content:
        content = content_of(files)
        for watched in list(begun):
            watched.looked(files)
        return content

    def begin(*files: Path | str, check_ns: int = HOUR_NS, digest: str | None = None) -> Watched:
        watched = Watched(files, check_ns)
        begun.append(watched)
        watched.begin(digest)
        return watched

    monkeypatch.setattr(watch_module, "content_of", look)
    before = set(threading.enumerate())
    yield begin
    for watched in begun:
        watched.watch.close()
    assert set(threading.enumerate()) <= before


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "site" / "config.xml"
    path.parent.mkdir()
    path.write_bytes(b"old")
    return path


def write(path: Path, data: bytes) -> None:
    """At one stroke."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.rename(path)


def write_in_pieces(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for piece in (b"n", b"e", b"w"):
            file.write(piece)


def write_as_vim_does(path: Path) -> None:
    """With backupcopy=no."""
    probe = path.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = path.with_name(path.name + "~")
    swap = path.with_name(f".{path.name}.swp")
    swap.write_bytes(b"swap")
    path.rename(backup)
    path.write_bytes(b"new")
    path.chmod(0o644)
    backup.unlink()
    swap.unlink()


def exchange_over_another_directory(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "next").write_bytes(b"new")
    path.rename(elsewhere / "last")
    (elsewhere / "next").rename(path)


def replace_the_directory(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    path.write_bytes(b"new")


def write_in_place(path: Path) -> None:
    with path.open("r+b", buffering=0) as file:
        file.write(b"new")


def delete_and_create(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"new")


def run(*words: str) -> Save:
    return lambda path: subprocess.run([*words, str(path)], check=True, timeout=SECONDS)


SAVES: dict[str, Save] = {
    "rename over": lambda path: write(path, b"new"),
    "truncate and write": lambda path: path.write_bytes(b"new"),
    "in pieces": write_in_pieces,
    "in place": write_in_place,
    "delete and create": delete_and_create,
    "sed -i": run("sed", "-i", "s/old/new/"),
    "shell": run("sh", "-c", 'printf new > "$0"'),
    "vim": write_as_vim_does,
    "other directory": exchange_over_another_directory,
    "directory replaced": replace_the_directory,
}


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES.keys())
def test_each_way_to_save_is_one_change(config: Path, start: Start, save: Save) -> None:
    watched = start(config)
    save(config)
    watched.wait_for_call_with(b"new")
    write(config, b"marker")
    watched.wait_for_call_with(b"marker")
    assert watched.calls == [(b"new",), (b"marker",)]


NOTHINGS: dict[str, Save] = {
    "touch": run("touch"),
    "chmod": lambda path: path.chmod(0o600),
    "saved again": lambda path: path.write_bytes(b"old"),
    "saved again by renaming": lambda path: write(path, b"old"),
    "written and taken back": lambda path: (path.write_bytes(b"new"), write(path, b"old")),
    "removed and restored": lambda path: (path.unlink(), path.write_bytes(b"old")),
    "link to the same": lambda path: (write(path.with_name("same"), b"old"), path.unlink(), path.symlink_to("same")),
}


@pytest.mark.parametrize("save", NOTHINGS.values(), ids=NOTHINGS.keys())
def test_what_leaves_the_content_as_it_was_is_no_change(config: Path, start: Start, save: Save) -> None:
    watched = start(config, check_ns=SOON_NS)  # some of it is no event either
    save(config)
    looks = watched.looks
    watched.wait_for(lambda: watched.looks > looks + 2)
    write(config, b"marker")
    watched.wait_for_call_with(b"marker")
    assert watched.calls == [(b"marker",)]


def test_other_files_in_the_directory_are_not_even_looked_at(config: Path, start: Start) -> None:
    other = config.with_name("other.log")
    watched, of_other = start(config), start(other)
    for line in (b"1", b"2", b"3"):  # when this is noticed, the one before would have been noticed by both
        other.write_bytes(line)
        config.with_name("config.xml~").write_bytes(line)
        config.with_name(".config.xml.swp").write_bytes(line)
        of_other.wait_for_call_with(line)
    assert watched.looks == 1
    write(config, b"marker")
    watched.wait_for_call_with(b"marker")
    assert watched.calls == [(b"marker",)]


def test_an_included_file_belongs_to_the_configuration(config: Path, tmp_path: Path, start: Start) -> None:
    included = tmp_path / "shared" / "types.xml"
    included.parent.mkdir()
    included.write_bytes(b"types")
    watched = start(config, included)
    included.write_bytes(b"other types")
    watched.wait_for_call_with(b"old", b"other types")
    write(config, b"marker")
    watched.wait_for_call_with(b"marker", b"other types")
    assert len(watched.calls) == 2


def test_several_files_saved_together_are_one_change(config: Path, start: Start) -> None:
    included = config.with_name("included.xml")
    watched = start(config, included)
    config.write_bytes(b"new")
    included.write_bytes(b"new too")
    watched.wait_for_call_with(b"new", b"new too")
    assert len(watched.calls) == 1


def test_writing_without_a_pause_puts_it_off_only_so_far(config: Path, start: Start) -> None:
    watched = start(config)
    deadline = time.monotonic() + SECONDS
    number = 0
    while len(watched.calls) < 2:
        number += 1
        write(config, b"%d" % number)
        assert time.monotonic() < deadline
    write(config, b"marker")
    watched.wait_for_call_with(b"marker")
    assert len(watched.calls) < 10, "each of them may be one save at most"


def test_a_file_that_is_empty_for_a_moment_is_not_believed(config: Path, start: Start) -> None:
    watched = start(config)
    watched.after_look = lambda number: config.write_bytes(b"new") if number == 2 else None
    config.write_bytes(b"")
    watched.wait_for_call_with(b"new")
    assert watched.calls == [(b"new",)]
    assert watched.looks >= 3


def test_a_file_that_is_missing_for_a_moment_is_not_believed(config: Path, start: Start) -> None:
    watched = start(config)
    watched.after_look = lambda number: write(config, b"new") if number == 2 else None
    config.unlink()
    watched.wait_for_call_with(b"new")
    assert watched.calls == [(b"new",)]


def test_a_file_that_stays_away_is_a_change_and_so_is_its_return(config: Path, start: Start) -> None:
    watched = start(config)
    config.unlink()
    watched.wait_for_call_with(None)
    config.write_bytes(b"old")
    watched.wait_for_call_with(b"old")
    assert watched.calls == [(None,), (b"old",)]


class ConfigMap:
    """A directory as Kubernetes mounts one: an update is the renaming of one link."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.config = directory / "config.xml"
        directory.mkdir()
        self.update("..2026_01", b"old")
        self.config.symlink_to("..data/config.xml")

    def update(self, name: str, data: bytes) -> None:
        (self.directory / name).mkdir()
        (self.directory / name / "config.xml").write_bytes(data)
        link = self.directory / "..data_tmp"
        link.symlink_to(name)
        link.rename(self.directory / "..data")


def test_a_config_map_is_followed_from_update_to_update(tmp_path: Path, start: Start) -> None:
    mounted = ConfigMap(tmp_path / "mounted")
    watched = start(mounted.config)
    mounted.update("..2026_02", b"second")
    shutil.rmtree(mounted.directory / "..2026_01")
    watched.wait_for_call_with(b"second")
    mounted.update("..2026_03", b"third")
    shutil.rmtree(mounted.directory / "..2026_02")
    watched.wait_for_call_with(b"third")
    (mounted.directory / "..2026_03" / "config.xml").write_bytes(b"in place")
    watched.wait_for_call_with(b"in place")
    mounted.update("..2026_04", b"in place")
    watched.wait_for(lambda: watched.looks > 4)
    mounted.update("..2026_05", b"marker")
    watched.wait_for_call_with(b"marker")
    assert watched.calls == [(b"second",), (b"third",), (b"in place",), (b"marker",)]


def test_where_nothing_was_watched_until_now_it_is_looked_at_twice(tmp_path: Path, start: Start) -> None:
    mounted = ConfigMap(tmp_path / "mounted")
    watched = start(mounted.config)
    looks: list[int] = []
    watched.when_called = lambda: looks.append(watched.looks)
    mounted.update("..2026_02", b"second")
    watched.wait_for_call_with(b"second")
    assert looks[0] >= 3


def test_every_link_on_the_way_is_watched_and_where_they_lead(tmp_path: Path, start: Start) -> None:
    for name in ("links", "releases/1", "releases/2", "files"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "files" / "1.xml").write_bytes(b"one")
    (tmp_path / "releases" / "1" / "config.xml").symlink_to("../../files/1.xml")
    (tmp_path / "releases" / "2" / "config.xml").write_bytes(b"two")
    (tmp_path / "releases" / "current").symlink_to("1")
    link = tmp_path / "links" / "config.xml"
    link.symlink_to(tmp_path / "releases" / "current" / "config.xml")
    watched = start(link)
    (tmp_path / "files" / "1.xml").write_bytes(b"one, edited")
    watched.wait_for_call_with(b"one, edited")
    (tmp_path / "releases" / "current").unlink()
    (tmp_path / "releases" / "current").symlink_to("2")
    watched.wait_for_call_with(b"two")
    (tmp_path / "releases" / "2" / "config.xml").write_bytes(b"two, edited")
    watched.wait_for_call_with(b"two, edited")
    write(link, b"no link any more")
    watched.wait_for_call_with(b"no link any more")
    assert len(watched.calls) == 4


def test_relative_paths_are_sought_in_the_working_directory(
    config: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.parent)
    watched = start("config.xml", "../included.xml")
    config.write_bytes(b"new")
    watched.wait_for_call_with(b"new", None)
    config.parent.with_name("included.xml").write_bytes(b"included")
    watched.wait_for_call_with(b"new", b"included")


def test_a_directory_may_go_and_come_back(tmp_path: Path, start: Start) -> None:
    config = tmp_path / "a" / "b" / "config.xml"
    watched = start(config)  # not there yet
    for content in (b"first", b"second"):
        config.parent.mkdir(parents=True)
        config.write_bytes(content)
        watched.wait_for_call_with(content)
        config.write_bytes(content + b", edited")
        watched.wait_for_call_with(content + b", edited")
        shutil.rmtree(tmp_path / "a")
        watched.wait_for_call_with(None)
    assert len(watched.calls) == 6


def test_an_empty_directory_may_go_and_come_back(config: Path, start: Start) -> None:
    config.unlink()
    watched = start(config)
    config.parent.rmdir()
    watched.wait_for(lambda: watched.looks >= 2)
    config.parent.mkdir()
    config.write_bytes(b"new")
    watched.wait_for_call_with(b"new")
    assert len(watched.calls) == 1


def exchange_directories(config: Path) -> None:
    """Nothing happens in a directory that is watched."""
    following = config.parent.with_name("next")
    following.mkdir()
    (following / "config.xml").write_bytes(b"new")
    config.parent.rename(config.parent.with_name("last"))
    following.rename(config.parent)


def test_after_each_look_the_directory_is_watched_that_is_there(config: Path, start: Start) -> None:
    watched = start(config)
    exchange_directories(config)
    watched.begin()
    config.write_bytes(b"edited")
    watched.wait_for_call_with(b"edited")
    assert len(watched.calls) == 1


def test_a_directory_in_the_place_of_another_is_found_without_an_event(config: Path, start: Start) -> None:
    watched = start(config, check_ns=SOON_NS)
    exchange_directories(config)
    watched.wait_for_call_with(b"new")
    assert watched.calls[0] in [(b"new",), (None,)]


def test_what_no_event_tells_of_is_found(config: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DirectoryWatches, "update", lambda watches, names: False)
    watched = start(config, check_ns=SOON_NS)
    config.write_bytes(b"new")
    watched.wait_for_call_with(b"new")
    write(config, b"marker")
    watched.wait_for_call_with(b"marker")
    assert watched.calls == [(b"new",), (b"marker",)]


def test_a_file_that_is_written_and_not_closed_is_found(config: Path, start: Start) -> None:
    watched = start(config, check_ns=SOON_NS)
    with config.open("wb", buffering=0) as file:
        file.write(b"new")
        watched.wait_for_call_with(b"new")
    write(config, b"marker")
    watched.wait_for_call_with(b"marker")
    assert watched.calls == [(b"new",), (b"marker",)]


def test_neither_lines_of_a_log_nor_our_own_reading_are_events(tmp_path: Path) -> None:
    modified, opened, closed_after_reading = 0x2, 0x20, 0x10
    watches = DirectoryWatches(lambda: None)
    try:
        watches.update({str(tmp_path): {"x"}})
        described = b"".join(bytes_of(one) or b"" for one in Path("/proc/self/fdinfo").iterdir())
        masks = [int(mask, 16) for mask in re.findall(rb"^inotify .* mask:([0-9a-f]+)", described, re.MULTILINE)]
        assert masks
        assert not any(mask & (modified | opened | closed_after_reading) for mask in masks)
    finally:
        watches.close()


def test_a_change_between_loading_and_watching_is_noticed(config: Path, start: Start) -> None:
    loaded = content_digest([str(config)])
    write(config, b"new")
    watched = start(config, digest=loaded)
    watched.wait_for_call_with(b"new")
    write(config, b"marker")
    watched.wait_for_call_with(b"marker")
    assert watched.calls == [(b"new",), (b"marker",)]


def test_other_files_can_be_watched_instead(config: Path, tmp_path: Path, start: Start) -> None:
    before, after = config.with_name("before.xml"), tmp_path / "after.xml"
    watched = start(config, before)
    watched.names = [str(config), str(after)]
    watched.begin()
    after.write_bytes(b"after")
    watched.wait_for_call_with(b"old", b"after")
    before.write_bytes(b"not of interest")
    config.write_bytes(b"new")
    watched.wait_for_call_with(b"new", b"after")
    assert len(watched.calls) == 2


def test_a_directory_that_is_still_wanted_is_watched_without_a_gap(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    heard = threading.Event()
    watches = DirectoryWatches(heard.set)
    try:
        assert watches.update({str(tmp_path): {"x"}})
        assert not watches.update({str(tmp_path): {"x", "y"}})
        (tmp_path / "y").touch()
        assert heard.wait(SECONDS)
        assert watches.update({str(tmp_path): {"y"}, str(tmp_path / "a"): {"x"}})
        assert not watches.update({str(tmp_path): {"y"}})
        assert watches.update({str(tmp_path / "gone"): {"x"}}), "the names have to be worked out again"
        assert watches.update({str(tmp_path): {"z"}})
    finally:
        watches.close()


def exhausted(*arguments: Any, **options: Any) -> NoReturn:
    raise OSError(errno.ENOSPC, "inotify watch limit reached")


def without_threads(*arguments: Any, **options: Any) -> NoReturn:
    raise RuntimeError("can't start new thread")


@pytest.mark.parametrize(
    ("place", "name", "fails", "reason"),
    [
        (Observer, "__init__", exhausted, "inotify watch limit reached"),
        (BaseObserver, "start", exhausted, "inotify watch limit reached"),
        (BaseObserver, "schedule", exhausted, "inotify watch limit reached"),
        (BaseObserver, "start", without_threads, "can't start new thread"),
        (BaseObserver, "is_alive", lambda observer: False, "the thread that watches directories has ended"),
    ],
    ids=["instances", "watches", "later watches", "threads", "dead"],
)
def test_it_is_reported_once_that_there_are_no_events(
    config: Path, start: Start, monkeypatch: pytest.MonkeyPatch, place: type, name: str, fails: Any, reason: str
) -> None:
    before = set(threading.enumerate())
    with monkeypatch.context() as patch:
        patch.setattr(place, name, fails)
        watched = start(config)
        assert {one.name for one in set(threading.enumerate()) - before} == {"config-watch"}
        watched.begin()
    assert watched.reports == [
        "01-0004 the files of the configuration are looked at every 1 s, because the system does not tell of changes: "
        f"{reason}."
    ]


def test_without_events_the_files_are_looked_at_by_the_clock(
    config: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CONFIG_POLL_NS", 4 * SOON_NS)
    monkeypatch.setattr(BaseObserver, "start", exhausted)
    watched = start(config)
    config.write_bytes(b"new")
    watched.wait_for_call_with(b"new")
    write(config, b"marker")
    watched.wait_for_call_with(b"marker")
    assert watched.calls == [(b"new",), (b"marker",)]
    assert len(watched.reports) == 1


def test_closing_leaves_no_threads_and_no_descriptors(config: Path, start: Start) -> None:
    start(config).watch.close()  # whatever is only loaded once is loaded now
    threads, descriptors = set(threading.enumerate()), os.listdir("/proc/self/fd")
    watched = start(config, config.parent.parent / "other" / "types.xml")
    assert set(threading.enumerate()) > threads
    assert len(os.listdir("/proc/self/fd")) > len(descriptors)
    watched.watch.close()
    assert set(threading.enumerate()) == threads
    assert os.listdir("/proc/self/fd") == descriptors
    watched.watch.close()
    watched.watch.watch([str(config)], "")
    assert set(threading.enumerate()) == threads
    assert watched.calls == []


def test_closing_takes_less_than_a_second_whatever_is_going_on(config: Path, start: Start) -> None:
    watched = start(config)
    config.rename(config.parent.parent / "away")  # the library waits for the other end of this
    begin = time.monotonic()
    watched.watch.close()
    assert time.monotonic() - begin < 1
    assert watched.calls == []


def test_it_may_be_closed_by_whom_it_calls(config: Path, start: Start) -> None:
    watched = start(config)
    watched.when_called = watched.watch.close
    config.write_bytes(b"new")
    watched.wait_for_call_with(b"new")
    watched.watch.close()
    assert watched.calls == [(b"new",)]


def test_what_is_seen_while_it_is_closed_is_not_told(config: Path, start: Start) -> None:
    watched = start(config)
    watched.after_look = lambda number: watched.watch.close()
    config.write_bytes(b"new")
    watched.wait_for(lambda: watched.looks == 2)
    watched.watch.close()
    assert watched.calls == []


def test_a_watch_that_watches_nothing_can_be_closed() -> None:
    watch = ConfigWatch(lambda: None, lambda code, **values: None)
    watch.close()
    watch.close()
