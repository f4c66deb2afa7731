"""Old journal files looked after by a thread: on real files, with an instance that goes on meanwhile."""

import gzip
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ampsd.config.model import Model, load
from ampsd.engine.message_events import KeptNowhere
from ampsd.instance import Instance
from ampsd.ports import Create, Doors, Pwrite, Verb
from ampsd.reactor import Connected, DiskCompleted, Input, Reactor, UpkeepCompleted
from ampsd.server.disk import RealDisk
from ampsd.server.journal_worker import JournalWorker
from ampsd.server.lock_file import locks_of
from ampsd.simulator.clock import SimClock
from ampsd.simulator.disk import SimDisk
from ampsd.simulator.errands import SimErrands
from ampsd.simulator.network import SimNet
from ampsd.storage.journal import Journal
from ampsd.storage.recovery import recover
from ampsd.wire import amps

CONFIG = """<AMPSConfig xmlns:ampsd="urn:ampsd:config:1"><Name>Real</Name><Transports><Transport><Name>t</Name>
<Type>tcp</Type><InetAddr>9007</InetAddr><Protocol>amps</Protocol></Transport></Transports>
<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>
<TransactionLog><JournalDirectory>{0}/journal</JournalDirectory>
<JournalArchiveDirectory>{0}/{1}</JournalArchiveDirectory><Topic><Name>.*</Name><MessageType>json</MessageType></Topic>
</TransactionLog></AMPSConfig>"""
SEGMENT_SIZE = 300_000


class Running:
    """An instance on real files, turn by turn."""

    def __init__(self, directory: Path, journal_id: bytes = b"an id", old: str = "old") -> None:
        self.directory = directory
        self.has_ended = False
        self.inputs: queue.SimpleQueue[Input] = queue.SimpleQueue()
        self.disk = RealDisk(lambda ticket, error: self.inputs.put(DiskCompleted(ticket, error)))
        self.worker = JournalWorker(lambda ticket, error: self.inputs.put(UpkeepCompleted(ticket, error)))
        self.journal = Journal(self.disk)
        self.codes: list[str] = []
        self.clock = SimClock()
        errands = SimErrands(self.clock.wall_ns)
        doors = Doors(self.report, KeptNowhere(), None, errands, self.clock, upkeep=self.worker)
        self.instance = Instance(model_of(CONFIG.format(directory, old)), self.journal, doors)
        self.instance.begin(self.clock.monotonic, self.clock.wall)
        paths = (f"{directory}/journal", "Real", SEGMENT_SIZE, journal_id)
        self.recovered = recover(self.disk, *paths, self.instance.restore, f"{directory}/{old}")
        self.journal.begin(self.recovered.tail)
        net = SimNet()
        net.open(1)
        self.reactor = Reactor(self.instance, self.journal, self.journal, self.clock, net, SimDisk())
        self.instance.start()
        self.turn(Connected(1, "t", None, "here:1"))
        self.turn((1, amps.frame(b'{"c":"logon","cid":"0","client_name":"sender","a":"processed"}', b"")))

    def report(self, code: str, **_: object) -> None:
        self.codes.append(code)

    def turn(self, *inputs: Input) -> None:
        self.clock.advance(1_000_000)
        self.reactor.turn(inputs)

    def publish(self, body: bytes, topic: bytes = b"Nobody") -> None:
        """A message, durable when this returns."""
        self.turn((1, amps.frame(b'{"c":"p","t":"%b"}' % topic, body)))
        self.until(lambda: self.journal.is_idle)

    def until(self, is_reached: Callable[[], bool]) -> None:
        """Turns with what the threads have done."""
        while not is_reached():
            self.turn(self.inputs.get(timeout=30))

    def names(self, place: str) -> list[str]:
        return [name for name in sorted(os.listdir(self.directory / place)) if ".journal" in name]

    def end(self) -> None:
        if self.has_ended:
            return
        self.has_ended = True
        self.worker.close()
        self.journal.close()
        self.disk.close()


