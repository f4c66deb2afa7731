"""Group commit: one write under way at a time, durable only once it is done, and nothing after a failure."""

import errno
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_setup import DIRECTORY, JOURNAL_ID, NAME, SEGMENT_SIZE, SUPERBLOCK, Folded, Life, batch_of, path, publish

from ampsd import limits
from ampsd.ports import Create, Fdatasync, FsyncDir, Pwrite, Rename, Truncate, Verb
from ampsd.simulator.disk import SimDisk
from ampsd.storage import frame, journal, records, segment
from ampsd.storage.journal import Journal
from ampsd.storage.log import JournalDamageError
from ampsd.storage.recovery import recover


class Watched(SimDisk):
    """A fake disk that remembers what was submitted and what was run."""

    def __init__(self) -> None:
        super().__init__()
        self.submissions: list[tuple[int, list[Verb]]] = []
        self.run: list[Verb] = []
        self.fault = self._remember

    def submit(self, ticket, verbs):  # type: ignore[no-untyped-def]
        self.submissions.append((ticket, list(verbs)))
        super().submit(ticket, verbs)

    def _remember(self, verb: Verb) -> OSError | None:
        self.run.append(verb)
        return None


def fail(disk: SimDisk, kind: type[Verb], file: str = "") -> None:
    """Have every verb of that kind, on that file if given, fail from now on."""

    def fault(verb: Verb) -> OSError | None:
        is_hit = isinstance(verb, kind) and file in ("", getattr(verb, "path", ""))
        return OSError(errno.EIO, "Input/output error") if is_hit else None

    disk.fault = fault


# ---- adding


def test_positions_name_records_before_anything_is_written() -> None:
    life = Life(SimDisk())
    one, two, three = batch_of(1, 3)
    first = life.journal.add(one)
    assert first == frame.HEADER_SIZE
    assert life.journal.add(two) == first + len(one)
    assert life.journal.batch_size == len(one) + len(two)
    assert life.journal.append_position == first + len(one) + len(two)
    life.journal.seal()
    assert life.journal.batch_size == 0
    assert life.journal.add(three) == first + len(one) + len(two) + frame.HEADER_SIZE


def test_the_end_is_what_durable_will_be() -> None:
    life = Life(SimDisk())
    assert life.journal.end == life.journal.durable == 0
    life.journal.add(publish(1))
    promised = life.journal.end
    assert promised > life.journal.durable
    life.journal.seal()
    assert life.journal.end == promised
    life.sync()
    assert life.journal.durable == promised
    assert life.journal.is_idle


def test_sealing_nothing_adds_nothing() -> None:
    disk = Watched()
    life = Life(disk)
    life.journal.seal()
    life.journal.flush()
    assert life.journal.is_idle
    assert not disk.submissions


def test_an_open_batch_is_not_submitted() -> None:
    disk = Watched()
    life = Life(disk)
    life.journal.add(publish(1))
    life.journal.flush()
    assert not disk.submissions
    assert not life.journal.is_idle


# ---- group commit


def grouping() -> tuple[Watched, Life]:
    disk = Watched()
    life = Life(disk)
    life.journal._group_ns = 1_000
    return disk, life


def test_a_batch_that_comes_to_an_idle_disk_does_not_wait() -> None:
    disk, life = grouping()
    for number, now_ns in ((1, 10), (2, 20), (3, 30)):
        life.add(batch_of(number))
        life.journal.flush(now_ns)
        assert (len(disk.submissions), life.journal.next_ns) == (number, None)
        while life.step():
            pass


def test_batches_that_keep_coming_share_a_submission() -> None:
    disk, life = grouping()
    life.add(batch_of(1))
    life.journal.flush(10)
    life.add(batch_of(2))
    while life.step():
        pass
    life.journal.flush(500)
    assert (len(disk.submissions), life.journal.next_ns) == (1, 1_010)
    life.add(batch_of(3))
    life.journal.flush(1_010)
    assert (len(disk.submissions), life.journal.next_ns) == (2, None)
    while life.step():
        pass
    assert life.durable == 3


def test_much_does_not_wait_for_the_time() -> None:
    disk, life = grouping()
    life.add(batch_of(1))
    life.journal.flush(10)
    life.add(batch_of(2, size=limits.GROUP_BYTES_MAX))
    while life.step():
        pass
    life.journal.flush(20)
    assert len(disk.submissions) == 2


