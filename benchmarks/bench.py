"""Throughput, latency and server CPU beside other servers, in one run. `make bench` (2 minutes) and `make bench-all`.

Every server that is installed is started anew for each measurement, on the same machine as the generator; servers take
turns, medians over the rounds count, and ratios are medians of the ratios within each round. CPU is user and system
time of the server's processes, from the kernel, between the generator's marks.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path

from charts import bars
from load import LoadError, Sample, measure, measure_official, program
from servers import HERE, Ampsd, Server, running
from workloads import FILTERS, WORKLOADS, Filters, Workload

RESULTS = HERE / "results"
PAGE = HERE.parent / "docs" / "performance.md"
PICTURES = HERE.parent / "docs" / "pictures"
Row = dict[str, object]


def once(cls: type[Server], options: dict[str, object]) -> Sample:
    with running(cls) as server:
        return measure(server, **options)


def median(values: list[float], digits: int) -> float:
    return round(statistics.median(values), digits)


def run(workload: Workload, rounds: int, seconds: float) -> list[Row]:
    """A row for each server."""
    kinds = [one for one in workload.servers if one.found() is not None]
    samples: dict[type[Server], list[Sample]] = {one: [] for one in kinds}
    for turn in range(workload.rounds or rounds):
        for cls in kinds:
            print(f"{workload.title}, {cls.name}, round {turn + 1}", file=sys.stderr)
            try:
                samples[cls].append(once(cls, {"seconds": seconds, **workload.options}))
            except LoadError as error:
                print(error, file=sys.stderr)
    rows: list[Row] = []
    for cls, found in samples.items():
        if not found:
            continue
        row: Row = {"workload": workload.title, "server": cls.name}
        if workload.options.get("workload") == "queue":
            row["durability"] = cls.durability
        keeps_up = not workload.is_latency or median([one.rate for one in found], 0) > 0.9 * float(
            str(workload.options["rate"])
        )
        row["msgs/s"] = median([one.rate for one in found], 0)
        if keeps_up:
            row["CPU us/msg"] = median([one.cpu_us for one in found], 2)
        if workload.is_latency and keeps_up:
            for place, name in enumerate(("p50 us", "p99 us", "p99.9 us")):
                row[name] = median([one.latencies_us[place] for one in found], 0)
        ours = samples[Ampsd]
        if not workload.is_latency:
            pairs = list(zip(ours, found, strict=True))
            row["ampsd is faster by"] = median([a.rate / b.rate for a, b in pairs], 2)
            row["ampsd takes of its CPU"] = median([a.cpu_us / b.cpu_us for a, b in pairs], 2)
        row["generator CPU"] = max(round(one.generator_cpu, 2) for one in found)
        rows.append(row)
    return rows


def run_official(rounds: int, seconds: float) -> list[Row]:
    """What one application sees that is written with the official C++ client."""
    rows: list[Row] = []
    for title, kind in (("durable queue", "queue"), ("pub/sub 1 to 1", "pubsub")):
        samples: list[Sample] = []
        for turn in range(rounds):
            print(f"official C++ client, {title}, round {turn + 1}", file=sys.stderr)
            with running(Ampsd) as server:
                sample = measure_official(server, kind, 1.0, seconds)
            if sample is None:
                return rows
            samples.append(sample)
        rows.append(
            {
                "workload": "The official C++ client at both ends",
                "what": title,
                "msgs/s": median([one.rate for one in samples], 0),
                "CPU us/msg": median([one.cpu_us for one in samples], 2),
            }
        )
    return rows


def run_filters(cases: list[Filters], rounds: int, seconds: float) -> list[Row]:
    samples: dict[str, list[Sample]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        for turn in range(rounds):
            for case in cases:
                print(f"W4 filters, {case.title}, round {turn + 1}", file=sys.stderr)
                options: dict[str, object] = {"seconds": seconds}
                if case.number:
                    file = Path(directory) / "filters"
                    file.write_text("".join(case.text.format(n, n - 1, n + 1) + "\n" for n in range(case.number)))
                    options.update(filters=file, customers=case.number, readers=min(10, -(-case.number // 1000)))
                samples.setdefault(case.title, []).append(once(Ampsd, options))
    plain = samples[cases[0].title]
    return [
        {
            "workload": "W4 filtered subscriptions",
            "filters": title,
            "publishes/s": median([one.published_rate for one in found], 0),
            "CPU us per publish": median([one.cpu_us_published for one in found], 2),
            "of the plain rate": median(
                [a.published_rate / b.published_rate for a, b in zip(found, plain, strict=True)], 2
            ),
        }
        for title, found in samples.items()
    ]


def tables(rows: list[Row]) -> str:
    """A table for each workload."""
    parts: list[str] = []
    for title in dict.fromkeys(str(row["workload"]) for row in rows):
        found = [{k: v for k, v in row.items() if k != "workload"} for row in rows if row["workload"] == title]
        heads = list(dict.fromkeys(head for row in found for head in row))
        lines = [f"**{title}**", "", "| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
        lines += ["| " + " | ".join(cell(row.get(head)) for head in heads) + " |" for row in found]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def cell(value: object) -> str:
    if value is None:
        return "does not keep up"
    if isinstance(value, float | int):
        return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 10 else f"{value:,}"
    return str(value)


def put(name: str, text: str) -> None:
    """Replace what stands between the marks of that name on the page."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = PAGE.read_text()
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    if not rest or not tail:
        raise SystemExit(f"{PAGE} has no marks for {name}")
    PAGE.write_text(f"{head}{begin}\n{text}\n{end}{tail}")


def write_page() -> None:
    """Tables and pictures of docs/performance.md, of the results that were kept."""
    kept = json.loads((RESULTS / "latest.json").read_text())
    put("servers", f"{kept['machine']}.\n\n{tables(kept['rows'])}")
    pictures(kept["rows"])


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def pictures(rows: list[Row]) -> None:
    PICTURES.mkdir(exist_ok=True)
    for title, head, name, unit in (
        ("W1 durable queue", "msgs/s", "durable-queue", "messages a second"),
        ("W1 durable queue", "CPU us/msg", "durable-queue-cpu", "microseconds of server CPU a message"),
        ("W2 pub/sub 1 to 1", "msgs/s", "pub-sub", "messages a second"),
        ("W2 pub/sub 1 to 10", "msgs/s", "pub-sub-ten", "deliveries a second"),
    ):
        found = {str(row["server"]): float(str(row[head])) for row in rows if row["workload"] == title}
        (PICTURES / f"{name}.svg").write_text(bars(f"{title}: {unit}", found))


def main() -> None:
    """Measure, print, and with --all write docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="all workloads, three rounds, and the page")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    options = parser.parse_args()
    rounds = options.rounds or (3 if options.all else 1)
    seconds = options.seconds or 2.0
    program()
    missing = sorted({one.program for work in WORKLOADS for one in work.servers if one.found() is None})
    if missing:
        print(f"not installed, left out: {', '.join(missing)}", file=sys.stderr)
    RESULTS.mkdir(exist_ok=True)
    rows: list[Row] = []
    for workload in WORKLOADS:
        if options.all or workload.is_short:
            rows += run(workload, rounds, seconds)
            (RESULTS / "partial.json").write_text(json.dumps(rows))
    if options.all:
        rows += run_official(rounds, seconds)
    rows += run_filters(FILTERS if options.all else FILTERS[:3], rounds, seconds)
    (RESULTS / "partial.json").unlink(missing_ok=True)
    text = tables(rows)
    if options.all:
        (RESULTS / "latest.json").write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n")
        write_page()
    print(text)


if __name__ == "__main__":
    main()
