"""Journal directories as text, kept for ever: what every later version must open.

`python tests/storage/golden_directory.py` writes `golden/v<version>/` of the format version in the source, and refuses
when it exists: a golden directory is never written again. `closed` had a clean end; `killed` died while two batches
were on their way, and keeps a torn third.

A `.hex` file is one file of the directory: its size, then each 32 bytes that are not all zero, after their offset.
`records.txt` is what must be folded, one record a line.
"""

import sys
from array import array
from itertools import chain
from pathlib import Path

from ampsd.ports import Pwrite
from ampsd.simulator.disk import SimDisk
from ampsd.storage import records, segment, tellings
from ampsd.storage.journal import Journal
from ampsd.storage.placement import removal
from ampsd.storage.recovery import recover
from ampsd.storage.upkeep import Compressing

GOLDEN = Path(__file__).parent / "golden"
DIRECTORY, NAME, JOURNAL_ID = "/golden", "Golden", b"00112233445566778899aabbccddeeff"
SEGMENT_SIZE = 4096 + 1000
_ROW = 32


def to_text(data: bytes) -> str:
    """A file as text."""
    rows = [(at, data[at : at + _ROW]) for at in range(0, len(data), _ROW)]
    return "\n".join([f"size {len(data)}", *(f"{at:06x} {row.hex()}" for at, row in rows if row.strip(b"\0"))]) + "\n"