def test_one_submission_at_a_time_takes_all_that_was_sealed_meanwhile() -> None:
    disk = Watched()
    life = Life(disk)
    life.add(batch_of(1))
    life.journal.flush()
    for number in (2, 3, 4):
        life.add(batch_of(number))
        life.journal.flush()
    assert len(disk.submissions) == 1
    while life.step():
        pass
    assert life.durable == 1
    life.journal.flush()
    assert [ticket for ticket, _ in disk.submissions] == [1, 2]
    frames = [verb for verb in disk.submissions[1][1] if isinstance(verb, Pwrite) and verb.path == path(0)]
    assert len(frames) == 1
    assert frames[0].data.count(frame.MAGIC) == 3
    while life.step():
        pass
    assert life.durable == 4


def test_nothing_is_durable_before_the_last_verb_is_done() -> None:
    life = Life(SimDisk())
    life.add(batch_of(1))
    life.journal.flush()
    assert not life.journal.is_idle
    before = [life.journal.durable]
    while life.step():
        before.append(life.journal.durable)
    assert len(before) > 3
    assert before[-1] == life.journal.end
    assert set(before[:-1]) == {0}


def test_the_superblock_is_written_only_after_the_frames_are_synced() -> None:
    disk = Watched()
    life = Life(disk)
    disk.run.clear()
    life.write(batch_of(1))
    assert [type(verb) for verb in disk.run] == [Pwrite, Fdatasync, Pwrite]
    assert [verb.path for verb in disk.run if isinstance(verb, Pwrite | Fdatasync)] == [path(0), path(0), SUPERBLOCK]


def test_the_superblock_is_synced_once_enough_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_SUPERBLOCK_SYNC_BYTES", 1000)
    disk = Watched()
    life = Life(disk)
    disk.run.clear()
    syncs = []
    for number in range(10):
        life.write(batch_of(number, size=200))
        syncs.append(sum(isinstance(verb, Fdatasync) and verb.path == SUPERBLOCK for verb in disk.run))
    assert syncs == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]


def test_a_frame_names_what_was_durable_when_it_was_sealed() -> None:
    life = Life(SimDisk())
    life.write(batch_of(1))
    was_durable = life.journal.durable
    life.add(batch_of(2))
    life.journal.flush()
    life.add(batch_of(3))
    life.sync()
    data = life.disk.pread(path(0), segment.HEADER_SIZE, 4096)
    assert frame.watermark_at(data, 0) == 0
    second = frame.size_at(data, 0)
    third = second + frame.size_at(data, second)
    assert frame.watermark_at(data, second) == was_durable
    assert frame.watermark_at(data, third) == was_durable


@pytest.mark.parametrize("ticket", [0, 2])
def test_a_completion_of_something_else_is_a_fault_of_ours(ticket: int) -> None:
    life = Life(SimDisk())
    life.add(batch_of(1))
    life.journal.flush()
    with pytest.raises(AssertionError, match="is under way"):
        life.journal.completed(ticket, None)


def test_a_completion_out_of_the_blue_is_a_fault_of_ours() -> None:
    life = Life(SimDisk())
    life.write(batch_of(1))
    with pytest.raises(AssertionError, match="is under way"):
        life.journal.completed(1, None)


# ---- failures


@pytest.mark.parametrize(
    ("kind", "file"),
    [(Pwrite, path(0)), (Fdatasync, path(0)), (Pwrite, SUPERBLOCK)],
    ids=["write", "sync", "superblock"],
)
def test_after_a_failed_verb_nothing_becomes_durable(kind: type[Verb], file: str) -> None:
    disk = SimDisk()
    life = Life(disk)
    life.write(batch_of(1))
    durable = life.journal.durable
    fail(disk, kind, file)
    life.add(batch_of(2))
    life.sync()
    assert life.journal.failure is not None
    assert life.journal.failure.error.errno == errno.EIO
    assert "Input/output error" in str(life.journal.failure)
    disk.fault = lambda verb: None
    life.add(batch_of(3))
    life.journal.flush()
    assert not disk.is_busy
    assert life.journal.durable == durable
    assert not life.journal.is_idle


