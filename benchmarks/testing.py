"""How long `ampsd test` takes for 1,000 small cases in a new process, and how soon the daemon of a test is ready.

`python benchmarks/testing.py` prints medians: of five runs, and of twenty starts after the first.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ampsd.config.model import Model
from ampsd.lint.examination import examine
from ampsd.testing.plugin import DEFAULT
from ampsd.testing.server import AmpsdServer

PROGRAM = str(Path(sys.executable).parent / "ampsd")
CONFIG = Path(__file__).parents[1] / "examples" / "dead-letter" / "config.xml"
ROUNDS = 5
CASES = 1000
STARTS = 20

_HEAD = """setup:
  - subscribe: {client: worker, topic: Jobs, options: max_backlog=10}
cases:
"""
_CASE = """  - name: case %d
    steps:
      - publish: {topic: Jobs, data: {id: %d}}
      - cancel: {client: worker, times: 3}
      - expect:
          published: {topic: FailedJobs, exactly: [{message: {id: %d}, reason: max_cancels}]}
          queue: {name: Jobs, depth: 0}
"""


def cases_seconds(path: Path) -> float:
    began = time.perf_counter()
    subprocess.run([PROGRAM, "test", str(CONFIG), str(path)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def start_seconds(model: Model) -> float:
    with tempfile.TemporaryDirectory() as directory:
        began = time.perf_counter()
        server = AmpsdServer(model, directory)
        taken = time.perf_counter() - began
        server.close()
        return taken


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "test.yml"
        path.write_text(_HEAD + "".join(_CASE % (number, number, number) for number in range(CASES)))
        seconds = statistics.median(cases_seconds(path) for _ in range(ROUNDS))
    print(f"ampsd test, {CASES} cases: {seconds:.2f} s")
    found = examine(
        "bench.xml", read=lambda _: DEFAULT.encode(), environment={}, working_directory="/", dev_directory="journal"
    )
    assert found.model is not None
    first = start_seconds(found.model)
    later = statistics.median(start_seconds(found.model) for _ in range(STARTS))
    print(f"ampsd_server ready: first {first * 1000:.0f} ms, then {later * 1000:.0f} ms")


if __name__ == "__main__":
    main()
