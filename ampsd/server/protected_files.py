"""Files of the instance that no action may compress or remove: known by device and inode, whatever they are called."""

import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass

from ampsd.definitions.instance import InstanceDefinition
from ampsd.server.matching_files import Identity, Match, identity_of

_JOURNALS = (b".journal", b".journal.gz", b".journal.new", b".journal.gz.new")
_OF_INSTANCE = (b".superblock", b".lock")
_OF_SQLITE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class ProtectedPaths:
    """Where the instance keeps what is its own. Links are followed; what does not exist is left out."""

    instance: str
    files: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    """The files that are directly in these."""
    trees: tuple[str, ...] = ()
    """All files below these."""
    masks: tuple[str, ...] = ()
    """Files too, with %n for any text."""


def protected_paths(
    definition: InstanceDefinition, config_files: Iterable[str], log_files: Iterable[str]
) -> ProtectedPaths:
    """What a configuration says of it, with the files it was read from and the log files of this moment."""
    files = [*config_files, *log_files]
    directories: list[str] = []
    trees: list[str] = []
    transaction_log = definition.transaction_log
    events = definition.message_events.file_name if definition.message_events is not None else None
    if transaction_log is not None:
        directories.append(transaction_log.journal_directory)
        if transaction_log.journal_archive_directory is not None:
            directories.append(transaction_log.journal_archive_directory)
        events = events or os.path.join(transaction_log.journal_directory, f"{definition.name}.events")
    if definition.message_archive is not None:
        trees.append(definition.message_archive.directory)
    databases = [events] if events is not None else []
    if definition.admin is not None and definition.admin.file_name != ":memory:":
        databases.append(definition.admin.file_name)
    files += [f"{path}{end}" for path in databases for end in _OF_SQLITE]
    topics = definition.sow_section.topics if definition.sow_section is not None else ()
    masks = tuple(topic.file_name for topic in topics if topic.file_name is not None)
    return ProtectedPaths(definition.name, tuple(files), tuple(directories), tuple(trees), masks)


class Protection:
    """The same as identities, of the moment in which it is built. Building it asks the disk."""

    def __init__(self, paths: ProtectedPaths) -> None:
        self._instance = os.fsencode(paths.instance)
        of_masks = [path for mask in paths.masks for path in glob.glob(glob.escape(mask).replace("%n", "*"))]
        self._files = _identities((*paths.files, *of_masks))
        self._directories = _identities(paths.directories)
        self._trees = _identities(paths.trees)

    def refuse(self, name: bytes) -> str | None:
        """Why nothing may be done where such a name matches."""
        if name.endswith(_JOURNALS) or name in [self._instance + end for end in _OF_INSTANCE]:
            return "is part of a transaction log, which has actions of its own: nothing was done"
        return None

    def reason(self, match: Match, ancestors: tuple[Identity, ...]) -> str | None:
        """Why a file may not be treated. `ancestors` are the root of its pattern and what is above that."""
        if match.identity in self._files:
            return f"is a file of this instance ({self._files[match.identity]}): nothing was done"
        if match.directories[-1] in self._directories:
            return f"is in a directory of this instance ({self._directories[match.directories[-1]]}): nothing was done"
        for directory in (*ancestors, *match.directories):
            if directory in self._trees:
                return f"is in a directory of this instance ({self._trees[directory]}): nothing was done"
        return None


def _identities(paths: Iterable[str]) -> dict[Identity, str]:
    found: dict[Identity, str] = {}
    for path in paths:
        try:
            found[identity_of(os.stat(path))] = path
        except OSError:
            continue  # it is not there, or is closed to us, and then so is what could be done to it
    return found