@pytest.mark.parametrize("kind", [Create, Pwrite, Fdatasync, Rename, FsyncDir])
def test_a_failed_rotation_makes_nothing_durable(kind: type[Verb]) -> None:
    disk = SimDisk()
    life = Life(disk)
    life.write(batch_of(1, size=3000))
    durable = life.journal.durable
    life.add(batch_of(2, size=3000))
    fail(disk, kind)
    life.sync()
    assert life.journal.failure is not None
    assert life.journal.durable == durable


def test_a_failed_journal_cannot_be_closed_as_clean() -> None:
    disk = SimDisk()
    life = Life(disk)
    fail(disk, Fdatasync)
    life.add(batch_of(1))
    life.sync()
    with pytest.raises(AssertionError, match="only when everything added is durable"):
        life.journal.close()


def test_a_busy_journal_cannot_be_closed_as_clean() -> None:
    life = Life(SimDisk())
    life.journal.add(publish(1))
    with pytest.raises(AssertionError, match="only when everything added is durable"):
        life.journal.close()


def test_a_failed_close_is_an_error_of_the_disk() -> None:
    disk = SimDisk()
    life = Life(disk)
    fail(disk, Fdatasync)
    with pytest.raises(OSError, match="Input/output error"):
        life.journal.close()


# ---- segments


def test_a_full_segment_is_followed_by_the_next() -> None:
    disk = Watched()
    life = Life(disk)
    for number in range(12):
        life.write(batch_of(number, size=1000))
    assert disk.names(DIRECTORY) == [f"A.{number:010d}.journal" for number in range(4)] + ["A.superblock"]
    assert life.journal.segment_count == 4
    assert Life(disk).batches == life.batches


def test_one_submission_may_cross_several_segments() -> None:
    disk = Watched()
    life = Life(disk)
    disk.run.clear()
    life.write(*[batch_of(number, size=1000) for number in range(12)])
    assert life.journal.segment_count == 4
    assert len(disk.submissions) == 1
    # Each segment is synced before the next one has its name.
    order = [
        getattr(verb, "path", getattr(verb, "new", "")) for verb in disk.run if isinstance(verb, Fdatasync | Rename)
    ]
    expected = [path(0)]
    for number in (1, 2, 3):
        expected += [path(number) + ".new", path(number), path(number)]
    assert order == expected
    assert Life(disk).batches == life.batches


def test_a_segment_gets_its_name_only_when_its_header_is_durable() -> None:
    disk = Watched()
    life = Life(disk)
    life.write(batch_of(1, size=3000))
    disk.run.clear()
    life.write(batch_of(2, size=3000))
    assert [type(verb) for verb in disk.run] == [
        Fdatasync,
        Create,
        Pwrite,
        Fdatasync,
        Rename,
        FsyncDir,
        Pwrite,
        Fdatasync,
        Pwrite,
    ]


def test_a_batch_larger_than_a_segment_gets_one_of_its_size() -> None:
    disk = SimDisk()
    life = Life(disk)
    life.write(batch_of(1))
    life.write(batch_of(2, count=3, size=9000))
    life.write(batch_of(3))
    assert disk.size(path(1)) > 27_000
    assert life.journal.segment_count == 3
    assert Life(disk).batches == life.batches


def test_a_first_batch_larger_than_a_segment_leaves_an_empty_one_behind() -> None:
    disk = SimDisk()
    life = Life(disk)
    positions = life.add(batch_of(1, size=50_000))
    life.sync()
    assert life.journal.segment_count == 2
    assert life.journal.read(positions[0], len(life.batches[0][0])) == life.batches[0][0]
    assert Life(disk).batches == life.batches


# ---- reading


def test_every_record_is_read_back_across_segments_and_restarts() -> None:
    disk = SimDisk()
    life = Life(disk)
    for number in range(40):
        life.write(batch_of(number, count=3, size=150))
    assert life.journal.segment_count > 3
    for one in (life, Life(disk)):
        assert len(one.positions) == 120
        for position, record in one.positions.items():
            assert one.journal.read(position, len(record)) == record


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 6000), st.booleans()), max_size=12))
def test_whatever_the_sizes_everything_is_read_back(steps: list[tuple[int, int, bool]]) -> None:
    disk = SimDisk()
    life = Life(disk)
    for number, (count, size, is_synced) in enumerate(steps):
        life.add(batch_of(number, count, size))
        if is_synced:
            life.sync()
    life.sync()
    for position, record in life.positions.items():
        assert life.journal.read(position, len(record)) == record
    again = Life(disk)
    assert again.batches == life.batches
    assert again.positions == life.positions