def from_text(text: str) -> bytes:
    """The file again."""
    first, *rows = text.splitlines()
    data = bytearray(int(first.removeprefix("size ")))
    for row in rows:
        at, _, digits = row.partition(" ")
        data[int(at, 16) : int(at, 16) + len(digits) // 2] = bytes.fromhex(digits)
    return bytes(data)


def to_line(position: int, record: records.Record) -> str:
    """A record as a line."""
    if isinstance(record, records.Publish):
        origin = "" if record.origin is None else f" of {record.origin.encode().hex()}"
        return (
            f"{position} publish {record.message_type!r} {record.topic!r} {record.publisher} {record.sequence} "
            f"{record.timestamp_ns} {record.correlation_id!r} {record.expiration_ns} {record.data!r}{origin}"
        )
    if isinstance(record, records.QueueChange):
        return f"{position} change {record.kind} {record.queue!r} {record.reasons} {list(record.positions)}"
    if isinstance(record, records.RemovalAhead):
        return f"{position} ahead {record.queue!r} {record.publisher} {record.sequence}"
    if isinstance(record, records.Mark):
        values = f"{record.value} {record.text!r} {list(record.positions)}"
        return f"{position} mark {record.mark} {record.queue!r} {values}"
    if isinstance(record, records.Telling):
        return f"{position} telling {record.kind} {record.data.hex()}"
    return f"{position} sequence {record.publisher} {record.sequence}"


def folded(disk: SimDisk) -> list[str]:
    """What recovery folds, as lines."""
    lines: list[str] = []
    recover(
        disk, DIRECTORY, NAME, SEGMENT_SIZE, JOURNAL_ID, lambda position, _, one: lines.append(to_line(position, one))
    )
    return lines


def _sync(disk: SimDisk, journal: Journal) -> None:
    journal.flush()
    while disk.is_busy:
        completion = disk.step()
        if completion is not None:
            journal.completed(*completion)


def _begun(disk: SimDisk) -> Journal:
    found = recover(disk, DIRECTORY, NAME, SEGMENT_SIZE, JOURNAL_ID, lambda *one: None)
    return Journal(disk, found.tail)


def _publish(number: int, size: int, correlation_id: bytes | None = None, expiration_ns: int | None = None) -> bytes:
    body = b'{"order":%d,"note":"%b"}' % (number, b"n" * size)
    wall_ns = 1_790_000_000_000_000_000 + number
    return records.encode_publish(b"json", b"Jobs", 2**64 - 7, number, wall_ns, body, correlation_id, expiration_ns)


def _fill(disk: SimDisk) -> Journal:
    """Every kind of record, batches of one and of several, two lives, files of which one is gone, one compressed."""
    journal = _begun(disk)
    for number in range(91, 94):
        journal.add(_publish(number, 200))
        journal.seal()
        _sync(disk, journal)
    positions = array(
        "Q", [journal.add(_publish(1, 10)), journal.add(_publish(2, 20, b"reply \xff to", 5_000_000_000))]
    )
    journal.seal()
    _sync(disk, journal)
    journal.add(records.encode_queue_change(records.LEASE, b"json:Jobs", positions))
    journal.add(records.encode_queue_change(records.CANCEL, b"json:Jobs", positions[:1]))
    journal.seal()
    journal.add(records.encode_queue_change(records.REMOVE, b"json:Jobs", positions, 5))
    journal.add(records.encode_sequence(12345, 2**64 - 1))
    journal.add(records.encode_removal_ahead(b"json:Jobs", 2**64 - 7, 2**64 - 1))
    _add_what_is_told(journal, positions)
    journal.seal()
    _sync(disk, journal)
    for number in range(3, 7):
        journal.add(_publish(number, 150, expiration_ns=0))
        journal.seal()
        _sync(disk, journal)
    journal.close()
    journal = _begun(disk)
    journal.add(records.encode_publish(b"", b"\x00\xfe", 1, 1, 0, b"", b""))
    journal.add(records.encode_mark(records.NUMBERED, b"", array("Q"), 8))
    journal.seal()
    _sync(disk, journal)
    _look_after_files(disk, journal)
    return journal


def _look_after_files(disk: SimDisk, journal: Journal) -> None:
    """Remove the first file, and compress the one behind it."""
    gone, compressed, after = journal.files[:3]
    journal.drop_before(compressed.base)
    _sync(disk, journal)
    assert journal.floor == compressed.base
    work = Compressing(compressed, after.base)
    for verb in chain(removal([gone.path]), work.verbs()):
        disk.perform([verb])
    journal.move(compressed, work.target, work.blocks)
    disk.perform(removal([work.source]))


def _add_what_is_told(journal: Journal, positions: "array[int]") -> None:
    """Marks, origins, events and audits."""
    wall_ns = 1_790_000_000_000_000_100
    journal.add(records.encode_mark(records.SUSPEND, b"json:Jobs", positions, text=b"ops"))
    journal.add(records.encode_mark(records.PAUSE, b"json:Jobs", array("Q"), wall_ns, b"ops"))
    origin = records.Origin(records.REDRIVE, positions[0], 50, 2**64 - 7, 1, 3, 2)
    child = records.encode_publish(b"json", b"Jobs", 9, 1, wall_ns, b"{}", b"corr", 5, origin)
    position = journal.add(child)
    arrival = tellings.Arrival(b"Jobs", 9, 1, position, array("I", (len(child),)), len(child) - 2, b"corr")
    link = tellings.Link(b"", positions[0], 2**64 - 7, 1)
    for events in (
        tellings.Events(12, b"json:Jobs", b"pub", b"", 1, wall_ns, (), (), arrival, link),
        tellings.Events(0, b"json:Jobs", b"work", b"", 2, wall_ns, positions),
        tellings.Events(1, b"json:Jobs", b"work", b"", 4, wall_ns, positions, (2, 3)),
        tellings.Events(3, b"json:Jobs", b"work", b"max_cancels", 6, wall_ns, positions, (9, 2), is_by_operator=True),
    ):
        journal.add(tellings.encode_events(events))
    items = [tellings.Item("1|2|", "done"), tellings.Item("1|3|", "refused", "it is done")]
    audit = tellings.Audit("r1", "ops", wall_ns, "suspend", "json:Jobs", {"redeliver": True}, items)
    journal.add(tellings.encode_audit(audit))


def closed() -> SimDisk:
    """After a clean end."""
    disk = SimDisk()
    _fill(disk).close()
    return disk


def killed() -> SimDisk:
    """After the end of a process that was writing three batches, the last of which is torn."""
    disk = SimDisk()
    journal = _fill(disk)
    for number in (7, 8, 9):
        journal.add(_publish(number, 5))
        journal.seal()
    end = journal.end
    journal.flush()
    disk.step()
    disk.kill()
    last = [name for name in disk.names(DIRECTORY) if name.endswith(".journal")][-1]
    path = f"{DIRECTORY}/{last}"
    file = segment.decode_header(disk.pread(path, 0, segment.HEADER_SIZE), path, disk.size(path), JOURNAL_ID)
    disk.perform([Pwrite(path, file.offset_of(end) - 60, bytes(60))])
    return disk


ENDS = {"closed": closed, "killed": killed}


def texts(disk: SimDisk) -> dict[str, str]:
    """A directory as texts by file name, and what must be folded."""
    found = {f"{name}.hex": to_text(disk.pread(f"{DIRECTORY}/{name}", 0, 1 << 20)) for name in disk.names(DIRECTORY)}
    return {**found, "records.txt": "\n".join(folded(disk.snapshot())) + "\n"}


def main() -> int:
    """Write the directories of the current version."""
    version = GOLDEN / f"v{segment.VERSION}"
    if version.exists():
        sys.stderr.write(f"{version} exists; a golden directory is never written again\n")
        return 1
    made = {end: texts(make()) for end, make in ENDS.items()}
    for end, files in made.items():
        (version / end).mkdir(parents=True)
        for name, text in files.items():
            (version / end / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
