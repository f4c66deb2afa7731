"""What a write that was under way leaves: it is cut and told, unless something proves that it was durable."""

import errno

import pytest
from journal_setup import (
    JOURNAL_ID,
    SUPERBLOCK,
    Life,
    batch_of,
    closed,
    lived,
    path,
    publish,
    refused,
)

from ampsd.ports import Pwrite, Truncate, Verb
from ampsd.simulator.disk import SimDisk
from ampsd.storage import frame, reader, records, segment, superblock


def tear(life: Life, batch: int, size: int = 3000) -> None:
    """Leave the first sector of a batch that was being written, without the rest."""
    disk = life.disk
    (position,) = life.add(batch_of(batch, size=size))
    life.journal.flush()
    disk.step()
    file, offset = life.place(position)
    disk.kill()
    blank = disk.pread(file, offset + 400, size)
    disk.perform([Pwrite(file, offset + 400, bytes(len(blank)))])
    life.batches.pop()


# ---- a torn tail


def test_a_torn_tail_is_cut_and_reported() -> None:
    life = lived(100)
    durable = life.journal.durable
    tear(life, 1)
    again = Life(life.disk)
    assert again.batches == life.batches
    assert again.recovered.cut_path == path(0)
    assert again.recovered.cut_offset == segment.HEADER_SIZE + durable
    assert 300 < again.recovered.cut_bytes < 512
    assert life.disk.size(path(0)) == segment.HEADER_SIZE + durable


def test_after_a_cut_adding_goes_on_and_the_next_start_sees_nothing_of_it() -> None:
    life = lived(100)
    tear(life, 1)
    again = Life(life.disk)
    again.write(batch_of(2))
    third = Life(life.disk)
    assert third.batches == again.batches
    assert (third.recovered.cut_path, third.recovered.cut_offset, third.recovered.cut_bytes) == ("", 0, 0)


def tear_before_an_intact_one(life: Life) -> int:
    """Two batches of one write: the first loses its middle, the second is whole. Returns the second's position."""
    (first,) = life.add(batch_of(8, size=300))
    (second,) = life.add(batch_of(9, size=300))
    life.journal.flush()
    life.disk.step()
    file, offset = life.place(first)
    life.disk.kill()
    life.disk.perform([Pwrite(file, offset + 60, bytes(40))])
    del life.batches[-2:]
    return second


def fill_up_to(life: Life, position: int) -> None:
    """Add one batch that ends exactly where the frame of the record at `position` began."""
    size = position - frame.HEADER_SIZE - life.journal.durable
    empty = records.encode_publish(b"json", b"Jobs", 3, 1, 1, b"")
    life.write([records.encode_publish(b"json", b"Jobs", 3, 1, 1, bytes(size - frame.HEADER_SIZE - len(empty)))])
    assert life.journal.durable == position - frame.HEADER_SIZE


def test_a_batch_behind_a_torn_one_of_the_same_write_is_cut_with_it() -> None:
    life = lived(100)
    second = tear_before_an_intact_one(life)
    again = Life(life.disk)
    assert again.batches == life.batches
    file, offset = life.place(second)
    assert again.recovered.cut_offset + again.recovered.cut_bytes == offset + len(publish(9, size=300))
    assert file == again.recovered.cut_path


@pytest.mark.parametrize("is_clean", [True, False])
def test_an_intact_batch_beyond_a_cut_never_comes_back(is_clean: bool) -> None:
    """The new batch ends exactly where the stale one began: the worst case for a reader that goes by bytes."""
    life = lived(100)
    second = tear_before_an_intact_one(life)
    again = Life(life.disk)
    fill_up_to(again, second)
    if is_clean:
        again.journal.close()
    third = Life(life.disk)
    assert third.batches == again.batches
    assert third.recovered.cut_bytes == 0


def test_a_new_segment_hides_a_stale_batch_even_before_the_old_one_is_cut() -> None:
    life = lived(100)
    tear_before_an_intact_one(life)

    def fault(verb: Verb) -> OSError | None:
        return OSError(errno.EIO, "Input/output error") if isinstance(verb, Truncate) else None

    life.disk.fault = fault
    with pytest.raises(OSError, match="Input/output error"):
        Life(life.disk)
    life.disk.fault = lambda verb: None
    again = Life(life.disk)
    assert again.batches == life.batches
    assert again.recovered.cut_bytes == 0


def test_zeros_behind_the_end_are_not_a_torn_tail() -> None:
    assert Life(lived(100).disk).recovered.cut_bytes == 0


def test_a_torn_tail_is_left_behind_even_if_the_superblock_calls_the_end_clean() -> None:
    """The newer slot is damaged, and the older one is from the clean end before: the tail says otherwise."""
    life = Life(closed(100).disk)
    second = tear_before_an_intact_one(life)
    in_use = superblock.SLOT_SIZE if life.recovered.tail.superblock.offset else 0
    life.disk.flip(SUPERBLOCK, in_use + 20, 1)
    again = Life(life.disk)
    assert again.batches == life.batches
    assert again.recovered.cut_bytes > 0
    assert again.journal.segment_count == 2
    fill_up_to(again, second)
    assert Life(life.disk).batches == again.batches


# ---- a torn message that was made to look like the log


