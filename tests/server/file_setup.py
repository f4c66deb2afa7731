"""What the tests of file errands share: trees with ages, and errands with defaults."""

import os
from pathlib import Path

from ampsd.ports import FilePattern, TreatFiles
from ampsd.server.file_treatment import treat_files
from ampsd.server.protected_files import ProtectedPaths

NOW_NS = 1_763_000_000_000_000_000
DAY_NS = 86_400_000_000_000
NOTHING = ProtectedPaths("Test")


def age(path: Path, days: float) -> None:
    changed_ns = NOW_NS - int(days * DAY_NS)
    os.utime(path, ns=(changed_ns, changed_ns), follow_symlinks=False)


def make(directory: Path, *names: str, days: float = 10) -> None:
    """Files with their names as contents; each is a minute younger than the one before."""
    for number, name in enumerate(names):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        age(path, days - number / 1440)


def names(directory: Path) -> list[str]:
    found = [one for one in directory.rglob("*") if not one.is_dir() or one.is_symlink()]
    return sorted(str(one.relative_to(directory)) for one in found)


def errand(
    root: Path | bytes,
    *parts: bytes,
    days: float = 0,
    keep: int | None = None,
    count: int | None = None,
    is_compressing: bool = False,
) -> TreatFiles:
    pattern = FilePattern(os.fsencode(root), parts)
    return TreatFiles(pattern, int(days * DAY_NS), keep, count, is_compressing)


def treat(one: TreatFiles, protected: ProtectedPaths = NOTHING) -> tuple[int, str | None]:
    return treat_files(one, protected, NOW_NS, lambda: False)
