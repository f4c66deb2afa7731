"""What came of the latest reload, in a file: for `ampsd reload --pid`, which may have no admin interface to ask."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ampsd.admin.models import Reload

_NAME = "reload.json"
_RUNTIME = "RUNTIME_DIRECTORY"


class Record(msgspec.Struct, frozen=True):
    """Of one process: how many reloads have begun, how many of them are over, and what came of the last."""

    pid: int
    begun: int = 0
    finished: int = 0
    hangup: str = ""
    """Who asks for a reload when SIGHUP comes; empty where that does something else."""
    reload: Reload | None = None


def record_path(environ: Mapping[str, str]) -> Path | None:
    """Where a process with this environment has it: in the directory that the service manager made for it
    (RuntimeDirectory= of systemd.exec(5)); None without one.
    """
    directory = environ.get(_RUNTIME, "").partition(":")[0]
    return Path(directory, _NAME) if directory else None


def read(path: Path) -> Record | None:
    """What is in the file; None when it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError):
        return None


def write(path: Path, record: Record) -> None:
    """Replace the file. Raises OSError."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(msgspec.json.encode(record))
    os.replace(new, path)
