"""One file compressed in its place: NAME becomes NAME.gz, whole and durable, or everything stays as it was."""

import contextlib
import errno
import os
import stat
import zlib
from collections.abc import Callable

from ampsd.server.matching_files import FilesError, Identity, Match, identity_of

ENDINGS = (".gz", ".gz.new")
"""Names that are not compressed: they are already, or were going to be."""

_CHUNK = 256 * 1024
_GONE = (errno.ENOENT, errno.ELOOP, errno.ENXIO)
"""What opening a name says that is not the regular file any more."""
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def is_same(status: os.stat_result, match: Match) -> bool:
    """Whether this still is the file that matched, and nobody wrote to it since."""
    is_file = stat.S_ISREG(status.st_mode) and identity_of(status) == match.identity
    return is_file and status.st_mtime_ns == match.modified_ns


def compress(directory: int, match: Match, is_ending: Callable[[], bool]) -> bool:
    """Compress the file of a match in its directory; False when it is gone, or is written to.

    Raises FilesError and OSError; the file is then as it was, and nothing else is left.
    """
    try:
        source = os.open(
            match.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, dir_fd=directory
        )
    except OSError as error:
        if error.errno in _GONE:
            return False
        raise
    try:
        status = os.fstat(source)
        return is_same(status, match) and _compress_open(directory, match, source, status, is_ending)
    finally:
        os.close(source)


def _compress_open(
    directory: int, match: Match, source: int, status: os.stat_result, is_ending: Callable[[], bool]
) -> bool:
    final = f"{match.name}.gz"
    new = f"{final}.new"
    if _exists(directory, final):
        raise FilesError("there is a file of this name with .gz already: keep one of the two")
    try:
        target = os.open(
            new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=directory
        )
    except FileExistsError as error:
        raise FilesError("its .gz.new of a compression that was cut short is in the way: remove that") from error
    try:
        ours = identity_of(os.fstat(target))
        placed = ""
        try:
            _write(source, target, is_ending)
            _take_over(target, status)
            os.fsync(target)
            _place(directory, new, final)
            placed = final
            if _identity_in(directory, final) != ours:
                raise FilesError("somebody put another file in place of its .gz.new")
            os.fsync(directory)
            if not is_same(os.fstat(source), match):
                return False  # somebody wrote to it meanwhile
            # The name may be of the next log file by now: that stays.
            _remove_named(directory, match.name, match.identity)
            placed = ""
        finally:
            _remove_named(directory, new, ours)
            if placed:
                _remove_named(directory, placed, ours)
    finally:
        os.close(target)
    os.fsync(directory)
    return True


def _write(source: int, target: int, is_ending: Callable[[], bool]) -> None:
    stream = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    while data := os.read(source, _CHUNK):
        if is_ending():
            raise FilesError("the instance stops")
        _write_all(target, stream.compress(data))
    _write_all(target, stream.flush())


def _write_all(target: int, data: bytes) -> None:
    while data:
        data = data[os.write(target, data) :]


def _take_over(target: int, status: os.stat_result) -> None:
    """Owner where we may, permissions, time of change. Whoever could not read the file cannot read this one either."""
    mode = status.st_mode & 0o777
    with contextlib.suppress(PermissionError):
        os.fchown(target, status.st_uid, status.st_gid)
    if os.fstat(target).st_gid != status.st_gid:
        mode &= 0o707
    os.fchmod(target, mode)
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _place(directory: int, new: str, final: str) -> None:
    """Give the name, which nobody may have taken: a link is refused where a rename would replace."""
    try:
        os.link(new, final, src_dir_fd=directory, dst_dir_fd=directory, follow_symlinks=False)
    except FileExistsError as error:
        raise FilesError("there is a file of this name with .gz already: keep one of the two") from error
    except OSError as error:
        if error.errno not in _NO_LINKS or _exists(directory, final):
            raise
        os.rename(new, final, src_dir_fd=directory, dst_dir_fd=directory)


def _remove_named(directory: int, name: str, identity: Identity) -> None:
    """Remove a name where it is still that of this file."""
    with contextlib.suppress(FileNotFoundError):
        if _identity_in(directory, name) == identity:
            os.unlink(name, dir_fd=directory)


def _identity_in(directory: int, name: str) -> Identity:
    return identity_of(os.stat(name, dir_fd=directory, follow_symlinks=False))


def _exists(directory: int, name: str) -> bool:
    try:
        _identity_in(directory, name)
    except FileNotFoundError:
        return False
    return True
