"""P7: a damaged frame is never served and never silently dropped: the start is refused, with the place."""

from random import Random

from ampsd.simulator.disk import SimDisk
from ampsd.simulator.ledger import Ledger
from ampsd.storage.log import JournalDamageError
from ampsd.storage.recovery import recover


def check(
    disk: SimDisk, directory: str, instance_name: str, segment_size: int, rng: Random, archive_directory: str | None
) -> list[str]:
    """Flip one bit of what is durable, after a clean end; violations. `disk` is damaged afterwards."""
    found = recover(disk.snapshot(), directory, instance_name, segment_size, b"", lambda *one: None, archive_directory)
    files = found.tail.segments
    at = rng.randrange(len(files))
    file = files[at]
    end = files[at + 1].base if at + 1 < len(files) else found.tail.position
    size = disk.size(file.path) if file.blocks is not None else file.offset_of(max(end, file.base))
    offset = rng.randrange(size)
    disk.flip(file.path, offset, 1 << rng.randrange(8))
    try:
        Ledger(disk, directory, instance_name, segment_size, archive_directory)
    except JournalDamageError:
        return []
    return [f"P7: a flipped bit at offset {offset} of {file.path} went unnoticed"]
