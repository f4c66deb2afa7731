"""Files for slow clients: in a directory that nobody else can enter, gone with the process."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from ampsd.ports import Create, Pread, Pwrite, Unlink, Verb
from ampsd.server.offline_disk import OfflineDisk


def test_what_is_written_is_read_and_removed(tmp_path: Path) -> None:
    done: list[tuple[int, OSError | None]] = []
    is_done = threading.Event()

    def completed(ticket: int, error: OSError | None) -> None:
        done.append((ticket, error))
        if ticket == 3:
            is_done.set()

    disk = OfflineDisk(completed)
    directory = disk.directory(str(tmp_path / "deep" / "er"))
    assert disk.directory(str(tmp_path / "deep" / "er")) == directory
    assert os.stat(directory).st_mode & 0o777 == 0o700
    path = f"{directory}/1.offline"
    read = Pread(path, 2, 3)
    steps: list[list[Verb]] = [[Create(path, 0)], [Pwrite(path, 0, b"abcdef")], [read, Unlink(path)]]
    for ticket, verbs in enumerate(steps, 1):
        disk.submit(ticket, verbs)
    assert is_done.wait(20)
    assert done == [(1, None), (2, None), (3, None)]
    assert read.data == b"cde"
    assert os.listdir(directory) == []
    disk.submit(4, [Create(path, 0)])
    disk.close()
    assert not os.path.exists(directory)


def test_errors_come_with_their_ticket(tmp_path: Path) -> None:
    found: list[OSError | None] = []
    is_done = threading.Event()

    def completed(ticket: int, error: OSError | None) -> None:
        found.append(error)
        is_done.set()

    disk = OfflineDisk(completed)
    disk.submit(1, [Pread(f"{disk.directory(str(tmp_path))}/none", 0, 1)])
    assert is_done.wait(20)
    assert isinstance(found[0], FileNotFoundError)
    disk.close()


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_has_is_not(tmp_path: Path) -> None:
    script = (
        "import os, sys; from ampsd.server.offline_disk import OfflineDisk;"
        "d = OfflineDisk(lambda *one: None).directory(sys.argv[1]); open(d + '/x', 'w').close(); print(d, flush=True);"
        "sys.stdin.read(); os._exit(9)"
    )
    run = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as living:
        assert living.stdout is not None
        theirs = living.stdout.readline().strip()
        foreign = tmp_path / "ampsd-offline-file"
        foreign.write_text("not a directory")
        disk = OfflineDisk(lambda *one: None)
        disk.directory(str(tmp_path))
        assert os.listdir(theirs) == ["x"]
        living.communicate("")
    again = OfflineDisk(lambda *one: None)
    again.directory(str(tmp_path))
    assert not os.path.exists(theirs)
    assert foreign.exists()
    disk.close()
    again.close()
    assert [one.name for one in tmp_path.iterdir()] == ["ampsd-offline-file"]