def test_reading_ahead_ends_where_the_log_is_durable_also_while_a_segment_is_begun() -> None:
    life = Life(SimDisk())
    life.write(batch_of(0, size=1000))
    for number in range(1, 12):
        life.add(batch_of(number, size=1000))
    life.journal.flush()
    assert life.journal.segment_count > 1
    positions = list(life.positions)
    life.journal.read(positions[0], len(life.positions[positions[0]]))
    life.sync()
    for position, record in life.positions.items():
        assert life.journal.read(position, len(record)) == record


def test_what_is_not_durable_cannot_be_read() -> None:
    life = Life(SimDisk())
    (position,) = life.add(batch_of(1))
    with pytest.raises(AssertionError, match="read before it is durable"):
        life.journal.read(position, len(publish(1)))


@pytest.mark.parametrize("mask", [0x01, 0x40, 0xFF])
def test_a_message_damaged_after_the_start_is_never_served(mask: int) -> None:
    disk = SimDisk()
    life = Life(disk)
    life.write(batch_of(1, 2), batch_of(2, 1, size=3000))
    life.write(batch_of(3, 2, size=500))
    assert life.journal.segment_count == 2
    for position, record in life.positions.items():
        file, start = life.place(position)
        for offset in range(start, start + len(record), 7):
            disk.flip(file, offset, mask)
            with pytest.raises(JournalDamageError) as caught:
                life.journal.read(position, len(record))
            assert (caught.value.file, caught.value.offset) == (file, start)
            disk.flip(file, offset, mask)
        assert life.journal.read(position, len(record)) == record
        life.journal._window = b""  # what was read ahead is in memory, out of the damage's reach


def test_a_message_whose_file_was_cut_is_never_served() -> None:
    disk = SimDisk()
    life = Life(disk)
    (position,) = life.add(batch_of(1))
    life.sync()
    record = publish(1)
    disk.perform([Truncate(path(0), segment.HEADER_SIZE + position + len(record) - 1)])
    with pytest.raises(JournalDamageError, match="not what was written"):
        life.journal.read(position, len(record))


def test_a_disk_that_cannot_read_is_told_with_file_and_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SimDisk()
    life = Life(disk)
    (position,) = life.add(batch_of(1))
    life.sync()

    def pread(file: str, offset: int, length: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(disk, "pread", pread)
    with pytest.raises(JournalDamageError, match="Input/output error") as caught:
        life.journal.read(position, len(publish(1)))
    assert (caught.value.file, caught.value.offset) == (path(0), segment.HEADER_SIZE + position)


def test_a_wrong_length_is_not_a_record() -> None:
    life = Life(SimDisk())
    (position,) = life.add(batch_of(1, size=100))
    life.sync()
    with pytest.raises(JournalDamageError, match="not what was written"):
        life.journal.read(position, 60)


def test_records_of_every_kind_share_a_batch() -> None:
    disk = SimDisk()
    life = Life(disk)
    message = publish(1)
    position = life.journal.add(message)
    change = records.encode_queue_change(records.REMOVE, b"json:Jobs", array("Q", [position]), 3)
    number = records.encode_sequence(7, 8)
    life.journal.add(change)
    life.journal.add(number)
    life.journal.seal()
    life.sync()
    folded = Folded()
    recover(disk, DIRECTORY, NAME, SEGMENT_SIZE, JOURNAL_ID, folded)
    assert [data for _, data in folded.entries] == [message, change, number]
    assert folded.entries[0][0] == position


def test_a_journal_may_be_made_before_its_tail_is_known() -> None:
    disk = SimDisk()
    life = Life(disk)
    late = Journal(disk)
    assert late.is_idle
    late.begin(life.recovered.tail)
    late.add(publish(1))
    late.seal()
    late.flush()
    while disk.is_busy:
        completion = disk.step()
        if completion is not None:
            late.completed(*completion)
    assert late.durable == late.end > 0