def forged(life: Life, key: int, watermark: int) -> bytes:
    """A body full of frames that claim a watermark beyond the end."""
    index = len(life.batches) + 1
    one, _ = frame.encode(b"x" * 40, index, 0, watermark, key)
    return one * 30


def test_a_message_cannot_pretend_to_be_proof_of_damage() -> None:
    """A client that does not know the journal's id cannot stop the next start with a torn message."""
    life = lived(100)
    body = forged(life, 0, life.journal.durable + 1)
    life.journal.add(records.encode_publish(b"json", b"Jobs", 5, 1, 1, body))
    life.journal.seal()
    life.journal.flush()
    life.disk.step()
    life.disk.kill()
    file, offset = life.place(life.journal.durable)
    life.disk.perform([Pwrite(file, offset + 20, bytes(40))])
    again = Life(life.disk)
    assert again.batches == life.batches
    assert again.recovered.cut_bytes > 1000


def test_frames_with_the_journals_own_key_are_proof() -> None:
    """The counterpart: the search does look everywhere, whatever the alignment."""
    for shift in range(8):
        life = lived(100)
        end = life.journal.durable
        body = forged(life, frame.key_of(JOURNAL_ID), end + 1)
        life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + end, b"torn" + bytes(shift) + body)])
        error = refused(life.disk)
        assert (error.file, error.offset) == (path(0), segment.HEADER_SIZE + end)
        assert "a later one proves that it was durable" in error.what


@pytest.mark.parametrize("watermark", [0, 1], ids=["what was known", "beyond its own place"])
def test_a_frame_that_claims_the_impossible_is_no_proof(watermark: int) -> None:
    life = lived(100)
    end = life.journal.durable
    claim = end if watermark == 0 else end + 10_000
    one, _ = frame.encode(b"x" * 40, len(life.batches) + 1, 0, claim, frame.key_of(JOURNAL_ID))
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + end, b"torn" + one)])
    assert Life(life.disk).recovered.cut_bytes == 4 + len(one)


def test_a_later_batch_proves_damage_although_the_superblock_is_behind() -> None:
    """After a power cut the superblock may be old; what was acknowledged is known all the same."""
    life = lived(100)
    before = life.disk.pread(SUPERBLOCK, 0, superblock.FILE_SIZE)
    starts = []
    for number in (1, 2, 3):
        starts.append(life.place(life.journal.durable)[1])
        life.write(batch_of(number))
    life.disk.perform([Pwrite(SUPERBLOCK, 0, before)])
    assert Life(life.disk.snapshot()).batches == life.batches
    for number, start in enumerate(starts):
        disk = life.disk.snapshot()
        disk.flip(path(0), start + 50, 1)
        if number < 2:
            error = refused(disk)
            assert (error.file, error.offset) == (path(0), start)
        else:
            # Nothing after the last batch says that it was durable: it cannot be told from a torn one, but it is told.
            assert Life(disk).recovered.cut_offset == start


def test_proof_is_found_far_behind_a_hole_of_zeros() -> None:
    life = Life(SimDisk(), 5 << 20)
    life.write(batch_of(0))
    end = life.journal.durable
    one, _ = frame.encode(b"x" * 40, 2, 0, end + 1, frame.key_of(JOURNAL_ID))
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + end, b"torn"), Pwrite(path(0), 4_000_000, one)])
    assert "proves" in refused(life.disk).what


def test_a_tail_full_of_beginnings_is_searched_in_no_time() -> None:
    """A torn message may be made of frame headers only; the search must not look closely at each of them."""
    life = Life(SimDisk(), 9 << 20)
    life.write(batch_of(0))
    end = life.journal.durable
    unlikely, _ = frame.encode(b"", 2, 0, 2**62, 0)
    torn = b"torn" + frame.MAGIC * 1_000_000 + unlikely * 100_000
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + end, torn)])
    assert Life(life.disk).recovered.cut_bytes == len(torn.rstrip(b"\0"))


def test_proof_is_found_behind_many_that_claim_more_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_CHECKED_BYTES_MAX", 100_000)
    life = Life(SimDisk(), 5 << 20)
    life.write(batch_of(0))
    end = life.journal.durable
    header = bytearray(frame.encode(b"", 2, 0, end + 1, 0)[0])
    header[8:12] = b"\xff\xff\xff\xff"
    one, _ = frame.encode(b"x" * 40, 2, 0, end + 1, frame.key_of(JOURNAL_ID))
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + end, b"torn" + bytes(header) * 1000 + one)])
    assert "proves" in refused(life.disk).what


def test_a_tail_full_of_likely_frames_is_not_searched_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each looks right until its CRC over all that follows is computed."""
    monkeypatch.setattr(reader, "_CHECKED_BYTES_MAX", 20_000_000)
    life = Life(SimDisk(), 9 << 20)
    life.write(batch_of(0))
    end = life.journal.durable
    header = bytearray(frame.encode(b"", 2, 0, end + 1, 0)[0])
    header[8:12] = (1_000_000).to_bytes(4, "little")
    torn = b"torn" + bytes(header) * 100_000
    life.disk.perform([Pwrite(path(0), segment.HEADER_SIZE + end, torn)])
    assert Life(life.disk).recovered.cut_bytes == len(torn.rstrip(b"\0"))
