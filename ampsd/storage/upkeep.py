"""Archiving and compressing one journal file: the disk verbs, made while a worker runs them.

The copy is made under a `.new` name, synced, read back and compared, and only then has a name, which must be free:
nothing is ever replaced. The original is removed after that, by whoever has seen it done. A crash leaves the original,
or both.
"""

import errno
import zlib
from array import array
from collections.abc import Iterator

from ampsd import limits
from ampsd.ports import Claim, Create, Fdatasync, FsyncDir, Pread, Pwrite, Verb
from ampsd.storage.compressed import BLOCK_SIZE, Blocks, decode_block, encode_block
from ampsd.storage.segment import COMPRESSED, Segment

_CHUNK = limits.MIB


class Archiving:
    """Copies a file as it is, plain or compressed. `blocks` are the copy's, where it is compressed."""

    __slots__ = ("_length", "blocks", "file", "leftovers", "source", "target")

    def __init__(self, file: Segment, end: int, archive_directory: str) -> None:
        """Of a plain file what lies before `end`, where the next file begins: behind it is unused room."""
        self.file = file
        self.source = file.path
        self.target = f"{archive_directory}/{file.path.rpartition('/')[2]}"
        self.leftovers = [self.new]
        """What there may be of the copy; whatever else has the target's name is not ours."""
        self.blocks = file.blocks
        self._length = file.offset_of(end) if file.blocks is None else None

    @property
    def new(self) -> str:
        """What the copy is called until it is whole."""
        return f"{self.target}.new"

    def verbs(self) -> Iterator[Verb]:
        """To be run one after the other. Raises OSError when the copy is not what was copied."""
        yield Create(self.new, self._length or 0)
        length = crc = 0
        for read in _pieces(self.source, self._length):
            yield read
            if not read.data:
                break
            yield Pwrite(self.new, length, read.data)
            crc = zlib.crc32(read.data, crc)
            length += len(read.data)
        if self._length is not None and length != self._length:
            raise OSError(errno.EIO, "the file is shorter than it was", self.source)
        yield Fdatasync(self.new)
        found = 0
        for read in _pieces(self.new, length):
            yield read
            found = zlib.crc32(read.data, found)
        if found != crc:
            raise OSError(errno.EIO, "what was written is not what is read", self.new)
        yield Claim(self.new, self.target)
        self.leftovers.append(self.target)
        yield FsyncDir(self.target.rpartition("/")[0])


class Compressing:
    """Compresses a plain file, in its directory. `blocks` reads the compressed file once the verbs have run."""

    __slots__ = ("_length", "blocks", "file", "leftovers", "source", "target")

    def __init__(self, file: Segment, end: int) -> None:
        """What lies before `end`, where the next file begins."""
        self.file = file
        self.source = file.path
        self.target = file.path.removesuffix(".journal") + COMPRESSED
        self.leftovers = [self.new]
        """What there may be of the compressed file; whatever else has the target's name is not ours."""
        self.blocks: Blocks | None = None
        self._length = file.offset_of(end)

    @property
    def new(self) -> str:
        """What the compressed file is called until it is whole."""
        return f"{self.target}.new"

    def verbs(self) -> Iterator[Verb]:
        """To be run one after the other. Raises OSError when what was compressed does not come back."""
        yield Create(self.new, 0)
        starts = array("Q", (0,))
        crc = 0
        for read in _pieces(self.source, self._length, BLOCK_SIZE):
            yield read
            if len(read.data) != read.length:
                raise OSError(errno.EIO, "the file is shorter than it was", self.source)
            member = encode_block(read.data)
            yield Pwrite(self.new, starts[-1], member)
            crc = zlib.crc32(read.data, crc)
            starts.append(starts[-1] + len(member))
        yield Fdatasync(self.new)
        found = 0
        for at, start in enumerate(starts[:-1]):
            read = Pread(self.new, start, starts[at + 1] - start)
            yield read
            try:
                found = zlib.crc32(decode_block(read.data), found)
            except ValueError as error:
                raise OSError(errno.EIO, str(error), self.new) from error
        if found != crc:
            raise OSError(errno.EIO, "what was compressed is not what is read", self.new)
        self.blocks = Blocks(starts, self._length)
        yield Claim(self.new, self.target)
        self.leftovers.append(self.target)
        yield FsyncDir(self.target.rpartition("/")[0])


def _pieces(path: str, length: int | None, size: int = _CHUNK) -> Iterator[Pread]:
    """Reads of a file one behind the other; without a length for ever."""
    at = 0
    while length is None or at < length:
        piece = Pread(path, at, size if length is None else min(size, length - at))
        at += piece.length
        yield piece
