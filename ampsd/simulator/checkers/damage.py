"""P7: a damaged frame is never served and never silently dropped: the start is refused, with the place."""

from random import Random

from ampsd.simulator.disk import SimDisk
from ampsd.simulator.ledger import Ledger
from ampsd.storage import segment, superblock
from ampsd.storage.log import JournalDamageError


def check(disk: SimDisk, directory: str, instance_name: str, segment_size: int, rng: Random) -> list[str]:
    """Flip one bit of what is durable; violations. `disk` is damaged afterwards."""
    block = superblock.decode(disk.pread(superblock.path_of(directory, instance_name), 0, superblock.FILE_SIZE))
    if block is None:
        return ["P7: the superblock cannot be read"]
    names = [name for name in disk.names(directory) if segment.number_of(name, instance_name) is not None]
    paths = [f"{directory}/{name}" for name in names]
    files = [
        segment.decode_header(disk.pread(path, 0, segment.HEADER_SIZE), path, disk.size(path), block.journal_id)
        for path in paths
    ]
    at = rng.randrange(len(files))
    file = files[at]
    end = files[at + 1].base if at + 1 < len(files) else block.watermark
    offset = rng.randrange(file.offset_of(max(end, file.base)))
    disk.flip(file.path, offset, 1 << rng.randrange(8))
    try:
        Ledger(disk, directory, instance_name, segment_size)
    except JournalDamageError:
        return []
    return [f"P7: a flipped bit at offset {offset} of {file.path} went unnoticed"]
