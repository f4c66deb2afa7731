"""P7: every byte of a small journal flipped in turn. Damage in what was durable refuses the start, with its place;
nothing altered is ever folded, and what is left out is told.
"""

from random import Random

import pytest
from journal_setup import (
    DIRECTORY,
    JOURNAL_ID,
    NAME,
    SEGMENT_SIZE,
    SUPERBLOCK,
    Batch,
    Folded,
    Life,
    batch_of,
    crashed,
    path,
)

from ampsd.simulator.disk import SimDisk
from ampsd.storage import frame, segment, superblock
from ampsd.storage.log import JournalDamageError
from ampsd.storage.recovery import recover

MASKS = [0x01, 0x10, 0x80, 0xFF]


def some_batches() -> list[Batch]:
    shapes = ((1, 1, 0), (2, 3, 40), (3, 2, 300), (4, 1, 1200))
    return [batch_of(number, count, size) for number, count, size in shapes]


def lived() -> Life:
    """A journal of several segments, each with several batches."""
    life = Life(SimDisk(), 6000)
    for batch in [*some_batches(), *some_batches(), batch_of(9, 1, 60)]:
        life.write(batch)
    assert life.journal.segment_count == 4
    return life


def closed() -> Life:
    life = lived()
    life.journal.close()
    return life


def killed() -> Life:
    """Killed while two batches were on their way: they are in the page cache, above the watermark."""
    life = lived()
    for number in (11, 12):
        life.add(batch_of(number, 2, 40))
    life.journal.flush()
    life.disk.step()
    life.disk.kill()
    assert life.journal.segment_count == 4
    return life


def frames(life: Life, number: int) -> list[tuple[int, int]]:
    """Start and end of each frame in a segment's file."""
    data = life.disk.pread(path(number), 0, 1 << 20)
    found = []
    start = segment.HEADER_SIZE
    while (size := frame.size_at(data, start)) > 0:
        found.append((start, start + size))
        start += size
    return found


def refusal(disk: SimDisk, life: Life) -> JournalDamageError | None:
    """Why the start is refused. Whatever was folded until then must be as it was written."""
    folded = Folded()
    try:
        recover(disk, DIRECTORY, NAME, SEGMENT_SIZE, JOURNAL_ID, folded)
    except JournalDamageError as error:
        assert folded.entries == list(life.positions.items())[: len(folded.entries)]
        return error
    return None


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("end", [closed, killed])
def test_every_flip_in_durable_bytes_is_refused_with_its_place(end, number: int, mask: int) -> None:  # type: ignore[no-untyped-def]
    life = end()
    last_durable = life.recovered.tail.segments[-1].offset_of(life.journal.durable)
    places = [(0, segment.HEADER_SIZE)] + [one for one in frames(life, number) if number < 3 or one[1] <= last_durable]
    for start, stop in places:
        for offset in range(start, stop):
            life.disk.flip(path(number), offset, mask)
            error = refusal(life.disk, life)
            assert error is not None, f"a flip at {offset} of {path(number)} went unnoticed"
            assert (error.file, error.offset) == (path(number), start)
            life.disk.flip(path(number), offset, mask)
    assert Life(life.disk).batches == life.batches


@pytest.mark.parametrize("mask", MASKS)
def test_a_flip_above_the_watermark_is_cut_and_told(mask: int) -> None:
    life = killed()
    durable = len(life.batches) - 2
    for nth, (start, stop) in enumerate(frames(life, 3)[-2:]):
        for offset in range(start, stop):
            disk = life.disk.snapshot()
            disk.flip(path(3), offset, mask)
            again = Life(disk)
            assert again.batches == life.batches[: durable + nth]
            assert (again.recovered.cut_path, again.recovered.cut_offset) == (path(3), start)
            assert again.recovered.cut_bytes > 0


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("end", [closed, killed])
def test_a_flip_in_unused_room_loses_nothing(end, mask: int) -> None:  # type: ignore[no-untyped-def]
    life = end()
    for number in range(4):
        size = life.disk.size(path(number))
        for offset in range(frames(life, number)[-1][1], size, 37):
            disk = life.disk.snapshot()
            disk.flip(path(number), offset, mask)
            again = Life(disk)
            assert again.batches == life.batches
            again.write(batch_of(99))
            assert Life(disk).batches == again.batches


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("end", [closed, killed, lived])
def test_a_flip_in_the_superblock_loses_nothing(end, mask: int) -> None:  # type: ignore[no-untyped-def]
    """One slot is enough, and an older watermark is only less sharp."""
    life = end()
    for slot in (0, superblock.SLOT_SIZE):
        for offset in range(slot, slot + 80):
            disk = life.disk.snapshot()
            disk.flip(SUPERBLOCK, offset, mask)
            again = Life(disk)
            assert again.batches == life.batches
            assert Life(crashed(disk, Random(offset))).batches == life.batches


def test_a_flip_in_the_superblock_hides_no_damage_that_a_later_batch_proves() -> None:
    life = lived()
    for start, stop in frames(life, 3)[:-1]:
        for slot in (20, superblock.SLOT_SIZE + 20):
            disk = life.disk.snapshot()
            disk.flip(SUPERBLOCK, slot, 1)
            disk.flip(path(3), (start + stop) // 2, 1)
            error = refusal(disk, life)
            assert error is not None
            assert (error.file, error.offset) == (path(3), start)


@pytest.mark.parametrize("seed", range(4))
def test_wide_damage_in_durable_bytes_is_refused(seed: int) -> None:
    """Sectors zeroed, replaced by noise, or taken from elsewhere."""
    rng = Random(seed)
    life = closed()
    ends = {number: frames(life, number)[-1][1] for number in range(4)}
    for _ in range(150):
        number = rng.randrange(4)
        disk = life.disk.snapshot()
        start = rng.randrange(0, ends[number], 512)
        was = disk.pread(path(number), start, min(512, ends[number] - start))
        other = rng.randrange(4)
        damage = rng.choice([bytes(512), rng.randbytes(512), disk.pread(path(other), rng.randrange(0, 4096), 512)])
        for at, (old, new) in enumerate(zip(was, damage, strict=False)):
            disk.flip(path(number), start + at, old ^ new)
        if disk.pread(path(number), start, len(was)) == was:
            continue
        error = refusal(disk, life)
        assert error is not None
        assert error.file == path(number)
        assert error.offset <= start + 512