def model_of(text: str) -> Model:
    loading = load("real.xml", read=lambda _: text.encode(), environment={}, working_directory="/")
    assert loading.model is not None, "\n".join(map(str, loading.findings))
    return loading.model


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    it = Running(tmp_path)
    yield it
    it.end()


def fill(it: Running) -> None:
    for number in range(60):
        it.publish(b'{"n":%d,"pad":"%b"}' % (number, os.urandom(12_000).hex().encode()))


def deleted_files() -> list[str]:
    links = [os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
    return [os.readlink(one) for one in links if os.path.islink(one) and "(deleted)" in os.readlink(one)]


def test_files_are_compressed_archived_and_removed_while_messages_flow(running: Running, tmp_path: Path) -> None:
    fill(running)
    running.publish(b'{"stays":1}', b"Jobs")
    kept = running.journal.files[-1].number
    fill(running)
    plain = (tmp_path / "journal" / "Real.0000000000.journal").read_bytes()
    files = running.instance.journal_files
    used = running.journal.files[0].offset_of(running.journal.files[1].base)
    assert files.compress(0) is None
    assert not files.is_idle
    running.publish(b'{"goes":"on"}')
    running.until(lambda: files.is_idle)
    compressed = running.names("journal")[:-1]
    assert all(name.endswith(".journal.gz") for name in compressed)
    assert len(compressed) > 4
    path = tmp_path / "journal" / compressed[0]
    assert gzip.decompress(path.read_bytes()) == plain[:used]
    if os.path.exists("/bin/zcat"):
        assert subprocess.run(["/bin/zcat", str(path)], capture_output=True, check=True).stdout == plain[:used]
    assert files.archive(0) is None
    running.turn()
    running.until(lambda: files.is_idle)
    assert running.names("old") == compressed
    assert len(running.names("journal")) == 1
    (serial,) = running.instance.queues[0].entries.serials()
    running.instance.queues[0].entries.where(serial)[0].bodies = None
    assert running.instance.queues[0].message_of(serial)[0] == b'{"stays":1}'
    assert files.remove(0) is None
    running.turn()
    running.until(lambda: files.is_idle and running.journal.floor > 0)
    assert running.names("old")[0] == f"Real.{kept:010d}.journal.gz"
    assert running.codes.count("2C-0012") == 0
    assert not [one for one in deleted_files() if "Real." in one], "their space is free"
    position = running.journal.durable
    running.end()
    again = Running(tmp_path)
    assert again.journal.durable >= position
    (jobs,) = again.instance.queues
    assert [jobs.message_of(serial)[0] for serial in jobs.entries.serials()] == [b'{"stays":1}']
    again.end()


def test_an_archive_that_is_missing_is_told_and_nothing_is_lost(running: Running, tmp_path: Path) -> None:
    fill(running)
    os.rmdir(tmp_path / "old")
    before = running.names("journal")
    files = running.instance.journal_files
    assert files.archive(0) is None
    running.turn()
    running.until(lambda: files.is_idle)
    assert running.codes.count("2C-0012") == len(before) - 1
    assert running.names("journal") == before
    os.mkdir(tmp_path / "old")
    assert files.archive(0) is None
    running.turn()
    running.until(lambda: files.is_idle)
    assert running.names("old") == before[:-1]


def test_the_end_of_the_process_does_not_wait_for_a_long_file(tmp_path: Path) -> None:
    done: queue.SimpleQueue[tuple[int, OSError | None]] = queue.SimpleQueue()
    worker = JournalWorker(lambda ticket, error: done.put((ticket, error)))
    has_begun = threading.Event()
    path = str(tmp_path / "long")

    def endless() -> Iterator[Verb]:
        yield Create(path, 0)
        has_begun.set()
        while True:
            yield Pwrite(path, 0, b"more")

    worker.submit(1, endless())
    assert has_begun.wait(30)
    worker.close()
    ticket, error = done.get(timeout=30)
    assert ticket == 1
    assert error is not None
    assert "stopping" in str(error)


def test_a_worker_that_had_nothing_to_do_has_no_thread() -> None:
    before = threading.active_count()
    worker = JournalWorker(lambda *one: None)
    assert threading.active_count() == before
    worker.close()


@pytest.mark.parametrize("old", ["link", "old/../journal", "link/../link"])
def test_an_archive_that_is_the_journal_directory_is_none(old: str, tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "old").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "journal")
    running = Running(tmp_path, old=old)
    assert running.recovered.archive_is_journal, "a first start says so too"
    running.publish(b'{"stays":1}', b"Jobs")
    fill(running)
    before = running.names("journal")
    assert running.instance.journal_files.archive(0) == "JournalArchiveDirectory is JournalDirectory"
    running.turn()
    assert running.instance.journal_files.is_idle
    for _ in range(3):
        running.end()
        running = Running(tmp_path, old=old)
        assert running.recovered.archive_is_journal
        assert running.names("journal") == before
        (jobs,) = running.instance.queues
        assert [jobs.message_of(serial)[0] for serial in jobs.entries.serials()] == [b'{"stays":1}']
    running.end()


