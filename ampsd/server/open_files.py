"""Which files are open, by us and by whomever we may look at."""

import contextlib
import os
import resource

from ampsd.server.matching_files import Identity, identity_of

_OWN_MAX = 65_536


def open_files(processes: str = "/proc") -> frozenset[Identity]:
    """Device and inode of all files that are open. Without /proc, of our own; never of processes closed to us."""
    found: set[Identity] = set()
    try:
        names = [name for name in os.listdir(processes) if name.isdigit()]
    except OSError:
        names = []
    if not names:
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        for descriptor in range(min(limit, _OWN_MAX) if limit >= 0 else _OWN_MAX):
            with contextlib.suppress(OSError):
                found.add(identity_of(os.fstat(descriptor)))
    for name in names:
        directory = f"{processes}/{name}/fd"
        with contextlib.suppress(OSError):  # not ours, or gone
            for descriptor_name in os.listdir(directory):
                with contextlib.suppress(OSError):
                    found.add(identity_of(os.stat(f"{directory}/{descriptor_name}")))
    return frozenset(found)
