"""Old files compressed or removed for actions (User Guide, Compressing Files and Removing Files)."""

import contextlib
import heapq
import os
import threading
from collections.abc import Callable, Iterator

from ampsd import limits
from ampsd.ports import TreatFiles
from ampsd.server.compressed_files import ENDINGS, compress, is_same
from ampsd.server.job_threads import JobThreads
from ampsd.server.matching_files import FilesError, Identity, Match, Tree
from ampsd.server.open_files import open_files
from ampsd.server.programs import Completed
from ampsd.server.protected_files import ProtectedPaths, Protection


def treat_files(
    errand: TreatFiles, paths: ProtectedPaths, wall_ns: int, is_ending: Callable[[], bool]
) -> tuple[int, str | None]:
    """Compress or remove what an errand names; returns how many files that were, and why no more were."""
    try:
        tree = Tree(errand.pattern)
    except FileNotFoundError:
        return 0, None  # as in a shell: nothing matches
    except FilesError as error:
        return 0, str(error)
    try:
        return _treat(tree, errand, _chosen(tree, errand, Protection(paths), wall_ns), is_ending)
    except FilesError as error:
        return 0, str(error)
    except OSError as error:  # such as no more descriptors
        return 0, f"what matches cannot be looked for: {error.strerror or error}"
    finally:
        tree.close()


class FileTreatments:
    """Treats files in a thread of its own, one errand after another."""

    def __init__(self, completed: Completed) -> None:
        self._completed = completed
        self._threads = JobThreads("files", 1, limits.FILE_ERRANDS_WAITING_MAX)
        self._ending = threading.Event()

    def submit(self, ticket: int, errand: TreatFiles, paths: ProtectedPaths, wall_ns: int) -> None:
        """Treat files when those of the errands before are done."""
        self._threads.submit(_Treatment(ticket, errand, paths, wall_ns, self._completed, self._ending.is_set))

    def end(self) -> None:
        """Stop after the file at hand, which stays as it was when it was to be compressed; refuse what waits."""
        self._ending.set()
        self._threads.end()

    def join(self, seconds: float) -> None:
        """After `end`: wait so long for the thread. One that a file system keeps waiting ends with the process."""
        self._threads.join(seconds)


class _Treatment:
    def __init__(
        self,
        ticket: int,
        errand: TreatFiles,
        paths: ProtectedPaths,
        wall_ns: int,
        completed: Completed,
        is_ending: Callable[[], bool],
    ) -> None:
        self._ticket = ticket
        self._errand = errand
        self._paths = paths
        self._wall_ns = wall_ns
        self._completed = completed
        self._is_ending = is_ending

    def run(self) -> None:
        count, failure = treat_files(self._errand, self._paths, self._wall_ns, self._is_ending)
        self._completed(self._ticket, b"%d" % count, failure)

    def refuse(self, reason: str) -> None:
        done = "compressed" if self._errand.is_compressing else "removed"
        self._completed(self._ticket, b"0", f"no files were {done}: {reason}")


def _chosen(tree: Tree, errand: TreatFiles, protection: Protection, wall_ns: int) -> list[Match]:
    """What is to be treated, the oldest first. Nothing was touched yet. Raises FilesError."""
    ancestors: tuple[Identity, ...] = tree.ancestors()
    known_open: frozenset[Identity] | None = None
    found = 0

    def is_open(match: Match) -> bool:
        nonlocal known_open
        if known_open is None:
            known_open = open_files()
        return match.identity in known_open

    def old_ones() -> Iterator[Match]:
        nonlocal found
        for match in tree.matches(protection.refuse):
            if wall_ns - match.modified_ns < errand.age_ns:
                continue
            if errand.is_compressing and match.name.endswith(ENDINGS):
                continue
            reason = protection.reason(match, ancestors)
            if reason is not None and not is_open(match):  # what is open is passed over in any case
                raise FilesError(f"{tree.path(match)} {reason}")
            found += 1
            yield match

    oldest = heapq.nsmallest(limits.FILES_TREATED_MAX, old_ones())
    closed = [match for match in oldest[: max(0, found - (errand.keep or 0))] if not is_open(match)]
    return closed if errand.count is None else closed[: errand.count]


def _treat(
    tree: Tree, errand: TreatFiles, chosen: list[Match], is_ending: Callable[[], bool]
) -> tuple[int, str | None]:
    """One by one, to the first failure. What changed since it was chosen is passed over."""
    count = 0
    for match in chosen:
        reason = "the instance stops" if is_ending() else None
        try:
            if reason is None:
                directory = tree.enter(match)
                if directory is not None:
                    count += (
                        compress(directory, match, is_ending) if errand.is_compressing else _remove(directory, match)
                    )
        except FilesError as error:
            reason = str(error)
        except OSError as error:
            reason = error.strerror or str(error)
        if reason is not None:
            done = "compressed" if errand.is_compressing else "removed"
            before = f"{count} file was" if count == 1 else f"{count} files were"
            return count, f"{tree.path(match)} cannot be {done}: {reason}. {before} {done} before it"
    return count, None


def _remove(directory: int, match: Match) -> bool:
    """A name goes, never what a link points to: unlink does not follow, and the directory is open."""
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(match.name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
        try:
            if is_same(os.fstat(descriptor), match):
                os.unlink(match.name, dir_fd=directory)
                return True
        finally:
            os.close(descriptor)
    return False
