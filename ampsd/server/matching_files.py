"""Files that a pattern names, found without ever leaving the tree below its root.

The root is the operator's text and is opened as it is written. Below it every directory is opened from the descriptor
of the one above it, and never through a link: whoever may write in the tree can swap names as he likes and still not
lead a walk out of it.
"""

import errno
import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ampsd.ports import FilePattern
from ampsd.server.programs import shown

Identity = tuple[int, int]
"""Device and inode."""

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PASSED_OVER = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES)
"""Why a name below the root is no directory to look into: gone, not one, a link, somebody else's."""


class FilesError(Exception):
    """Files cannot be treated, for a reason that is a sentence for the operator."""


class Match(NamedTuple):
    """A regular file whose name matches. In their order, the one that was not changed for longest is the first."""

    modified_ns: int
    directory: tuple[str, ...]
    """Names from the root down."""
    name: str
    identity: Identity
    directories: tuple[Identity, ...]
    """The root and the directories below it, down to that of the file."""


def identity_of(status: os.stat_result) -> Identity:
    """Device and inode."""
    return status.st_dev, status.st_ino


def name_test(pattern: bytes) -> Callable[[bytes], bool]:
    """Whether a name matches a shell pattern: `*`, `?`, `[seq]`, `[!seq]`, and nothing else.

    A dot at the beginning of a name is matched only by one at the beginning of the pattern; two stars are one.
    """
    matches = re.compile(fnmatch.translate(pattern.decode("latin-1")).encode("latin-1"), re.DOTALL).match
    may_be_hidden = pattern.startswith(b".")

    def test(name: bytes) -> bool:
        return (may_be_hidden or not name.startswith(b".")) and matches(name) is not None

    return test


class Tree:
    """The root of a pattern, open. Raises FilesError, and FileNotFoundError where there is no such directory."""

    def __init__(self, pattern: FilePattern) -> None:
        for part in pattern.parts or (b"",):
            if part in (b"", b".", b"..") or b"/" in part or b"\0" in part:
                raise FilesError(f"{shown(part)!r} is no pattern for a name of a file or directory")
        self._root = pattern.root or b"."
        self._tests = [name_test(part) for part in pattern.parts]
        try:
            self._descriptor, self._identity = _entered(os.open(self._root, _DIRECTORY))
        except FileNotFoundError:
            raise
        except ValueError as error:
            raise FilesError(f"{shown(self._root)} is no name of a directory: it has a NUL") from error
        except OSError as error:
            raise FilesError(f"{shown(self._root)} cannot be read: {error.strerror}") from error
        self._entered: tuple[tuple[str, ...], int] | None = None

    def close(self) -> None:
        """Let go of it."""
        self._leave()
        os.close(self._descriptor)

    def ancestors(self) -> tuple[Identity, ...]:
        """The root and all directories above it, wherever a link has led to."""
        found = [self._identity]
        at = os.dup(self._descriptor)
        try:
            while True:
                above = os.open("..", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=at)
                os.close(at)
                at = above
                identity = identity_of(os.fstat(at))
                if identity == found[-1]:
                    return tuple(found)
                found.append(identity)
        except OSError as error:
            raise FilesError(f"what is above {shown(self._root)} cannot be read: {error.strerror}") from error
        finally:
            os.close(at)

    def matches(self, refuse: Callable[[bytes], str | None]) -> Iterator[Match]:
        """All files that match, in no order. `refuse` may say of a name, also of one that is no regular file, why
        nothing may be done. Raises FilesError.
        """
        descriptor = os.open(".", _DIRECTORY, dir_fd=self._descriptor)  # one with a reading position of its own
        return self._walk(descriptor, (), (self._identity,), refuse)

    def enter(self, match: Match) -> int | None:
        """A descriptor of the match's directory, good until the next call; None when that is no longer there."""
        if self._entered is not None and self._entered[0] == match.directory:
            return self._entered[1]
        self._leave()
        at = os.dup(self._descriptor)
        for name, identity in zip(match.directory, match.directories[1:], strict=True):
            try:
                below = _below(at, name)
            finally:
                os.close(at)
            if below is None:
                return None
            at = below[0]
            if below[1] != identity:
                os.close(at)
                return None
        self._entered = (match.directory, at)
        return at

    def path(self, match: Match) -> str:
        """The match, for people."""
        return shown(os.path.join(self._root, *map(os.fsencode, match.directory), os.fsencode(match.name)))

    def _leave(self) -> None:
        if self._entered is not None:
            os.close(self._entered[1])
            self._entered = None

    def _walk(
        self,
        descriptor: int,
        directory: tuple[str, ...],
        identities: tuple[Identity, ...],
        refuse: Callable[[bytes], str | None],
    ) -> Iterator[Match]:
        test = self._tests[len(directory)]
        try:
            if len(directory) == len(self._tests) - 1:
                yield from self._files(descriptor, directory, identities, refuse)
                return
            for name in sorted(name for name in os.listdir(descriptor) if test(os.fsencode(name))):
                below = _below(descriptor, name)
                if below is not None:
                    yield from self._walk(below[0], (*directory, name), (*identities, below[1]), refuse)
        except OSError as error:
            where = shown(os.path.join(self._root, *map(os.fsencode, directory)))
            raise FilesError(f"{where} cannot be read: {error.strerror}") from error
        finally:
            os.close(descriptor)

    def _files(
        self,
        descriptor: int,
        directory: tuple[str, ...],
        identities: tuple[Identity, ...],
        refuse: Callable[[bytes], str | None],
    ) -> Iterator[Match]:
        test = self._tests[-1]
        with os.scandir(descriptor) as entries:
            for entry in entries:
                if not test(os.fsencode(entry.name)):
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISDIR(status.st_mode):
                    continue
                match = Match(status.st_mtime_ns, directory, entry.name, identity_of(status), identities)
                reason = refuse(os.fsencode(entry.name))
                if reason is not None:
                    raise FilesError(f"{self.path(match)} {reason}")
                if stat.S_ISREG(status.st_mode):
                    yield match


def _below(descriptor: int, name: str) -> tuple[int, Identity] | None:
    try:
        below = os.open(name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
    except OSError as error:
        if error.errno in _PASSED_OVER:
            return None
        raise
    return _entered(below)


def _entered(descriptor: int) -> tuple[int, Identity]:
    """An open directory and which one it is. Raises OSError, and closes it then."""
    try:
        return descriptor, identity_of(os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
