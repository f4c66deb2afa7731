"""How long `ampsd lint` takes: a file of 100 lines in a new process, and 200 files in one run.

`python benchmarks/lint.py` prints the median of five runs each, and the time of a bare interpreter for comparison.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = str(Path(sys.executable).parent / "ampsd")
ROUNDS = 5
FILES = 200

_HEAD = """<AMPSConfig>
  <Name>Bench{number}</Name>
  <Transports>
    <Transport>
      <Name>any-tcp</Name>
      <Type>tcp</Type>
      <InetAddr>localhost:9007</InetAddr>
      <Protocol>amps</Protocol>
    </Transport>
  </Transports>
  <Logging>
    <Target>
      <Protocol>stdout</Protocol>
      <Level>info</Level>
    </Target>
  </Logging>
  <TransactionLog>
    <JournalDirectory>./journal</JournalDirectory>
    <Topic>
      <Name>.*</Name>
      <MessageType>json</MessageType>
    </Topic>
  </TransactionLog>
  <SOW>
"""
_QUEUE = """    <Queue>
      <Name>Jobs{number}</Name>
      <MessageType>json</MessageType>
      <LeasePeriod>30s</LeasePeriod>
      <MaxCancels>3</MaxCancels>
    </Queue>
"""
_ACTION = """    <Action>
      <On>
        <Module>amps-action-on-sow-expire-message</Module>
        <Options><Topic>Jobs{number}</Topic><MessageType>json</MessageType></Options>
      </On>
      <Do>
        <Module>amps-action-do-publish-message</Module>
        <Options>
          <Topic>Failed</Topic>
          <MessageType>json</MessageType>
          <Data>{{"message": {{{{AMPS_DATA}}}}, "reason": "{{{{AMPS_REASON}}}}"}}</Data>
        </Options>
      </Do>
    </Action>
"""


def configuration(number: int) -> str:
    """A configuration of about 100 lines."""
    queues = "".join(_QUEUE.format(number=one) for one in range(6))
    actions = "".join(_ACTION.format(number=one) for one in range(2))
    return f"{_HEAD.format(number=number)}{queues}  </SOW>\n  <Actions>\n{actions}  </Actions>\n</AMPSConfig>\n"


def seconds(command: list[str]) -> float:
    """Median wall-clock time of the command."""
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        taken.append(time.perf_counter() - begin)
        if done.returncode:
            raise SystemExit(f"{' '.join(command[:3])} ... failed:\n{done.stdout}{done.stderr}")
    return statistics.median(taken)


def worst_hostile_file() -> tuple[str, str, str]:
    """Name, milliseconds and MiB of the hostile file that takes longest, of those the tests hold."""
    program = Path(__file__).parent.parent / "tests" / "config" / "hostile_cost.py"
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    name, milliseconds, memory, _ = max(rows, key=lambda row: int(row[1]))
    return name, milliseconds, memory


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as directory:
        paths = [Path(directory) / f"config-{number}.xml" for number in range(FILES)]
        for number, path in enumerate(paths):
            path.write_text(configuration(number))
        lines = configuration(0).count("\n")
        bare = seconds([sys.executable, "-c", "pass"])
        one = seconds([PROGRAM, "lint", str(paths[0])])
        many = seconds([PROGRAM, "lint", *map(str, paths)])
    print(f"bare interpreter                      {bare * 1000:8.0f} ms")
    print(f"ampsd lint, one file of {lines} lines, cold {one * 1000:8.0f} ms   (at most 500)")
    print(f"ampsd lint, {FILES} such files in one run  {many * 1000:8.0f} ms   (at most 10000)")
    name, milliseconds, memory = worst_hostile_file()
    print(f"worst hostile file ({name})  {milliseconds:>8} ms   (at most 250), {memory} MiB")


if __name__ == "__main__":
    main()
