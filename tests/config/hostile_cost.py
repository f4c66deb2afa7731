"""What each hostile file costs: `python tests/config/hostile_cost.py` prints name, milliseconds and MiB, one per line.

Each file is examined in a process of its own, forked when everything is imported, so that what it takes is its own.
"""

import os
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from loading_setup import load_files
from test_hostile_files import HOSTILE


def measure(name: str) -> None:
    """Examine one file and print what it took."""
    content, *_ = HOSTILE[name]
    files = {"config.xml": content if isinstance(content, bytes) else content.encode()}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    findings = load_files(files).findings
    taken = time.perf_counter() - begin
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{name}\t{taken * 1000:.0f}\t{grown / 1024:.0f}\t{len(findings)}", flush=True)


def main() -> None:
    """Every file, after one that warms up what all of them need."""
    load_files({"config.xml": "<AMPSConfig><Name>Warm</Name></AMPSConfig>"})
    for name in HOSTILE:
        child = os.fork()
        if not child:
            measure(name)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
