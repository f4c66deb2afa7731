"""What a report is made of, whatever its form; and the texts of files, for excerpts."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ampsd.config.decode import RefusedError, decode
from ampsd.config.finding import Finding
from ampsd.lint.suppressions import Suppressed

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Linted:
    """One configuration, with the findings that count."""

    path: str
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    hidden: int
    """How many findings a baseline hides."""
    contents: Mapping[str, bytes]
    """What was read of those of its files that may be shown."""

    def lines(self, file: str) -> list[str]:
        """Lines of one of its files; none of a file that is not text, or that could not be taken in."""
        try:
            return decode(self.contents[file], file).split("\n") if file in self.contents else []
        except RefusedError:
            return []


@dataclass(frozen=True, slots=True)
class Report:
    """All configurations of a run, in the order of the command line."""

    linted: tuple[Linted, ...]
    working_directory: str = ""

    def findings(self) -> Iterator[Finding]:
        """All findings."""
        for one in self.linted:
            yield from one.findings

    def relative(self, file: str) -> str:
        """The file's path from the working directory, where it is inside; otherwise the path as it is."""
        path = posixpath.normpath(file)
        root = posixpath.normpath(self.working_directory) if self.working_directory else ""
        if root and path.startswith(root + "/"):
            return path[len(root) + 1 :]
        return path


def printable(text: str) -> str:
    """The text on one line, with characters that a terminal would act on written as \\x.. or \\u...."""
    return _UNPRINTABLE.sub(_escape, text)


def _escape(match: "re.Match[str]") -> str:
    number = ord(match.group())
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
