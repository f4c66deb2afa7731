"""Hostile files stay small: 64 MiB each beyond what the linter takes anyway. Times are in benchmarks/lint.py."""

import subprocess
import sys
from pathlib import Path

from test_hostile_files import HOSTILE

MEMORY_MAX = 64


def test_no_hostile_file_takes_more_than_64_mib() -> None:
    program = str(Path(__file__).parent / "hostile_cost.py")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True, timeout=300)
    taken = {name: int(memory) for name, _, memory, _ in (line.split("\t") for line in done.stdout.splitlines())}
    assert set(taken) == set(HOSTILE)
    assert {name: memory for name, memory in taken.items() if memory > MEMORY_MAX} == {}