def test_an_archive_that_becomes_the_journal_directory_costs_no_file(running: Running, tmp_path: Path) -> None:
    fill(running)
    before = running.names("journal")
    (tmp_path / "old").rmdir()
    (tmp_path / "old").symlink_to(tmp_path / "journal")
    assert running.instance.journal_files.archive(0) is None
    running.turn()
    running.until(lambda: running.instance.journal_files.is_idle)
    assert running.codes.count("2C-0012") == len(before) - 1
    assert running.names("journal") == before


def test_a_file_in_the_archive_that_is_the_original_itself_is_left_alone(running: Running, tmp_path: Path) -> None:
    fill(running)
    name = running.names("journal")[0]
    (tmp_path / "journal" / name).rename(tmp_path / "old" / name)
    (tmp_path / "journal" / name).symlink_to(tmp_path / "old" / name)
    running.end()
    again = Running(tmp_path)
    assert name in again.names("old")
    again.end()


def test_no_file_of_another_instance_is_replaced_in_a_shared_archive(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    lives = []
    for name, body in (("a", b"an order"), ("b", b"a job")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").symlink_to(tmp_path / "shared")
        one = Running(tmp_path / name, name.encode())
        one.publish(b'{"of":"%b"}' % body, b"Jobs")
        fill(one)
        lives.append(one)
    for one in lives:
        assert one.instance.journal_files.archive(0) is None
        one.turn()
        one.until(lambda one=one: one.instance.journal_files.is_idle)  # type: ignore[misc]  # bound here
    first, second = lives
    assert first.codes.count("2C-0012") == 0
    assert second.codes.count("2C-0012") == len(second.names("journal")) - 1
    assert not [name for name in os.listdir(tmp_path / "shared") if name.endswith(".new")]
    for one in lives:
        (serial,) = one.instance.queues[0].entries.serials()
        one.instance.queues[0].entries.where(serial)[0].bodies = None
        assert one.instance.queues[0].message_of(serial)[0].startswith(b'{"of"')
        one.end()


def test_an_archive_directory_that_another_instance_uses_is_refused(tmp_path: Path) -> None:
    disk = RealDisk(lambda ticket, error: None)
    held = locks_of(disk, str(tmp_path / "a"), str(tmp_path / "old"), "Real")
    with pytest.raises(BlockingIOError) as caught:
        locks_of(disk, str(tmp_path / "b"), str(tmp_path / "old"), "Real")
    assert caught.value.filename == str(tmp_path / "old")
    again = locks_of(disk, str(tmp_path / "b"), str(tmp_path / "b" / ".." / "b"), "Real")
    assert (len(held), len(again)) == (2, 1), "what failed keeps none, and one directory has one lock"
    for descriptor in held + again:
        os.close(descriptor)
    disk.close()
