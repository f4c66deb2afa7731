"""What files hold, as one digest: whether a configuration would be read from the same bytes again."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ampsd import limits

_CHUNK = 256 * limits.KIB
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK

_MISSING = b"missing"
_EMPTY = hashlib.sha256().digest()
_LACKING = (_MISSING, _EMPTY)


@dataclass(frozen=True, slots=True)
class Content:
    """What some files held at one moment."""

    digest: str
    is_lacking: bool
    """Whether one of them was missing, unreadable or empty, as files are for a moment while they are replaced."""


def content_digest(files: Iterable[str]) -> str:
    """The digest of the names and bytes of `files`, in whatever order; texts can be compared, and mean nothing else.

    A file that is missing, cannot be read or is no regular file counts as missing. Of one larger than CONFIG_SIZE_MAX,
    which is no configuration, only size and modification time count.
    """
    return content_of(files).digest


def content_of(files: Iterable[str]) -> Content:
    """The same, with whether the files look complete."""
    return _content({file: _mark_of(file) for file in files})


def read_regular(path: str) -> bytes:
    """A regular file's bytes; of one larger than CONFIG_SIZE_MAX one more than that. Never waits for a writer. Raises
    OSError."""
    return b"".join(_chunks(path))


class LoadedFiles:
    """Reads the files of a configuration, and remembers what was read.

    Nobody can change a file unnoticed between its reading and its digest: the digest is that of the bytes given out.
    Files that were sought and not found belong to them, because the configuration is another one when they appear.
    """

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._marks: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises OSError."""
        try:
            data = self._read(path)
        except OSError:
            self._marks.setdefault(path, _MISSING)
            raise
        # The first reading counts: if a later one differs, the configuration is a mixture and has to be loaded again.
        if path not in self._marks:
            is_plain = len(data) <= limits.CONFIG_SIZE_MAX and os.path.isfile(path)
            self._marks[path] = hashlib.sha256(data).digest() if is_plain else _mark_of(path)
        return data

    @property
    def files(self) -> tuple[str, ...]:
        """All that were read or sought, in that order."""
        return tuple(self._marks)

    @property
    def digest(self) -> str:
        """What `content_digest(files)` is as long as nothing changes."""
        return _content(self._marks).digest


def _content(marks: Mapping[str, bytes]) -> Content:
    whole = hashlib.sha256()
    for file in sorted(marks):
        for piece in (os.fsencode(file), marks[file]):
            whole.update(len(piece).to_bytes(8, "big") + piece)
    return Content(whole.hexdigest(), any(mark in _LACKING for mark in marks.values()))


def _mark_of(path: str) -> bytes:
    """What stands for the bytes of a file."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return _MISSING  # to open a pipe would take the place of whoever is to read it
        return _read_mark(path) or b"%d bytes at %d" % (status.st_size, status.st_mtime_ns)
    except OSError:
        return _MISSING


def _read_mark(path: str) -> bytes | None:
    """None when there are too many bytes. Raises OSError."""
    hashed, size = hashlib.sha256(), 0
    for chunk in _chunks(path):
        hashed.update(chunk)
        size += len(chunk)
    return hashed.digest() if size <= limits.CONFIG_SIZE_MAX else None


def _chunks(path: str) -> Iterator[bytes]:
    """Of a regular file, up to one byte more than CONFIG_SIZE_MAX. Raises OSError."""
    with open(path, "rb", buffering=0, opener=lambda name, _: os.open(name, _FLAGS)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is no regular file", path)
        left = limits.CONFIG_SIZE_MAX + 1
        while left and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
