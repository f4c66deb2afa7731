"""Patterns of files in options."""

from collections.abc import Mapping

from ampsd.ports import FilePattern


class FilePatternTemplate:
    """Placeholder until merged."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: tuple[str, ...] = ()

    def fill(self, variables: Mapping[str, bytes]) -> FilePattern:
        """Fill."""
        root, _, last = self.text.encode().rpartition(b"/")
        return FilePattern(root or b".", (last,))


def parse_file_pattern(text: str) -> FilePatternTemplate:
    """Parse."""
    return FilePatternTemplate(text.strip())
