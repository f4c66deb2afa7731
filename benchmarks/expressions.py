"""Costs of filters: asking one, reading the fields it needs, and the worst of 2,000 that mean harm.

`make bench` runs it. Microseconds of one process; the message is JSON of 200 and of 2,000 bytes.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ampsd.expressions.compile import compile_filter
from ampsd.expressions.environment import NOWHERE
from ampsd.message_types import registry

ROOT = Path(__file__).parent.parent
FILTERS = {
    "simple": "/customer = 'C00017'",
    "simple, number": "/price > 100",
    "compound": "/customer = 'C00001' OR /state = 'open' AND /qty >= 100",
    "nested": "/desk/book/name = 'rates'",
    "IN, 5 values": "/state IN ('new', 'held', 'open', 'done', 'gone')",
    "LIKE": "/note LIKE 'x+.*y'",
    "LIKE, a text": "/note LIKE 'yes'",
    "function": "UPPER(/state) = 'OPEN'",
    "arithmetic": "/price * /qty > 1000",
}


def message(size: int) -> bytes:
    fields = {
        "id": 12345,
        "customer": "C00017",
        "state": "open",
        "price": 101.25,
        "qty": 300,
        "desk": {"book": {"name": "rates"}},
        "note": "",
    }
    fields["note"] = "x" * (size - len(json.dumps(fields)))
    return json.dumps(fields).encode()


def microseconds(call: Callable[[], object], count: int = 20_000) -> float:
    """The median of nine rounds."""
    rounds: list[float] = []
    for _ in range(9):
        started = time.perf_counter()
        for _ in range(count // 9):
            call()
        rounds.append((time.perf_counter() - started) / (count // 9) * 1e6)
    return statistics.median(rounds)


def main() -> None:
    json_type = registry.find("json")
    assert json_type is not None
    print("| filter | asking | + reading its fields of 200 bytes | of 2,000 bytes |\n|---|---|---|---|")
    for title, text in FILTERS.items():
        one = compile_filter(text)
        read = json_type.reader(one.identifiers)
        small, large = message(200), message(2000)
        fields = json_type.fields(small)
        asked = microseconds(lambda one=one, fields=fields: one.test(fields, NOWHERE))  # type: ignore[misc]
        costs = [
            microseconds(lambda one=one, read=read, body=body: one.test(read(body), NOWHERE))  # type: ignore[misc]
            for body in (small, large)
        ]
        print(f"| {title} | {asked:.2f} us | {costs[0]:.2f} us | {costs[1]:.2f} us |")
    program = ROOT / "tests" / "expressions" / "hostile.py"
    print("worst of 2,000 hostile expressions (at most 5 ms and 16 MiB each):")
    sys.stdout.flush()
    subprocess.run([sys.executable, str(program)], check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})


if __name__ == "__main__":
    main()
