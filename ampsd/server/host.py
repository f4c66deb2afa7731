"""What the machine, or the container, allows this process."""

import contextlib
import os
import resource
from pathlib import Path

_CONTAINER = Path("/sys/fs/cgroup/memory.max")


def host_memory_bytes() -> int:
    """Memory this process may use: the machine's, `ulimit -m`, or the container's, whichever is the least."""
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    limit, _ = resource.getrlimit(resource.RLIMIT_RSS)
    if limit != resource.RLIM_INFINITY:
        found.append(limit)
    with contextlib.suppress(OSError, ValueError):
        found.append(int(_CONTAINER.read_text()))
    return min(found)
