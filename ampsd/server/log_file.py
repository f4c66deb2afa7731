"""Log files, plain and compressed: names from a mask, rotation by size (User Guide, Logging to a File)."""

import os
import re
import stat
import time
import zlib

from ampsd.ports import Report

_NS = 1_000_000_000
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
_MODE = 0o640
_SEVERE = ("error", "critical", "emergency")
_TOKEN = re.compile("%(.)", re.DOTALL)


def resolve(mask: str, number: int, wall_ns: int) -> str:
    """The file name of a mask: `%n` is the rotation counter in five digits, other tokens are strftime's."""
    marked = _TOKEN.sub(lambda token: f"{number:05d}" if token[1] == "n" else token[0], mask.strip())
    return time.strftime(marked, time.localtime(wall_ns // _NS))


class LogFile:
    """A file that lines are appended to; with a threshold, the next one begins when it is full.

    The first file continues what is there, so that a restart does not wipe out the record of a crash. A name that
    rotation comes upon is truncated, as in AMPS. A line that could only be written in part is completed before
    the next one.
    """

    def __init__(self, mask: str, threshold_bytes: int | None, notice: Report) -> None:
        self.name = f"file {mask.strip()}"
        self.path = ""
        self._mask = mask
        self._threshold = threshold_bytes or None
        self._notice = notice
        self._number = 0
        self._written = 0
        self._descriptor: int | None = None
        self._unsent = b""
        self._is_missed = False

    def open(self, wall_ns: int) -> None:
        """Open the first file; missing directories are created. Raises OSError."""
        path = resolve(self._mask, self._number, wall_ns)
        self._adopt(_open(path), path)

    def write(self, line: bytes, level: str, wall_ns: int) -> None:
        """Append one line, rotating first when the file would grow beyond the threshold. Raises OSError."""
        if self._descriptor is None:
            self.open(wall_ns)
        if self._unsent:
            self._drain()
        if self._threshold is not None and self._written and self._written + len(line) > self._threshold:
            self._rotate(wall_ns)
        self._unsent = self._encoded(line, level, wall_ns)
        self._written += len(line)
        self._drain()

    def flush(self) -> None:
        """Hand everything to the operating system. Raises OSError.

        A file that was moved away or removed, as logrotate does it, is begun anew. Where that fails it is told once and
        tried again by the next call; until then lines go where they went.
        """
        self._drain()
        if self._descriptor is None or _is_named(self._descriptor, self.path):
            self._is_missed = False
            return
        try:
            descriptor = _open(self.path)
        except OSError as error:
            if not self._is_missed:
                self._notice("01-0003", file=self.path, error=error.strerror or str(error))
            self._is_missed = True
            return
        self._adopt(descriptor, self.path)

    def reopen(self, wall_ns: int) -> None:
        """Open the same name again, because somebody moved the file away; where that fails, keep the old one.

        Raises OSError only when there is no old one.
        """
        if self._descriptor is None:
            self.open(wall_ns)
            return
        try:
            descriptor = _open(self.path)
        except OSError as error:
            self._notice("01-0003", file=self.path, error=error.strerror or str(error))
            return
        self._adopt(descriptor, self.path)

    @property
    def rotates(self) -> bool:
        """Whether it has a next file: by its threshold, or a name with a counter."""
        return self._threshold is not None or "n" in _TOKEN.findall(self._mask)

    def rotate(self, wall_ns: int) -> bool:
        """Finish the file and begin the next, as at the threshold; False when that cannot be begun, which is reported.

        Raises OSError when the present one cannot be finished.
        """
        if self._descriptor is None:
            self.open(wall_ns)
        self._drain()
        return self._rotate(wall_ns)

    def close(self) -> None:
        """Finish the file. A later write opens it again. Raises OSError."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            self._unsent += self._ending()
            self._drain_to(descriptor)
        finally:
            self._unsent = b""
            os.close(descriptor)

    def _rotate(self, wall_ns: int) -> bool:
        path = resolve(self._mask, self._number + 1, wall_ns)
        try:
            descriptor = _open(path)
        except OSError as error:
            self._notice("01-0003", file=path, error=error.strerror or str(error))
            self._written = 0
            return False
        self._number += 1
        self._adopt(descriptor, path)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.ftruncate(descriptor, 0)  # only now: it may be the file just finished
        self._written = 0
        return True

    def _adopt(self, descriptor: int, path: str) -> None:
        is_behind = bool(self._unsent)
        try:
            self.close()
        except OSError as error:
            if not is_behind:  # otherwise the failed write has been told of
                self._notice("01-0001", target=f"file {self.path}", error=error.strerror or str(error))
        self._descriptor = descriptor
        self.path = path
        self._written = os.fstat(descriptor).st_size

    def _drain(self) -> None:
        if self._descriptor is not None:
            self._drain_to(self._descriptor)

    def _drain_to(self, descriptor: int) -> None:
        while self._unsent:
            self._unsent = self._unsent[os.write(descriptor, self._unsent) :]

    def _encoded(self, line: bytes, level: str, wall_ns: int) -> bytes:
        return line

    def _ending(self) -> bytes:
        return b""


class GzipFile(LogFile):
    """The same, compressed. The threshold counts bytes before compression, except those a restart found in the file.

    What was compressed is written out at once for errors and worse, otherwise once a second and by `flush`.
    """

    def __init__(self, mask: str, threshold_bytes: int | None, notice: Report) -> None:
        super().__init__(mask, threshold_bytes, notice)
        self.name = f"gzip {mask.strip()}"
        self._stream = _gzip_stream()
        self._is_begun = False
        self._flushed_ns = 0

    def flush(self) -> None:
        """Hand everything to the operating system; a reader of the file then sees it. Raises OSError."""
        if self._is_begun and self._descriptor is not None:
            self._unsent += self._stream.flush(zlib.Z_SYNC_FLUSH)
        super().flush()

    def _encoded(self, line: bytes, level: str, wall_ns: int) -> bytes:
        self._is_begun = True
        data = self._stream.compress(line)
        if level in _SEVERE or abs(wall_ns - self._flushed_ns) >= _NS:
            data += self._stream.flush(zlib.Z_SYNC_FLUSH)
            self._flushed_ns = wall_ns
        return data

    def _ending(self) -> bytes:
        if not self._is_begun:
            return b""
        data = self._stream.flush(zlib.Z_FINISH)
        self._stream = _gzip_stream()
        self._is_begun = False
        return data


def _gzip_stream() -> "zlib._Compress":
    return zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)


def _is_named(descriptor: int, path: str) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        return False


def _open(path: str) -> int:
    directory = os.path.dirname(path)
    if directory:
        os.makedirs(directory, exist_ok=True)
    return os.open(path, _FLAGS, _MODE)
