"""Which file holds each segment: plain or compressed, in the journal directory or in that of the archive.

Whatever has its own name is whole and verified, so where a crash left two copies either would do: the one that was
there before is kept. Files under a `.new` name were being made, and have no meaning.
"""

from ampsd.ports import Disk, FsyncDir, Unlink, Verb
from ampsd.storage import segment

_NEW = ".new"


class Placement:
    """The files of a journal: `paths` by number, `copies` that are there twice, and what was `unfinished`."""

    __slots__ = ("copies", "paths", "unfinished")

    def __init__(self) -> None:
        self.paths: dict[int, str] = {}
        self.copies: list[tuple[int, str]] = []
        self.unfinished: list[str] = []


def find(disk: Disk, directory: str, archive_directory: str | None, instance_name: str) -> Placement:
    """What is on the disk, by number. In the journal directory before the archive's, plain before compressed."""
    found = Placement()
    chosen: dict[int, str] = {}
    for place in (directory,) if archive_directory is None else (directory, archive_directory):
        names = disk.names(place)
        for wants_compressed in (False, True):
            for name in names:
                number = segment.number_of(name, instance_name)
                if number is None or segment.is_compressed(name) is not wants_compressed:
                    continue
                path = f"{place}/{name}"
                if number in chosen:
                    found.copies.append((number, path))
                else:
                    chosen[number] = path
        found.unfinished += [
            f"{place}/{name}"
            for name in names
            if name.endswith(_NEW) and segment.number_of(name.removesuffix(_NEW), instance_name) is not None
        ]
    found.paths = dict(sorted(chosen.items()))
    return found


def removal(paths: list[str]) -> list[Verb]:
    """Remove files, one after the other, each durably before the next."""
    verbs: list[Verb] = []
    for path in paths:
        verbs += [Unlink(path), FsyncDir(path.rpartition("/")[0])]
    return verbs
