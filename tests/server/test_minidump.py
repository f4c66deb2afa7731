"""Minidumps: a whole zip file with what helps, and nothing that is nobody's business."""

import json
import os
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from ampsd import limits
from ampsd.ports import WriteMinidump
from ampsd.server import minidump
from ampsd.server.minidump import MinidumpError, Minidumps, MinidumpSettings, masked, write_minidump

NOW_NS = 1_763_000_000_000_000_000


def settings(directory: Path | str, instance: str = "Test", mode: int = 0o640) -> MinidumpSettings:
    return MinidumpSettings(instance, str(directory), mode, time.monotonic_ns() - 90_000_000_000)


def test_a_minidump_has_the_sections_and_what_only_the_process_knows(tmp_path: Path) -> None:
    path = write_minidump(settings(tmp_path / "made/here"), {"queues.json": b"{}", "config.sha256": b"1"}, 7, NOW_NS)
    moment = time.strftime("%Y%m%dT%H%M%S", time.localtime(NOW_NS // 10**9))
    assert path == f"{tmp_path}/made/here/Test.{moment}.{os.getpid()}.7.minidump.zip"
    assert os.listdir(tmp_path / "made/here") == [os.path.basename(path)]
    assert os.stat(path).st_mode & 0o777 == 0o640
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    ours = {"stacks.txt", "process.json", "threads.json", "gc.json"}
    assert set(found) == {*ours, "queues.json", "config.sha256"}
    assert found["queues.json"] == b"{}"
    assert b"write_minidump" in found["stacks.txt"]
    process = json.loads(found["process.json"])
    assert process["pid"] == os.getpid()
    assert process["uptime_seconds"] == 90
    assert process["memory"]["VmRSS"].endswith("kB")
    assert process["open_descriptors"] > 2
    assert "MainThread" in [one["name"] for one in json.loads(found["threads.json"])]
    assert len(json.loads(found["gc.json"])["generations"]) == 3


def test_no_secret_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = "canary-in-a-variable"  # a local variable, as the stacks have many
    monkeypatch.setenv("AMPSD_TEST_TOKEN", "canary-in-the-environment")
    monkeypatch.setattr(
        sys, "orig_argv", ["python", "ampsd", "run", "-DA=canary-1", "-D", "B=canary-2=canary-3", "c.xml"]
    )
    with zipfile.ZipFile(write_minidump(settings(tmp_path), {}, 1, NOW_NS)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        command_line = json.loads(archive.read("process.json"))["command_line"]
    assert b"canary" not in everything, password
    assert command_line == ["python", "ampsd", "run", "-DA=...", "-D", "B=...", "c.xml"]


def test_only_the_values_of_definitions_are_masked() -> None:
    assert masked(["-d", "--dev", "-DX", "-D", "-D"]) == ["-d", "--dev", "-DX=...", "-D", "-D=..."]


@pytest.mark.parametrize(("instance", "name"), [("../../etc/x", "______etc_x"), (".x y", "_x_y"), ("A-1_b", "A-1_b")])
def test_the_name_of_the_instance_stays_a_name(tmp_path: Path, instance: str, name: str) -> None:
    path = write_minidump(settings(tmp_path, instance), {}, 1, NOW_NS)
    assert os.path.dirname(path) == str(tmp_path)
    assert os.path.basename(path).split(".")[0] == name


def test_a_clock_that_begins_in_1970_is_no_hindrance(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_minidump(settings(tmp_path), {}, 1, 0)) as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
        assert archive.infolist()[0].compress_type == zipfile.ZIP_DEFLATED


def test_permissions_are_the_masks_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        path = write_minidump(settings(tmp_path, mode=0o644), {}, 1, NOW_NS)
    finally:
        os.umask(before)
    assert os.stat(path).st_mode & 0o777 == 0o644


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    path = write_minidump(settings(tmp_path / "one"), {}, 1, NOW_NS)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / f"{os.path.basename(path)}.new").symlink_to(tmp_path / "victim")
    with pytest.raises(FileExistsError):
        write_minidump(settings(tmp_path / "two"), {}, 1, NOW_NS)
    assert not (tmp_path / "victim").exists()


def test_disabled_writes_none() -> None:
    with pytest.raises(MinidumpError, match="MiniDumpDirectory is disabled"):
        write_minidump(settings("disabled"), {}, 1, NOW_NS)


def test_a_disk_that_is_nearly_full_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = limits.MINIDUMP_FREE_MIN // 4096 - 1
    figures = os.statvfs_result((4096, 4096, 10**6, 10**6, blocks, 0, 0, 0, 0, 255))
    monkeypatch.setattr(minidump.os, "statvfs", lambda path: figures)
    with pytest.raises(MinidumpError, match="67104768 bytes left, and 67108864 must stay free"):
        write_minidump(settings(tmp_path), {}, 1, NOW_NS)
    assert os.listdir(tmp_path) == []


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_minidump(settings(tmp_path), {}, 1, NOW_NS)
    assert os.listdir(tmp_path) == []


def test_in_a_thread_each_has_a_number_and_a_failure_is_a_sentence(tmp_path: Path) -> None:
    answers: dict[int, tuple[bytes, str | None]] = {}
    arrived = threading.Semaphore(0)

    def completed(ticket: int, value: bytes, failure: str | None) -> None:
        answers[ticket] = (value, failure)
        arrived.release()

    (tmp_path / "file").write_text("")
    good = Minidumps(completed, settings(tmp_path), lambda: NOW_NS)
    bad = Minidumps(completed, settings(tmp_path / "file"), lambda: NOW_NS)
    good.submit(1, WriteMinidump({"a": b""}))
    good.submit(2, WriteMinidump({}))
    bad.submit(3, WriteMinidump({}))
    for _ in range(3):
        assert arrived.acquire(timeout=20)
    assert [answers[ticket][0].split(b".")[-3] for ticket in (1, 2)] == [b"1", b"2"]
    assert all(os.path.exists(answers[ticket][0]) for ticket in (1, 2))
    assert answers[3][0] == b""
    assert str(answers[3][1]).startswith(f"no minidump was written: {tmp_path}/file")
    for one in (good, bad):
        one.end()
        one.join(5)
    good.submit(4, WriteMinidump({}))
    assert answers[4] == (b"", "no minidump was written: the instance stops")
